"""Connections as uvicorn keeps them, with an end to what it would hear for ever."""

import asyncio
from typing import ClassVar

from fastapi import Request
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from service.admission import HANG_UP
from service.envelope import new_id
from service.problems import problem
from service.security_headers import protected
from service.settings import Limits

LARGEST_HEAD = 64_000  # bytes that are kept of one that does not end; whole ones are measured by service.admission
SPARE = 50  # connections more, for probes, and to say to others that there are too many


class Connection(HttpToolsProtocol):
    """A head that ends neither in bytes nor in seconds, and a body that nobody waits for, end the connection."""

    most: ClassVar[int]
    patience: ClassVar[float]
    timer: asyncio.TimerHandle | None = None
    in_head = True
    heard = 0  # bytes of it
    another_ended = False  # in the part that was received last

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # uvicorn's own narrows it too
        super().connection_made(transport)
        if len(self.connections) > self.most + SPARE:
            transport.abort()
        elif len(self.connections) > self.most:
            self.app_state = self.app_state | {"crowded": True}
        self.wait()

    def connection_lost(self, exc: Exception | None) -> None:
        self.wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.another_ended = False
        super().data_received(data)
        if not self.in_head or self.transport.is_closing():
            return
        self.heard += 0 if self.another_ended else len(data)
        if self.heard > LARGEST_HEAD:
            self.refuse("headers_too_large")
        elif self.timer is None:
            self.wait()

    def on_message_begin(self) -> None:
        self.in_head = True
        self.heard = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.in_head = False
        self.wait_no_longer()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.another_ended = True
        self.wait_no_longer()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.more_body and self.timer is None:
            self.wait()

    def wait(self) -> None:
        self.timer = self.loop.call_later(self.patience, self.transport.close)

    def wait_no_longer(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the signature is uvicorn's
        self.refuse("unreadable")

    def refuse(self, code: str) -> None:
        """The answer to what does not become a request."""
        request_id = new_id()
        asked = Request({"type": "http", "headers": [], "state": {"request_id": request_id}})
        answer = problem(asked, code, headers=HANG_UP)
        headers = [*protected(answer.raw_headers, self.scheme or ""), (b"x-request-id", request_id.encode())]
        lines = b"".join(b"%s: %s\r\n" % header for header in headers)
        self.transport.write(STATUS_LINE[answer.status_code] + lines + b"\r\n" + bytes(answer.body))
        self.transport.close()


def within(limits: Limits) -> type[Connection]:
    """The connections of a service."""

    class Limited(Connection):
        most, patience = limits.connections, limits.body_timeout

    return Limited
