"""What every request and every answer has: an id, a body of bounded size, and an end that is never a stack trace."""

import logging
import re
import traceback
from uuid import uuid4

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.problems import problem

LOG = logging.getLogger(__name__)
LARGEST_BODY = 1_000_000  # bytes


class Envelope:
    """Gives the request an id (the client's, if it sent a sound one) and the answer the same."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        request_id = given if re.fullmatch(r"[\w.:-]{1,100}", given, re.ASCII) else str(uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        started = False
        received = 0

        async def receive_bounded() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > LARGEST_BODY:
                raise HTTPException(413)
            return message

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive_bounded, send_with_id)
        except Exception as error:  # the last resort: everything foreseen has become an answer further in
            # Where it happened, not what it said: messages of the database repeat a child's data.
            where = "".join(traceback.format_tb(error.__traceback__)[-6:])
            LOG.error("request %s failed: %s\n%s", request_id, type(error).__name__, where)
            if started:
                raise ConnectionAbortedError from None
            await problem(Request(scope), "internal")(scope, receive, send_with_id)
