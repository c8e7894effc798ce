"""Due moments, counted by hand; and how a deadline stands."""

from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from service.domain.calendar import VIETNAM
from service.domain.procedure.assessment import Assessment, Conclusion, Risk
from service.domain.procedure.case_file import CaseFile
from service.domain.procedure.clock import Deadline, Rule, Unit, deadlines, due
from service.domain.procedure.conditions import SEPARATION_DAYS
from service.domain.procedure.step import Placement, Report, Step, StepCode
from service.domain.procedure.working_days import WorkingDays
from service.domain.refusal import Refusal
from service.reference import rows

CALENDAR = WorkingDays.of(rows("holidays.csv"))
RULES = [Rule.of(row) for row in rows("deadlines.csv")]
RULE = {rule.code: rule for rule in RULES}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VIETNAM)


def rule(unit: Unit, amount: int) -> Rule:
    of: dict[Unit, str] = {"hours": "emergency", "working_days": "plan", "days": "separation", "months": "follow_up"}
    found = RULE[of[unit]]
    return Rule(of[unit], "protection", found.during, (amount,), unit, found.starts, found.met_by)


@pytest.mark.parametrize(
    ("start", "until"),
    [
        ("2017-07-01 00:00", "2017-07-01 12:00"),  # the first night of the decree
        ("2017-07-03 08:00", "2017-07-03 20:00"),
        ("2018-02-14 23:40", "2018-02-15 11:40"),
        ("2018-02-15 23:40", "2018-02-16 11:40"),  # the eve of Tết
        ("2019-02-04 23:40", "2019-02-05 11:40"),
        ("2020-01-24 23:40", "2020-01-25 11:40"),
        ("2018-12-31 20:00", "2019-01-01 08:00"),
        ("2018-09-01 12:00", "2018-09-02 00:00"),
        ("2019-02-28 18:00", "2019-03-01 06:00"),
        ("2020-02-28 18:00", "2020-02-29 06:00"),
    ],
)
def test_twelve_hours_run_day_and_night(start: str, until: str) -> None:
    assert due(rule("hours", 12), moment(start), CALENDAR) == moment(until)


@pytest.mark.parametrize(
    ("amount", "start", "last"),
    [
        (2, "2018-06-04 00:00", "2018-06-06"),  # an ordinary week
        (2, "2018-06-04 16:30", "2018-06-06"),
        (2, "2018-06-08 23:59", "2018-06-12"),  # a Friday night
        (2, "2018-06-09 09:00", "2018-06-12"),
        (2, "2018-06-10 09:00", "2018-06-12"),
        (5, "2018-06-06 09:00", "2018-06-13"),
        (2, "2017-01-23 09:00", "2017-01-25"),  # Tết 2017: off from Thursday 26/1 to Wednesday 1/2
        (2, "2017-01-24 09:00", "2017-02-02"),
        (2, "2017-01-25 09:00", "2017-02-03"),
        (5, "2017-01-25 09:00", "2017-02-08"),
        (2, "2017-01-28 09:00", "2017-02-03"),
        (2, "2017-02-01 23:00", "2017-02-03"),
        (2, "2017-04-05 09:00", "2017-04-10"),  # Giỗ Tổ on a Thursday
        (2, "2017-04-28 09:00", "2017-05-04"),  # 30/4 on a Sunday, given back on 2/5
        (5, "2017-04-28 09:00", "2017-05-09"),
        (2, "2017-09-01 09:00", "2017-09-06"),
        (5, "2017-09-01 09:00", "2017-09-11"),
        (2, "2017-12-29 09:00", "2018-01-03"),
        (2, "2018-02-12 09:00", "2018-02-21"),  # Tết 2018: off from Wednesday 14/2 to Tuesday 20/2
        (2, "2018-02-13 09:00", "2018-02-22"),
        (5, "2018-02-13 09:00", "2018-02-27"),
        (5, "2018-02-09 09:00", "2018-02-23"),
        (2, "2018-02-16 09:00", "2018-02-22"),
        (2, "2018-02-20 09:00", "2018-02-22"),
        (2, "2018-04-24 09:00", "2018-04-27"),  # Giỗ Tổ, then 30/4 and 1/5
        (5, "2018-04-24 09:00", "2018-05-04"),
        (2, "2018-04-27 09:00", "2018-05-03"),
        (2, "2018-08-31 09:00", "2018-09-05"),
        (2, "2018-12-28 09:00", "2019-01-03"),  # 31/12 off, worked on Saturday 5/1
        (5, "2018-12-28 09:00", "2019-01-07"),
        (2, "2019-01-03 09:00", "2019-01-05"),
        (2, "2019-01-04 09:00", "2019-01-07"),
        (2, "2019-01-05 09:00", "2019-01-08"),
        (2, "2019-01-31 09:00", "2019-02-11"),  # Tết 2019: off from Monday 4/2 to Friday 8/2
        (2, "2019-02-01 09:00", "2019-02-12"),
        (5, "2019-02-01 09:00", "2019-02-15"),
        (2, "2019-02-05 09:00", "2019-02-12"),
        (2, "2019-02-09 09:00", "2019-02-12"),
        (2, "2019-04-12 09:00", "2019-04-17"),
        (2, "2019-04-26 09:00", "2019-05-03"),  # 29/4 off, worked on Saturday 4/5
        (5, "2019-04-26 09:00", "2019-05-07"),
        (2, "2019-05-02 09:00", "2019-05-04"),
        (2, "2019-05-03 09:00", "2019-05-06"),
        (2, "2019-08-30 09:00", "2019-09-04"),
        (2, "2019-12-31 09:00", "2020-01-03"),
        (5, "2020-01-20 09:00", "2020-02-03"),  # Tết 2020: off from Thursday 23/1 to Wednesday 29/1
        (2, "2020-01-21 09:00", "2020-01-30"),
        (2, "2020-01-22 09:00", "2020-01-31"),
        (5, "2020-01-22 09:00", "2020-02-05"),
        (2, "2020-01-25 09:00", "2020-01-31"),
        (2, "2020-01-29 09:00", "2020-01-31"),
        (2, "2020-04-01 09:00", "2020-04-06"),
        (2, "2020-04-29 09:00", "2020-05-05"),
        (5, "2020-04-29 09:00", "2020-05-08"),
        (2, "2020-09-01 09:00", "2020-09-04"),
    ],
)
def test_working_days_are_counted_from_the_day_after_to_the_end_of_the_last(amount: int, start: str, last: str) -> None:
    assert due(rule("working_days", amount), moment(start), CALENDAR) == moment(last) + timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "last"),
    [
        ("2018-06-01 10:00", "2018-06-15"),
        ("2018-02-14 23:59", "2018-02-28"),
        ("2020-02-15 00:00", "2020-02-29"),
        ("2019-12-20 10:00", "2020-01-03"),
    ],
)
def test_fifteen_days_of_separation_hold_the_first_one(start: str, last: str) -> None:
    assert due(RULE["separation"], moment(start), CALENDAR) == moment(last) + timedelta(days=1)
    assert RULE["separation"].amounts == (SEPARATION_DAYS,)


@pytest.mark.parametrize(
    ("nth", "start", "last"),
    [
        (0, "2018-05-15 10:00", "2018-06-15"),
        (0, "2019-01-31 10:00", "2019-02-28"),
        (0, "2020-01-31 10:00", "2020-02-29"),
        (1, "2019-01-31 10:00", "2019-04-30"),
        (1, "2018-11-30 10:00", "2019-02-28"),
        (2, "2019-01-31 10:00", "2019-10-31"),
        (3, "2018-08-31 10:00", "2019-11-30"),
    ],
)
def test_months_end_with_the_day_of_their_start_or_their_last(nth: int, start: str, last: str) -> None:
    assert due(RULE["follow_up"], moment(start), CALENDAR, nth) == moment(last) + timedelta(days=1)


def step(number: int, code: StepCode, at: str, content: object = None) -> Step:
    return Step(UUID(int=number), code, moment(at), moment(at), UUID(int=1), content)


EMERGENCY = Assessment({}, Conclusion(Risk.HIGH, emergency=True))
NIGHT = (
    step(1, StepCode.REPORT, "2018-02-15 23:40", Report(1)),
    step(2, StepCode.PASSING_ON, "2018-02-16 01:00"),
    step(3, StepCode.INITIAL_ASSESSMENT, "2018-02-16 09:00", EMERGENCY),
    step(4, StepCode.EMERGENCY_MEASURES, "2018-02-16 12:30"),
)


@pytest.mark.parametrize(
    ("receipt", "until", "standing"),
    [("first", "2018-02-16 11:40", "met_late"), ("commune", "2018-02-16 13:00", "met")],
)
def test_receipt_is_that_of_the_first_place_or_of_the_commune_as_the_rule_says(
    receipt: str, until: str, standing: str
) -> None:
    row = next(row for row in rows("deadlines.csv") if row["code"] == "emergency")
    (found,) = deadlines(CaseFile("protection", steps=NIGHT), [Rule.of({**row, "receipt": receipt})], CALENDAR)
    assert found.due_at == moment(until)
    assert found.standing(moment("2018-02-17 00:00")) == standing


def test_no_emergency_is_due_where_the_assessment_found_none_and_before_2017_the_clock_is_silent() -> None:
    calm = Assessment({}, Conclusion(Risk.LOW))
    steps = (NIGHT[0], step(3, StepCode.INITIAL_ASSESSMENT, "2018-02-16 09:00", calm))
    assert [d.rule.code for d in deadlines(CaseFile("protection", steps=steps), RULES, CALENDAR)] == [
        "initial_assessment"
    ]
    early = (step(1, StepCode.REPORT, "2017-06-30 23:59", Report(1)),)
    assert deadlines(CaseFile("protection", steps=early), RULES, CALENDAR) == []


def test_a_deadline_is_due_to_its_very_moment_and_overdue_after_it() -> None:
    start = moment("2018-02-15 23:40")
    deadline = Deadline(RULE["emergency"], 0, start, due(RULE["emergency"], start, CALENDAR))
    assert deadline.standing(moment("2018-02-16 11:40")) == "due"
    assert deadline.standing(moment("2018-02-16 11:41")) == "overdue"


@pytest.mark.parametrize(
    ("code", "start", "paused", "resumed", "until"),
    [
        ("emergency", "2018-06-04 08:00", "2018-06-04 10:00", "2018-06-05 07:00", "2018-06-05 17:00"),
        ("plan", "2018-06-04 09:00", "2018-06-06 12:00", "2018-06-06 17:00", "2018-06-12 00:00"),
        ("plan", "2018-06-04 09:00", "2018-06-06 12:00", "2018-06-13 12:00", "2018-06-19 00:00"),
        ("plan", "2018-06-04 09:00", "2018-06-09 12:00", "2018-06-11 08:00", "2018-06-12 00:00"),
        ("approval", "2018-02-12 09:00", "2018-02-13 12:00", "2018-02-17 08:00", "2018-02-23 00:00"),
    ],
)
def test_what_was_left_goes_on_after_a_pause(code: str, start: str, paused: str, resumed: str, until: str) -> None:
    begun = Deadline(RULE[code], 0, moment(start), due(RULE[code], moment(start), CALENDAR))
    resting = begun.paused(moment(paused), "chờ kết luận giám định")
    assert resting.standing(moment(resumed)) == "paused"
    assert resting.resumed(moment(resumed), CALENDAR).due_at == moment(until)


def test_what_is_overdue_or_counted_by_the_calendar_cannot_be_paused() -> None:
    start = moment("2018-06-04 08:00")
    for code, at, refusal in (
        ("emergency", "2018-06-05 08:00", "deadline_not_running"),
        ("separation", "2018-06-05 08:00", "deadline_not_pausable"),
    ):
        with pytest.raises(Refusal) as refused:
            Deadline(RULE[code], 0, start, due(RULE[code], start, CALENDAR)).paused(moment(at), "lý do")
        assert refused.value.code == refusal


def test_a_due_moment_stays_as_it_began_when_the_calendar_is_changed_later() -> None:
    steps = (*NIGHT, step(5, StepCode.SUBMISSION, "2018-06-08 09:00"))
    file = CaseFile("protection", steps=steps)
    before = deadlines(file, [RULE["approval"]], CALENDAR)
    changed = WorkingDays(CALENDAR.years, CALENDAR.off | {date(2018, 6, 11)}, CALENDAR.on)
    assert deadlines(file, [RULE["approval"]], changed, before) == before
    assert deadlines(file, [RULE["approval"]], changed) != before


def test_each_visit_meets_one_follow_up_and_one_that_comes_too_soon_meets_none() -> None:
    visits = ("2019-01-10 09:00", "2019-01-20 09:00", "2019-03-31 09:00")
    steps = (
        step(1, StepCode.PLACEMENT, "2018-12-31 09:00", Placement(UUID(int=9))),
        *(step(n, StepCode.FOLLOW_UP, at) for n, at in enumerate(visits, 2)),
    )
    found = deadlines(CaseFile("protection", steps=steps), [RULE["follow_up"]], CALENDAR)
    assert [d.met_at for d in found] == [moment(visits[0]), moment(visits[2]), None]
    assert [d.due_at for d in found] == [moment(day + " 00:00") for day in ("2019-02-01", "2019-04-01", "2019-10-01")]
