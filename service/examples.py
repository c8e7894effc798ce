"""The examples of the document: requests and answers as they were, recorded from the service (tests/contract/story.py).

Of a list, an example shows the first three items.
"""

from functools import cache
from pathlib import Path
from typing import Any

import orjson

RECORDED = Path(__file__).parent / "reference" / "examples.json"


@cache
def recorded() -> dict[str, Any]:
    """Of `operations` the body sent (`request`) and what was answered by status (`answers`); and of `problems`."""
    found: dict[str, Any] = orjson.loads(RECORDED.read_bytes())
    return found


def show(operation: dict[str, Any]) -> None:
    """Put the examples of an operation beside its schemas."""
    found = recorded()["operations"].get(operation["operationId"], {})
    if "request" in found:
        for content in operation["requestBody"]["content"].values():
            content["example"] = found["request"]
    for status, answer in found.get("answers", {}).items():
        operation["responses"][status]["content"]["application/json"]["example"] = answer


def of_problem(status: int | None) -> dict[str, Any]:
    """The example of a problem, where one was recorded."""
    found = recorded()["problems"].get(str(status))
    return {"example": found} if found else {}
