"""Names of segments of the write-ahead log: a timeline and a number, each segment following another."""

import re
from collections.abc import Iterable

NAME = re.compile(r"[0-9A-F]{24}")


def segment_at(position: str, timeline: int, size: int) -> str:
    """The name of the segment that holds a position of the log, like 0/2000028."""
    high, low = (int(half, 16) for half in position.split("/"))
    return named(timeline, (high << 32 | low) // size, size)


def named(timeline: int, number: int, size: int) -> str:
    high, low = divmod(number, (1 << 32) // size)
    return f"{timeline:08X}{high:08X}{low:08X}"


def following(name: str, size: int) -> str:
    timeline, high, low = (int(name[at : at + 8], 16) for at in (0, 8, 16))
    return named(timeline, high * ((1 << 32) // size) + low + 1, size)


def unbroken(first: str, names: Iterable[str], size: int) -> list[str]:
    """The segments from the first one on, up to the first that is missing."""
    there, run = set(names), []
    while first in there:
        run.append(first)
        first = following(first, size)
    return run
