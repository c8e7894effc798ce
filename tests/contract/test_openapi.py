"""What clients are generated from."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.app import create_app
from service.problems import PROBLEMS
from service.settings import Network
from tests.contract.snapshot import SNAPSHOT, document

PROBLEM = {"$ref": "#/components/schemas/Problem"}
DOCUMENT = create_app("").openapi()


def operations() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def test_the_document_is_the_reviewed_one() -> None:
    assert SNAPSHOT.read_text(encoding="utf-8") == document(), "changed: read it, then `make snapshot`"


def test_operation_ids_are_the_names_of_functions_and_unique() -> None:
    ids = [operation["operationId"] for _, operation in operations()]
    assert len(ids) == len(set(ids))
    assert all(name.isidentifier() for name in ids)


def followed(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the document, or what it refers to."""
    found = DOCUMENT if "$ref" in part else part
    for name in part.get("$ref", "#").split("/")[1:]:
        found = found[name]
    return found


def schemas(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of a part of the document, itself included."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from schemas(inner)


OPERATIONS = list(operations())
NAMES = [name for name, _ in OPERATIONS]


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_declares_its_errors_as_problem_documents(name: str, operation: dict[str, Any]) -> None:
    errors = [followed(r) for status, r in operation["responses"].items() if status[0] in "45d"]
    assert "default" in operation["responses"]
    assert all(list(error["content"]) == ["application/problem+json"] for error in errors)
    assert all(problem["schema"] == PROBLEM for error in errors for problem in error["content"].values())


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_and_each_of_its_parameters_is_described(name: str, operation: dict[str, Any]) -> None:
    assert operation["description"]
    assert [p["name"] for p in map(followed, operation.get("parameters", [])) if not p.get("description")] == []
    assert set(operation["tags"]) <= {tag["name"] for tag in DOCUMENT["tags"] if tag["description"]}
    assert "security" in operation


@pytest.mark.parametrize(("name", "operation"), OPERATIONS, ids=NAMES)
def test_every_body_has_one_media_type_and_every_object_a_name(name: str, operation: dict[str, Any]) -> None:
    bodies = [operation["requestBody"]["content"]] if "requestBody" in operation else []
    for content in bodies:
        assert len(content) == 1
        assert ("application/merge-patch+json" in content) == name.startswith("patch ")
    bodies += [answer.get("content", {}) for answer in map(followed, operation["responses"].values())]
    schemas = [body["schema"] for content in bodies for body in content.values()]
    assert all("$ref" in schema or schema["type"] == "string" for schema in schemas)


def test_no_field_is_one_of_several_objects() -> None:
    """Generators for Kotlin and Swift get them wrong: flat objects, in which what does not apply is null."""
    for schema in schemas(DOCUMENT["components"]["schemas"]):
        assert "oneOf" not in schema
        assert len([form for form in schema.get("anyOf", []) if form.get("type") != "null"]) <= 1, schema


def test_every_header_that_an_answer_declares_is_described() -> None:
    for _, operation in operations():
        for answer in map(followed, operation["responses"].values()):
            assert "X-Request-ID" in answer["headers"]
            assert all(followed(header)["description"] for header in answer["headers"].values())


@pytest.mark.parametrize("status", ["429", "503"])
def test_who_has_to_wait_is_told_how_long(status: str) -> None:
    told = [followed(operation["responses"][status]) for _, operation in operations()]
    assert all("Retry-After" in answer["headers"] for answer in told)


def test_addresses_are_relative_unless_the_public_one_is_told() -> None:
    def addresses(document: dict[str, Any]) -> tuple[str, str]:
        flow = document["components"]["securitySchemes"]["oauth2"]["flows"]["password"]
        return document["servers"][0]["url"], flow["tokenUrl"]

    assert addresses(DOCUMENT) == ("/", "/v1/auth/token")
    told = create_app("", network=Network(public_url="https://children.example.vn")).openapi()
    assert addresses(told) == ("https://children.example.vn", "https://children.example.vn/v1/auth/token")


def test_every_problem_says_what_it_means_in_both_languages() -> None:
    assert all(set(meaning.title) == {"vi", "en"} and all(meaning.title.values()) for meaning in PROBLEMS.values())


def test_every_schema_has_a_name_of_its_own() -> None:
    """Two models of one name have those of their modules in the document, and generated clients miss one."""
    assert [name for name in DOCUMENT["components"]["schemas"] if "__" in name] == []
