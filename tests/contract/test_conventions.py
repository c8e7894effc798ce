"""The conventions of the contract, asked of the routes."""

import httpx
import pytest

from service.app import create_app
from service.chosen_fields import to_choose_from
from service.error_words import WORDS
from service.problems import preferred
from service.routing import Read
from tests.routers.api import child, refusal, registered

ROUTES = [route for route in create_app("").routes if isinstance(route, Read)]
WHOLE = {"read_edition_content": "its bytes are sealed"}  # reads whose fields cannot be chosen, and why
# By the kind of a schema: the errors that it can raise.
RAISED = {
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long", "string_pattern_mismatch"},
    "int": {
        "int_type",
        "int_parsing",
        "int_parsing_size",
        "int_from_float",
        "finite_number",
        "greater_than_equal",
        "less_than_equal",
    },
    "bool": {"bool_type", "bool_parsing"},
    "list": {"list_type", "too_short", "too_long"},
    "model": {"model_type", "model_attributes_type"},
    "model-field": {"missing", "extra_forbidden"},
    "literal": {"literal_error"},
    "uuid": {"uuid_type", "uuid_parsing"},
    "date": {"date_type"},
    "nullable": set(),
    "default": set(),
    "model-fields": set(),
    "no-info": set(),
    "function-after": {"date_form", "date_out_of_range", "identifier_form", "item_twice", "text_unprintable"},
    "function-before": set(),
    "function-wrap": set(),
}


def kinds(schema: object) -> set[str]:
    """Every kind of schema within one."""
    if isinstance(schema, dict):
        own = {schema["type"]} if isinstance(schema.get("type"), str) else set()
        return own.union(*map(kinds, schema.values()))
    return set().union(*map(kinds, schema)) if isinstance(schema, list | tuple) else set()


def test_every_error_that_our_input_can_raise_has_words() -> None:
    wanted = [
        f for r in ROUTES for f in (*r.dependant.path_params, *r.dependant.query_params, *r.dependant.body_params)
    ]
    found = set().union(*(kinds(field._type_adapter.core_schema) for field in wanted))
    assert found <= set(RAISED), "say which errors it raises"
    assert set().union(*(RAISED[kind] for kind in found)) <= set(WORDS)


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
    for stale in ('"0"', 'W/"1"', '"0", W/"1"', "1"):
        answer = await client.patch(address, json=wrong, headers={"If-Match": stale})
        assert refusal(answer)[:2] == (412, "stale"), stale
    answer = await client.patch(address, json=wrong, headers={"If-Match": '"0", "1"'})
    assert refusal(answer) == (422, "invalid", ["/full_name", "/version"])


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
