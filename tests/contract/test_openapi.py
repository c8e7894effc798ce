"""What clients are generated from."""

from collections.abc import Iterator
from typing import Any

import pytest

from service.app import create_app
from service.problems import PROBLEMS
from tests.contract.snapshot import SNAPSHOT, document

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


@pytest.mark.parametrize(
    ("name", "operation"), list(operations()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_operation_declares_its_errors_as_problem_documents(name: str, operation: dict[str, Any]) -> None:
    errors = {status: r for status, r in operation["responses"].items() if status[0] in "45" or status == "default"}
    assert errors
    assert all(list(response["content"]) == ["application/problem+json"] for response in errors.values())
    assert operation["description"], f"{name} does not say what it does"


def test_every_problem_says_what_it_means_in_both_languages() -> None:
    assert all(set(meaning.title) == {"vi", "en"} and all(meaning.title.values()) for meaning in PROBLEMS.values())
