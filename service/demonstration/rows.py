"""The rows of the records, table by table, made one by one while the database takes them in."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from asyncpg import Range

from service.demonstration import agencies, assistance, days
from service.demonstration.identifiers import PersonalNumbers, drawn_uuid
from service.demonstration.names import Names, endless
from service.demonstration.province import Province

BOYS, UNKNOWN = 118 / 218, 0.0004  # 118 boys to 100 girls at birth: the order of Hưng Yên's ratio in these years
PRECISION = {"day": 96, "month": 2, "year": 1, "estimated": 1}
ETHNICITY: dict[str | None, float] = {"Kinh": 97, None: 2, "Tày": 0.4, "Mường": 0.3, "Nùng": 0.2, "Thái": 0.1}
NUMBERED, NUMBERED_BEFORE = 0.94, 0.3  # children with a personal number: born since 2016, and before
NUMBERS_GIVEN = date(2016, 1, 1)  # at birth, by Decree 137/2015

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Row = tuple[Any, ...]

CHILD = "id full_name sex date_of_birth date_of_birth_precision personal_id ethnicity created_at updated_at"
RESIDENCE = "id child_id area_id during end_reason"
CIRCUMSTANCE = "id child_id category_code during evidence"
CASE_FILE = "id child_id kind opened_on closed_on outcome reason previous_case_id"
INTERVENTION = "id case_id measure_code started_on ended_on provider agency_id"
SITE = "id area_id"
SITE_STAGE = "id site_id stage during"


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    columns: str
    count: int
    rows: Iterator[Row]

    @property
    def title(self) -> str:
        return self.name.replace("_", " ")


def tables(province: Province) -> Iterator[Table]:
    """In an order that keeps foreign keys."""
    people, courses = province.people, province.courses
    stays = len(people) + sum(len(stays) - 1 for stays in people.changed.values())
    circumstances = sum(len(course.circumstances) for course in courses)
    cases = [case for course in courses for case in course.cases]
    stages = sum(len(site.stages) for site in province.sites)
    yield Table("child", CHILD, len(people), children(province))
    yield Table("residence", RESIDENCE, stays, residences(province))
    yield Table("circumstance", CIRCUMSTANCE, circumstances, recorded_circumstances(province))
    yield Table("case_file", CASE_FILE, len(cases), case_files(province))
    yield Table("intervention", INTERVENTION, sum(len(case.interventions) for case in cases), interventions(province))
    yield Table("site", SITE, len(province.sites), ((site.id, site.commune.area) for site in province.sites))
    yield Table("site_stage", SITE_STAGE, stages, site_stages(province))


def children(province: Province) -> Iterator[Row]:
    rng = province.chance_of("children")
    names, numbers = Names(rng), PersonalNumbers(rng)
    precisions, ethnicities = endless(rng, PRECISION), endless(rng, ETHNICITY)
    for child_id, born, moment in zip(province.ids, province.people.born, province.registered, strict=True):
        chance = rng.random()
        sex = "unknown" if chance > 1 - UNKNOWN else "male" if chance < BOYS else "female"
        day, at = date.fromordinal(born), EPOCH + timedelta(milliseconds=moment)
        numbered = sex != "unknown" and rng.random() < (NUMBERED if day >= NUMBERS_GIVEN else NUMBERED_BEFORE)
        number = numbers.drawn(sex, day) if numbered else None
        yield child_id, names.drawn(sex), sex, day, next(precisions), number, next(ethnicities), at, at


def residences(province: Province) -> Iterator[Row]:
    rng, people, areas = province.chance_of("residences"), province.people, [c.area for c in province.communes]
    for child, child_id in enumerate(province.ids):
        if child not in people.changed:
            during = Range(date.fromordinal(people.came(child)))
            yield drawn_uuid(rng, province.registered[child]), child_id, areas[people.home[child]], during, None
            continue
        for stay in people.stays(child):
            during = period(stay.start, stay.until)
            yield recorded(rng, stay.start), child_id, areas[stay.commune], during, stay.reason


def recorded_circumstances(province: Province) -> Iterator[Row]:
    rng = province.chance_of("circumstances")
    for course in province.courses:
        for c in course.circumstances:
            circumstance_id = recorded(rng, max(c.start, days.REGISTER_BEGINS))
            yield circumstance_id, province.ids[course.child], c.category, period(c.start, c.until), c.evidence


def case_files(province: Province) -> Iterator[Row]:
    for course in province.courses:
        child = province.ids[course.child]
        for c in course.cases:
            yield c.id, child, c.kind, date.fromordinal(c.opened), day(c.closed), c.outcome, c.reason, c.previous


def interventions(province: Province) -> Iterator[Row]:
    rng, centre = province.chance_of("interventions"), agencies.CENTRE.id
    for course in province.courses:
        for case in course.cases:
            for i in case.interventions:
                started = date.fromordinal(i.started)
                agency = centre if i.provider == assistance.CENTRE else None
                yield recorded(rng, i.started), case.id, i.measure, started, day(i.ended), i.provider, agency


def site_stages(province: Province) -> Iterator[Row]:
    rng = province.chance_of("stages")
    for site in province.sites:
        for stage, start, until in site.periods():
            yield recorded(rng, start), site.id, stage, period(start, until)


def recorded(rng: Random, event: int) -> UUID:
    """The identifier of a record made in the weeks after the event."""
    return drawn_uuid(rng, days.office_moment(rng, min(event + days.drawn_delay(rng, 6, 45), days.UNTIL - 1)))


def day(ordinal: int | None) -> date | None:
    return None if ordinal is None else date.fromordinal(ordinal)


def period(start: int, until: int | None) -> Range[date]:
    return Range(day(start), day(until))
