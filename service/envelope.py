"""What every request and every answer has: an id, a bounded body, an end that is never a stack trace, and a record."""

import asyncio
import logging
import re
from itertools import count
from secrets import token_hex
from time import perf_counter

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars, reset_contextvars

from service.admission import HANG_UP
from service.metrics import Metrics
from service.problems import problem
from service.request_lines import RequestLines
from service.routers.health import PROBES
from service.security_headers import protected

LOG = logging.getLogger(__name__)
LARGEST_BODY = 1_000_000  # bytes
SOUND = re.compile(r"[\w.:-]{1,100}", re.ASCII)
PROCESS, NUMBERS = token_hex(8), count(1)  # of our own ids: a random one for each would cost as much as finding a route
NO_ROUTE = "none"  # paths that lead nowhere are many, and what is in them is not ours to tell


def new_id() -> str:
    return f"{PROCESS}-{next(NUMBERS):x}"


class Envelope:
    """Gives the request an id (the client's, if it sent a sound one), and the answer the same and what protects it."""

    def __init__(self, app: ASGIApp, metrics: Metrics, body_timeout: float, lines: RequestLines | None = None) -> None:
        self.app, self.metrics, self.body_timeout, self.lines = app, metrics, body_timeout, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if SOUND.fullmatch(given) else new_id()
        scope.setdefault("state", {})["request_id"] = request_id
        in_every_line = bind_contextvars(request_id=request_id)
        self.metrics.in_flight += 1
        begun = perf_counter()
        status = received = sent = 0
        whole = False

        async def receive_bounded() -> Message:
            nonlocal received, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout(begun + self.body_timeout - perf_counter()):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers=HANG_UP) from None
            whole = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise HTTPException(413, headers=HANG_UP)
            return message

        async def send_with_id(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = protected(list(message.get("headers", ())), scope["scheme"])
                message["headers"] = [*headers, (b"x-request-id", request_id.encode())]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive_bounded, send_with_id)
        except asyncio.CancelledError:  # the service stops at once
            if not status:
                again = problem(Request(scope), "unavailable", headers={"Retry-After": "1"})
                await again(scope, receive, send_with_id)
            raise
        except Exception as error:  # the last resort: everything foreseen has become an answer further in
            LOG.error("request failed", exc_info=error)
            if status:
                raise ConnectionAbortedError from None
            await problem(Request(scope), "internal")(scope, receive, send_with_id)
        finally:
            self.record(scope, status, perf_counter() - begun, sent)
            reset_contextvars(**in_every_line)

    def record(self, scope: Scope, status: int, seconds: float, sent: int) -> None:
        """Count the request, and write a line that tells which route it took and nothing that it carried."""
        self.metrics.in_flight -= 1
        route = scope["route"].path if "route" in scope else NO_ROUTE
        self.metrics.observe(scope["method"], route, status, seconds)
        level = logging.DEBUG if route in PROBES else logging.INFO
        if not LOG.isEnabledFor(level):
            return
        facts = {
            "request_id": scope["state"]["request_id"],
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": sent,
        }
        if self.lines is not None:
            self.lines.add(level, facts)
        else:
            LOG.log(level, "request", extra=facts)
