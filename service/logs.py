"""What the process says of itself: one line an event on standard error, JSON unless a person reads it.

Ours and the libraries' lines take the same form. Of an error they tell where it happened and never what it said:
messages of the database, and of whatever failed with it, repeat a child's data. Libraries are heard from WARNING up,
for below that they repeat what they work on.
"""

import logging
import os
import re
import sys
import traceback
from typing import Literal

import orjson
import structlog
from opentelemetry import trace
from structlog.types import EventDict, Processor, WrappedLogger

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR"]
Form = Literal["json", "text"]
HERE = os.path.dirname(__file__)
KINDS = re.compile(r"^([\w.]+(?:Error|Exception|Exit|Interrupt))(?::|$)", re.MULTILINE)  # in a printed traceback
NEAREST = 5  # frames of ours, before the one in which it happened


def configure(level: Level, form: Form) -> None:
    """Write the lines of every logger of the process."""
    written: Processor = json_line if form == "json" else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.stdlib.ExtraAdder(),
                structlog.processors.TimeStamper(fmt="iso"),
                in_trace,
                where_not_what,
            ],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.raiseExceptions = False  # a line that cannot be written is not explained by what it holds
    logging.getLogger("service").setLevel(level)


def suitable_form() -> Form:
    """Readable on a terminal, JSON otherwise."""
    return "text" if sys.stderr.isatty() else "json"


def in_trace(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    if (context := trace.get_current_span().get_span_context()).is_valid:
        line["trace_id"] = trace.format_trace_id(context.trace_id)
    return line


def where_not_what(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """The kind of an error and the way to it; of a message its first line: libraries append tracebacks and values."""
    if kinds := KINDS.findall(line["event"]):
        line["error"] = kinds[-1]
    line["event"] = line["event"].partition("\n")[0]
    error = line.pop("exc_info", None)
    if isinstance(error, tuple):
        error = error[1]
    if isinstance(error, BaseException):
        line["error"] = type(error).__name__
        *way, last = traceback.extract_tb(error.__traceback__) or [traceback.FrameSummary("nowhere", 0, "")]
        ours = [frame for frame in way if frame.filename.startswith(HERE)]
        line["where"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in (*ours[-NEAREST:], last)]
    return line


def json_line(logger: WrappedLogger, name: str, line: EventDict) -> str:
    return orjson.dumps(line, default=str).decode()
