"""Nobody holds the service up: what does not become a request ends, and so do connections beyond their number."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from itertools import repeat
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.journeys.service import Running, client, serving, signed_in
from tests.routers.api import refusal

GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"
POST = (
    b"POST %s HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
CHUNK = b"2000\r\n" + b" " * 0x2000 + b"\r\n"
MOST = 60


@pytest.fixture(scope="module")
def running(shared_database: str, folder: Path) -> Iterator[Running]:
    with serving(folder / "unused", DATABASE_URL=shared_database, CONNECTIONS=str(MOST)) as running:
        yield running


@pytest.fixture(scope="module")
def impatient(shared_database: str, folder: Path) -> Iterator[Running]:
    with serving(folder / "unused", DATABASE_URL=shared_database, BODY_TIMEOUT="0.5") as running:
        yield running


def connected(running: Running) -> socket.socket:
    place = urlsplit(running.address)
    return socket.create_connection((place.hostname, place.port), timeout=30)


def heard(connection: socket.socket) -> bytes:
    """All that is said until the connection is closed. Who is still sending may find it cut."""
    said = b""
    with suppress(ConnectionError):
        while part := connection.recv(100_000):
            said += part
    return said


def answer(running: Running, *parts: bytes) -> bytes:
    """What is said to somebody who sends all this, or as much of it as is wanted."""
    with connected(running) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        return heard(connection)


def code(said: bytes) -> tuple[int, str]:
    """Status and code of the last problem document, which must be whole and protected."""
    head, _, body = said[said.rindex(b"HTTP/1.1 ") :].partition(b"\r\n\r\n")
    document = json.loads(body)
    status = int(head.split()[1])
    assert document["status"] == status
    assert document["title"]
    headers = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"] == document["instance"].lower()
    return status, document["type"].removeprefix("/problems/")


def closing(*lines: bytes) -> bytes:
    return GET + b"".join(line + b"\r\n" for line in lines) + b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        (b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 9_000), (414, "url_too_long")),
        (b"GET /health/live?q=%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"a" * 50_000), (414, "url_too_long")),
        (closing(b"X-Long: " + b"a" * 40_000), (431, "headers_too_large")),
        (closing(*repeat(b"X-Many: a", 150)), (431, "headers_too_large")),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", (400, "unreadable")),
        (b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", (400, "unreadable")),
        (b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n", (400, "unreadable")),
        (closing(b"X-Request-ID: a\rSet-Cookie: b"), (400, "unreadable")),
        (closing(b"X-Request-ID: a\x00b"), (400, "unreadable")),
        (closing(b"Content-Length: 5", b"Transfer-Encoding: chunked"), (400, "unreadable")),
        (closing(b"Content-Length: 5", b"Content-Length: 6"), (400, "unreadable")),
        (closing(b"Content-Length: -1"), (400, "unreadable")),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_is_not_a_sound_request_is_refused_as_the_fault_of_the_one_who_sent_it(
    running: Running, sent: bytes, refused: tuple[int, str]
) -> None:
    assert code(answer(running, sent)) == refused


def test_a_long_request_that_is_not_too_long_is_heard(running: Running) -> None:
    sent = closing(*repeat(b"X-Many: " + b"a" * 300, 90))
    assert answer(running, sent).startswith(b"HTTP/1.1 200 ")
    with connected(running) as connection:
        for part in (sent[:100], sent[100:20_000], sent[20_000:]):
            connection.sendall(part)
        assert heard(connection).startswith(b"HTTP/1.1 200 ")


def test_many_requests_at_once_on_one_connection_are_heard(running: Running) -> None:
    sent = (GET + b"\r\n") * 4000 + closing()
    with connected(running) as connection:
        connection.sendall(sent[:100_010])
        connection.sendall(sent[100_010:])
        answers = heard(connection)
    assert answers.count(b"HTTP/1.1 ") == 4001
    assert answers.count(b"HTTP/1.1 429 ") > answers.count(b"HTTP/1.1 200 ") >= 100, (
        "each is answered, and probes are limited"
    )


@pytest.mark.parametrize("line", [b"X-Endless: ", b"X-Endless: a\r\n"], ids=["one line", "many lines"])
def test_a_head_without_an_end_is_not_heard_for_ever(running: Running, line: bytes) -> None:
    endless = repeat(line * 1000, 10_000)
    with connected(running) as connection:
        connection.sendall(GET)
        sent = 0
        with suppress(ConnectionError):
            for part in endless:
                sent += connection.send(part)
        assert sent < 8_000_000, "what the network keeps on its way, and no more"


def test_who_sends_a_head_that_is_too_large_is_told_so_before_it_ends(running: Running) -> None:
    with connected(running) as connection:
        connection.sendall(GET + b"X-Long: ")
        connection.sendall(b"a" * (64_001 - len(GET + b"X-Long: ")))
        assert code(heard(connection)) == (431, "headers_too_large")


@pytest.mark.parametrize(
    "begun", [b"", b"GET /", GET, GET + b"\r\n" + GET], ids=["nothing", "a word", "lines", "again"]
)
def test_who_stops_before_the_head_is_whole_is_left(impatient: Running, begun: bytes) -> None:
    said = answer(impatient, begun)
    assert said.count(b"HTTP/1.1 200 ") == begun.count(b"\r\n\r\n")
    assert said.count(b"HTTP/1.1 ") == said.count(b"HTTP/1.1 200 ")


def test_a_body_without_an_end_is_refused(running: Running) -> None:
    begun = POST % (b"/v1/children", signed_in(running)["Authorization"].encode())
    assert code(answer(running, begun, *repeat(CHUNK, 130))) == (413, "too_large")


def test_a_body_that_nobody_waits_for_ends_too(impatient: Running) -> None:
    with connected(impatient) as connection:
        connection.sendall(POST % (b"/v1/children", b"nobody") + CHUNK)
        assert code(heard(connection)) == (401, "unauthenticated")


def test_an_id_of_a_request_cannot_bring_a_header_with_it(running: Running) -> None:
    for sent in (b"a\r\n Set-Cookie: b=c", b"a%0d%0aSet-Cookie: b=c", "a\u010d\u010aSet-Cookie:b".encode(), b"a" * 101):
        said = answer(running, closing(b"X-Request-ID: " + sent))
        assert b"set-cookie" not in said.lower()
        assert re.fullmatch(rb"[0-9a-f]{16}-[0-9a-f]+", dict(re.findall(rb"(\S+): (.+)\r\n", said))[b"x-request-id"])
    assert b"\r\nx-request-id: a-1\r\n" in answer(running, closing(b"X-Request-ID: a-1"))


def test_connections_beyond_their_number_are_told_so_and_probes_are_heard(running: Running) -> None:
    with ExitStack() as stack:
        for _ in range(MOST):
            connection = stack.enter_context(connected(running))
            connection.sendall(GET + b"\r\n")
            assert connection.recv(100_000).startswith(b"HTTP/1.1 200 ")
        with client(running) as api:
            assert api.get("/health/live").status_code == 200
            refused = api.get("/problems/overloaded")
            assert refusal(refused) == (503, "overloaded", [])
            assert refused.headers["retry-after"] == "1"
            assert refused.headers["connection"] == "close"
        for _ in range(100):
            stack.enter_context(connected(running))
        assert answer(running, GET + b"\r\n") == b"", "far too many are not even told"
    while not answer(running, closing()).startswith(b"HTTP/1.1 200 "):
        pass  # the service has yet to hear that the others left
    with client(running) as api:
        while (again := api.get("/problems/overloaded")).status_code == 503:
            assert again.headers["retry-after"]
        assert again.status_code == 200
