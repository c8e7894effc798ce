"""Lists with filters: each alone and every two together find whom a few lines of Python find; pages hold each once."""

import itertools
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.embedded import Server
from tests.conftest import TODAY, clone
from tests.routers.api import PHU_UNG, refusal, registered
from tests.signed_in import asked, made, served

COMMUNES = {PHU_UNG: "329", "12148": "329", "11950": "323"}  # with their districts
CATEGORIES = {"a": "special", "d.2": "special", "poor_household": "at_risk"}
DAY = date(2018, 6, 30)


@dataclass
class Known:
    """A child as this test wrote it down."""

    id: str
    sex: str
    born: date
    commune: str
    since: date
    circumstances: list[tuple[str, date, date | None]] = field(default_factory=list)
    cases: list[tuple[str, str, date, date | None, date | None]] = field(
        default_factory=list
    )  # id, kind, first measure

    def here(self, on: date) -> bool:
        return self.since <= on and self.born <= on < date(self.born.year + 16, self.born.month, self.born.day)

    def age(self, on: date) -> int:
        return on.year - self.born.year - ((on.month, on.day) < (self.born.month, self.born.day))

    def kinds(self, on: date) -> dict[str, set[str]]:
        """In which categories of each kind; special goes before at risk."""
        found: dict[str, set[str]] = {"special": set(), "at_risk": set()}
        for category, start, until in self.circumstances:
            if start <= on and (until is None or on < until):
                found[CATEGORIES[category]].add(category)
        return found | ({"at_risk": set()} if found["special"] else {})

    def open_cases(self, on: date) -> list[date | None]:
        return [given for _, _, opened, closed, given in self.cases if opened <= on and (closed is None or on < closed)]

    def given(self, on: date) -> bool:
        return any(given is not None and given <= on for *_, given in self.cases)

    def assisted(self, on: date) -> bool:
        return any(given is not None and given <= on for given in self.open_cases(on))


CHILDREN: dict[tuple[str, str], Callable[[Known], bool]] = {
    ("commune", PHU_UNG): lambda c: c.commune == PHU_UNG,
    ("area", "329"): lambda c: COMMUNES[c.commune] == "329",
    ("area", "33"): lambda _: True,
    ("category", "d"): lambda c: "d.2" in c.kinds(DAY)["special"],
    ("kind", "special"): lambda c: bool(c.kinds(DAY)["special"]),
    ("kind", "at_risk"): lambda c: bool(c.kinds(DAY)["at_risk"]),
    ("assisted", "true"): lambda c: c.assisted(DAY),
    ("assisted", "false"): lambda c: not c.assisted(DAY),
    ("without_case", "true"): lambda c: not c.open_cases(DAY),
    ("without_case", "false"): lambda c: bool(c.open_cases(DAY)),
    ("without_intervention", "true"): lambda c: not c.given(DAY),
    ("without_intervention", "false"): lambda c: c.given(DAY),
    ("sex", "female"): lambda c: c.sex == "female",
    ("age_from", "6"): lambda c: c.age(DAY) >= 6,
    ("age_until", "10"): lambda c: c.age(DAY) < 10,
    ("changed_since", "2020-01-01T00:00:00Z"): lambda _: True,
    ("changed_since", "2099-01-01T00:00:00+07:00"): lambda _: False,
}
Case = tuple[Known, str, str, date, date | None]
CASES: dict[tuple[str, str], Callable[[Case], bool]] = {
    ("status", "open"): lambda f: f[4] is None,
    ("status", "closed"): lambda f: f[4] is not None,
    ("commune", PHU_UNG): lambda f: f[0].commune == PHU_UNG,
    ("area", "329"): lambda f: COMMUNES[f[0].commune] == "329",
    ("kind", "support"): lambda f: f[2] == "support",
    ("opened_from", "2018-01-01"): lambda f: f[3] >= date(2018, 1, 1),
    ("opened_until", "2018-06-01"): lambda f: f[3] < date(2018, 6, 1),
}


async def written(client: httpx.AsyncClient, drawn: random.Random) -> Known:
    """A child of the one seed, put into the register."""
    born = date(2003, 1, 1) + timedelta(drawn.randrange(365 * 14))
    sex, commune = drawn.choice(["female", "male", "unknown"]), drawn.choice(list(COMMUNES))
    since = max(born, date(2014, 1, 1))
    address = await registered(client, sex=sex, commune=commune, since=str(since), date_of_birth=str(born))
    known = Known(address.rpartition("/")[2], sex, born, commune, since)
    for category in drawn.sample(list(CATEGORIES), drawn.randrange(3)):
        start = date(2017, 7, 1) + timedelta(drawn.randrange(500))
        until = drawn.choice([None, start + timedelta(300)])
        body = {"category": category, "from": str(start), "until": until and str(until)}
        assert (await client.post(f"{address}/circumstances", json=body)).status_code == 201
        known.circumstances.append((category, start, until))
    for _ in range(drawn.choice([0, 1, 1, 2])):
        kind, opened = drawn.choice(["protection", "support"]), date(2017, 6, 1) + timedelta(drawn.randrange(500))
        closed = drawn.choice([None, opened + timedelta(drawn.randrange(400))])
        given = drawn.choice([None, opened + timedelta(drawn.randrange(60))])
        case = {"child_id": known.id, "kind": kind, "opened_on": str(opened)}
        at = (await client.post("/v1/cases", json=case)).headers["location"]
        if given is not None:
            measure = {"measure": "support.3", "started_on": str(given)}
            assert (await client.post(f"{at}/interventions", json=measure)).status_code == 201
        if closed is not None:
            closing = {"closed_on": str(closed), "outcome": "child_safe"}
            assert (await client.post(f"{at}/close", json=closing)).status_code == 200
        known.cases.append((at.rpartition("/")[2], kind, opened, closed, given))
    return known


@dataclass
class Register:
    """The service over a small register, and what is in it."""

    client: httpx.AsyncClient
    dsn: str
    children: list[Known]

    @property
    def cases(self) -> dict[str, Case]:
        return {id_: (c, id_, kind, opened, closed) for c in self.children for id_, kind, opened, closed, _ in c.cases}


@pytest.fixture(scope="module")
async def register(server: Server, template: str) -> AsyncIterator[Register]:
    dsn = await clone(server, template, "filtered")
    drawn = random.Random(6)
    async with asked(served(dsn, TODAY)) as client:
        yield Register(client, dsn, [await written(client, drawn) for _ in range(40)])


async def everyone(client: httpx.AsyncClient, path: str, limit: int = 500, **asked: str) -> list[str]:
    """The ids of all pages, in their order; as many as the total says."""
    found: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params={"limit": limit, "count": "true"} | asked | cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [item["id"] for item in page["items"]]
        if page["next"] is None:
            assert page["total"] == len(found)
            return found
        cursor = {"cursor": page["next"]}


def alone_and_in_pairs(filters: Any) -> list[dict[str, str]]:
    pairs = itertools.combinations(filters, 2)
    return [{name: value} for name, value in filters] + [
        {a[0]: a[1], b[0]: b[1]} for a, b in pairs if a[0] != b[0] and {a[0], b[0]} != {"commune", "area"}
    ]


async def test_every_filter_of_children_alone_and_in_pairs(register: Register) -> None:
    met = set()
    for wanted in alone_and_in_pairs(CHILDREN):
        if wanted.get("kind") == "at_risk" and "category" in wanted:
            continue  # a category of the other kind is refused
        holds = [CHILDREN[name, value] for name, value in wanted.items()]
        expected = sorted(c.id for c in register.children if c.here(DAY) and all(hold(c) for hold in holds))
        found = await everyone(register.client, "/v1/children", on=str(DAY), **wanted)
        assert (sorted(found) if "changed_since" in wanted else found) == expected, wanted
        met |= {len(expected) > 0}
    assert met == {True, False}


@pytest.mark.parametrize(("role", "way"), [("province_officer", "order"), ("province_officer", "year"),
                                           ("commune_worker", "home"), ("commune_worker", "order"),
                                           ("commune_worker", None)])  # fmt: skip
async def test_whatever_way_a_page_goes_it_meets_the_same_children(
    register: Register, role: str, way: str | None
) -> None:
    """The ways are chosen by how many there are: here, where all are few, by hand."""
    connection = await asyncpg.connect(register.dsn)
    chosen = await connection.fetchval("SELECT pg_get_functiondef('children_begun'::regproc)")
    signed_in, client = {}, register.client
    if role == "commune_worker":
        key = UUID(int=100 + ["home", "order", None].index(way))
        signed_in = await made(connection, key, role, PHU_UNG)
    if way is not None:
        await connection.execute(chosen[: chosen.index("LANGUAGE")] + f"LANGUAGE sql AS $$ SELECT '{way}' $$")
    try:
        for wanted in alone_and_in_pairs(CHILDREN):
            if wanted.get("kind") == "at_risk" and "category" in wanted:
                continue
            holds = [CHILDREN[name, value] for name, value in wanted.items()]
            reached = [c for c in register.children if role == "province_officer" or c.commune == PHU_UNG]
            expected = sorted(c.id for c in reached if c.here(DAY) and all(hold(c) for hold in holds))
            pages = [
                c async for c in paged(client, "/v1/children", headers=signed_in, on=str(DAY), limit="7", **wanted)
            ]
            assert sorted(pages) == expected, wanted
    finally:
        await connection.execute(chosen)
        await connection.close()


async def paged(client: httpx.AsyncClient, path: str, headers: dict[str, str], **asked: str) -> AsyncIterator[str]:
    cursor: dict[str, str] = {}
    while True:
        page = (await client.get(path, params=asked | cursor, headers=headers)).json()
        for item in page["items"]:
            yield item["id"]
        if page["next"] is None:
            return
        cursor = {"cursor": page["next"]}


async def test_every_filter_of_cases_alone_and_in_pairs(register: Register) -> None:
    cases = register.cases
    for wanted in alone_and_in_pairs(CASES):
        holds = [CASES[name, value] for name, value in wanted.items()]
        on = {"on": "2020-12-31"} if {"commune", "area"} & set(wanted) else {}
        expected = sorted(id_ for id_, case in cases.items() if all(hold(case) for hold in holds))
        assert await everyone(register.client, "/v1/cases", **on, **wanted) == expected, wanted


async def test_cases_come_in_the_order_of_their_opening(register: Register) -> None:
    expected = sorted(register.cases, key=lambda id_: (register.cases[id_][3], id_))
    assert await everyone(register.client, "/v1/cases", limit=3, sort="opened_on") == expected
    assert await everyone(register.client, "/v1/cases", limit=3, sort="-opened_on") == expected[::-1]


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("children", {}),
        ("children", {"changed_since": "2020-01-01T00:00:00Z"}),
        *(("cases", {"sort": sort}) for sort in ("id", "opened_on", "-opened_on")),
    ],
)
async def test_pages_hold_each_once_while_others_write(register: Register, path: str, order: dict[str, str]) -> None:
    before = set(await everyone(register.client, f"/v1/{path}"))
    seen: list[str] = []
    cursor: dict[str, str] = {}
    drawn = random.Random(7)
    while True:
        answer = await register.client.get(f"/v1/{path}", params={"limit": 17} | order | cursor)
        seen += [item["id"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        cursor = {"cursor": answer.json()["next"]}
        register.children.append(await written(register.client, drawn))
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


async def test_whoever_goes_on_from_the_last_change_meets_what_has_changed_since(register: Register) -> None:
    params: dict[str, Any] = {"changed_since": "2020-01-01T00:00:00Z", "limit": 500}
    items = (await register.client.get("/v1/children", params=params)).json()["items"]
    assert [item["changed_at"] for item in items] == sorted(item["changed_at"] for item in items)
    last, first = items[-1], items[0]
    case = {"child_id": first["id"], "kind": "support", "opened_on": "2019-02-01"}
    case_id = (await register.client.post("/v1/cases", json=case)).json()["id"]
    since = params | {"changed_since": last["changed_at"]}
    again = (await register.client.get("/v1/children", params=since)).json()["items"]
    assert [item["id"] for item in again] == [last["id"], first["id"]]
    assert (await register.client.delete(f"/v1/cases/{case_id}", headers={"If-Match": "*"})).status_code == 204


async def test_an_area_is_of_the_map_of_the_day(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    id_ = address.rpartition("/")[2]
    assert await everyone(client, "/v1/children", area="329", on="2019-01-01") == [id_]
    assert await everyone(client, "/v1/children", area="323", on="2019-01-01") == []
    for path in ("children", "cases"):
        gone = await client.get(f"/v1/{path}", params={"area": "329", "on": "2025-07-01"})
        assert refusal(gone) == (422, "area_not_on_map", ["/area"])
        both = await client.get(f"/v1/{path}", params={"area": "329", "commune": PHU_UNG})
        assert refusal(both) == (422, "area_beside_commune", ["/area"])


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("children", "area", "3"),
        ("children", "without_case", "perhaps"),
        ("children", "changed_since", "2020-01-01"),
        ("children", "changed_since", "2020-01-01T00:00:00"),
        ("children", "changed_since", "2020-02-30T00:00:00Z"),
        ("children", "changed_since", "0001-01-01T00:00:00+14:00"),
        ("children", "changed_since", "1577836800"),
        ("cases", "opened_from", "2018-02-29"),
        ("cases", "kind", "special"),
        ("cases", "sort", "id,opened_on"),
    ],
)
async def test_a_value_that_says_nothing_is_refused(register: Register, path: str, name: str, value: str) -> None:
    answer = await register.client.get(f"/v1/{path}", params={name: value})
    assert refusal(answer) == (422, "invalid", [f"/{name}"])


async def test_the_cursor_of_one_order_is_none_of_another(register: Register) -> None:
    changed = {"changed_since": "2020-01-01T00:00:00Z"}
    for path, one, other in (("children", {}, changed), ("cases", {"sort": "opened_on"}, {"sort": "id"})):
        cursor = (await register.client.get(f"/v1/{path}", params={"limit": 1} | one)).json()["next"]
        answer = await register.client.get(f"/v1/{path}", params=other | {"cursor": cursor})
        assert refusal(answer) == (422, "cursor_invalid", ["/cursor"])
