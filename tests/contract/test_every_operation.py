"""Every operation of the service keeps the conventions of the contract; what need not keep one is named with why."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from service.app import create_app
from service.domain.access import ROLES
from service.preconditions import if_match, required_if_match
from service.problems import PROBLEMS
from service.routing import Read
from tests.access.classes import schema_of
from tests.access.operations import ASKED, DOCUMENT, OPERATIONS, SIGNED, About, path_of, request
from tests.access.province import INSIDE, Province
from tests.routers.api import refusal

WHOLE = "all of a few dozen that the law, a programme or the map knows, at once: there is no next page"
WHOLE_LISTS = {
    "list_maps": WHOLE,
    "list_categories": WHOLE,
    "list_intervention_measures": WHOLE,
    "list_programmes": WHOLE,
    "list_indicators": WHOLE,
    "list_rules": WHOLE,
}
UNVERSIONED = {  # changes without If-Match
    "unshare_child": "a child is on the list or not: there is nothing between to overwrite",
}
WITHOUT_ID = {  # makes what is not named by an id of the client's
    "draft_rule": "rules are numbered in their programme",
}
LOOKED_AT = {  # reads whose answer is another one afterwards
    "list_child_accesses": "the look at it is on the list",
}
UNTOLD = {  # reads whose fields cannot be chosen
    "read_edition_content": "its bytes are sealed",
}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    return DOCUMENT["components"]["schemas"][name] if name else schema


def answered(name: str) -> dict[str, Any]:
    """The properties of what an operation answers."""
    return dict(resolved(schema_of(SIGNED[name][2], 200)).get("properties", {}))


ROUTES = {route.name: route for route in create_app("").routes if isinstance(route, Read)}
READS = [name for name in SIGNED if OPERATIONS[name][0] == "GET"]
LISTS = [name for name in READS if {"items", "next"} <= set(answered(name))]
SINGLE = [name for name in READS if name not in LISTS]
WITH_BODY = [name for name in SIGNED if "requestBody" in SIGNED[name][2]]
PATCHES = [name for name in SIGNED if OPERATIONS[name][0] == "PATCH"]
WITH_IDS = [name for name in SIGNED if "{" in OPERATIONS[name][1]]
STALE = '"0", W/"1"'
STRONG = re.compile(r'"[^"]+"')
CREATING = [name for name in SIGNED if "201" in SIGNED[name][2]["responses"]]
OF_THE_PROVINCE = "province_officer"  # reaches all of it; the others of the tests a district
NONSENSE = {"nothing": 1}


def asks_for(name: str, precondition: object) -> bool:
    return any(wanted.call is precondition for wanted in ROUTES[name].dependant.dependencies)


CHANGES = [name for name in SIGNED if asks_for(name, required_if_match)]
PRECONDITIONED = CHANGES + [name for name in SIGNED if asks_for(name, if_match)]


@pytest.fixture(scope="module")
async def draft(province: Province) -> AsyncIterator[int]:
    """The number of a rule that may still be changed."""
    made = await province.client.post(path_of("draft_rule", INSIDE), json=request("draft_rule", INSIDE)["json"])
    assert made.status_code == 201, made.text
    yield made.json()["number"]
    await province.client.delete(made.headers["location"], headers={"If-Match": "*"})


class Asking:
    """Asks for operations as somebody who may, soundly but for what is said."""

    def __init__(self, province: Province, draft: int) -> None:
        self.province, self.draft = province, draft

    async def __call__(self, name: str, **other: Any) -> httpx.Response:
        asked: dict[str, Any] = request(name, INSIDE) | {"path": path_of(name, INSIDE, number=self.draft)}
        asked["params"] = asked["params"] | other.pop("params", {})
        asked |= other
        if asked.get("content") is not None:
            del asked["json"]
        permission = SIGNED[name][2]["x-permission"]
        role = next(role for role in (OF_THE_PROVINCE, *ROLES) if permission in ROLES[role].permissions)
        if role != OF_THE_PROVINCE or ASKED[name].about == About.OWN_REPORT:  # which those with an agency sent
            return await self.province.ask(role, **asked)
        return await self.province.client.request(url=asked.pop("path"), **asked)


@pytest.fixture
def ask(province: Province, draft: int) -> Asking:
    return Asking(province, draft)


def fields_of(name: str) -> dict[str, Any]:
    """The properties of what a read answers; of a list: of its items."""
    whole = answered(name)
    return dict(resolved(whole["items"]["items"])["properties"]) if name in LISTS else whole


def body_of(name: str) -> dict[str, Any]:
    """The properties of what a change takes."""
    content = next(iter(SIGNED[name][2]["requestBody"]["content"].values()))
    return dict(resolved(content["schema"])["properties"])


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_is_told_in_pages(ask: Asking, name: str) -> None:
    answer = await ask(name)
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json()["items"], list)
    assert "next" in answer.json()
    taken = {parameter.get("name") for parameter in SIGNED[name][2]["parameters"]}
    if name in WHOLE_LISTS:
        assert answer.json()["next"] is None
        assert not taken & {"limit", "cursor", "count"}
        return
    assert {"limit", "cursor", "count"} <= taken
    counted = (await ask(name, params={"limit": 1, "count": True})).json()
    assert isinstance(counted["total"], int)
    assert len(counted["items"]) == min(counted["total"], 1)
    if counted["next"] is not None:
        further = await ask(name, params={"limit": 1, "cursor": counted["next"]})
        assert further.json()["items"] not in ([], counted["items"])
    for wrong in ({"limit": 0}, {"limit": 501}, {"cursor": "forged"}, {"count": "perhaps"}):
        assert refusal(await ask(name, params=wrong))[::2] == (422, [f"/{name}" for name in wrong])


@pytest.mark.parametrize("name", SINGLE)
async def test_a_single_thing_has_a_strong_tag_and_is_not_sent_twice(ask: Asking, name: str) -> None:
    answer = await ask(name)
    assert answer.status_code == 200, answer.text
    tag = answer.headers["etag"]
    assert STRONG.fullmatch(tag)
    for held in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await ask(name, headers={"If-None-Match": held})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), held
    for held in ('"other"', tag.strip('"')):
        assert (await ask(name, headers={"If-None-Match": held})).status_code == 200, held
    told = SIGNED[name][2]["responses"]
    assert "304" in told
    assert "ETag" in told["200"]["headers"]


def test_what_is_changed_or_withdrawn_needs_if_match() -> None:
    changing = {name for name in SIGNED if OPERATIONS[name][0] in ("PATCH", "DELETE")}
    assert changing - set(CHANGES) == set(UNVERSIONED)


@pytest.mark.parametrize("name", PRECONDITIONED)
async def test_a_precondition_is_checked_before_the_body(ask: Asking, province: Province, name: str) -> None:
    before = await province.state()
    body = {"json": NONSENSE} if name in WITH_BODY else {}
    if name in CHANGES:
        assert refusal(await ask(name, headers={}, **body))[:2] == (428, "precondition_required")
    for stale in (STALE, "unquoted", 'W/"*"', ""):
        assert refusal(await ask(name, headers={"If-Match": stale}, **body))[:2] == (412, "stale"), stale
    if name in WITH_BODY:
        assert refusal(await ask(name, json=NONSENSE))[0] == 422
    assert await province.state() == before


@pytest.mark.parametrize("name", PATCHES)
async def test_a_patch_takes_what_may_be_changed_and_nothing_else(ask: Asking, province: Province, name: str) -> None:
    before = await province.state()
    taken, clearable = body_of(name), ROUTES[name].clearable
    shown = answered(name)
    for field in ["nothing", *(set(shown) - set(taken))]:
        answer = await ask(name, json={field: None})
        assert refusal(answer) == (422, "invalid", [f"/{field}"]), field
        assert answer.json()["errors"][0]["code"] == "extra_forbidden"
    for field in set(taken) - clearable:
        assert refusal(await ask(name, json={field: None})) == (422, "invalid", [f"/{field}"]), field
    assert await province.state() == before
    answer = await ask(
        name, content=b"{}", headers={"If-Match": "*", "Content-Type": "application/merge-patch+json; charset=utf-8"}
    )
    assert answer.status_code == 200, answer.text
    assert STRONG.fullmatch(answer.headers["etag"])
    assert "ETag" in SIGNED[name][2]["responses"]["200"]["headers"]
    await province.remake(INSIDE)


@pytest.mark.parametrize("name", CREATING)
async def test_what_is_made_has_an_address_and_a_tag(ask: Asking, province: Province, name: str) -> None:
    made = await ask(name)
    assert made.status_code == 201, made.text
    there = await ask(name, method="GET", path=made.headers["location"], json=None)
    assert there.status_code == 200, there.text
    assert made.headers["etag"] == there.headers["etag"]
    assert "ETag" in SIGNED[name][2]["responses"]["201"]["headers"]
    assert name in WITHOUT_ID or "id" in body_of(name)
    await province.remake(INSIDE)


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_body_is_json_and_says_so(ask: Asking, province: Province, name: str) -> None:
    before = await province.state()
    sound = json.dumps(request(name, INSIDE)["json"]).encode()
    for other in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/json-patch+json"}):
        answer = await ask(name, content=sound, headers={"If-Match": "*"} | other)
        assert refusal(answer)[:2] == (415, "unsupported_media_type"), other
    for broken in (b"{", b"\xff\xfe", b'{"a": "\xc3"}', b"[" * 100_000, b"nothing"):
        typed = {"If-Match": "*", "Content-Type": "application/json"}
        assert refusal(await ask(name, content=broken, headers=typed))[:2] == (400, "unreadable"), broken[:9]
    for no_object in (b"[]", b"1", b'"text"', b"null", b""):
        typed = {"If-Match": "*", "Content-Type": "application/json"}
        assert refusal(await ask(name, content=no_object, headers=typed))[:2] == (422, "invalid"), no_object
    assert await province.state() == before


@pytest.mark.parametrize("name", SIGNED)
async def test_every_refusal_is_told_in_the_language_asked_for(ask: Asking, name: str) -> None:
    wrong = {
        "GET": {"params": {"fields": "nothing"}},
        "PUT": {"path": f"/v1/children/{uuid4()}/collaborators/{uuid4()}"},
        "DELETE": {"path": path_of("unshare_child", INSIDE, child_id=uuid4())} if name in UNVERSIONED else {},
    }.get(OPERATIONS[name][0], {"json": {"nothing": "1"}})
    if name in UNTOLD:
        wrong = {"params": {"nothing": "1"}}
    for language in ("vi", "en"):
        headers = {"Accept-Language": language, "X-Request-ID": f"of-{name}"}
        answer = await ask(name, headers=headers, **wrong)
        status, code, _ = refusal(answer)
        assert answer.headers["x-request-id"] == f"of-{name}"
        assert answer.json()["title"] == PROBLEMS[code].title[language]
        assert str(status) in SIGNED[name][2]["responses"], status


def test_every_problem_has_two_languages() -> None:
    assert all(set(meaning.title) == {"vi", "en"} for meaning in PROBLEMS.values())


@pytest.mark.parametrize("name", sorted(set(READS) - set(UNTOLD)))
async def test_fields_are_chosen_of_every_read(ask: Asking, name: str) -> None:
    field = next(iter(fields_of(name)))
    answer = await ask(name, params={"fields": field})
    assert answer.status_code == 200, answer.text
    told = answer.json()["items"] if name in LISTS else [answer.json()]
    assert all(set(one) <= {field} for one in told)
    assert refusal(await ask(name, params={"fields": "nothing"})) == (422, "field_unknown", ["/fields"])


@pytest.mark.parametrize("name", READS)
async def test_head_is_get_without_the_body(ask: Asking, name: str) -> None:
    got, head = await ask(name), await ask(name, method="HEAD")
    assert (head.status_code, head.content) == (got.status_code, b"")
    differing = {"x-request-id", "date", *({"content-length"} if name in LOOKED_AT else ())}
    headers = [{key: value for key, value in each.headers.items() if key not in differing} for each in (got, head)]
    assert headers[0] == headers[1]


@pytest.mark.parametrize("path", sorted({OPERATIONS[name][1] for name in SIGNED}))
async def test_a_path_names_every_method_that_it_has(ask: Asking, path: str) -> None:
    there = {method: name for name, (method, other, _) in OPERATIONS.items() if other == path}
    allowed = ", ".join(sorted({*there, "OPTIONS", *({"HEAD"} if "GET" in there else ())}))
    name = next(iter(there.values()))
    for method in {"GET", "PUT", "POST", "PATCH", "DELETE"} - set(there):
        refused = await ask(name, method=method)
        assert refusal(refused)[:2] == (405, "method_not_allowed")
        assert refused.headers["allow"] == allowed
    options = await ask(name, method="OPTIONS")
    assert (options.status_code, options.headers["allow"]) == (204, allowed)


@pytest.mark.parametrize("name", WITH_IDS)
async def test_what_is_not_there_is_404_and_what_is_no_id_is_not_valid(
    ask: Asking, province: Province, name: str
) -> None:
    before = await province.state()
    for part in re.findall(r"{(\w+)}", OPERATIONS[name][1]):
        unknown = {"number": 9999, "child_number": 20, "code": "nothing", "day": "1999-01-01"}.get(part, uuid4())
        answer = await ask(name, path=path_of(name, INSIDE, **{"number": ask.draft, part: unknown}))
        assert refusal(answer)[0] == 404, part
        unreadable = path_of(name, INSIDE, **{"number": ask.draft, part: "%00" if part == "code" else "no id"})
        assert refusal(await ask(name, path=unreadable))[0] == 422, part
    assert await province.state() == before


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("name", READS)
async def test_nothing_is_told_to_who_has_not_signed_in(province: Province, name: str, method: str) -> None:
    """Nor is it 304: what a caller has is looked at after who it is."""
    headers = {"Authorization": "", "If-None-Match": "*"}
    answer = await province.client.request(method, path_of(name, INSIDE), headers=headers)
    assert answer.status_code == 401


def test_whatever_need_not_keep_a_convention_is_there() -> None:
    assert {*WHOLE_LISTS, *UNVERSIONED, *LOOKED_AT, *UNTOLD} <= set(ASKED)
