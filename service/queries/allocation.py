"""What a target is allocated over: the areas below its own with what was counted in them, and their own targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import Reader
from service.domain.allocation import Divided
from service.queries import stocks
from service.queries.attainment import Question

# The areas below an area on a day, with the district that a commune lies in (none, where there are no districts).
PLACES = """
SELECT v.area_id, v.code, w.area_level AS level,
       json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)::text AS shown, d.code AS district
FROM area_within w
JOIN area_version v ON v.area_id = w.area_id AND v.during @> $2::date
LEFT JOIN area_within up ON up.area_id = v.area_id AND up.ancestor_level = 'district' AND up.during @> $2::date
    AND w.area_level = 'commune' AND up.ancestor_id <> $1
LEFT JOIN area_version d ON d.area_id = up.ancestor_id AND d.during @> $2::date
WHERE w.ancestor_id = $1 AND w.area_id <> $1 AND w.area_level IN ('district', 'commune') AND w.during @> $2::date
ORDER BY v.code COLLATE "C"
"""
ALLOCATE = text("""
INSERT INTO target (id, programme_code, indicator_code, area_id, direction, unit, value, due_on, legal_basis, revision,
                    decided_on, during, allocated_from)
SELECT p.id, :programme, :indicator, p.area_id, :direction, 'count', p.value, :due_on, :legal_basis, p.revision,
       :decided_on, daterange(:since, NULL), :allocated_from
FROM unnest(CAST(:ids AS uuid[]), CAST(:areas AS integer[]), CAST(:values AS numeric[]), CAST(:revisions AS integer[]))
    AS p (id, area_id, value, revision)
""")
NEW_IDS = text("SELECT CAST(uuidv7() AS text) FROM generate_series(1, :number)")


@dataclass(frozen=True)
class Place:
    """An area below that of the target. `share`: of what the target is a part (children, communes)."""

    area_id: int
    code: str
    level: str
    shown: str
    district: str | None
    share: int
    present: int


async def places(reader: Reader, asked: Question) -> list[Place]:
    """Every district and commune below the area asked about, by code, with what was counted in it on the day."""
    rows = await reader.fetch(PLACES, asked.area.area_id, asked.on)
    measured: dict[str, tuple[int, int]] = {}
    for area, trend, _ in await stocks.by_area(reader, asked, "commune"):
        measured[orjson.loads(area)["code"]] = (trend.now.whole, trend.now.numerator)
    for row in rows:
        if row["district"] is not None:
            share, present = measured.get(row["district"], (0, 0))
            more, others = measured.get(row["code"], (0, 0))
            measured[row["district"]] = (share + more, present + others)
    return [
        Place(area_id, code, level, shown, district, *measured.get(code, (0, 0)))
        for area_id, code, level, shown, district in rows
    ]


def divided(found: Sequence[Place], level: str) -> list[Divided]:
    """The areas that a target is divided among first, each with those that its part is divided among in turn."""
    communes = [place for place in found if place.level == "commune"] if level == "commune" else []
    within: dict[str | None, list[Divided]] = {}
    for place in communes:
        within.setdefault(place.district, []).append(Divided(place.code, place.share, place.present))
    districts = [
        Divided(place.code, place.share, place.present, within.get(place.code, ()))
        for place in found
        if place.level == "district"
    ]
    return districts + within.get(None, [])


async def write(
    session: AsyncSession, parts: Mapping[int, int], revisions: Mapping[int, int], **terms: Any
) -> dict[int, str]:
    """Writes the parts as the areas' own targets; the id of each, by area. The transaction has begun its change."""
    connection = await session.connection()
    areas = list(parts)
    ids = [row[0] for row in await connection.execute(NEW_IDS, {"number": len(areas)})]
    given = {
        "ids": ids,
        "areas": areas,
        "values": [Decimal(parts[area]) for area in areas],
        "revisions": [revisions.get(area, 0) + 1 for area in areas],
    }
    await connection.execute(ALLOCATE, terms | given)
    return dict(zip(areas, ids, strict=True))
