"""The procedure step by step: a case in the night before Tết, and each refusal."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from service.domain.calendar import VIETNAM
from service.domain.procedure.assessment import Risk
from service.domain.procedure.case_file import CaseFile, Part, Stage
from service.domain.procedure.diagram import mermaid, table
from service.domain.procedure.recording import record
from service.domain.procedure.step import Content, Delivery, Placement, Report, Step, StepCode, Transfer
from service.domain.procedure.versions import FORMS, PROCEDURES, procedure
from service.domain.refusal import Refusal
from service.reference import rows
from tests.domain.procedure.walks import AUNT, MOTHER, START, WORKER, assessment, moment, plan, separation, step

S = StepCode
DOCS = Path(__file__).parents[3] / "docs" / "case-procedure.md"

NIGHT: list[tuple[StepCode, int, Content | None]] = [
    (S.REPORT, 0, Report(1, 2)),
    (S.PASSING_ON, 1, None),
    (S.INITIAL_ASSESSMENT, 3, assessment(Risk.HIGH, harming=True)),
    (S.EMERGENCY_MEASURES, 5, None),
    (S.SEPARATION, 6, separation(moment(6), 10)),
    (S.SPECIFIC_ASSESSMENT, 150, assessment(Risk.MEDIUM)),
    (S.MEETING, 160, None),
    (S.PLAN, 170, plan(1, 2)),
    (S.SUBMISSION, 171, None),
    (S.APPROVAL, 180, None),
    (S.MEASURE_START, 200, Delivery(UUID(int=1))),
    (S.SEPARATION_END, 220, None),
    (S.TRANSFER, 230, Transfer(3)),
    (S.MEASURE_END, 300, Delivery(UUID(int=1))),
    (S.MEASURE_END, 301, Delivery(UUID(int=2))),
    (S.REVIEW, 400, assessment()),
    (S.CLOSING, 420, None),
]
JOURNEY = [step(n, code, moment(hours), content) for n, (code, hours, content) in enumerate(NIGHT)]


def until(code: StepCode) -> CaseFile:
    """The file up to the last step of a code, and with it."""
    last = max(n for n, s in enumerate(JOURNEY) if s.code is code)
    return record(CaseFile("protection"), *JOURNEY[: last + 1])


def refused(file: CaseFile, code: StepCode, content: Content | None = None, **kw: object) -> Refusal:
    at = file.steps[-1].occurred_at + timedelta(hours=1)
    with pytest.raises(Refusal) as refusal:
        record(file, step(50, code, at, content, **kw))
    return refusal.value


def test_a_case_goes_from_the_report_in_the_night_to_its_closing() -> None:
    file = until(S.CLOSING)
    assert file.stage is Stage.CLOSED
    assert [risk for _, risk in file.risks] == [Risk.HIGH, Risk.MEDIUM, Risk.NONE]
    assert file.open_items == frozenset()


def test_each_commune_has_its_part_and_a_transfer_moves_that_of_the_residence() -> None:
    before, after = until(S.APPROVAL), until(S.TRANSFER)
    assert before.in_charge(Part.INCIDENT) == after.in_charge(Part.INCIDENT) == {1}
    assert before.in_charge(Part.RESIDENCE) == {2}
    assert after.in_charge(Part.RESIDENCE) == {3}
    assert before.in_charge(Part.EITHER) == {1, 2}
    unknown = record(CaseFile("protection"), step(1, S.REPORT, START, Report(1)))
    assert unknown.in_charge(Part.RESIDENCE) == {1}


@pytest.mark.parametrize(
    ("after", "code", "content", "refusal", "facts"),
    [
        (S.REPORT, S.APPROVAL, None, "step_not_allowed", {"reason": "out_of_order"}),
        (S.SEPARATION, S.SEPARATION_END, None, "step_not_allowed", {"reason": "not_reassessed"}),
        (S.SEPARATION, S.SEPARATION, separation(moment(250), 6), "separation_too_long", {"days": 16, "limit": 15}),
        (S.EMERGENCY_MEASURES, S.SEPARATION, separation(moment(6), 16), "separation_too_long", {"days": 16}),
        (S.EMERGENCY_MEASURES, S.SEPARATION, separation(moment(6), 5, MOTHER), "carer_is_harming", {}),
        (S.SPECIFIC_ASSESSMENT, S.PLACEMENT, Placement(MOTHER), "carer_is_harming", {}),
        (S.MEETING, S.PLAN, plan(), "plan_empty", {}),
        (
            S.REPORT,
            S.INITIAL_ASSESSMENT,
            assessment(gap=True),
            "assessment_incomplete",
            {"unanswered": "self_protection"},
        ),
        (S.APPROVAL, S.MEASURE_START, Delivery(UUID(int=7)), "measure_not_of_plan", {}),
        (S.APPROVAL, S.CLOSING, None, "step_not_allowed", {"reason": "out_of_order"}),
        (S.SPECIFIC_ASSESSMENT, S.CLOSING, None, "step_not_allowed", {"reason": "risk_remains"}),
        (S.APPROVAL, S.AGEING_OUT, None, "step_not_allowed", {"reason": "not_yet_sixteen"}),
        (S.CLOSING, S.REVIEW, assessment(), "step_not_allowed", {"reason": "out_of_order", "allowed": ["reopening"]}),
    ],
)
def test_a_step_that_breaks_a_rule_is_refused_by_its_name(
    after: StepCode, code: StepCode, content: Content | None, refusal: str, facts: dict[str, object]
) -> None:
    found = refused(until(after), code, content)
    assert found.code == refusal
    assert facts.items() <= found.facts.items()
    assert "allowed" in found.facts


def test_who_drafted_a_plan_does_not_approve_it() -> None:
    assert refused(until(S.SUBMISSION), S.APPROVAL, by=WORKER).code == "approved_by_drafter"


def test_a_case_is_not_closed_while_measures_are_open() -> None:
    file = record(until(S.APPROVAL), step(51, S.REVIEW, moment(400), assessment()))
    assert refused(file, S.CLOSING).facts["reason"] == "measures_open"


def test_a_step_is_not_before_the_report_nor_in_the_future_nor_without_an_offset() -> None:
    file = until(S.REPORT)
    with pytest.raises(Refusal, match="step_before_report"):
        record(file, step(60, S.EMERGENCY_MEASURES, moment(-1)))
    at = moment(5)
    with pytest.raises(Refusal, match="step_in_future"):
        record(file, Step(UUID(int=1), S.EMERGENCY_MEASURES, at, at.astimezone(UTC) - timedelta(minutes=1), WORKER))
    with pytest.raises(ValueError, match="offset"):
        Step(UUID(int=1), S.EMERGENCY_MEASURES, datetime(2018, 2, 16), at, WORKER)  # noqa: DTZ001 - what is refused


def test_a_late_step_that_a_later_one_contradicts_is_refused_and_one_that_fits_is_taken() -> None:
    closed = until(S.CLOSING)
    with pytest.raises(Refusal, match="step_contradicts_later"):
        record(closed, step(61, S.REVIEW, moment(410), assessment(Risk.HIGH)))
    assert record(closed, step(62, S.EMERGENCY_MEASURES, moment(4))).stage is Stage.CLOSED


def test_a_changed_plan_is_in_force_only_when_it_is_approved_and_the_old_one_until_then() -> None:
    file = record(until(S.MEASURE_START), step(63, S.PLAN, moment(210), plan(3)))
    assert file.plan == plan(1, 2)
    assert file.stage is Stage.PLANNED
    file = record(file, step(64, S.SUBMISSION, moment(211)), step(65, S.APPROVAL, moment(212)))
    assert file.plan == plan(3)
    assert file.open_items == {UUID(int=1), UUID(int=3)}  # what was begun must still be ended


def test_a_support_case_needs_no_approval() -> None:
    content: list[tuple[StepCode, Content | None]] = [
        (S.NEED, Report(1, 1)),
        (S.PLAN, plan(1)),
        (S.MEASURE_END, Delivery(UUID(int=1))),
        (S.REVIEW, assessment()),
        (S.CLOSING, None),
    ]
    steps = [step(n, code, moment(n), said) for n, (code, said) in enumerate(content)]
    assert record(CaseFile("support"), *steps).stage is Stage.CLOSED


def test_a_step_is_judged_by_the_procedure_of_its_day() -> None:
    eve = datetime(2017, 6, 30, 12, tzinfo=VIETNAM)
    steps = [
        step(1, S.REPORT, eve, Report(1, 2)),
        step(2, S.INITIAL_ASSESSMENT, eve + timedelta(hours=1), assessment(gap=True)),  # no form asked for it then
        step(3, S.SPECIFIC_ASSESSMENT, eve + timedelta(hours=2), assessment()),
    ]
    file = record(CaseFile("protection"), *steps)
    assert record(file, step(4, S.PLAN, eve + timedelta(hours=3), plan(1))).stage is Stage.PLANNED
    with pytest.raises(Refusal, match="step_not_allowed"):
        record(file, step(4, S.PLAN, eve + timedelta(hours=12), plan(1)))
    assert procedure("protection", eve.date()).code == "protection-2010"


def test_the_items_that_ship_with_their_names_are_those_of_the_forms() -> None:
    named = [(row["form"], row["side"], row["code"]) for row in rows("assessment_items.csv")]
    assert named == [
        (form.number, side, item)
        for form in sorted(FORMS.values(), key=lambda form: form.number)
        for side, items in (("harm", form.harm), ("capacity", form.capacity))
        for item in items
    ]


@pytest.mark.parametrize("version", PROCEDURES, ids=lambda version: version.code)
def test_the_guide_shows_the_procedure_as_it_runs(version: object) -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert mermaid(version) in text
    assert table(version) in text


def test_the_substitute_carer_may_be_somebody_else() -> None:
    assert record(until(S.SPECIFIC_ASSESSMENT), step(70, S.PLACEMENT, moment(151), Placement(AUNT))).carer == AUNT
