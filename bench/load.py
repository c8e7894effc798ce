"""A closed loop of requests: each connection sends the next one when its answer is there."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass
class Answers:
    """What came back within how many seconds."""

    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers in a second; all of them must have been good ones."""
        assert 429 not in self.statuses, "The rate limit is in the way."
        return self.rate_let_through

    @property
    def rate_let_through(self) -> float:
        """The same where the rate limit may hold some back."""
        good = Counter({status: number for status, number in self.statuses.items() if status != 429})
        assert all(200 <= status < 305 for status in good), self.statuses
        return good.total() / self.seconds


class Connection(asyncio.Protocol):
    """One client: HTTP/1.1 with keep-alive and no more of it than a service answers."""

    def __init__(self, requests: Iterator[bytes], answers: Answers, until: float) -> None:
        self.requests, self.answers, self.until = requests, answers, until
        self.received = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        request = next(self.requests, None)
        if request is None or time.perf_counter() > self.until:
            self.transport.close()
        else:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        self.received += data
        end = self.received.find(b"\r\n\r\n") + 4
        if end < 4:
            return
        head = self.received[:end].lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 : head.index(b"\r", at)]) if at >= 0 else 0
        if len(self.received) < end + length:
            return
        self.received = b""
        self.answers.statuses[int(head[9:12])] += 1
        self.ask()

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - the protocol's signature
        if not self.done.done():
            self.done.set_result(None)


async def load(address: str, requests: Iterator[bytes], connections: int = 16, seconds: float = 2.0) -> Answers:
    """Ask until the time is up or the requests are."""
    loop, answers, place = asyncio.get_running_loop(), Answers(), urlsplit(address)
    begun = time.perf_counter()
    clients = [Connection(requests, answers, begun + seconds) for _ in range(connections)]
    for client in clients:
        await loop.create_connection(lambda client=client: client, place.hostname or "", place.port or 0)  # type: ignore[misc] # a lambda
    await asyncio.gather(*(client.done for client in clients))
    answers.seconds = time.perf_counter() - begun
    return answers


def get(path: str, **headers: str) -> bytes:
    """A request as it goes over the wire."""
    return f"GET {path} HTTP/1.1\r\n{head(headers)}\r\n".encode()


def post(path: str, body: bytes, **headers: str) -> bytes:
    sent = headers | {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return f"POST {path} HTTP/1.1\r\n{head(sent)}\r\n".encode() + body


def head(headers: dict[str, str]) -> str:
    return "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in {"Host": "bench", **headers}.items())
