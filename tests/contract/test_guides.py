"""What the guides tell their readers to ask is in the OpenAPI document."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from service.app import create_app
from service.demonstration.users import USERS
from service.problems import PROBLEMS

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = ["front-end.md", "integration.md", "case-journey.md"]
ASKED = re.compile(r"""(?:\b(GET|POST|PATCH|PUT|DELETE)[ (]"?|\$SERVICE)(/v1/[^\s"`,)]+)""")
REFUSED = re.compile(r"\b(?:4\d\d|503)\**\s+`(\w+)`")


def operations() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = create_app("").openapi()["paths"]
    return found


def parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", []) if "name" in parameter}


def matching(path: str) -> str | None:
    """The path of the document that an address is one of."""
    for template in operations():
        if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
            return template
    return None


@pytest.mark.parametrize("guide", GUIDES)
def test_every_address_of_a_guide_is_an_operation_with_these_parameters(guide: str) -> None:
    asked = ASKED.findall((DOCS / guide).read_text(encoding="utf-8"))
    assert len(asked) >= 5
    for method, address in asked:
        path, _, question = address.partition("?")
        template = matching(path)
        assert template, address
        told = operations()[template]
        operation = told[method.lower()] if method else next(iter(told.values()))
        names = {name for name, _ in parse_qsl(question)}
        assert names <= parameters(operation), address


@pytest.mark.parametrize("guide", GUIDES)
def test_every_problem_of_a_guide_is_in_the_table(guide: str) -> None:
    named = set(REFUSED.findall((DOCS / guide).read_text(encoding="utf-8")))
    assert named
    assert named <= PROBLEMS.keys()


def test_the_guide_names_every_user_of_the_demonstration() -> None:
    table = (DOCS / "front-end.md").read_text(encoding="utf-8")
    assert {name for name in USERS if f"`{name}`" not in table} == set()
