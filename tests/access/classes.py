"""Which values of an answer are above what a role receives, by the classes in the document of the API."""

from collections.abc import Iterator
from typing import Any

from service.domain.access import ROLES, Reach, Section
from tests.access.operations import DOCUMENT

Schema = dict[str, Any]


def receives(role: str, data_class: str, section: str | None) -> bool:
    """What is sensitive and of no one section is for whoever receives them all."""
    match data_class:
        case "public" | "internal":
            return True
        case "confidential":
            return ROLES[role].reach != Reach.NOBODY
        case "sensitive":
            return ({Section(section)} if section else set(Section)) <= ROLES[role].sections
    raise AssertionError(data_class)


def schema_of(operation: dict[str, Any], status: int) -> Schema:
    content = operation["responses"][str(status)].get("content", {})
    found: Schema = content.get("application/json", {}).get("schema", {})
    return found


def forms(schema: Schema) -> Iterator[Schema]:
    """The schemas that a value may follow, without references."""
    if "$ref" in schema:
        yield from forms(DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    elif "anyOf" in schema:
        for form in schema["anyOf"]:
            yield from forms(form)
    else:
        yield schema


def above(role: str, schema: Schema, value: Any, where: str = "answer") -> Iterator[str]:
    """The places of the values that the role does not receive, or that the document does not name."""
    if value is None:
        return
    if "x-data-class" in schema and not receives(role, schema["x-data-class"], schema.get("x-data-section")):
        yield where
    if isinstance(value, list):
        for form in forms(schema):
            for item in value:
                yield from above(role, form.get("items", {}), item, f"{where}[]")
    if isinstance(value, dict):
        fields = {name: field for form in forms(schema) for name, field in form.get("properties", {}).items()}
        free = any("additionalProperties" in form for form in forms(schema)) or not any(forms(schema))
        for name, item in value.items():
            if name in fields:
                yield from above(role, fields[name], item, f"{where}.{name}")
            elif not free:
                yield f"{where}.{name}"
