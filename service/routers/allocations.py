"""How a target is allocated to the districts and communes below its area, in whole children that add up exactly."""

from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Path, Query, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, Reader, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.allocation import divide
from service.domain.refusal import Refusal
from service.domain.target import Target
from service.doors import begin_change
from service.queries import allocation, maps, stocks, targets
from service.queries import attainment as measured
from service.queries.allocation import Place as Below
from service.queries.attainment import Question, Split
from service.routers.figures import of_children
from service.routers.ground import Ground
from service.wire import AreaCode, Code, Day, Identifier, Input, Internal, Note, Place, Public, json_answer

router = routing.router("/v1/programmes", "programmes")

Method = Literal["share", "need", "hand"]
Level = Literal["district", "commune"]
LARGEST = 100_000_000


class PartGiven(Input):
    """A part decided by hand."""

    area: AreaCode
    value: int = Field(ge=0, le=LARGEST, strict=True)


class AllocationInput(Input):
    """How to allocate a target. The parts hold from `on`; what an area was given before for the same day ends then."""

    level: Level
    method: Method = Field(
        description="`share`: by all children (communes) of each area; `need`: what there is, moved where it is "
        "farthest from its share; `hand`: as `parts` says, and nothing where it says nothing"
    )
    on: Day = Field(examples=["2018-06-30"], description="Whose children are divided")
    parts: list[PartGiven] | None = Field(None, max_length=1000)
    legal_basis: Note | None = Field(None, description="That of the target if absent")


class DryRun(Input):
    """Whether to keep what is done."""

    dry_run: bool = Field(False, description="Show the parts, and write nothing")


class Part(BaseModel):
    """What an area is given: a target of its own, beside what was counted in it and of how many."""

    area: Public[Place]
    level: Public[Level]
    value: Internal[int]
    present: Internal[int]
    share: Internal[int]
    target_id: Public[UUID | None] = Field(description="Null in a dry run")


class Allocation(BaseModel):
    """A whole number of children (or communes) in parts: those of the districts add up to it, and those of the communes
    of each district to the district's."""

    target_id: Public[UUID]
    level: Public[Level]
    method: Public[Method]
    on: Public[Day]
    dry_run: Internal[bool]
    direction: Public[Literal["at_most", "at_least"]]
    total: Internal[int]
    parts: list[Part]


@router.post("/{code}/targets/{target_id}/allocation", response_model=Allocation)
@permits(Permission.WRITE_TARGETS)
async def allocate_target(
    code: Annotated[Code, Path()],
    target_id: Identifier,
    asked: Annotated[DryRun, Query()],
    body: AllocationInput,
    reader: ReaderDep,
    session: SessionDep,
    caller: CallerDep,
    today: Today,
) -> Response:
    """Allocate a target by share, by need or by hand; applied, each area below has a target of its own."""
    programme = await measured.programme(reader, code, body.on)
    indicator, area_code, legal_basis, _ = await targets.to_allocate(reader, programme, target_id, body.on)
    area = await measured.area(reader, area_code, body.on, caller.assignment_id)
    if not area.reached:
        raise Refusal("area_out_of_reach")
    view = await maps.view(reader, programme.reformed, programme.rule, area.area_id, body.on, body.on, None)
    q = Ground(programme, Split(), area, view, today, rounded=False, past=False, on=body.on).question(indicator)
    total = await total_of(reader, q)
    below = await allocation.places(reader, q)
    if not any(place.level == body.level for place in below):
        raise Refusal("allocation_level_not_below", "/level")
    parts = by_hand(body, below, total) if body.method == "hand" else by_rule(body, below, total)
    given = {place.area_id: parts[place.code] for place in below if place.code in parts}
    direction = "at_least" if indicator.target.direction == "at_least" else "at_most"
    written: dict[int, str] = {}
    if not asked.dry_run:
        await begin_change(session, Permission.WRITE_TARGETS, [target_id])
        named = (programme.code, indicator.code, list(given), indicator.target.due_on, body.on)
        written = await allocation.write(
            session,
            given,
            await targets.supersede_parts(session, *named),
            programme=programme.code,
            indicator=indicator.code,
            direction=direction,
            due_on=indicator.target.due_on,
            legal_basis=body.legal_basis or legal_basis,
            decided_on=today,
            since=body.on,
            allocated_from=target_id,
        )
    answer = {
        "target_id": target_id,
        "level": body.level,
        "method": body.method,
        "on": body.on,
        "dry_run": asked.dry_run,
        "direction": direction,
        "total": total,
        "parts": [part_shown(place, parts[place.code], written) for place in below if place.code in parts],
    }
    return json_answer(orjson.dumps(answer))


async def total_of(reader: Reader, q: Question) -> int:
    """The whole number of children (or communes) that only just meets the target on the day."""
    if q.indicator.counted and q.indicator.target.unit == "count":
        return q.indicator.target.whole(1)
    trends = await stocks.over_time(reader, q, [q.indicator], [q.on])
    now, before, _ = trends[q.indicator.code, q.on]
    of = (await of_children(reader, q, [q.on]))[q.on]
    if of is not None:
        now, before = now._replace(denominator=of[0] or 0), before._replace(denominator=of[1] or 0)
    target: Target = q.indicator.target
    if target.unit == "yearly_change" and now.whole and before.whole and before.numerator:
        return target.after(before.numerator, before.whole).whole(now.whole)
    if target.unit == "yearly_change" or now.whole == 0:
        raise Refusal("target_not_measurable")
    return target.whole(now.whole)


def by_rule(body: AllocationInput, below: list[Below], total: int) -> dict[str, int]:
    if body.parts is not None:
        raise Refusal("allocation_parts", "/parts")
    return divide(total, allocation.divided(below, body.level), need=body.method == "need")


def by_hand(body: AllocationInput, below: list[Below], total: int) -> dict[str, int]:
    """The parts as they were given; those of districts are the sums of their communes'."""
    if body.parts is None:
        raise Refusal("allocation_parts", "/parts")
    districts = {place.code: place.district for place in below if place.level == body.level}
    parts = dict.fromkeys(districts, 0)
    named: set[str] = set()
    for n, part in enumerate(body.parts):
        if part.area not in parts:
            raise Refusal("allocation_area_unknown", f"/parts/{n}/area")
        if part.area in named:
            raise Refusal("allocation_area_twice", f"/parts/{n}/area")
        named.add(part.area)
        parts[part.area] = part.value
    if (given := sum(parts.values())) != total:
        raise Refusal("allocation_does_not_add_up", "/parts", total=str(total), given=str(given))
    sums: dict[str, int] = {}
    for commune, district in districts.items():
        if district is not None:
            sums[district] = sums.get(district, 0) + parts[commune]
    return sums | parts


def part_shown(place: Below, value: int, written: dict[int, str]) -> dict[str, Any]:
    return {
        "area": orjson.Fragment(place.shown),
        "level": place.level,
        "value": value,
        "present": place.present,
        "share": place.share,
        "target_id": written.get(place.area_id),
    }
