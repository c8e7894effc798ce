"""How each operation of the API is asked for, soundly, and whether it is about a child, a case, a site or an area.

An operation that is not here fails the matrix: whoever adds one says here what it is about.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum, auto
from itertools import count
from typing import Any
from uuid import uuid4

from service.app import create_app
from service.domain.procedure.versions import FORMS
from service.reference import shipped
from tests.access.files import AUNT, case_of, item, step_of
from tests.access.province import COLLABORATOR, EMPLOYEE, FREE, OFFICE, OWN, PART, PLACES, REFORM, RENAMED, named
from tests.signing_in.people import PASSWORD

DOCUMENT: dict[str, Any] = create_app("").openapi()
OPERATIONS: dict[str, tuple[str, str, dict[str, Any]]] = {  # by id: method, path, the rest
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in DOCUMENT["paths"].items()
    for method, operation in operations.items()
}
SIGNED = {name: found for name, found in OPERATIONS.items() if "x-permission" in found[2]}
CLOSED_QUARTER = "2020-09-30"
OTHER_PASSWORD = "mot mat khau khac han"


class About(Enum):
    """What a caller must reach, or does not have to."""

    NOTHING = auto()
    CHILD = auto()
    CASE = auto()
    CHILD_IN_THE_BODY = auto()
    NEW_IN_AREA = auto()
    SITE = auto()
    LIST_OF_A_COLLABORATOR = auto()
    RECORDS_OF_AREA = auto()
    EXACT_FIGURES = auto()  # of an area whose records one may see
    WHOLE_PROVINCE = auto()  # which is nobody's here
    REPORT = auto()  # as who reads it where it happened
    OWN_REPORT = auto()  # as who sent it: that of the own agency
    ANY_REPORT = auto()  # as either
    VISIBLE = auto()  # by all who are permitted, wherever it lies


Made = Callable[[str], dict[str, Any]]


@dataclass(frozen=True)
class Asked:
    """A sound request of an operation, for each place."""

    about: About = About.NOTHING
    body: Made | None = None
    query: Made = field(default=lambda _: {})
    code: str = ""  # what `{code}` in the path stands for
    file: str = ""  # which of the cases of `files.py`; else the one of the place


def site(where: str) -> dict[str, Any]:
    return {"commune": FREE[where]}


def child(where: str) -> dict[str, Any]:
    home = {"commune": PLACES[where], "from": "2014-01-01"}
    return {"full_name": "Lê Văn Na", "sex": "male", "date_of_birth": "2012-03-04", "residence": home}


def case(where: str) -> dict[str, Any]:
    return {"child_id": str(named("child", where)), "kind": "support", "opened_on": "2019-02-01"}


def report(where: str) -> dict[str, Any]:
    said = {"source": "school", "channel": "direct", "concern": "at_risk", "received_at": "2020-12-30T23:40:00+07:00"}
    return said | {"commune": PLACES[where], "children": [{"sex": "male", "estimated_age": 9}]}


def of_child(where: str) -> dict[str, Any]:
    return {"child_id": str(named("child", where))}


def figures(where: str) -> dict[str, Any]:
    return {"on": CLOSED_QUARTER, "area": PLACES[where]}


def broken_down(where: str) -> dict[str, Any]:
    return figures(where) | {"by": "commune"}


def restated(where: str) -> dict[str, Any]:
    return {"on": CLOSED_QUARTER, "area": PLACES[where], "from_known": "2020-06-01", "until_known": "2020-12-31"}


def edition(where: str) -> dict[str, Any]:
    return {"programme": PROGRAMME, "on": CLOSED_QUARTER, "area": PLACES[where]}


def target(where: str) -> dict[str, Any]:
    return {
        "indicator": "special_rate",
        "area": PLACES[where],
        "direction": "at_most",
        "unit": "count",
        "value": "4",
        "due_on": "2020-12-31",
        "legal_basis": "Quyết định 12/QĐ-UBND",
        "decided_on": "2018-01-03",
    }


def population(where: str) -> dict[str, Any]:
    source = f"Niên giám thống kê {uuid4().hex}"
    return {"area": PLACES[where], "on": "2020-07-01", "population": 9000, "source": source}


def always(**body: Any) -> Made:
    return lambda _: body


def assessment(form: str) -> Made:
    items = (*FORMS[form].harm, *FORMS[form].capacity)
    return always(answers=dict.fromkeys(items, "low"), conclusion={"risk": "low"})


def planned(_: str) -> dict[str, Any]:
    return {"items": [{"measure": "support.3", "responsible": "UBND xã", "starts_on": "2020-03-10"}]}


def reported(where: str) -> dict[str, Any]:
    return {"incident": PLACES[where], "occurred_at": "2020-03-02T09:00:00+07:00"}


REFORMS, DAYS = count(), count()


def upgrade(_: str) -> dict[str, Any]:
    """Each on a later day than the one before: nothing that was changed here is changed on an earlier day."""
    unit = {"code": RENAMED, "name": uuid4().hex, "kind": "commune"}
    return {
        "effective_on": str(date(2000, 1, 1) + timedelta(days=next(REFORMS))),
        "legal_basis": "Nghị quyết",
        "units": [unit],
        "changes": [{"change": "upgraded", "from": RENAMED, "to": RENAMED}],
    }


def later(_: str) -> date:
    """Each a day later than the one before: a rule has one version from a day, and the calendar a day once."""
    return date(2021, 1, 1) + timedelta(days=next(DAYS))


def deadline_rule(where: str) -> dict[str, Any]:
    return {"code": "plan", "from": str(later(where)), "amounts": [7], "legal_basis": "Quyết định 12/QĐ-UBND"}


def holiday(where: str) -> dict[str, Any]:
    named = {"name_vi": "Nghỉ", "name_en": "Off", "source": "Quyết định 12/QĐ-UBND"}
    return {"day": str(later(where).replace(year=2031)), "kind": "holiday", **named}


A = About
COMMUNE, PROGRAMME, INDICATOR = "12145", "hung-yen-2016-2020", "special_assisted_rate"
ASKED: dict[str, Asked] = {
    "list_areas": Asked(),
    "list_communes": Asked(),
    "read_commune": Asked(code=COMMUNE),
    "read_lineage": Asked(code=COMMUNE),
    "list_maps": Asked(),
    "list_reforms": Asked(),
    "create_reform": Asked(body=upgrade),
    "read_reform": Asked(),
    "list_unsettled": Asked(),
    "list_categories": Asked(),
    "list_intervention_measures": Asked(),
    "list_deadline_rules": Asked(),
    "create_deadline_rule": Asked(A.WHOLE_PROVINCE, deadline_rule),
    "read_deadline_rule": Asked(),
    "list_holidays": Asked(),
    "create_holiday": Asked(A.WHOLE_PROVINCE, holiday),
    "read_holiday": Asked(),
    "delete_holiday": Asked(A.WHOLE_PROVINCE),
    "list_programmes": Asked(),
    "read_programme": Asked(code=PROGRAMME),
    "read_scoreboard": Asked(A.VISIBLE, query=figures, code=PROGRAMME),
    "list_rules": Asked(code=PROGRAMME),
    "draft_rule": Asked(A.WHOLE_PROVINCE, always(name_vi="Khác", name_en="Other"), code=PROGRAMME),
    "read_rule": Asked(code=PROGRAMME),
    "update_rule": Asked(A.WHOLE_PROVINCE, always(name_en="Other"), code=PROGRAMME),
    "delete_rule": Asked(A.WHOLE_PROVINCE, code=PROGRAMME),
    "adopt_rule": Asked(A.WHOLE_PROVINCE, always(**{"from": "2018-01-01"}), code=PROGRAMME),
    "preview_rule": Asked(A.WHOLE_PROVINCE, query=always(on=CLOSED_QUARTER), code=PROGRAMME),
    "list_targets": Asked(code=PROGRAMME),
    "read_target": Asked(A.VISIBLE, code=PROGRAMME),
    "create_target": Asked(A.NEW_IN_AREA, target, code=PROGRAMME),
    "allocate_target": Asked(A.NEW_IN_AREA, always(level="commune", method="share", on="2020-12-31"), code=PROGRAMME),
    "list_populations": Asked(),
    "read_population": Asked(A.VISIBLE),
    "create_population": Asked(A.NEW_IN_AREA, population),
    "list_indicators": Asked(),
    "read_indicator": Asked(code=INDICATOR),
    "read_attainment": Asked(A.VISIBLE, query=figures, code=INDICATOR),
    "read_breakdown": Asked(A.VISIBLE, query=broken_down, code=INDICATOR),
    "explain_figure": Asked(A.VISIBLE, query=figures, code=INDICATOR),
    "read_series": Asked(code=INDICATOR),
    "list_records": Asked(A.RECORDS_OF_AREA, query=figures, code=INDICATOR),
    "read_restatements": Asked(A.EXACT_FIGURES, query=restated, code=INDICATOR),
    "list_restatement_records": Asked(A.EXACT_FIGURES, query=restated, code=INDICATOR),
    "list_editions": Asked(),
    "create_edition": Asked(A.EXACT_FIGURES, edition),
    "read_edition": Asked(A.EXACT_FIGURES),
    "read_edition_content": Asked(A.EXACT_FIGURES),
    "verify_edition": Asked(A.EXACT_FIGURES),
    "explain_access": Asked(
        A.VISIBLE, query=lambda where: {"action": "read_child", "resource": f"/v1/children/{named('child', where)}"}
    ),
    "list_children": Asked(),
    "create_child": Asked(A.NEW_IN_AREA, child),
    "read_child": Asked(A.CHILD),
    "update_child": Asked(A.CHILD, always(full_name="Đỗ Thị Mơ")),
    "delete_child": Asked(A.CHILD),
    "settle_child": Asked(A.CHILD, always(commune=PART)),
    "create_residence": Asked(A.CHILD, always(commune="12160", **{"from": "2019-01-01"})),
    "update_residence": Asked(A.CHILD, always(until="2020-01-01", reason="left")),
    "delete_residence": Asked(A.CHILD),
    "create_circumstance": Asked(A.CHILD, always(category="a", **{"from": "2018-01-01"})),
    "update_circumstance": Asked(A.CHILD, always(until="2019-01-01")),
    "delete_circumstance": Asked(A.CHILD),
    "list_child_history": Asked(A.CHILD),
    "list_child_accesses": Asked(A.CHILD),
    "list_cases": Asked(),
    "open_case": Asked(A.CHILD_IN_THE_BODY, case),
    "read_case": Asked(A.CASE),
    "update_case": Asked(A.CASE, always(kind="protection")),
    "delete_case": Asked(A.CASE),
    "close_case": Asked(A.CASE, always(closed_on="2020-01-01", outcome="child_safe")),
    "create_intervention": Asked(A.CASE, always(measure="support.3", started_on="2018-05-20")),
    "update_intervention": Asked(A.CASE, always(ended_on="2018-05-20")),
    "delete_intervention": Asked(A.CASE),
    "read_case_file": Asked(A.CASE),
    "take_report": Asked(A.CASE, reported, file="begun"),
    "take_need": Asked(A.CASE, reported, file="needing"),
    "take_passing_on": Asked(A.CASE, always(), file="received"),
    "take_initial_assessment": Asked(A.CASE, assessment("02"), file="received"),
    "take_emergency_measures": Asked(A.CASE, always(), file="received"),
    "take_separation": Asked(A.CASE, always(**{"from": "2020-12-31", "until": "2021-01-10"}), file="assessed"),
    "take_separation_end": Asked(A.CASE, always(), file="separated"),
    "take_specific_assessment": Asked(A.CASE, assessment("03"), file="assessed"),
    "take_meeting": Asked(A.CASE, always(), file="assessed"),
    "take_plan": Asked(A.CASE, planned, file="planned"),
    "take_submission": Asked(A.CASE, always(), file="planned"),
    "take_approval": Asked(A.CASE, always(), file="submitted"),
    "take_return": Asked(A.CASE, always(reason="Chưa đủ"), file="submitted"),
    "take_measure_start": Asked(A.CASE, lambda where: {"item": str(item(where, 2))}, file="carrying_out"),
    "take_measure_end": Asked(A.CASE, lambda where: {"item": str(item(where, 1))}, file="carrying_out"),
    "take_placement": Asked(A.CASE, always(carer=str(AUNT)), file="assessed"),
    "take_follow_up": Asked(A.CASE, always(), file="placed"),
    "take_placement_end": Asked(A.CASE, always(), file="placed"),
    "take_review": Asked(A.CASE, assessment("06"), file="carrying_out"),
    "take_transfer": Asked(A.CASE, always(commune="12160", reason="Chuyển nhà"), file="received"),
    "take_closing": Asked(A.CASE, always(), file="assessed"),
    "take_unfounded": Asked(A.CASE, always(reason="Không có căn cứ"), file="received"),
    "take_ageing_out": Asked(A.CASE, always(), file="received"),
    "take_reopening": Asked(A.CASE, always(reason="Tái diễn"), file="unfounded"),
    "withdraw_step": Asked(A.CASE, file="helped"),
    "list_deadlines": Asked(A.CASE),
    "pause_deadline": Asked(A.CASE, always(reason="Chờ kết luận giám định")),
    "resume_deadline": Asked(A.CASE, always()),
    "list_tasks": Asked(),
    "read_task_summary": Asked(),
    "list_reports": Asked(),
    "create_report": Asked(body=report),
    "read_report": Asked(A.REPORT),
    "read_report_receipt": Asked(A.OWN_REPORT),
    "read_informant": Asked(A.REPORT),
    "pass_on_report": Asked(A.ANY_REPORT, always()),
    "find_report_unfounded": Asked(A.REPORT, always(reason="Đã xác minh")),
    "take_up_reported_child": Asked(A.REPORT, of_child),
    "identify_reported_child": Asked(A.REPORT, of_child),
    "list_sites": Asked(),
    "create_site": Asked(A.NEW_IN_AREA, site),
    "read_site": Asked(A.VISIBLE),
    "create_stage": Asked(A.SITE, always(stage="started", **{"from": "2018-01-01"})),
    "delete_stage": Asked(A.SITE),
    "list_collaborators": Asked(),
    "share_child": Asked(A.LIST_OF_A_COLLABORATOR),
    "unshare_child": Asked(A.LIST_OF_A_COLLABORATOR),
    "read_own_account": Asked(),
    "change_password": Asked(body=always(current=PASSWORD, new=OTHER_PASSWORD)),
    "list_accounts": Asked(),
    "create_account": Asked(
        body=lambda _: {"name": f"a{uuid4().hex}", "full_name": "Lê Thị Hoa", "password": PASSWORD}
    ),
    "read_account": Asked(),
    "update_account": Asked(body=lambda _: {"full_name": f"Phạm Văn {uuid4().hex}"}),
    "reset_password": Asked(body=always(password=OTHER_PASSWORD)),
    "create_assignment": Asked(body=always(role="health", area="12145", agency=str(OWN), **{"from": "2016-01-01"})),
    "update_assignment": Asked(body=always(until="2100-01-01")),
    "list_agencies": Asked(),
    "create_agency": Asked(body=lambda _: {"name": uuid4().hex, "kind": "other", "from": "2016-01-01"}),
    "read_agency": Asked(),
    "update_agency": Asked(body=lambda _: {"name": uuid4().hex}),
}


def path_of(name: str, where: str, **other: object) -> str:
    """The path of an operation at a place, with what is named put in its place."""
    path = OPERATIONS[name][1]
    values = {
        "account_id": EMPLOYEE,
        "agency_id": OFFICE,
        "reform_id": REFORM,
        "assignment_id": COLLABORATOR if "/children/" in path else EMPLOYEE,
        "code": ASKED[name].code,
        "number": 1,
        "day": "2020-01-01",
        "deadline_rule_id": shipped("deadline-rule/plan/2017-07-01"),
        "deadline_id": named("paused" if name == "resume_deadline" else "deadline", where),
        "child_number": 1,
    } | other
    if file := ASKED[name].file:
        values = {"case_id": case_of(where, file), "step_id": step_of(case_of(where, file), 1)} | values
    return re.sub(r"{(\w+)}", lambda found: str(values.get(found[1], named(found[1].removesuffix("_id"), where))), path)


def request(name: str, where: str) -> dict[str, Any]:
    """Method, path, query, body and headers of a sound request."""
    asked = ASKED[name]
    return {
        "method": OPERATIONS[name][0],
        "path": path_of(name, where),
        "params": asked.query(where),
        "json": asked.body(where) if asked.body else None,
        "headers": {"If-Match": "*"},
    }
