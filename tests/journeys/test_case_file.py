"""A case from the report on the eve of Tết to its closing: each deadline, each target, and who saw what."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.embedded import Server
from service.migrate import migrate
from tests.conftest import TODAY, clone
from tests.journeys.case_file import AUNT, FATHER, MOTHER, SECRETS, Deadlines, Journey, journey
from tests.routers.api import BAC_SON, PHU_UNG, figures, refusal

# What is due when, by hand. 24 January 2020 is the eve of Tết, a Friday; offices are closed from 23 to 29 January.
RECEIVED = "01-25 11:40"  # 23:40 and twelve hours, through the night and the feast
SEPARATED = "02-06 00:00"  # the decision says until 6 February; fifteen days would end on the 9th
PLAN = "02-08 00:00"  # assessed on Friday the 31st: Monday 3, 4, 5, 6, and the end of Friday 7 February
APPROVAL = "02-11 00:00"  # submitted on Thursday the 6th: Friday 7, and the end of Monday 10 February
STARTS = {"measure_start therapy": "02-13 00:00", "measure_start counsel": "02-18 00:00"}  # ends of 12 and 17 February
ENDS = {"measure_end counsel": "04-01 00:00", "measure_end therapy": "05-01 00:00"}  # of 31 March and 30 April

INTAKE: Deadlines = {
    "initial_assessment": ("met", RECEIVED, "01-25 09:00"),
    "emergency": ("met", RECEIVED, "01-25 02:30"),
    "separation_decision": ("met", RECEIVED, "01-25 10:30"),
}
PLANNED = INTAKE | {"separation": ("met", SEPARATED, "02-05 15:00"), "plan": ("met", PLAN, "02-06 16:00")}
APPROVED = PLANNED | {"approval": ("met", APPROVAL, "02-10 11:00")}
BEGUN = APPROVED | {
    "measure_start therapy": ("met", STARTS["measure_start therapy"], "02-12 09:00"),
    "measure_start counsel": ("met", STARTS["measure_start counsel"], "02-17 09:00"),
}
DEADLINES: dict[str, Deadlines] = {
    "before the assessment": {"initial_assessment": ("overdue", RECEIVED, None)},
    "new year": INTAKE | {"emergency": ("overdue", RECEIVED, None), "separation": ("due", SEPARATED, None)},
    "before the late entry": INTAKE
    | {
        "emergency": ("overdue", RECEIVED, None),
        "separation": ("due", SEPARATED, None),
        "plan": ("due", PLAN, None),
    },
    "the late entry": INTAKE | {"separation": ("due", SEPARATED, None), "plan": ("due", PLAN, None)},
    "planned": PLANNED | {"approval": ("due", APPROVAL, None)},
    "before the approval": PLANNED | {"approval": ("overdue", APPROVAL, None)},
    "approved": APPROVED | {task: ("due", due, None) for task, due in (STARTS | ENDS).items()},
    "begun": BEGUN | {task: ("due", due, None) for task, due in ENDS.items()},
    "moved": BEGUN | {task: ("due", due, None) for task, due in ENDS.items()},
    "the end": BEGUN
    | {
        "measure_end counsel": ("met", ENDS["measure_end counsel"], "03-31 23:30"),
        "measure_end therapy": ("met_late", ENDS["measure_end therapy"], "05-01 00:30"),
    },
}

CASE = {"evidence", "reach", "note on who harms", "reasons", "plan", "other plan", "note", "flag"}
NOBODY = {"reach of who harms"}  # not even what was said of the father before he was found to harm her
NAMES = {"persons"}
WATCH = CASE | NAMES
INTAKE_ALONE = {"report", "informant"}
IN_CHARGE = WATCH | INTAKE_ALONE
UNDER_WAY: dict[str, set[str]] = {
    **dict.fromkeys(["worker", "deputy", "chair", "acting"], IN_CHARGE),
    **dict.fromkeys(["district", "province"], WATCH | {"report"}),
    "inspector": WATCH,
    "police": NAMES | {"reach", "note on who harms"},
    **dict.fromkeys(["hotline", "clinic", "school", "registrar"], NAMES),
    "centre": NAMES | {"plan"},
}
AT_THE_END: dict[str, set[str]] = {
    **dict.fromkeys(["new worker", "new chair", "district", "province"], WATCH | {"report"}),
    "inspector": WATCH,
    **dict.fromkeys(["worker", "deputy", "chair", "acting"], INTAKE_ALONE),
    **dict.fromkeys(["hotline", "new school"], NAMES),
}


@pytest.fixture(scope="module")
async def way(server: Server, template: str) -> AsyncIterator[Journey]:
    dsn = await clone(server, template, "case_file")
    await migrate(dsn, TODAY)  # rights in a database are not cloned with it
    async with journey(dsn) as walked:
        yield walked


def test_a_report_that_is_sent_twice_is_received_once(way: Journey) -> None:
    first, again = way.answers["first"], way.answers["again"]
    assert (first.json(), again.headers["idempotent-replayed"]) == (again.json(), "true")
    assert first.json()["receipt"] == "1/2020/BC-33"


@pytest.mark.parametrize("when", DEADLINES)
def test_each_deadline_is_due_when_the_law_says_and_stands_as_what_was_done(way: Journey, when: str) -> None:
    assert way.deadlines[when] == DEADLINES[when]


def test_on_the_night_the_first_deadline_is_due_at_twenty_to_twelve(way: Journey) -> None:
    ((_, due_at, met_at),) = (way.deadlines["the night"]["initial_assessment"],)
    assert (due_at, met_at) == (RECEIVED, None)


def test_each_worker_has_the_tasks_of_the_own_cases_and_the_move_hands_them_on(way: Journey) -> None:
    assert way.tasks["before the late entry"]["worker"] == ["emergency", "separation", "plan"]
    assert way.tasks["the late entry"]["worker"] == ["separation", "plan"]
    assert way.tasks["approved"]["worker"] == [*STARTS, *ENDS]
    assert way.tasks["begun"] == {"worker": [*ENDS], "new worker": [], "deputy": []}
    assert way.tasks["moved"] == {"worker": [], "new worker": [*ENDS], "deputy": []}
    assert way.tasks["the end"] == {"worker": [], "new worker": [], "deputy": []}


def test_the_plan_waits_for_the_chair_and_the_stand_in_alone(way: Journey) -> None:
    waits: dict[str, list[bool]] = {"chair": [False], "acting": [False], "new chair": [], "strange chair": []}
    assert way.approvals["before the approval"] == waits
    assert way.approvals["approved"] == {who: [] for who in waits}


def test_the_stand_in_approves_in_the_chairs_place_and_on_record(way: Journey) -> None:
    (approval,) = (step for step in way.files["the end"]["steps"] if step["step"] == "approval")
    assert approval["account"].startswith("commune_worker")
    assert approval["in_place_of"].startswith("commune_chair")
    others = [step for step in way.files["the end"]["steps"] if step["step"] != "approval"]
    assert {step["in_place_of"] for step in others} == {None}


@pytest.mark.parametrize(
    ("tried", "told"),
    [
        ("to the father", (409, "carer_is_harming")),
        ("16 days", (422, "separation_too_long")),
        ("no items", (422, "plan_empty")),
        ("by the worker", (403, "forbidden")),
        ("by another chair", (404, "case_unknown")),
        ("once more", (409, "step_not_allowed")),
        ("before the move", (404, "case_unknown")),
        ("by the old commune", (403, "not_in_charge")),
        ("too early", (409, "step_not_allowed")),
    ],
)
def test_what_must_not_be_done_on_the_way_is_refused(way: Journey, tried: str, told: tuple[int, str]) -> None:
    assert refusal(way.answers[tried])[:2] == told


def test_the_late_entry_stands_where_it_occurred_and_changes_nothing_else_of_the_file(way: Journey) -> None:
    before, after = way.files["before the late entry"], way.files["the late entry"]
    late = next(step for step in after["steps"] if step["step"] == "emergency_measures")
    assert after["steps"].index(late) == 2  # between what was passed on at 23:55 and what was assessed at 9:00
    assert (late["occurred_at"], late["recorded_at"][:10]) == ("2020-01-25T02:30:00+07:00", "2020-02-01")
    assert after | {"steps": [step for step in after["steps"] if step != late]} == before


def test_the_case_goes_from_received_to_closed_and_from_commune_to_commune(way: Journey) -> None:
    stages = {name: (file["stage"], file["residence"]["code"]) for name, file in way.files.items()}
    assert stages["new year"] == ("initially_assessed", PHU_UNG)
    assert stages["the late entry"] == ("specifically_assessed", PHU_UNG)
    assert stages["planned"] == ("submitted", PHU_UNG)
    assert stages["approved"] == stages["begun"] == ("carrying_out", PHU_UNG)
    assert stages["moved"] == ("carrying_out", BAC_SON)
    assert stages["the end"] == ("closed", BAC_SON)
    assert way.files["new year"]["separated"]["days"] == 12
    assert way.files["the end"]["incident"]["code"] == PHU_UNG


def test_a_child_is_managed_and_assisted_exactly_from_the_first_measure_to_the_end(way: Journey) -> None:
    helped, not_helped = (1, 1), (0, 1)
    assert way.assisted["before the measures"] == {"01-30": (0, 0)} | dict.fromkeys(
        ["02-11", "02-12", "02-17"], not_helped
    )
    assert way.assisted["begun"] == {"02-11": not_helped, "02-12": helped, "02-17": helped}
    assert way.assisted["before the end"] == {"05-06": helped, "05-07": helped}
    assert way.assisted["the end"] == {
        **{"01-30": (0, 0), "02-11": not_helped, "02-12": helped, "03-01": helped, "03-02": helped},
        **{"05-06": helped, "05-07": not_helped},
    }


async def test_with_the_child_the_help_is_counted_in_the_other_commune(way: Journey) -> None:
    counted = {
        (day, commune): await figures(way.client, "special_assisted_rate", f"2020-{day}", area=commune)
        for day in ("03-01", "03-02")
        for commune in (PHU_UNG, BAC_SON)
    }
    assert counted == {
        ("03-01", PHU_UNG): (1, 1),
        ("03-01", BAC_SON): (0, 0),
        ("03-02", PHU_UNG): (0, 0),
        ("03-02", BAC_SON): (1, 1),
    }


def test_the_deadlines_are_kept_once_what_was_done_in_time_is_entered(way: Journey) -> None:
    """What a plan says is not the law's: a measure that ends half an hour late is nothing to this figure."""
    assert way.kept == {"before the late entry": (0, 1), "the late entry": (1, 1), "the end": (1, 1)}


def test_whoever_harms_is_no_contact_consenter_or_recipient_from_the_assessment_on(way: Journey) -> None:
    lists = ("contacts", "consenters", "recipients")
    before = {name: way.households["before the assessment"][name] for name in lists}
    assert before == {
        "contacts": [FATHER, MOTHER, AUNT],
        "consenters": [FATHER, MOTHER],
        "recipients": [FATHER, MOTHER],
    }
    later = ["new year", "the late entry", "planned", "approved", "begun", "moved", "the end"]
    for household in (way.households[name] for name in later):
        assert [household[name] for name in lists] == [[MOTHER, AUNT], [MOTHER], [MOTHER]]
        assert [person["phone"] for person in household["persons"] if person["id"] == FATHER] == [None]


def secrets(found: dict[str, dict[str, set[str]]]) -> dict[str, set[str]]:
    """Who finds which."""
    return {who: set(known) for who, known in found.items() if known}


@pytest.mark.parametrize(("when", "told"), [("under way", UNDER_WAY), ("the end", AT_THE_END)])
def test_nobody_sees_what_they_should_not_who_reads_the_whole_api(
    way: Journey, when: str, told: dict[str, set[str]]
) -> None:
    """The words themselves are looked for, in every read of everybody."""
    assert secrets(way.found[when]) == told
    assert set().union(*told.values()) == SECRETS.keys() - NOBODY


@pytest.mark.parametrize(
    ("secret", "operations"),
    [
        ("informant", {"read_informant"}),
        ("report", {"read_report"}),
        ("reach of who harms", set()),
        ("plan", {"read_case_file", "list_child_history"}),
        ("note", {"list_notes", "list_child_history"}),
    ],
)
def test_a_secret_is_told_where_it_is_asked_for_and_nowhere_else(
    way: Journey, secret: str, operations: set[str]
) -> None:
    everybody: list[dict[str, Any]] = [found for when in way.found.values() for found in when.values()]
    assert set().union(*(found.get(secret, set()) for found in everybody)) == operations
