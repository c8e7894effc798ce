"""Searching and sorting over HTTP: in which order, page by page, with other filters, and whatever is typed."""

import asyncpg
import httpx
import pytest

from service.domain.names import order
from tests.routers.api import BAC_SON, PHU_UNG, refusal, registered

PEOPLE = [
    "Nguyễn Văn An",
    "Nguyễn Văn Ân",
    "Nguyễn Thị Anh",
    "Lê Anh Nguyễn",
    "Nguyễn An",
    "Trần Đăng Khoa",
    "Phạm Hoà",
    "Lý Hòa",
]


async def names(client: httpx.AsyncClient, path: str = "/v1/children", **asked: object) -> list[str]:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return [item.get("full_name") or item["name"] for item in answer.json()["items"]]


async def paged(client: httpx.AsyncClient, **asked: object) -> list[str]:
    """All of a list, two by two; the total must be what came."""
    shown: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get("/v1/children", params=asked | cursor | {"limit": 2, "count": True})
        assert answer.status_code == 200, answer.text
        shown += [item["full_name"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            assert answer.json()["total"] == len(shown)
            return shown
        cursor = {"cursor": answer.json()["next"]}


@pytest.fixture
async def client(client: httpx.AsyncClient) -> httpx.AsyncClient:
    for number, name in enumerate(PEOPLE):
        await registered(client, full_name=name, commune=PHU_UNG if number % 2 else BAC_SON)
    return client


async def test_the_best_match_comes_first(client: httpx.AsyncClient) -> None:
    assert await names(client, q="nguyễn an") == [
        "Nguyễn An",
        "Nguyễn Văn An",
        "Nguyễn Văn Ân",
        "Nguyễn Thị Anh",
        "Lê Anh Nguyễn",
    ]
    assert (await names(client, q="nguyen"))[0] == "Lê Anh Nguyễn"  # whose given name it is
    assert await names(client, q="anh le") == ["Lê Anh Nguyễn"]
    assert (await names(client, q="nguyen van ân"))[0] == "Nguyễn Văn Ân"
    assert await names(client, q="hoà") == await names(client, q="Hòa") == ["Lý Hòa", "Phạm Hoà"]
    assert await names(client, q="ddawng khoa") == await names(client, q="khoa d9a8ng") == ["Trần Đăng Khoa"]
    assert await names(client, q="tran dnag khoa") == ["Trần Đăng Khoa"]
    assert await names(client, q="tran dang kh") == ["Trần Đăng Khoa"]
    assert await names(client, q="lí hoa") == ["Lý Hòa"]


@pytest.mark.parametrize(
    "asked", [{"sort": "name"}, {"q": "nguyen"}, {"q": "an"}, {"q": "nguyen an"}, {"q": "nguyen vna an"}]
)
async def test_pages_show_every_match_once(client: httpx.AsyncClient, asked: dict[str, str]) -> None:
    together = await names(client, **asked)
    assert await paged(client, **asked) == together
    assert await paged(client, **asked, on="2018-06-30") == together
    here = await paged(client, **asked, commune=PHU_UNG, on="2018-06-30")
    assert [name for name in together if name in here] == here


async def test_without_a_search_names_are_sorted_only_where_that_is_asked(client: httpx.AsyncClient) -> None:
    assert await names(client) == PEOPLE
    assert await names(client, sort="name") == sorted(PEOPLE, key=order)
    assert refusal(await client.get("/v1/children", params={"q": "an", "sort": "id"}))[2] == ["/sort"]


async def test_a_page_goes_on_where_it_ended_though_that_child_was_withdrawn(client: httpx.AsyncClient) -> None:
    first = (await client.get("/v1/children", params={"sort": "name", "limit": 3})).json()
    address = f"/v1/children/{first['items'][-1]['id']}"
    assert (await client.delete(address, headers={"If-Match": "*"})).status_code == 204
    rest = await names(client, sort="name", cursor=first["next"])
    assert [item["full_name"] for item in first["items"]] + rest == sorted(PEOPLE, key=order)


async def test_a_changed_name_is_found_by_the_new_one(client: httpx.AsyncClient) -> None:
    (found,) = (await client.get("/v1/children", params={"q": "tran dang khoa"})).json()["items"]
    changed = await client.patch(
        f"/v1/children/{found['id']}", json={"full_name": "Trần Bưởi"}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200
    assert await names(client, q="tran dang khoa") == []
    assert await names(client, q="buoi tran") == ["Trần Bưởi"]


@pytest.mark.parametrize(
    "typed",
    ["\u0301\u0323", "...", "'", "\\", "😀", "\u200bAn\u202e", "an " * 60,
     "x" * 200, "' | 'a':*", "=an", "!(a)", "Мария", "1"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/v1/children", "/v1/communes", "/v1/areas"])
async def test_whatever_is_typed_is_answered(client: httpx.AsyncClient, path: str, typed: str) -> None:
    answer = await client.get(path, params={"q": typed, "count": True})
    assert answer.status_code in (200, 422), answer.text
    if answer.status_code == 422:
        assert refusal(answer)[2] == ["/q"]


async def test_the_longest_names_are_kept_and_found(client: httpx.AsyncClient) -> None:
    for name in (" ".join("ộ" * 99), "Ộ" * 200, "".join(map(chr, range(0x20000, 0x200C8))), "한" * 200):
        assert await names(client, q=name[:190]) in ([], [name])
        await registered(client, full_name=name)


async def test_every_look_is_on_record_with_whom_it_showed(client: httpx.AsyncClient, empty_database: str) -> None:
    shown = (await client.get("/v1/children", params={"q": "nguyen", "limit": 2})).json()["items"]
    assert (await client.get("/v1/children", params={"q": "zzzz"})).json()["items"] == []
    owner = await asyncpg.connect(empty_database)
    looks = await owner.fetch("SELECT subjects FROM access WHERE action = 'list_children' ORDER BY number")
    await owner.close()
    assert [[str(child) for child in look[0]] for look in looks] == [[item["id"] for item in shown], []]


async def test_places_are_found_the_same_way(client: httpx.AsyncClient) -> None:
    day = {"on": "2018-06-30"}
    for typed in ("phu ung", "Ủng Phù", "phuf urng", "phu2 u3ng", "phu un"):
        assert (await names(client, "/v1/communes", q=typed, **day))[0] == "Phù Ủng"
    assert (await names(client, "/v1/areas", q="an thi", **day))[0] == "Ân Thi"
    together = await names(client, "/v1/areas", q="h", **day)
    first = await client.get("/v1/areas", params={"q": "h", "limit": 4, **day})
    rest = await names(client, "/v1/areas", q="h", limit=500, cursor=first.json()["next"], **day)
    assert [item["name"] for item in first.json()["items"]] + rest == (
        together if len(together) < 50 else [*together[:4], *rest]
    )
