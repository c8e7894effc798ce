"""What a caller may send to get at more: fields of others, forged cursors and tags, words of SQL and of spreadsheets.

Bodies that are endless, slow or not JSON: tests/operations/test_bodies.py and tests/routers/test_children.py. Heads and
their injection by raw bytes: tests/operations/test_connections.py. Guessing passwords: tests/signing_in/test_delays.py.
"""

import csv
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import orjson
import pytest

from service.domain.access import ROLES
from service.exporting import export
from tests.access.operations import ASKED, DOCUMENT, OPERATIONS, SIGNED, path_of, request
from tests.access.province import INSIDE, KEYS, NAMES, OUTSIDE, PLACES, Province, named
from tests.routers.api import child, refusal

WITH_BODY = [name for name in SIGNED if ASKED[name].body]
READS = [name for name in SIGNED if OPERATIONS[name][0] == "GET"]


def parameters(name: str, where: str) -> list[str]:
    return [found["name"] for found in SIGNED[name][2].get("parameters", []) if found.get("in") == where]


PAGED = [name for name in READS if "cursor" in parameters(name, "query")]
NOT_ASKED_FOR: dict[str, Any] = {
    "id": str(named("child", OUTSIDE)),
    "version": 99,
    "child_id": str(named("child", OUTSIDE)),
    "case_id": str(named("case", OUTSIDE)),
    "account_id": str(KEYS["police"]),
    "area_id": 1,
    "role": "administrator",
    "permissions": ["accounts.write"],
    "assignment_id": str(KEYS["province_officer"]),
    "assignments": [{"role": "administrator"}],
    "access": 1,
    "withheld": [],
    "created_at": "2016-01-01",
    "name_order": "x",
    "__proto__": {"role": "administrator"},
}


def officer(name: str) -> str:
    """Who may do it, and meets whom it is about."""
    permission = SIGNED[name][2]["x-permission"]
    about_accounts = "account" in OPERATIONS[name][1] or "agenc" in OPERATIONS[name][1]
    trying = ("administrator",) if about_accounts else ("district_officer", "province_officer", "commune_chair")
    return next(role for role in trying if permission in ROLES[role].permissions)


@pytest.mark.parametrize("name", WITH_BODY)
async def test_a_field_that_an_operation_does_not_take_is_refused(province: Province, name: str) -> None:
    """An id is taken where something is made, by the service's own rules; nowhere does it mean another's record."""
    before, asked = await province.state(), request(name, INSIDE)
    content = next(iter(SIGNED[name][2]["requestBody"]["content"].values()))  # JSON, or of a patch merge patch
    schema = content["schema"]["$ref"].rpartition("/")[2]
    taken = set(schema_properties(schema))
    for field in set(NOT_ASKED_FOR) - taken:
        body = asked["json"] | {field: NOT_ASKED_FOR[field]}
        answer = await province.ask(officer(name), **asked | {"json": body})
        unlooked = name in ("update_rule", "adopt_rule")  # whose body comes after a reach that nobody here has
        assert refusal(answer) == ((403, "area_out_of_reach", []) if unlooked else (422, "invalid", [f"/{field}"]))
    assert taken & set(NOT_ASKED_FOR) <= {"id", "child_id", "case_id", "role"}
    assert await province.state() == before


def schema_properties(schema: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["components"]["schemas"][schema]["properties"]
    return found


async def test_a_field_within_a_field_is_refused_too(province: Province) -> None:
    asked = request("create_child", INSIDE)
    asked["json"]["residence"] |= {"child_id": str(named("child", OUTSIDE))}
    answer = await province.ask("district_officer", **asked)
    assert refusal(answer) == (422, "invalid", ["/residence/child_id"])


def cursor(value: object) -> str:
    return urlsafe_b64encode(orjson.dumps(value)).decode().rstrip("=")


BIG = 2**63 - 1
CURSORS = [
    *map(
        cursor, ([], [None], [None, None], {}, "x", 1, [[]], [{}], ["x"], ["'; DROP TABLE child --"], [True, "x", "y"])
    ),
    *map(cursor, ([-1], [BIG], [BIG, str(uuid4())], [2**31, str(uuid4())], [str(10**30)], ["\x00"], ["9" * 300])),
    *map(cursor, ([0, "0001-01-01", str(uuid4())], [0, "9999-12-31", str(uuid4())], [BIG, "\x00"], [0, "x"])),
    *("x", "====", "!", "é", "x" * 500, "x" * 501, urlsafe_b64encode(b"\xff\xfe").decode(), cursor(str(uuid4()))),
    cursor([str(named("child", OUTSIDE))]),
    cursor([1, str(named("child", OUTSIDE))]),
]


@pytest.mark.parametrize("name", PAGED)
async def test_a_forged_cursor_is_refused_or_shows_what_is_the_callers_anyway(province: Province, name: str) -> None:
    asked = request(name, INSIDE)
    for side in ("numerator", "gap") if name == "list_records" else (None,):
        for forged in CURSORS:
            params = asked["params"] | {"cursor": forged} | ({"side": side} if side else {})
            answer = await province.ask(officer(name), **asked | {"params": params})
            if answer.status_code == 200:
                assert str(named("child", OUTSIDE)) not in answer.text
            else:
                status, code, pointers = refusal(answer)
                assert (status, code in ("cursor_invalid", "invalid")) == (422, True), forged
                assert pointers in (["/cursor"], [])


async def test_the_tag_of_an_answer_to_somebody_else_is_not_the_callers(province: Province) -> None:
    for name in ("read_attainment", "read_scoreboard", "list_programmes"):
        asked = request(name, INSIDE)
        theirs = await province.ask("district_officer", **asked)
        for tag in (theirs.headers["etag"], "*", f"W/{theirs.headers['etag']}", '"0-00000000"'):
            mine = await province.ask("police", **asked | {"headers": {"If-None-Match": tag}})
            assert mine.status_code == (304 if tag == "*" else 200)
            assert mine.headers["etag"] != theirs.headers["etag"]


@pytest.mark.parametrize(
    "sent",
    [{"If-Match": tag} for tag in ('"0"', '"-1"', '"1 OR 1=1"', '""', "1", '"99999999999999999999"', '"2"' * 1000)]
    + [
        {"X-Request-ID": id_}
        for id_ in ("a b", "x" * 101, "'; DROP TABLE access --", "<script>", "%0d%0aSet-Cookie: x")
    ]
    + [{"Accept-Language": "'; DROP TABLE child --"}, {"X-Forwarded-For": "10.0.0.1"}, {"Content-Type": "text/html"}],
    ids=lambda sent: next(iter(sent)),
)
async def test_a_header_is_what_it_has_to_be_or_means_nothing(province: Province, sent: dict[str, str]) -> None:
    before = await province.state()
    asked = request("update_child", INSIDE) | {"headers": {"If-Match": '"77"'} | sent}
    answer = await province.ask("district_officer", **asked)
    assert answer.status_code in (412, 415)
    assert answer.headers["x-request-id"] not in sent.values()
    assert "set-cookie" not in answer.headers
    assert await province.state() == before


WORDS = [
    "' OR '1'='1",
    "'; DROP TABLE child; --",
    "1) OR true --",
    "$1",
    "%",
    "_",
    "\\",
    "{}",
    "%s",
    "ROW(1)",
    "../../children",
    "\u202e",
    "\x00",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
]


@pytest.mark.parametrize("name", READS)
async def test_words_of_sql_are_words_wherever_a_read_takes_text(province: Province, name: str) -> None:
    asked, role = request(name, INSIDE), officer(name)
    usual = (await province.ask(role, **asked)).content
    for word in WORDS:
        for parameter in parameters(name, "query"):
            if parameter in ("limit", "count", "cursor"):
                continue
            answer = await province.ask(role, **asked | {"params": asked["params"] | {parameter: word}})
            assert answer.status_code in (200, 404, 422), (parameter, word, answer.text)
            assert NAMES[OUTSIDE] not in answer.text
        for parameter in parameters(name, "path"):
            path = path_of(name, INSIDE, **{parameter: quote(word, safe="")})
            answer = await province.ask(role, **asked | {"path": path})
            assert answer.status_code in (404, 405, 422), (parameter, word, answer.text)
    assert len((await province.ask(role, **asked)).content) == len(usual) or "access" in name


@pytest.mark.parametrize("word", [word for word in WORDS if word.isprintable()])
async def test_words_of_sql_are_kept_as_they_are_wherever_a_write_takes_text(province: Province, word: str) -> None:
    fields = {"full_name": f"{word}x", "ethnicity": f"{word}x"}
    made = await province.ask("district_officer", "POST", "/v1/children", json=child(**fields))
    assert made.status_code == 201
    shown = (await province.ask("district_officer", "GET", made.headers["location"])).json()
    assert {name: shown[name] for name in fields} == fields
    found = await province.ask("district_officer", "GET", "/v1/children", params={"q": f"{word}x", "limit": 500})
    assert [item["full_name"] for item in found.json()["items"]] == [f"{word}x"]
    gone = await province.ask("district_officer", "DELETE", made.headers["location"], headers={"If-Match": "*"})
    assert gone.status_code == 204


async def test_a_personal_number_that_is_taken_tells_that_and_nothing_more(province: Province) -> None:
    """That the number is registered somewhere has to be told: docs/security.md accepts it."""
    number = await province.owner.fetchval("SELECT personal_id FROM child WHERE id = $1", named("child", OUTSIDE))
    answer = await province.ask("district_officer", "POST", "/v1/children", json=child(personal_id=number))
    assert refusal(answer) == (409, "child_personal_id_taken", [])
    assert not any(
        word in answer.text for word in (number, NAMES[OUTSIDE], PLACES[OUTSIDE], str(named("child", OUTSIDE)))
    )


async def test_text_that_a_spreadsheet_would_run_is_exported_as_it_is(province: Province, tmp_path: Path) -> None:
    """The files are read back: an added sign would be a change. docs/exchange.md says how to open them."""
    formulas = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://elsewhere.example";"x")']
    made = [
        await province.ask("district_officer", "POST", "/v1/children", json=child(full_name=formula))
        for formula in formulas
    ]
    await export(province.owner, tmp_path, lambda _: None)
    for answer in made:
        address = answer.headers["location"]
        await province.ask("district_officer", "DELETE", address, headers={"If-Match": "*"})
    with (tmp_path / "children.csv").open(encoding="utf-8", newline="") as file:
        assert set(formulas) <= {row["full_name"] for row in csv.DictReader(file)}
