"""A sound request of each operation, true in the sandbox: what schemathesis sets out from.

The examples of the document are of other things than those in the sandbox. Here each operation is given ids that are
there, made for it alone: what one operation withdraws, no other one misses.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import count
from typing import Any

import httpx

from service.domain.access import ROLES
from tests.contract.collection import ASKED, ASSIGNMENTS, CODES, IDS

PLACE = re.compile(r"(\w+)(?:\[(\d+)])?")
NUMBERS = count(1)
OWN_IDS = {"id", "previous_case_id"}
# What the example's own has been done to already.
OTHER = {
    "create_circumstance": {"category": "poor_household", "from": "2018-01-15"},
    "create_reform": {
        "effective_on": "2020-08-01",
        "legal_basis": "Nghị quyết 2",
        "units": [{"code": "12999", "name": "Đào Xá", "kind": "commune"}],
        "changes": [
            {"change": "split_into", "from": "12151", "to": "12151"},
            {"change": "split_into", "from": "12151", "to": "12999"},
        ],
    },
}
# By step: which one goes before it. The examples tell of when.
BEFORE = {
    "take_report": "",
    "take_passing_on": "take_report",
    "take_initial_assessment": "take_report",
    "take_emergency_measures": "take_report",
    "withdraw_step": "take_emergency_measures",
    "take_separation": "take_initial_assessment",
    "take_specific_assessment": "take_separation",
    "take_separation_end": "take_specific_assessment",
    "take_meeting": "take_specific_assessment",
    "take_plan": "take_meeting",
    "take_submission": "take_plan",
    "take_approval": "take_submission",
    "take_return": "take_submission",
    "take_measure_start": "take_approval",
    "take_measure_end": "take_approval",
    "take_review": "take_approval",
    "take_placement": "take_initial_assessment",
    "take_follow_up": "take_placement",
    "take_placement_end": "take_placement",
    "take_closing": "take_separation_end",
    "take_transfer": "take_report",
    "take_ageing_out": "take_report",
    "take_unfounded": "take_report",
    "take_reopening": "take_unfounded",
    "pause_deadline": "take_report",
}
# What is said otherwise than in the examples, in all steps that go before: so that this one can be taken.
SAID: dict[str, dict[str, Any]] = {
    "take_closing": {"conclusion": {"risk": "none", "stable": True}},
    "pause_deadline": {"occurred_at": "2020-12-30T09:00:00+07:00"},
}


def signed_in(address: str, role: str, password: str) -> str:
    form = {"grant_type": "password", "username": role, "password": password}
    token: str = httpx.post(f"{address}/v1/auth/token", data=form).raise_for_status().json()["access_token"]
    return token


def at(told: Any, place: str) -> str:
    for name, number in PLACE.findall(place):
        told = told[name][int(number)] if number else told[name]
    return str(told)


class Sandbox:
    """A running demonstration, asked and changed as whoever may."""

    def __init__(self, address: str, password: str, role: str) -> None:
        self.address, self.password, self.role = address, password, role
        self.document: dict[str, Any] = httpx.get(f"{address}/openapi.json").raise_for_status().json()
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, operations in self.document["paths"].items()
            for method, operation in operations.items()
        }
        self.tokens: dict[str, str] = {}

    def ask(self, name: str, ids: Mapping[str, Any] | None = None, body: Any = None) -> Any:
        """The answer of an operation, asked as the role of the sandbox or as the first that may."""
        method, path, operation = self.operations[name]
        roles = (self.role, "province_officer", *ROLES)
        role = next(role for role in roles if operation["x-permission"] in ROLES[role].permissions)
        if role not in self.tokens:
            self.tokens[role] = signed_in(self.address, role, self.password)
        headers = {"Authorization": f"Bearer {self.tokens[role]}"}
        answer = httpx.request(method, f"{self.address}{filled(path, ids or {})}", json=body, headers=headers)
        assert answer.is_success, f"{name} was answered {answer.status_code}: {answer.text}"
        return answer.json()

    def example(self, name: str, ids: Mapping[str, Any]) -> Any:
        """The body that an operation takes, about the things with these ids."""
        content = self.operations[name][2].get("requestBody", {}).get("content", {})
        return next((renewed(told.get("example"), ids) for told in content.values()), None)

    def make(self, operation: str, ids: Mapping[str, Any], /, **other: Any) -> Any:
        """Something of its own, as in the example but for what is said."""
        return self.ask(operation, ids, self.example(operation, ids) | other)

    def child(self, commune: str = "12145", **other: str) -> dict[str, str]:
        """A child of its own, with one of everything that hangs on it."""
        made = self.make("create_child", {}, residence={"commune": commune, "from": "2014-01-01"}, **other)
        ids = {"child_id": made["id"], "residence_id": made["residences"][0]["id"]}
        ids["agency"] = at(self.ask("list_agencies"), "items[0].id")
        ids["circumstance_id"] = self.make("create_circumstance", ids)["id"]
        ids["case_id"] = self.make("open_case", ids)["id"]
        ids["intervention_id"] = self.make("create_intervention", ids)["id"]
        return ids

    def file(self, name: str) -> dict[str, Any]:
        """A case that can take this step, with all that go before it."""
        ids: dict[str, Any] = self.child(**({"date_of_birth": "2004-12-05"} if name == "take_ageing_out" else {}))
        ids["case_id"] = self.make("open_case", ids, kind="protection")["id"]
        ids |= {"carer": self.make("create_person", ids)["id"], "harming": [self.make("create_person", ids)["id"]]}
        steps, said = [], ids | SAID.get(name, {})
        while name := BEFORE[name]:
            steps.insert(0, name)
        for step in steps:
            file = self.make(step, said)
            ids["step_id"] = file["steps"][-1]["id"]
            if step == "take_plan":
                ids["item"] = at(file, "draft.items[0].id")
        return ids

    def deadline(self) -> dict[str, Any]:
        """One that is running."""
        ids = self.file("pause_deadline")
        return ids | {"deadline_id": at(self.ask("list_deadlines", ids), "items[0].id")}

    def paused(self) -> dict[str, Any]:
        ids = self.deadline()
        self.make("pause_deadline", ids)
        return ids

    def flag(self) -> dict[str, str]:
        ids = self.child()
        return ids | {"flag_id": self.make("create_flag", ids)["id"]}

    def person(self) -> dict[str, str]:
        ids = self.child()
        return ids | {"person_id": self.make("create_person", ids)["id"]}

    def report(self) -> dict[str, Any]:
        return {"report_id": self.make("create_report", {})["id"], "child_number": 1}

    def of_register(self) -> dict[str, Any]:
        """A report, and the child that it is of."""
        return self.child() | self.report()

    def stranger(self) -> dict[str, Any]:
        """A report of a child that was taken up, and nobody knows who it is."""
        ids = self.report()
        self.ask("take_up_reported_child", ids, {})
        return ids

    def absence(self) -> dict[str, str]:
        """A day on which somebody is to act for the chair, and nobody else does."""
        accounts = {item["name"]: item for item in self.ask("list_accounts")["items"]}
        day = date(2100, 1, 1) + timedelta(days=next(NUMBERS))
        return {
            "for": accounts["commune_chair"]["assignments"][0]["id"],
            "account": accounts["justice"]["id"],
            "from": str(day),
            "until": str(day + timedelta(days=1)),
        }

    def stand_in(self) -> dict[str, str]:
        return {"stand_in_id": self.make("create_stand_in", self.absence())["id"]}

    def officers(self) -> dict[str, str]:
        """Who has cases, and who takes them over."""
        found = self.ask("list_officers")["items"]
        return {"assignment_id": found[0]["assignment"], "to": found[-1]["assignment"]}

    def holiday(self) -> dict[str, str]:
        day = str(date(2028, 1, 1) + timedelta(days=next(NUMBERS)))
        return {"day": at(self.make("create_holiday", {}, day=day), "day")}

    def account(self) -> dict[str, str]:
        number = next(NUMBERS)
        ids = {"account_id": self.make("create_account", {}, name=f"thu.{self.role}.{number}")["id"]}
        ids["agency"] = at(self.ask("list_agencies"), "items[0].id")
        return ids | {"assignment_id": self.make("create_assignment", ids)["id"]}

    def agency(self) -> dict[str, str]:
        return {"agency_id": self.make("create_agency", {}, name=f"Cơ quan {self.role} {next(NUMBERS)}")["id"]}

    def edition(self) -> dict[str, str]:
        return {"edition_id": self.make("create_edition", {})["id"]}

    def free_site(self) -> dict[str, str]:
        """A commune in which there is no site yet."""
        taken = {item["commune"]["code"] for item in self.ask("list_sites")["items"]}
        communes = (item["code"] for item in self.ask("list_communes")["items"])
        return {"commune": next(code for code in communes if code not in taken), "on": "2020-12-31"}

    def reform(self) -> dict[str, str]:
        """The split of a commune, which is applied once."""
        if not self.ask("list_reforms")["items"]:
            self.make("create_reform", {})
        return {"reform_id": at(self.ask("list_reforms"), "items[0].id")}

    def unsettled(self) -> dict[str, str]:
        """A child of a commune that was split, of whom nobody has told where it lives since."""
        self.reform()
        return self.child("12148")

    def draft(self) -> dict[str, int]:
        """A counting rule that may still be changed."""
        return {"number": self.make("draft_rule", {"code": CODES["/v1/programmes/{code}"]})["number"]}

    def target(self) -> dict[str, str]:
        due_on = str(date(2020, 1, 1) + timedelta(days=next(NUMBERS)))
        return {"target_id": self.make("create_target", {"code": CODES["/v1/programmes/{code}"]}, due_on=due_on)["id"]}

    def requests(self) -> dict[str, dict[str, Any]]:
        """By operation: the values of its path and its question, and its body."""
        return {name: self.request(name) for name in self.operations}

    def request(self, name: str) -> dict[str, Any]:
        _, path, operation = self.operations[name]
        wanted = re.findall(r"{(\w+)}", path)
        found: dict[str, Any] = {}
        found |= next(({"code": code} for beginning, code in CODES.items() if path.startswith(beginning)), {})
        for beginning, make in self.made().items():
            if path.startswith(beginning):
                found |= make()
        if name in BEFORE and "deadline_id" not in wanted:
            found |= self.file(name)
        for name_of_id in wanted:
            if name_of_id not in found:
                by, place = IDS.get(name_of_id) or ASSIGNMENTS[path.split("/")[2]]
                found[name_of_id] = at(self.ask(by, found), place)
        required = [p["name"] for p in operation.get("parameters", []) if p.get("in") == "query" and p.get("required")]
        body = self.example(name, found)
        return {
            "path": {key: found[key] for key in wanted},
            "query": {key: ASKED[key] for key in required},
            "body": self.free_site() if name == "create_site" else OTHER.get(name, body),
        }

    def made(self) -> dict[str, Callable[[], Mapping[str, Any]]]:
        """By the beginning of a path: what is made for each operation below it."""
        return {
            "/v1/children/{child_id}": self.child,
            "/v1/children/{child_id}/settle": self.unsettled,
            "/v1/children/{child_id}/persons/{person_id}": self.person,
            "/v1/cases": self.child,
            "/v1/cases/{case_id}/flags/{flag_id}": self.flag,
            "/v1/cases/{case_id}/deadlines/{deadline_id}/pause": self.deadline,
            "/v1/cases/{case_id}/deadlines/{deadline_id}/resume": self.paused,
            "/v1/case-reports/{report_id}": self.report,
            "/v1/case-reports/{report_id}/children/{child_number}/case": self.of_register,
            "/v1/case-reports/{report_id}/children/{child_number}/identification": self.stranger,
            "/v1/assignments/{assignment_id}": self.officers,
            "/v1/stand-ins": self.absence,
            "/v1/stand-ins/{stand_in_id}": self.stand_in,
            "/v1/holidays/{day}": self.holiday,
            "/v1/accounts/{account_id}": self.account,
            "/v1/agencies/{agency_id}": self.agency,
            "/v1/programmes/{code}/rules/{number}": self.draft,
            "/v1/programmes/{code}/targets/{target_id}": self.target,
            "/v1/reports/editions/{edition_id}": self.edition,
            "/v1/areas/reforms/{reform_id}": self.reform,
        }


def filled(path: str, ids: Mapping[str, Any]) -> str:
    return re.sub(r"{(\w+)}", lambda named: str(ids[named[1]]), path)


def renewed(body: Any, ids: Mapping[str, Any]) -> Any:
    """An example without ids of its own, about the things with these ids."""
    if isinstance(body, list):
        return [renewed(part, ids) for part in body]
    if not isinstance(body, dict):
        return body
    kept = {name: renewed(part, ids) for name, part in body.items() if name not in OWN_IDS}
    return {name: ids.get(name, part) for name, part in kept.items()}
