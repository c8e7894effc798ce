"""Deadlines in the tables, as the steps of a case have them, after each change."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.database import engine
from service.domain.calendar import VIETNAM
from service.domain.procedure.case_file import CaseFile as File
from service.domain.procedure.step import Placement, Step, StepCode, Transfer
from service.models import CaseFile, Child
from service.queries.deadlines import changes
from service.queries.in_hand import COLUMNS, in_hand
from service.queries.steps import folded
from tests.deadlines.steps import INCIDENT, RESIDENCE, assessment, begun, item, moment, plan, report, step

CASE, CHILD = UUID(int=21), UUID(int=22)
KEPT = "SELECT code, due_at, met_at, lifted_at, area_id FROM deadline ORDER BY code, nth, due_at"
JUDGED = text(f"SELECT {COLUMNS} FROM judged_by(NULL, :case)")
KEEP = text("SELECT keep_deadlines(:case, CAST(:gone AS jsonb), CAST(:put AS jsonb))")
NIGHT = report("2018-02-15 23:40")
ASSESSED = assessment("2018-02-16 10:00", emergency=True)
PLANNED = (
    assessment("2018-02-21 09:00", StepCode.SPECIFIC_ASSESSMENT),
    step(StepCode.MEETING, "2018-02-22 09:00"),
    plan("2018-02-23 09:00", item(1, "2018-03-01", "2018-04-30")),
    step(StepCode.SUBMISSION, "2018-02-23 10:00"),
)
APPROVAL = step(StepCode.APPROVAL, "2018-02-26 09:00")


class Case:
    """A case whose deadlines are kept as the service does it, by the owner of the tables."""

    def __init__(self, session: AsyncSession, record: CaseFile) -> None:
        self.session, self.record = session, record

    async def has(self, *steps: Step) -> list[tuple[str, str, str | None, str | None, int]]:
        """What is kept of the case with these steps and no others: code, due, met, lifted, commune in charge."""
        await self.session.flush()
        connection = await self.session.connection()
        held = in_hand(*(await connection.execute(JUDGED, {"case": CASE})).one())
        file = folded(File("protection"), steps)
        found = changes(file, held.case.officer, held.rules, held.deadlines, held.calendar)
        said = {name: orjson.dumps(rows).decode() for name, rows in found._asdict().items()}
        await connection.execute(KEEP, {"case": CASE} | said)
        return [
            (row[0], *(f"{at.astimezone(VIETNAM):%m-%d %H:%M}" if at else None for at in row[1:4]), row[4])
            for row in await connection.execute(text(KEPT))
        ]

    async def run(self, statement: str, **values: object) -> None:
        await (await self.session.connection()).execute(text(statement), values)


@pytest.fixture
async def case(shared_database: str) -> AsyncIterator[Case]:
    """What is done to it is undone after the test."""
    writing = engine(shared_database)
    async with AsyncSession(writing, expire_on_commit=False) as session:
        session.add(Child(id=CHILD, full_name="Đỗ Thị Mận", sex="female", date_of_birth=date(2010, 2, 28)))
        await session.flush()
        record = CaseFile(id=CASE, child_id=CHILD, kind="protection", opened_on=date(2018, 2, 15))
        session.add(record)
        yield Case(session, record)
        await session.rollback()
    await writing.dispose()


async def test_a_report_on_the_eve_of_tet_is_to_be_assessed_within_twelve_hours(case: Case) -> None:
    assert await case.has(NIGHT) == [("initial_assessment", "02-16 11:40", None, None, INCIDENT)]


async def test_what_an_assessment_concludes_counts_from_the_report(case: Case) -> None:
    assert await case.has(NIGHT, ASSESSED) == [
        ("emergency", "02-16 11:40", None, None, INCIDENT),
        ("initial_assessment", "02-16 11:40", "02-16 10:00", None, INCIDENT),
    ]


async def test_working_days_over_tet_and_tasks_of_the_plan(case: Case) -> None:
    found = await case.has(NIGHT, ASSESSED, *PLANNED, APPROVAL, begun("2018-03-02 09:00", 1))
    assert found[0] == ("approval", "02-28 00:00", "02-26 09:00", None, RESIDENCE)
    assert ("plan", "03-01 00:00", "02-23 10:00", None, RESIDENCE) in found
    assert ("measure_start", "03-02 00:00", "03-02 09:00", None, RESIDENCE) in found
    assert ("measure_end", "05-01 00:00", None, None, RESIDENCE) in found


async def test_a_step_that_is_withdrawn_takes_what_it_began_with_it_and_opens_what_it_met(case: Case) -> None:
    before = await case.has(NIGHT)
    await case.has(NIGHT, ASSESSED, *PLANNED)
    assert await case.has(NIGHT) == before
    assert await case.has() == []


async def test_the_file_may_be_recorded_in_any_order(case: Case) -> None:
    steps = (NIGHT, ASSESSED, *PLANNED, APPROVAL, begun("2018-03-02 09:00", 1))
    whole = await case.has(*steps)
    await case.has()
    for n in range(1, len(steps) + 1):
        grown = await case.has(*steps[:1], *reversed(steps[1:n]))
    assert grown == whole


async def test_a_transfer_moves_what_is_open_and_leaves_what_was_done_where_it_was_done(case: Case) -> None:
    moved = step(StepCode.TRANSFER, "2018-02-23 12:00", Transfer(7), "chuyển nhà")
    found = {(code, area) for code, _, _, _, area in await case.has(NIGHT, ASSESSED, *PLANNED, moved)}
    assert found == {("initial_assessment", 1), ("emergency", 1), ("plan", 2), ("approval", 7)}
    late = {(code, area) for code, _, _, _, area in await case.has(NIGHT, moved, *PLANNED, ASSESSED)}
    assert late == found


async def test_a_due_moment_stays_whatever_becomes_of_the_calendar_and_a_pause_stays_too(case: Case) -> None:
    await case.has(NIGHT, ASSESSED, *PLANNED)
    await case.run("INSERT INTO holiday (day, kind, name_vi, name_en, source) "
                   "VALUES ('2018-02-27', 'holiday', 'Nghỉ', 'Off', 'Quyết định')")  # fmt: skip
    await case.run("UPDATE deadline SET paused_at = :at, pause_reason = 'chờ kết luận' WHERE code = 'approval'",
                   at=moment("2018-02-24 09:00"))  # fmt: skip
    found = await case.has(NIGHT, ASSESSED, *PLANNED, step(StepCode.EMERGENCY_MEASURES, "2018-02-16 12:00"))
    assert ("approval", "02-28 00:00", None, None, RESIDENCE) in found
    assert ("emergency", "02-16 11:40", "02-16 12:00", None, INCIDENT) in found
    connection = await case.session.connection()
    kept = (await connection.execute(text("SELECT paused_at FROM deadline WHERE code = 'approval'"))).scalar_one()
    assert kept == moment("2018-02-24 09:00")
    in_time = "SELECT code, in_time FROM deadline WHERE met_at IS NOT NULL"
    assert dict((await connection.execute(text(in_time))).all()) == {
        "initial_assessment": True,
        "plan": True,
        "emergency": False,
    }
    await case.has()
    assert ("approval", "03-01 00:00", None, None, RESIDENCE) in await case.has(NIGHT, ASSESSED, *PLANNED)


async def test_what_is_done_while_the_clock_stands_still_is_in_time(case: Case) -> None:
    await case.has(NIGHT, ASSESSED, *PLANNED)
    await case.run("UPDATE deadline SET paused_at = :at, pause_reason = 'chờ' WHERE code = 'approval'",
                   at=moment("2018-02-27 09:00"))  # fmt: skip
    await case.has(NIGHT, ASSESSED, *PLANNED, step(StepCode.APPROVAL, "2018-03-08 09:00"))
    connection = await case.session.connection()
    kept = await connection.execute(text("SELECT in_time FROM deadline WHERE code = 'approval'"))
    assert kept.scalar_one() is True


async def test_a_version_of_a_rule_counts_for_what_begins_while_it_is_in_force(case: Case) -> None:
    await case.run("UPDATE deadline_rule SET during = '[2017-07-01,2018-02-16)' WHERE code = 'initial_assessment'")
    await case.run(
        "INSERT INTO deadline_rule (code, name_vi, name_en, kind, part, during, amounts, unit, starts, met_by, "
        "receipt, legal_basis) SELECT code, name_vi, name_en, kind, part, '[2018-02-16,)', '{24}', unit, starts, "
        "met_by, 'commune', legal_basis FROM deadline_rule WHERE code = 'initial_assessment'"
    )
    passed_on = step(StepCode.PASSING_ON, "2018-02-16 08:00")
    assert await case.has(NIGHT, passed_on) == [("initial_assessment", "02-16 11:40", None, None, INCIDENT)]
    later = report("2018-02-16 23:40"), step(StepCode.PASSING_ON, "2018-02-17 08:00")
    assert await case.has(*later) == [("initial_assessment", "02-18 08:00", None, None, INCIDENT)]


async def test_whoever_becomes_the_officer_of_a_case_takes_over_what_is_open(case: Case) -> None:
    await case.has(NIGHT, ASSESSED)
    officers = UUID(int=31), UUID(int=32)
    for officer in officers:
        await case.run("INSERT INTO account (id, name, kind, full_name) VALUES (:id, :name, 'person', 'x')",
                       id=officer, name=str(officer))  # fmt: skip
        await case.run("INSERT INTO assignment (id, account_id, role, area_id, during) "
                       "VALUES (:id, :id, 'commune_worker', 1, '[2016-01-01,)')", id=officer)  # fmt: skip
    emergency = step(StepCode.EMERGENCY_MEASURES, "2018-02-16 11:00")
    case.record.officer = officers[0]
    await case.has(NIGHT, ASSESSED)
    await case.has(NIGHT, ASSESSED, emergency)
    case.record.officer = officers[1]
    await case.session.flush()
    await case.has(NIGHT, ASSESSED, emergency, *PLANNED)
    connection = await case.session.connection()
    kept = dict((await connection.execute(text("SELECT code, officer FROM deadline"))).all())
    assert kept == {
        "initial_assessment": None,
        "emergency": officers[0],
        "plan": officers[1],
        "approval": officers[1],
    }


async def test_follow_ups_come_one_after_the_other(case: Case) -> None:
    placed = step(StepCode.PLACEMENT, "2018-03-31 09:00", Placement(UUID(int=9)))
    visit = step(StepCode.FOLLOW_UP, "2018-04-20 09:00")
    found = await case.has(NIGHT, ASSESSED, placed, visit)
    assert [row[1:3] for row in found if row[0] == "follow_up"] == [
        ("05-01 00:00", "04-20 09:00"),
        ("07-01 00:00", None),
    ]
