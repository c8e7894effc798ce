"""The body of a request arrives in time, or the request ends."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

from service.settings import Limits
from tests.conftest import TODAY
from tests.journeys.service import serving, signed_in
from tests.routers.api import refusal
from tests.signed_in import asked, served

JSON = {"content-type": "application/json"}
BEGUN = (
    "POST /v1/children HTTP/1.1\r\nHost: x\r\nAuthorization: {}\r\n"
    "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{"
)


async def silence() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.Event().wait()


async def drops() -> AsyncIterator[bytes]:
    while True:
        yield b" "
        await asyncio.sleep(0)


async def test_a_body_that_stops_or_never_ends_is_refused(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY, Limits(body_timeout=0.05))) as client:
        for body in (silence(), drops()):
            answer = await client.post("/v1/children", content=body, headers=JSON)
            assert refusal(answer) == (408, "too_slow", [])
            assert answer.headers["connection"] == "close"


async def test_a_body_that_is_too_large_is_not_heard_to_its_end(empty_database: str) -> None:
    async with asked(served(empty_database, TODAY)) as client:
        answer = await client.post("/v1/children", content=b" " * 1_000_001, headers=JSON)
        assert refusal(answer) == (413, "too_large", [])
        assert answer.headers["connection"] == "close"


def test_the_connection_of_a_body_that_stops_is_closed(empty_database: str, folder: Path) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database, BODY_TIMEOUT="0.5") as running:
        place = urlsplit(running.address)
        with socket.create_connection((place.hostname, place.port), timeout=30) as connection:
            connection.sendall(BEGUN.format(signed_in(running)["Authorization"]).encode())
            answer = b"".join(iter(lambda: connection.recv(10_000), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"/problems/too_slow" in answer
