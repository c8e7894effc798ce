"""A line for each request. Made one by one and through every processor, lines would cost a third of the request."""

import asyncio
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import orjson
from opentelemetry import trace

EVERY = 0.2  # seconds between two writes
LEVELS = {logging.DEBUG: "debug", logging.INFO: "info"}


class RequestLines:
    """Lines in the form of service.logs, gathered for a moment and written together."""

    def __init__(self) -> None:
        self.gathered: list[bytes] = []

    def add(self, level: int, facts: dict[str, Any]) -> None:
        line = {"event": "request", **facts, "level": LEVELS[level], "logger": "service.envelope"}
        line["timestamp"] = datetime.now(UTC).isoformat()
        if (context := trace.get_current_span().get_span_context()).is_valid:
            line["trace_id"] = trace.format_trace_id(context.trace_id)
        self.gathered.append(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
        if len(self.gathered) == 1:
            asyncio.get_running_loop().call_later(EVERY, self.write)

    def write(self) -> None:
        """Also when the service stops: what was gathered since is the last that it says."""
        lines, self.gathered = b"".join(self.gathered).decode(), []
        sys.stderr.write(lines)
        sys.stderr.flush()
