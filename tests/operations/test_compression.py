"""Long answers to reads travel as gzip to whoever takes it, and their tags are as good as any."""

import gzip

import httpx
import pytest

from service.compression import SMALLEST, takes_gzip
from tests.routers.api import child, registered

GZIP, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}
FIGURE = "/v1/indicators/special_rate/attainment?on=2018-06-30&by=commune"


async def raw(client: httpx.AsyncClient, path: str, **headers: str) -> tuple[httpx.Response, bytes]:
    """An answer and its bytes as they travelled."""
    async with client.stream("GET", path, headers=headers) as answer:
        return answer, b"".join([part async for part in answer.aiter_raw()])


@pytest.mark.parametrize(
    ("header", "takes"),
    [
        ("gzip", True),
        ("gzip, deflate, br", True),
        ("br;q=1.0, gzip;q=0.5", True),
        ("x-gzip", True),
        ("*", True),
        ("gzip;q=0, *", False),
        ("gzip;q=0", False),
        ("gzip;q=0.000", False),
        ("*;q=0", False),
        ("identity", False),
        ("notgzip", False),
        ("", False),
    ],
)
def test_gzip_is_for_whoever_takes_it(header: str, takes: bool) -> None:
    assert takes_gzip(header) == takes


async def test_a_long_answer_is_compressed_and_whole(client: httpx.AsyncClient) -> None:
    plain, whole = await raw(client, FIGURE, **PLAIN)
    packed, sent = await raw(client, FIGURE, **GZIP)
    assert len(whole) > SMALLEST
    assert gzip.decompress(sent) == whole
    assert len(sent) < len(whole) / 4
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    for answer, body in ((plain, whole), (packed, sent)):
        assert int(answer.headers["content-length"]) == len(body)
        assert "Accept-Encoding" in answer.headers["vary"], "a cache on the way keeps them apart"
        assert "Authorization" in answer.headers["vary"]
        assert answer.headers["x-request-id"]


async def test_a_short_answer_and_a_problem_are_not_compressed(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/v1/children?sex=none", "/nowhere"):
        assert "content-encoding" not in (await client.get(path, headers=GZIP)).headers


async def test_head_tells_what_get_would(client: httpx.AsyncClient) -> None:
    got, sent = await raw(client, FIGURE, **GZIP)
    head = await client.head(FIGURE, headers=GZIP)
    assert head.content == b""
    for name in ("content-length", "content-encoding", "etag", "vary"):
        assert head.headers[name] == got.headers[name], name
    assert int(head.headers["content-length"]) == len(sent)


async def test_each_form_has_a_strong_tag_of_its_own_and_both_are_of_the_version(client: httpx.AsyncClient) -> None:
    plain, packed = await client.get(FIGURE, headers=PLAIN), await client.get(FIGURE, headers=GZIP)
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    for answer in (plain, packed):
        tag = answer.headers["etag"]
        for takes in (PLAIN, GZIP):
            for held in (tag, f'"other", {tag}'):
                again = await client.get(FIGURE, headers=takes | {"If-None-Match": held})
                assert (again.status_code, again.content) == (304, b"")
                assert again.headers["etag"] == tag, "so a cache knows which of its answers is still good"
                assert "Accept-Encoding" in again.headers["vary"]


async def test_whoever_read_a_compressed_record_changes_it_by_its_tag(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    for year in range(2015, 2020):
        place = {"commune": ("12148", "12145")[year % 2], "from": f"{year}-01-01"}
        made = await client.post(f"{address}/residences", json=place, headers={"If-Match": "*"})
        assert made.status_code == 201, made.text
    read = await client.get(address, headers=GZIP)
    assert read.headers["content-encoding"] == "gzip"
    assert read.headers["etag"].endswith('-gzip"')
    held = {"If-Match": read.headers["etag"]}
    assert (await client.patch(address, json={"sex": "male"}, headers=held)).status_code == 200
    again = await client.patch(address, json={"sex": "female"}, headers=held)
    assert again.status_code == 412, "it is the tag of the version before"
    weak = {"If-Match": f"W/{(await client.get(address, headers=GZIP)).headers['etag']}"}
    assert (await client.patch(address, json={"sex": "female"}, headers=weak)).status_code == 412


async def test_what_may_hold_a_secret_is_not_compressed(client: httpx.AsyncClient) -> None:
    """Signing in, and answers to whatever is no read: their length would tell of what is in them (BREACH)."""
    refused = await client.post("/v1/auth/token", data={"grant_type": "x" * 150}, headers=GZIP)
    made = await client.post("/v1/children", json=child(), headers=GZIP)
    for answer in (refused, await client.get("/v1/auth/token", headers=GZIP), made):
        assert "content-encoding" not in answer.headers
        assert "Accept-Encoding" not in answer.headers.get("vary", "")
