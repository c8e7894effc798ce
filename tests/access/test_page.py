"""docs/security.md says what is so: its table of roles, and the tests that it names."""

import re

from service.domain.access import ROLES
from tests.contract.test_source import PROJECT

PAGE = (PROJECT / "docs" / "security.md").read_text(encoding="utf-8")
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py"))


def table() -> str:
    """The roles as the page has them."""
    lines = ["| role | reaches | may | sensitive parts | purposes |", "|---|---|---|---|---|"]
    for name, role in ROLES.items():
        may = ", ".join(f"`{permission}`" for permission in sorted(role.permissions) if permission != "map.read")
        parts = "all" if len(role.sections) == 6 else ", ".join(sorted(role.sections)) or "none"
        lines.append(f"| `{name}` | {role.reach} | {may} | {parts} | {', '.join(role.purposes)} |")
    return "\n".join(lines)


def test_the_table_of_roles_is_that_of_the_service() -> None:
    assert table() in PAGE, table()


def test_every_test_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert len(named) > 60
    assert {name for name in named if f"def {name}(" not in TESTS} == set()
