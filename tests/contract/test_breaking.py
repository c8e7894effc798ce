"""A change that breaks clients is seen, and one that does not is let through."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from tests.contract.breaking import DECLARED, RELEASED, breaking, undeclared
from tests.contract.snapshot import SNAPSHOT

DOCUMENT: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
SCHEMAS = "components", "schemas"


def at(document: dict[str, Any], *names: str) -> Any:
    for name in names:
        document = document[name]
    return document


def changed(change: Callable[[dict[str, Any]], object]) -> list[str]:
    new = deepcopy(DOCUMENT)
    change(new)
    return breaking(DOCUMENT, new)


def schema(document: dict[str, Any], name: str) -> Any:
    return at(document, *SCHEMAS, name)


def filters(document: dict[str, Any]) -> Any:
    return at(document, "paths", "/v1/children", "get", "parameters")


BREAKS: list[tuple[str, Callable[[dict[str, Any]], object]]] = [
    ("read_child: removed", lambda new: at(new, "paths", "/v1/children/{child_id}").pop("get")),
    ("read_child: renamed", lambda new: at(new, "paths", "/v1/children/{child_id}", "get").update(operationId="x")),
    ("list_children q: removed", lambda new: filters(new).remove(named(new, "q"))),
    ("list_children q: newly required", lambda new: named(new, "q").update(required=True)),
    ("ChildRecord.full_name: removed", lambda new: schema(new, "ChildRecord")["properties"].pop("full_name")),
    ("ChildRecord.sex: no longer always there", lambda new: schema(new, "ChildRecord")["required"].remove("sex")),
    ("ChildRecord.sex: values added, other", lambda new: field(new, "ChildRecord", "sex")["enum"].append("other")),
    ("ChildInput.sex: values removed, unknown", lambda new: field(new, "ChildInput", "sex")["enum"].remove("unknown")),
    ("ChildInput.ethnicity: newly required", lambda new: schema(new, "ChildInput")["required"].append("ethnicity")),
    ("ChildInput.full_name: maxLength 20", lambda new: field(new, "ChildInput", "full_name").update(maxLength=20)),
    ("ChildRecord.id: wider, integer", lambda new: field(new, "ChildRecord", "id").update(type="integer")),
    ("create_child 201: removed", lambda new: at(new, "paths", "/v1/children", "post", "responses").pop("201")),
]
KEEPS: list[Callable[[dict[str, Any]], object]] = [
    lambda new: at(new, "paths").update({"/v1/more": {}}),
    lambda new: schema(new, "ChildRecord")["properties"].update(more={"type": "string"}),
    lambda new: schema(new, "ChildRecord")["required"].append("more"),
    lambda new: schema(new, "ChildInput")["properties"].update(more={"type": "string"}),
    lambda new: field(new, "ChildInput", "sex")["enum"].append("other"),
    lambda new: field(new, "ChildRecord", "sex")["enum"].remove("unknown"),
    lambda new: field(new, "ChildInput", "full_name").update(maxLength=300),
    lambda new: filters(new).append({"name": "more", "in": "query", "schema": {"type": "string"}}),
]


def named(document: dict[str, Any], name: str) -> Any:
    return next(parameter for parameter in filters(document) if parameter.get("name") == name)


def field(document: dict[str, Any], name: str, of: str) -> Any:
    return schema(document, name)["properties"][of]


@pytest.mark.parametrize(("told", "change"), BREAKS, ids=[told for told, _ in BREAKS])
def test_what_breaks_a_client_is_told(told: str, change: Callable[[dict[str, Any]], object]) -> None:
    assert told in changed(change)


@pytest.mark.parametrize("change", KEEPS, ids=map(str, range(len(KEEPS))))
def test_what_breaks_none_is_not(change: Callable[[dict[str, Any]], object]) -> None:
    assert changed(change) == []


def test_every_breaking_change_since_the_release_has_a_reason() -> None:
    assert undeclared() == []


def test_nothing_is_declared_that_has_not_changed() -> None:
    declared, released = (json.loads(path.read_text(encoding="utf-8")) for path in (DECLARED, RELEASED))
    assert set(declared) <= set(breaking(released, DOCUMENT))
