"""Sites of the protection model: planned, started, completed, replicated, stopped."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import ledger, preconditions, routing
from service.access import permits
from service.clock import Today
from service.database import ReaderDep, SessionDep
from service.domain.access import Permission
from service.models import Site, SiteStage
from service.preconditions import etag, read_answer
from service.queries import areas, maps, sites
from service.queries.written import posted, written
from service.wire import AreaCode, Day, Identifier, Input, Internal, Page, Place, absent, json_answer, period

router = routing.router("/v1/sites", "sites")

Stage = Literal["planned", "started", "completed", "replicated", "stopped"]


class SiteInput(Input):
    """The site of a commune; its stages follow."""

    id: Identifier = absent()
    commune: AreaCode = Field(description="The commune's code on the day `on`", examples=["12145"])
    on: Day | None = Field(None, description="Today if absent")


class StageInput(Input):
    """A stage that begins: the present one ends on that day. With `until`, a stage that has ended already."""

    id: Identifier = absent()
    stage: Stage
    from_: Day = Field(alias="from", examples=["2017-03-01"])
    until: Day | None = None

    def of(self, site_id: UUID) -> SiteStage:
        """The record of a stage of a site."""
        days = period(self.from_, self.until)
        return SiteStage(id=self.id, site_id=site_id, stage=self.stage, during=Range(days.start, days.until))


class StageRecord(BaseModel):
    """A stage of a site, during a period."""

    id: Internal[Identifier]
    stage: Internal[Stage]
    from_: Internal[Day] = Field(alias="from")
    until: Internal[Day | None]


class SiteRecord(BaseModel):
    """The site of a commune with its stages."""

    id: Internal[Identifier]
    commune: Internal[Place]
    stages: list[StageRecord]


class SitePage(BaseModel):
    """A page of sites, by id."""

    items: list[SiteRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class SiteFilter(Page):
    """Which sites."""

    stage: Stage | None = Field(None, description="In this stage on `on`")
    commune: AreaCode | None = None
    on: Day | None = Field(None, description="The day of `stage` and `commune`; today if absent")


@router.get("", response_model=SitePage)
@permits(Permission.READ_SITES)
async def list_sites(asked: Annotated[SiteFilter, Query()], reader: ReaderDep, today: Today) -> Response:
    """Sites of the protection model."""
    on = asked.on or today
    where = await maps.areas_of_commune(reader, asked.commune, on) if asked.commune is not None else None
    (after,) = asked.after(UUID)
    rows = await sites.sites(reader, asked.stage, on, where, after, asked.limit)
    total = await sites.number_of_sites(reader, asked.stage, on, where) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=SiteRecord)
@permits(Permission.WRITE_SITES)
async def create_site(body: SiteInput, session: SessionDep, today: Today) -> Response:
    """Record that a commune has a site of the model."""
    area_id = await areas.commune_on(session, body.commune, body.on or today, "/commune")
    site = Site(id=await sites.begin(session, area_id, body.id), area_id=area_id)
    session.add(site)  # without a stage it counts nothing: there is nothing to post
    headers = {"ETag": etag(1), "Location": f"/v1/sites/{site.id}"}
    return json_answer(await written(session, sites.SITE, site), headers, 201)


@router.get("/{site_id}", response_model=SiteRecord)
@permits(Permission.READ_SITES)
async def read_site(site_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """A site with its stages."""
    return read_answer(request, *await sites.site(reader, site_id))


@router.post("/{site_id}/stages", status_code=201, response_model=StageRecord)
@permits(Permission.WRITE_SITES)
async def create_stage(site_id: Identifier, body: StageInput, session: SessionDep, today: Today) -> Response:
    """Begin a stage. Completed or replicated, the commune counts."""
    version = await sites.lock(session, site_id)
    record = body.of(site_id)
    if body.until is None:
        await sites.end_present_stage(session, site_id, body.from_)
    session.add(record)
    answer = await posted(session, [site_id], today, sites.STAGE, record)
    headers = {"ETag": etag(version), "Location": f"/v1/sites/{site_id}"}
    return json_answer(answer, headers, 201)


@router.delete("/{site_id}/stages/{stage_id}", status_code=204)
@permits(Permission.WRITE_SITES)
async def delete_stage(
    site_id: Identifier, stage_id: Identifier, precondition: preconditions.Required, session: SessionDep, today: Today
) -> None:
    """Withdraw a stage that was recorded by error. Its history stays."""
    await sites.lock(session, site_id, precondition)
    await session.delete(await sites.stage(session, site_id, stage_id))
    await ledger.post(session, [site_id], today)
