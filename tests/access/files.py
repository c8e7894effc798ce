"""Cases at every stage of the procedure, of a child who has turned sixteen: one for each step, which can take it."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import asyncpg
import orjson

from service.domain.period import Period
from service.domain.procedure.assessment import Assessment, Conclusion, Form, Level, Risk
from service.domain.procedure.recording import record
from service.domain.procedure.step import Content, Delivery, Placement, Plan, PlanItem, Report, Separation, Step
from service.domain.procedure.step import StepCode as S
from service.domain.procedure.versions import FORMS
from service.queries.step_contents import stored
from service.queries.steps import begun

BORN, OPENED = date(2003, 1, 1), datetime(2020, 3, 2, 2, tzinfo=UTC)
AUNT, ACTOR, DECIDER = UUID(int=42), UUID(int=43), UUID(int=44)
Said = list[tuple[S, Content | None]]


def assessed(form: Form, risk: Risk = Risk.HIGH) -> Assessment:
    items = (*form.harm, *form.capacity)
    return Assessment(dict.fromkeys(items, Level.LOW), Conclusion(risk, stable=risk is Risk.NONE))


def item(where: str, n: int) -> UUID:
    return uuid5(AUNT, f"{where} {n}")


def plan(where: str) -> Plan:
    """Of two measures, neither of which is an agency's."""
    return Plan(tuple(PlanItem(item(where, n), "support.3", "UBND xã", date(2020, 3, 10)) for n in (1, 2)))


def files(where: str, area: int) -> dict[str, Said]:
    """The steps of each file. That of a child who was harmed only seemingly can be closed at once."""
    received: Said = [(S.REPORT, Report(area, area))]
    initial: Said = [*received, (S.INITIAL_ASSESSMENT, assessed(FORMS["02"]))]
    specific = (S.SPECIFIC_ASSESSMENT, assessed(FORMS["03"], Risk.NONE))
    assessed_: Said = [*initial, specific]
    planned: Said = [*assessed_, (S.MEETING, None), (S.PLAN, plan(where))]
    submitted: Said = [*planned, (S.SUBMISSION, None)]
    days = Separation(Period(date(2020, 3, 3), date(2020, 3, 10)), AUNT)
    return {
        "begun": [],
        "needing": [],
        "received": received,
        "helped": [*received, (S.EMERGENCY_MEASURES, None)],
        "assessed": assessed_,
        "planned": planned,
        "submitted": submitted,
        "carrying_out": [*submitted, (S.APPROVAL, None), (S.MEASURE_START, Delivery(item(where, 1)))],
        "separated": [*initial, (S.SEPARATION, days), specific],
        "placed": [*initial, (S.PLACEMENT, Placement(AUNT))],
        "unfounded": [*received, (S.UNFOUNDED, None)],
    }


MAKE = """
DELETE FROM child WHERE id = '{child}';
INSERT INTO child (id, full_name, sex, date_of_birth) VALUES ('{child}', '{name}', 'male', '{born}');
INSERT INTO residence (child_id, area_id, during) VALUES ('{child}', {area}, '[2019-06-01,)');
SELECT ledger_post(ARRAY['{child}']::uuid[], '2020-12-31', 'tests', 'remade');
"""
CASE = """
INSERT INTO case_file (id, child_id, kind, opened_on, closed_on, outcome, stage, incident_area_id, residence_area_id)
VALUES ($1, $2, $3, '2020-03-02', $4, $5, $6, $7, $8)
"""
STEP = """
INSERT INTO case_step (id, case_id, code, occurred_at, recorded_at, actor, content, reason)
VALUES ($1, $2, $3, $4, $4, $5, $6, $7)
"""


async def remake(owner: asyncpg.Connection, child: UUID, name: str, where: str, area: int) -> None:
    """The child and its cases, as they are to begin with."""
    await owner.execute(MAKE.format(child=child, name=name, born=BORN, area=area))
    cases, rows = [], []
    for called, said in files(where, area).items():
        case_id = case_of(where, called)
        steps = list(taken(case_id, said))
        file = record(begun("support" if called == "needing" else "protection", BORN), *steps)
        closed_on = date(2020, 3, 3) if called == "unfounded" else None
        outcome, stage = file.stage if closed_on else None, file.stage if steps else None
        cases.append((case_id, child, file.kind, closed_on, outcome, stage, file.incident, file.residence))
        rows += [row(case_id, step) for step in steps]
    await owner.executemany(CASE, cases)
    await owner.executemany(STEP, rows)


def case_of(where: str, called: str) -> UUID:
    return uuid5(ACTOR, f"{called} {where}")


def step_of(case_id: UUID, n: int) -> UUID:
    return uuid5(case_id, str(n))


def taken(case_id: UUID, said: Said) -> Iterable[Step]:
    """One step every twelve hours."""
    for n, (code, content) in enumerate(said):
        at = OPENED + timedelta(hours=12 * n)
        by = DECIDER if code is S.APPROVAL else ACTOR
        yield Step(step_of(case_id, n), code, at, at, by, content, "vì vậy" if code is S.UNFOUNDED else None)


def row(case_id: UUID, step: Step) -> tuple[Any, ...]:
    content = step.content and orjson.dumps(stored(step.content)).decode()
    return step.id, case_id, step.code, step.occurred_at, step.by, content, step.reason
