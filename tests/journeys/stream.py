"""A stream of mixed writes over HTTP, and what must be found of them afterwards.

A writer keeps what each of its children looks like by what was acknowledged. A write without an answer may have been
done or not: then the child has two possible states, and must be found in one of them, whole.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from datetime import date, timedelta
from random import Random
from threading import Semaphore
from typing import Any
from uuid import UUID

import httpx

from tests.journeys.service import asked
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG

Child = dict[str, Any]  # as `seen` reads it
Request = tuple[str, str, dict[str, Any] | None]
COMMUNES = (PHU_UNG, BAC_SON, LAM_SON)
CATEGORIES = ("d", "d.2", "poor_household")
MEASURES = ("support.1", "support.3")
FIRST = date(2018, 1, 1)


def new_id(random: Random) -> str:
    """An id of the client's own; its first bits, a moment, are drawn too."""
    return str(UUID(int=random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 7 << 76 | 2 << 62))


def day(random: Random) -> str:
    return (FIRST + timedelta(random.randrange(700))).isoformat()


def register(child: Child, by: "Writer") -> Request:
    commune = by.random.choice(by.communes)
    child |= {"id": new_id(by.random), "full_name": "Đỗ Thị Mận", "circumstances": {}, "cases": {}}
    home = new_id(by.random)
    child["residences"] = {home: [commune, "2014-01-01", None]}
    body = {"id": child["id"], "full_name": child["full_name"], "sex": "female", "date_of_birth": "2010-02-28"}
    return "POST", "/v1/children", body | {"residence": {"id": home, "commune": commune, "from": "2014-01-01"}}


def rename(child: Child, by: "Writer") -> Request:
    child["full_name"] = f"Đỗ Thị {by.random.choice('ABCDEGHIK')}"
    return "PATCH", f"/v1/children/{child['id']}", {"full_name": child["full_name"]}


def move(child: Child, by: "Writer") -> Request | None:
    last = list(child["residences"].values())[-1]
    commune, since = (
        by.random.choice(by.communes),
        (date.fromisoformat(last[1]) + timedelta(by.random.randrange(1, 30))),
    )
    if since > date(2020, 1, 1):
        return None
    last[2] = since.isoformat()
    child["residences"][home := new_id(by.random)] = [commune, last[2], None]
    return "POST", f"/v1/children/{child['id']}/residences", {"id": home, "commune": commune, "from": last[2]}


def categorise(child: Child, by: "Writer") -> Request | None:
    category, since = by.random.choice(CATEGORIES), day(by.random)
    if any(category == found[0] for found in child["circumstances"].values()):
        return None
    child["circumstances"][record := new_id(by.random)] = [category, since, None]
    return "POST", f"/v1/children/{child['id']}/circumstances", {"id": record, "category": category, "from": since}


def end_circumstance(child: Child, by: "Writer") -> Request | None:
    if not child["circumstances"]:
        return None
    record, found = by.random.choice(list(child["circumstances"].items()))
    found[2] = (date.fromisoformat(found[1]) + timedelta(by.random.randrange(1, 300))).isoformat()
    return "PATCH", f"/v1/children/{child['id']}/circumstances/{record}", {"until": found[2]}


def withdraw_circumstance(child: Child, by: "Writer") -> Request | None:
    if not child["circumstances"]:
        return None
    child["circumstances"].pop(record := by.random.choice(list(child["circumstances"])))
    return "DELETE", f"/v1/children/{child['id']}/circumstances/{record}", None


def open_case(child: Child, by: "Writer") -> Request:
    child["cases"][case := new_id(by.random)] = [since := day(by.random), None, {}]
    return "POST", "/v1/cases", {"id": case, "child_id": child["id"], "kind": "support", "opened_on": since}


def intervene(child: Child, by: "Writer") -> Request | None:
    if not child["cases"]:
        return None
    case = by.random.choice(list(child["cases"]))
    measure, since = by.random.choice(MEASURES), day(by.random)
    child["cases"][case][2][record := new_id(by.random)] = [measure, since]
    return "POST", f"/v1/cases/{case}/interventions", {"id": record, "measure": measure, "started_on": since}


def withdraw_intervention(child: Child, by: "Writer") -> Request | None:
    given = [(case, record) for case, found in child["cases"].items() for record in found[2]]
    if not given:
        return None
    case, record = by.random.choice(given)
    del child["cases"][case][2][record]
    return "DELETE", f"/v1/cases/{case}/interventions/{record}", None


def close_case(child: Child, by: "Writer") -> Request | None:
    still_open = [case for case, found in child["cases"].items() if found[1] is None]
    if not still_open:
        return None
    case = by.random.choice(still_open)
    found = child["cases"][case]
    found[1] = (date.fromisoformat(found[0]) + timedelta(by.random.randrange(0, 300))).isoformat()
    return "POST", f"/v1/cases/{case}/close", {"closed_on": found[1], "outcome": "child_safe"}


def withdraw_case(child: Child, by: "Writer") -> Request | None:
    if not child["cases"]:
        return None
    child["cases"].pop(case := by.random.choice(list(child["cases"])))
    return "DELETE", f"/v1/cases/{case}", None


def withdraw(child: Child, by: "Writer") -> Request:
    address = f"/v1/children/{child['id']}"
    child.clear()
    return "DELETE", address, None


CHANGES: dict[Callable[[Child, "Writer"], Request | None], int] = {
    rename: 2,
    move: 2,
    categorise: 4,
    end_circumstance: 2,
    withdraw_circumstance: 1,
    open_case: 3,
    intervene: 3,
    withdraw_intervention: 1,
    close_case: 2,
    withdraw_case: 1,
    withdraw: 1,
}


def seen(api: httpx.Client, child_id: str) -> Child:
    """A child as the service shows it; nothing, if it is not there."""
    answer = asked(api, f"/v1/children/{child_id}")
    if answer.status_code == 404:
        return {}
    assert answer.status_code == 200, answer.text
    child = answer.json()
    cases = asked(api, "/v1/cases", child_id=child_id, limit=500).json()["items"]
    return {
        "id": child_id,
        "full_name": child["full_name"],
        "residences": {r["id"]: [r["commune"]["code"], r["from"], r["until"]] for r in child["residences"]},
        "circumstances": {c["id"]: [c["category"], c["from"], c["until"]] for c in child["circumstances"]},
        "cases": {
            c["id"]: [
                c["opened_on"],
                c["closed_on"],
                {i["id"]: [i["measure"], i["started_on"]] for i in c["interventions"]},
            ]
            for c in cases
        },
    }


class Writer:
    """Writes on its own children, one change after the other."""

    def __init__(self, seed: float, communes: Sequence[str] = COMMUNES) -> None:
        self.random, self.communes = Random(seed), communes
        self.children: dict[str, list[Child]] = {}  # the states in which each may be
        self.touched: set[str] = set()

    def draw(self) -> tuple[str, Child, Child, Request]:
        """A child's id, the child before and after a change, and the request that asks for it."""
        living = [child_id for child_id, (child, *_) in self.children.items() if child]
        if not living or self.random.random() < 0.2:
            after: Child = {}
            request = register(after, self)
            return after["id"], {}, after, request
        child_id = self.random.choice(living)
        before = self.children[child_id][0]
        while True:
            (change,) = self.random.choices(list(CHANGES), list(CHANGES.values()))
            after = deepcopy(before)
            if (asked := change(after, self)) is not None:
                return child_id, before, after, asked

    def write(self, api: httpx.Client, acknowledged: Semaphore) -> None:
        """Until an answer stays away."""
        while True:
            child_id, before, after, (method, path, body) = self.draw()
            self.touched.add(child_id)
            self.children[child_id] = [before, after]
            try:
                answer = api.request(method, path, json=body, headers={"If-Match": "*"})
            except httpx.TransportError:
                return
            if answer.status_code == 503:
                assert answer.headers["retry-after"]
                return
            assert answer.status_code in (200, 201, 204), (method, path.partition("/")[0], answer.text)
            self.children[child_id] = [after]
            acknowledged.release()

    def check(self, api: httpx.Client, children: set[str]) -> None:
        """Every child is as it was acknowledged, or as an unanswered write would have left it."""
        for child_id in children:
            found = seen(api, child_id)
            states = self.children[child_id]
            assert found in states, f"{child_id} is found as {found}, and not as one of {states}"
            self.children[child_id] = [found]
