"""What the plan of a case has somebody do, by when; and whose part that is."""

from uuid import UUID

from service.domain.procedure.case_file import CaseFile, Part
from service.domain.procedure.recording import retold
from service.domain.procedure.step import Step, StepCode, Transfer
from service.domain.procedure.tasks import Task, commune_in_charge, tasks
from tests.deadlines.steps import assessment, begun, ended, item, moment, plan, report, step

ASSESSED = (
    report("2018-03-01 08:00"),
    assessment("2018-03-01 10:00"),
    assessment("2018-03-05 09:00", StepCode.SPECIFIC_ASSESSMENT),
    step(StepCode.MEETING, "2018-03-06 09:00"),
)
PLANNED = (plan("2018-03-07 09:00", item(1, "2018-03-12", "2018-05-31"), item(2, "2018-03-20")),)
APPROVED = (step(StepCode.SUBMISSION, "2018-03-07 10:00"), step(StepCode.APPROVAL, "2018-03-08 16:00"))
IN_FORCE = (*ASSESSED, *PLANNED, *APPROVED)
ANOTHER = (
    plan("2018-04-01 09:00", item(2, "2018-03-20"), item(3, "2018-04-10")),
    step(StepCode.SUBMISSION, "2018-04-01 10:00"),
    step(StepCode.APPROVAL, "2018-04-02 10:00"),
)


def file(*steps: Step) -> CaseFile:
    last = CaseFile("protection")
    for after in retold(last, steps):
        last = after
    return last


def told(of: CaseFile) -> list[tuple[str, int, str, str, str | None]]:
    """Of each task: its code, the number of the item, since and until when, and how it ended."""

    def short(task: Task) -> tuple[str, int, str, str, str | None]:
        ended_at = task.met_at or task.lifted_at
        how = "met" if task.met_at else "lifted"
        times = (f"{at:%m-%d %H:%M}" for at in (task.starts_at, task.due_at))
        return (str(task.code), task.item.int, *times, f"{how} {ended_at:%m-%d %H:%M}" if ended_at else None)

    return sorted(map(short, tasks(of)))


def test_a_plan_in_force_has_each_measure_begun_and_ended_by_the_end_of_its_day() -> None:
    assert tasks(file(*ASSESSED, *PLANNED)) == []
    assert told(file(*IN_FORCE)) == [
        ("measure_end", 1, "03-08 16:00", "06-01 00:00", None),
        ("measure_start", 1, "03-08 16:00", "03-13 00:00", None),
        ("measure_start", 2, "03-08 16:00", "03-21 00:00", None),
    ]


def test_a_task_is_met_by_its_step_whenever_that_is_recorded() -> None:
    done = (begun("2018-03-13 09:00", 1), ended("2018-05-30 09:00", 1))
    expected = [
        ("measure_end", 1, "03-08 16:00", "06-01 00:00", "met 05-30 09:00"),
        ("measure_start", 1, "03-08 16:00", "03-13 00:00", "met 03-13 09:00"),
        ("measure_start", 2, "03-08 16:00", "03-21 00:00", None),
    ]
    assert told(file(*IN_FORCE, *done)) == expected
    assert told(file(*done, *IN_FORCE)) == expected


def test_another_plan_lifts_what_it_does_not_say_and_leaves_what_it_repeats() -> None:
    assert told(file(*IN_FORCE, *ANOTHER)) == [
        ("measure_end", 1, "03-08 16:00", "06-01 00:00", "lifted 04-02 10:00"),
        ("measure_start", 1, "03-08 16:00", "03-13 00:00", "lifted 04-02 10:00"),
        ("measure_start", 2, "03-08 16:00", "03-21 00:00", None),
        ("measure_start", 3, "04-02 10:00", "04-11 00:00", None),
    ]


def test_what_was_begun_is_to_be_ended_also_where_another_plan_is_silent_of_it() -> None:
    found = told(file(*IN_FORCE, begun("2018-03-12 09:00", 1), *ANOTHER))
    assert ("measure_end", 1, "03-08 16:00", "06-01 00:00", None) in found


def test_what_is_given_up_before_it_began_is_not_to_be_begun_any_more() -> None:
    found = told(file(*IN_FORCE, ended("2018-03-10 09:00", 1)))
    assert ("measure_start", 1, "03-08 16:00", "03-13 00:00", "lifted 03-10 09:00") in found
    assert ("measure_end", 1, "03-08 16:00", "06-01 00:00", "met 03-10 09:00") in found


def test_the_end_of_a_case_lifts_its_tasks() -> None:
    aged_out = step(StepCode.AGEING_OUT, "2018-03-09 09:00")
    assert {how for *_, how in told(file(*IN_FORCE, aged_out))} == {"lifted 03-09 09:00"}


def test_the_part_of_the_incident_stays_and_that_of_the_residence_moves_with_the_child() -> None:
    moved = file(*IN_FORCE, step(StepCode.TRANSFER, "2018-04-01 09:00", Transfer(7), "chuyển nhà"))
    assert [commune_in_charge(moved, part) for part in (Part.INCIDENT, Part.RESIDENCE)] == [1, 7]
    assert commune_in_charge(moved, Part.RESIDENCE, moment("2018-03-31 09:00")) == 2
    unknown = file(report("2018-03-01 08:00", residence=None))
    assert commune_in_charge(unknown, Part.RESIDENCE) == 1
    assert UUID(int=1) == PLANNED[0].content.items[0].id  # type: ignore[union-attr] # it is a plan
