"""A client that knows the service by its document alone signs in, works within its scope, and is refused outside it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.service import serving

PASSWORD = "một mật khẩu để thử"
OWN, OTHER = "12145", "12148"  # communes: that of the demonstration's worker, and a neighbour


class Client:
    """Operations by their ids. Paths, parameters, bodies, the way to sign in: all as the document says."""

    def __init__(self, address: str) -> None:
        self.http = httpx.Client(base_url=address, timeout=30)
        self.document = self.http.get("/openapi.json").json()
        self.operations = {
            operation["operationId"]: (method, path, operation)
            for path, methods in self.document["paths"].items()
            for method, operation in methods.items()
        }

    def sign_in(self, username: str) -> None:
        schemes = self.document["components"]["securitySchemes"]
        (scheme,) = schemes.values()
        flow = scheme["flows"]["password"]
        form = {"grant_type": "password", "username": username, "password": PASSWORD}
        token = self.http.post(flow["tokenUrl"], data=form).json()
        self.http.headers["Authorization"] = f"{token['token_type']} {token['access_token']}"

    def resolved(self, declared: dict[str, Any]) -> dict[str, Any]:
        """What is declared in place, or shared by many operations."""
        *_, name = declared.get("$ref", "").split("/")
        shared: dict[str, Any] = self.document["components"]["parameters"].get(name, declared)
        return shared

    def call(self, operation_id: str, body: Any = None, /, **given: Any) -> httpx.Response:
        method, path, operation = self.operations[operation_id]
        sent: dict[str, dict[str, str]] = {"path": {}, "query": {}, "header": {}}
        for declared in operation.get("parameters", []):
            parameter = self.resolved(declared)
            name = parameter["name"]
            if (key := name.lower().replace("-", "_")) in given:
                sent[parameter["in"]][name] = given.pop(key)
            else:
                assert not parameter.get("required"), f"{operation_id} needs {name}"
        assert not given, f"{operation_id} knows no {set(given)}"
        assert (body is not None) == ("requestBody" in operation)
        answer = self.http.request(
            method, path.format(**sent["path"]), params=sent["query"], headers=sent["header"], json=body
        )
        assert str(answer.status_code) in operation["responses"], (
            f"{operation_id} does not declare {answer.status_code}"
        )
        return answer


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    demonstration = {"DEMO_PASSWORD": PASSWORD}
    with serving(folder / "documented", "--demo", "--children", "2000", **demonstration) as running:
        yield running.address


@contextmanager
def client(address: str, username: str) -> Iterator[Client]:
    found = Client(address)
    with closing(found.http):
        found.sign_in(username)
        yield found


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_the_worker_of_a_commune_does_the_days_work(address: str) -> None:
    with client(address, "commune_worker") as api:
        home = {"commune": OWN, "from": "2020-03-01"}
        child = {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": "2012-05-06", "residence": home}
        made = api.call("create_child", child).json()
        circumstance = {"category": "l.4", "from": "2020-06-01", "evidence": "Kết luận của cơ quan y tế"}
        assert api.call("create_circumstance", circumstance, child_id=made["id"]).status_code == 201
        case = {"child_id": made["id"], "kind": "protection", "opened_on": "2020-06-02"}
        opened = api.call("open_case", case).json()
        given = {"measure": "intervention.1", "started_on": "2020-06-03"}
        assert api.call("create_intervention", given, case_id=opened["id"]).status_code == 201
        found = api.call("read_child", child_id=made["id"])
        assert found.json()["circumstances"][0]["category"] == "l.4"
        assert len(found.json()["open_cases"][0]["interventions"]) == 1
        changed = api.call(
            "update_child", {"full_name": "Đỗ Thị Mơ"}, child_id=made["id"], if_match=found.headers["etag"]
        )
        assert changed.json()["full_name"] == "Đỗ Thị Mơ"
        stale = api.call("update_child", {"sex": "male"}, child_id=made["id"], if_match=found.headers["etag"])
        assert problem(stale) == (412, "stale")
        history = api.call("list_child_history", child_id=made["id"]).json()["items"]
        assert {change["by"]["account"] for change in history} == {"commune_worker"}
        renamed = {"field": "full_name", "from": "Đỗ Thị Mận", "to": "Đỗ Thị Mơ", "withheld": False}
        assert renamed in history[0]["fields"]
        home = api.call("list_children", commune=OWN, q="do thi mo").json()["items"]
        assert made["id"] in [item["id"] for item in home]


def test_outside_the_scope_there_is_nothing(address: str) -> None:
    with client(address, "province_officer") as api:
        elsewhere = api.call("list_children", commune=OTHER, limit="1").json()["items"][0]["id"]
        case = api.call("list_cases", status="open", limit="500").json()["items"]
    with client(address, "commune_worker") as api:
        assert problem(api.call("read_child", child_id=elsewhere)) == (404, "child_unknown")
        assert api.call("list_children", commune=OTHER).json()["items"] == []
        own = {item["child_id"] for item in api.call("list_cases", limit="500").json()["items"]}
        hidden = next(item for item in case if item["child_id"] not in own)
        assert problem(api.call("read_case", case_id=hidden["id"])) == (404, "case_unknown")
        there = {"commune": OTHER, "from": "2020-03-01"}
        child = {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": "2012-05-06", "residence": there}
        assert problem(api.call("create_child", child)) == (403, "area_out_of_reach")
        why = api.call("explain_access", action="read_child", resource=f"/v1/children/{elsewhere}").json()
        assert (why["allowed"], [reason["holds"] for reason in why["reasons"]]) == (False, [True, True, False])


def test_who_has_seen_a_file_is_one_question(address: str) -> None:
    with client(address, "province_officer") as api:
        child = api.call("list_children", commune=OWN, limit="1").json()["items"][0]["id"]
    for user in ("commune_worker", "police", "commune_chair"):
        with client(address, user) as api:
            assert api.call("read_child", child_id=child).status_code == 200
    with client(address, "inspector") as api:
        looks = api.call("list_child_accesses", child_id=child, x_purpose="inspection").json()["items"]
    seen = [(look["account"], look["purpose"]) for look in looks if look["action"] == "read_child"]
    assert seen == [("commune_chair", "supervision"), ("police", "policing"), ("commune_worker", "case_work")]


def test_an_analyst_meets_figures_and_nobody(address: str) -> None:
    with client(address, "analyst") as api:
        assert problem(api.call("list_children")) == (403, "forbidden")
        board = api.call("read_scoreboard", code="hung-yen-2016-2020").json()
        assert (board["rounded"], board["on"]) == (True, "2020-09-30")
        assert all(figure["numerator"] % 5 == 0 for figure in board["items"])
        answer = api.call("read_attainment", code="special_rate", on="2020-09-29")
        assert (*problem(answer), answer.json()["reason"]) == (403, "aggregates_only", "not_a_quarter_end")
