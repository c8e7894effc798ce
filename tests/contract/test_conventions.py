"""The conventions of the contract, asked of the routes."""

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, get_args

import httpx
import pytest
from pydantic import TypeAdapter
from pydantic_core.core_schema import ErrorType

from service.app import create_app
from service.chosen_fields import to_choose_from
from service.cursors import PAGING
from service.error_words import WORDS, message
from service.problems import preferred
from service.routing import Read
from tests.contract.test_source import PROJECT
from tests.routers.api import PHU_UNG, child, refusal, registered

ROUTES = [route for route in create_app("").routes if isinstance(route, Read)]
WHOLE = {"read_edition_content": "its bytes are sealed"}  # reads whose fields cannot be chosen, and why
# By the kind of a schema: the errors that it can raise, whatever it demands.
RAISED = {
    "str": {"string_type", "string_unicode"},
    "int": {"int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number"},
    "bool": {"bool_type", "bool_parsing"},
    "list": {"list_type"},
    "dict": {"dict_type"},
    "model": {"model_type", "model_attributes_type"},
    "model-field": {"missing", "extra_forbidden"},
    "literal": {"literal_error"},
    "uuid": {"uuid_type", "uuid_parsing"},
    "date": {"date_type"},
    "datetime": {"datetime_type"},
    "nullable": set(),
    "default": set(),
    "model-fields": set(),
    "no-info": set(),
    "function-after": set(),
    "function-before": set(),
    "function-wrap": set(),
}
# By what a schema demands beside: the error that it then raises.
DEMANDED = {
    ("str", "min_length"): "string_too_short",
    ("str", "max_length"): "string_too_long",
    ("dict", "max_length"): "too_long",
    ("str", "pattern"): "string_pattern_mismatch",
    ("list", "min_length"): "too_short",
    ("list", "max_length"): "too_long",
    ("int", "ge"): "greater_than_equal",
    ("int", "le"): "less_than_equal",
    ("int", "gt"): "greater_than",
    ("int", "lt"): "less_than",
    ("int", "multiple_of"): "multiple_of",
}
INPUT = [PROJECT / "service" / "wire.py", *(PROJECT / "service" / "routers").glob("*.py")]
OUR_OWN = set(re.findall(r'PydanticCustomError\(\s*"(\w+)"', "".join(path.read_text() for path in INPUT)))


def schemas(within: object) -> Iterator[dict[str, Any]]:
    """Every schema within one, and itself."""
    if isinstance(within, dict):
        if isinstance(within.get("type"), str):
            yield within
        for part in within.values():
            yield from schemas(part)
    elif isinstance(within, list | tuple):
        for part in within:
            yield from schemas(part)


def test_every_error_that_our_input_can_raise_has_words() -> None:
    wanted = [
        f for r in ROUTES for f in (*r.dependant.path_params, *r.dependant.query_params, *r.dependant.body_params)
    ]
    adapters = [TypeAdapter(Annotated[f.field_info.annotation, f.field_info]) for f in wanted]
    found = [schema for adapter in adapters for schema in schemas(adapter.core_schema)]
    assert {schema["type"] for schema in found} <= set(RAISED), "say which errors it raises"
    raised = set().union(*(RAISED[schema["type"]] for schema in found))
    demanded = {
        DEMANDED[schema["type"], key] for schema in found for key in schema if (schema["type"], key) in DEMANDED
    }
    assert len(raised | demanded) > 20
    assert "date_form" in OUR_OWN
    assert raised | demanded | OUR_OWN <= set(WORDS)
    assert raised | demanded <= set(get_args(ErrorType))


def test_an_error_that_nobody_foresaw_is_told_in_both_languages_without_the_value() -> None:
    error = {"type": "decimal_parsing", "msg": "Input should be a valid decimal", "input": "033210000001"}
    assert [message(error, language) for language in ("vi", "en")] == [
        "Giá trị không hợp lệ.",
        "The value is not valid.",
    ]


def test_the_fields_of_every_read_can_be_chosen() -> None:
    reads = [r for r in ROUTES if r.methods == {"GET"} and r.path.startswith("/v1/")]
    assert {r.name for r in reads if to_choose_from(r) is None} == set(WHOLE)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("vi,en;q=0.9", "vi"),
        ("vi;q=0.2, en;q=0.8", "en"),
        ("fr, en;q=0.5, *;q=0.1", "en"),
        ("en;q=0", "vi"),
        ("fr", "vi"),
        ("*", "vi"),
        ("en, vi", "en"),
    ],
)
def test_the_language_that_is_wanted_most_is_spoken(header: str, language: str) -> None:
    assert preferred(header) == language


async def test_a_cursor_goes_on_for_its_own_question_alone(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await registered(client)
    cursor = (await client.get("/v1/children?limit=1")).json()["next"]
    assert len((await client.get(f"/v1/children?limit=2&count=true&cursor={cursor}")).json()["items"]) == 2
    other = "A" if cursor[5] != "A" else "B"
    for foreign in (
        f"/v1/children?sex=male&cursor={cursor}",
        f"/v1/cases?cursor={cursor}",
        f"/v1/children?cursor={cursor[:5]}{other}{cursor[6:]}",
        "/v1/children?cursor=",
        "/v1/children?cursor=WzFd",
        "/v1/children?cursor=%F0%9F%98%80",
    ):
        assert refusal(await client.get(foreign)) == (422, "cursor_invalid", ["/cursor"]), foreign


async def test_a_page_after_the_first_is_of_the_same_day(client: httpx.AsyncClient) -> None:
    """They are under 16 on the day of the first page, and no more on that of the second."""
    for _ in range(3):
        await registered(client, date_of_birth="2005-01-05")
    first = (await client.get(f"/v1/children?commune={PHU_UNG}&limit=1")).json()
    client._transport.app.state.fixed_today = date(2021, 2, 1)
    further = (await client.get(f"/v1/children?commune={PHU_UNG}&count=true&cursor={first['next']}")).json()
    assert (len(further["items"]), further["total"], further["next"]) == (2, 3, None)
    assert first["items"][0] not in further["items"]
    assert (await client.get(f"/v1/children?commune={PHU_UNG}")).json()["items"] == []


async def test_what_page_is_asked_for_is_forgotten_with_its_answer(client: httpx.AsyncClient) -> None:
    await registered(client)
    await client.get("/v1/children?limit=1")
    assert PAGING.get(None) is None


async def test_fields_are_chosen_and_the_tag_stays(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    whole, less = await client.get(address), await client.get(f"{address}?fields=id,full_name")
    assert set(less.json()) == {"id", "full_name"}
    assert less.headers["etag"] == whole.headers["etag"]
    listed = (await client.get("/v1/children?fields=sex")).json()
    assert listed == {"items": [{"sex": "female"}], "next": None}
    for unknown in ("nothing", "", "id,"):
        assert refusal(await client.get(f"{address}?fields={unknown}")) == (422, "field_unknown", ["/fields"])


async def test_clear_makes_null_what_may_be_null(client: httpx.AsyncClient) -> None:
    address, tag = await registered(client, ethnicity="Kinh"), {"If-Match": "*"}
    cleared = await client.patch(f"{address}?clear=ethnicity", json={}, headers=tag)
    assert cleared.json()["ethnicity"] is None
    for fields in ("full_name", "nothing"):
        answer = await client.patch(f"{address}?clear={fields}", json={}, headers=tag)
        assert refusal(answer) == (422, "field_not_clearable", ["/clear"])
    both = await client.patch(f"{address}?clear=ethnicity", json={"ethnicity": "Kinh"}, headers=tag)
    assert refusal(both) == (422, "field_given_and_cleared", ["/clear"])


async def test_preconditions_are_checked_before_the_body(client: httpx.AsyncClient) -> None:
    address, wrong = await registered(client), {"version": 3, "full_name": None}
    assert refusal(await client.patch(address, json=wrong))[:2] == (428, "precondition_required")
    for stale in ('"0"', 'W/"1"', '"0", W/"1"', "1", '"0", *', '"1', "\xff", '"0",' * 1000):
        answer = await client.patch(address, json=wrong, headers={"If-Match": stale.encode("latin-1")})
        assert refusal(answer)[:2] == (412, "stale"), stale
    for present in (
        [("If-Match", '"0", "1"')],
        [("If-Match", '"0"'), ("If-Match", 'W/"3",  "1"')],
        [("If-Match", " * ")],
    ):
        answer = await client.patch(address, json=wrong, headers=present)
        assert refusal(answer) == (422, "invalid", ["/full_name", "/version"]), present


async def test_head_is_get_without_the_body_and_every_method_is_named(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    got, head = await client.get(address), await client.head(address)
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", got.headers["etag"])
    refused = await client.put(address)
    assert refusal(refused)[0] == 405
    assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
    options = await client.options(address)
    assert (options.status_code, options.headers["allow"]) == (204, refused.headers["allow"])


@pytest.mark.parametrize("name", ["Đỗ\u200bThị", "\u202eMận", "Mận\u200d", "\ufeffMận"])
async def test_a_name_holds_nothing_that_nobody_sees(client: httpx.AsyncClient, name: str) -> None:
    for language, words in (("vi", "Có ký tự"), ("en", "The text")):
        answer = await client.post("/v1/children", json=child(full_name=name), headers={"Accept-Language": language})
        assert refusal(answer) == (422, "invalid", ["/full_name"])
        assert answer.json()["errors"][0]["message"].startswith(words)


NAMELESS = {
    "marks alone": "\u0301\u0300\u0323",
    "emoji alone": "😀👍🏽",
    "signs alone": "%_'\\\\",
    "half a letter": "\ud800",
    "a private letter's order": "\u2066\u2069Mận",
    "a line's end": "Đỗ\nMận",
}
UNUSUAL = {
    "mixed scripts": "Nguyễn Вăn Ωm",
    "right to left": "محمد אברהם",
    "an emoji behind": "Đỗ Thị Mận 😀",
    "many marks": "M" + "\u0323\u0301\u0302" * 20 + "ận",
    "what SQL means": "%M_n' OR 1=1 --",
    "a letter of four bytes": "𠀀",
}


async def test_of_a_name_that_names_nobody_a_problem_tells(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    for what, name in NAMELESS.items():
        as_json = json.dumps({"full_name": name}).encode()  # what is no Unicode goes as an escape
        typed = {"If-Match": "*", "Content-Type": "application/json"}
        assert refusal(await client.patch(address, content=as_json, headers=typed))[::2] == (422, ["/full_name"]), what
        if name.isprintable() or what == "marks alone":
            assert refusal(await client.get("/v1/children", params={"q": name}))[::2] == (422, ["/q"]), what


async def test_a_name_out_of_the_ordinary_is_kept_as_it_is_and_looked_for(client: httpx.AsyncClient) -> None:
    for what, name in UNUSUAL.items():
        kept = (await client.get(await registered(client, full_name=name))).json()["full_name"]
        assert kept == unicodedata.normalize("NFC", name), what
        assert (await client.get("/v1/children", params={"q": name})).status_code == 200, what
        assert (await client.get("/v1/communes", params={"q": name})).status_code == 200, what
