"""Areas on the map of a day: communes, districts, provinces."""

from typing import Annotated, Literal

import asyncpg
from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import ReaderDep
from service.domain.access import Permission
from service.domain.names import Search, search
from service.queries import areas
from service.wire import AreaCode, Code, Dated, Day, Name, Page, Place, Public, json_answer

router = routing.router("/v1", "communes")

Level = Literal["province", "district", "commune"]
Kind = Literal["province", "city", "town", "district", "ward", "township", "commune"]


class Area(Place):
    """An area on the map of a day. `area_id` is its identity: a boundary that changes makes a new one."""

    area_id: Public[int]
    parent: Place | None
    valid: Dated


class AreaPage(BaseModel):
    """A page of areas, by code."""

    items: list[Area]
    next: Public[str | None]
    total: Public[int | None] = None


class AreaName(Place):
    """An area in a lineage."""

    area_id: Public[int]


class AreaChange(BaseModel):
    """What became of an area by a resolution. `share` is the share of its people, null where whole or unknown."""

    effective_on: Public[Day]
    change: Public[Literal["upgraded", "merged_into", "split_into", "abolished"]]
    from_: Public[AreaName] = Field(alias="from")
    to: Public[AreaName | None]
    share: Public[float | None]
    inferred: Public[bool]
    legal_basis: Public[str]


class Lineage(BaseModel):
    """All changes that led to a commune and that it went through, by day."""

    area_id: Public[int]
    changes: list[AreaChange]


class Map(BaseModel):
    """A day on which the map changed."""

    on: Public[Day]
    resolutions: Public[list[str]]
    changes: Public[int]


class Maps(BaseModel):
    """All days on which the map changed."""

    items: Public[list[Map]]
    next: Public[None] = None


class CommuneFilter(Page):
    """Which communes."""

    on: Day | None = Field(None, description="The map of which day; today if absent")
    parent: AreaCode | None = Field(None, description="Within this district or province")
    q: Name | None = Field(
        None,
        description="Words of the name in any order, with or without marks, the last perhaps unfinished. The best "
        "matches come first, then by code",
        examples=["phu ung"],
    )

    def search(self) -> Search | None:
        """What `q` looks for."""
        return None if self.q is None else search(self.q)


class AreaFilter(CommuneFilter):
    """Which areas."""

    level: Level | None = None
    kind: Kind | None = None
    parent: AreaCode | None = Field(None, description="Directly below this area")


@router.get("/areas", response_model=AreaPage)
@permits(Permission.SEE_MAP)
async def list_areas(asked: Annotated[AreaFilter, Query()], reader: ReaderDep, today: Today) -> Response:
    """Areas of every level on the map of a day, by code."""
    wanted = areas.Filter(asked.level, asked.kind, asked.parent, asked.search())
    rank, code = asked.after(int, str)
    return listed(asked, await areas.areas(reader, asked.on or today, wanted, (rank, code), asked.limit))


@router.get("/communes", response_model=AreaPage)
@permits(Permission.SEE_MAP)
async def list_communes(asked: Annotated[CommuneFilter, Query()], reader: ReaderDep, today: Today) -> Response:
    """Communes, wards and townships on the map of a day, by code."""
    wanted = areas.Filter("commune", None, asked.parent, asked.search())
    rank, code = asked.after(int, str)
    return listed(asked, await areas.areas(reader, asked.on or today, wanted, (rank, code), asked.limit))


@router.get("/communes/{code}", response_model=Area)
@permits(Permission.SEE_MAP)
async def read_commune(
    code: Annotated[Code, Path()], reader: ReaderDep, today: Today, on: Annotated[Day | None, Query()] = None
) -> Response:
    """The commune that a code means on a day."""
    return json_answer(await areas.commune(reader, code, on or today))


@router.get("/communes/{code}/lineage", response_model=Lineage)
@permits(Permission.SEE_MAP)
async def read_lineage(
    code: Annotated[Code, Path()], reader: ReaderDep, today: Today, on: Annotated[Day | None, Query()] = None
) -> Response:
    """What the commune was made of and what became of it."""
    return json_answer(await areas.lineage(reader, code, on or today))


@router.get("/maps", response_model=Maps)
@permits(Permission.SEE_MAP)
async def list_maps(reader: ReaderDep) -> Response:
    """The days on which the map changed, with the resolutions."""
    return json_answer(f'{{"items":{await areas.maps(reader)},"next":null}}')


def listed(asked: Page, rows: list[asyncpg.Record]) -> Response:
    return asked.answer([row[:3] for row in rows], (rows[0]["total"] if rows else 0) if asked.count else None)
