"""What the statements of the service may say: the same rules as the catalogue's, for what is not in the catalogue."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SOURCES = sorted(path for folder in ("service", "alembic") for path in (PROJECT / folder).rglob("*.*"))
FORBIDDEN = {
    "a value of the session": r"(?:^|;|\bBEGIN\b|\bTHEN\b)\s*(?:SET\s+(?!LOCAL\b)\w+|RESET\s|DISCARD\s)",
    "set_config": r"\bset_config\b",
    "NOTIFY": r"\bNOTIFY\s+\w|\bLISTEN\s+\w",
    "MERGE": r"\bMERGE\s+INTO\b",
    "an advisory lock": r"\bpg_(?:try_)?advisory_",
    "transition tables": r"\bREFERENCING\s+(?:OLD|NEW)\b",
    "a trigger of a statement": r"\bFOR\s+EACH\s+STATEMENT\b",
    "a foreign key that writes": r"\bON\s+DELETE\s+SET\b|\bON\s+UPDATE\s+(?:CASCADE|SET)\b",
    "a schema": r"\bpublic\.\w|\bpg_temp\.|\bsearch_path\b|\bCREATE\s+SCHEMA\b",
}
OFFENCES = [
    ("a value of the session", "SET work_mem = '1MB'"),
    ("a value of the session", "LOCK TABLE child; SET SESSION work_mem = '1MB'"),
    ("a value of the session", "BEGIN\n  SET TIME ZONE 'UTC'; END"),
    ("a value of the session", "RESET ALL"),
    ("set_config", "SELECT set_config('service.actor', $1, true)"),
    ("NOTIFY", "NOTIFY changes"),
    ("MERGE", "MERGE INTO child USING incoming ON true"),
    ("an advisory lock", "SELECT pg_advisory_xact_lock(1)"),
    ("transition tables", "CREATE TRIGGER t AFTER UPDATE ON child REFERENCING NEW TABLE AS new"),
    ("a trigger of a statement", "CREATE TRIGGER t AFTER UPDATE ON child FOR EACH STATEMENT"),
    ("a foreign key that writes", "REFERENCES child ON DELETE SET NULL"),
    ("a foreign key that writes", "REFERENCES child ON UPDATE CASCADE"),
    ("a schema", "SELECT FROM public.child"),
]


def statements(path: Path) -> Iterator[str]:
    """The SQL of a file, without comments: the whole of a script, the texts of a module."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".sql":
        yield re.sub(r"--[^\n]*", "", text)
    elif path.suffix == ".py":
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield re.sub(r"--[^\n]*", "", node.value)


def offends(rule: str, text: str) -> bool:
    return re.search(FORBIDDEN[rule], text) is not None


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_statement_says(rule: str) -> None:
    assert [str(path.relative_to(PROJECT)) for path in SOURCES if any(offends(rule, s) for s in statements(path))] == []


@pytest.mark.parametrize(("rule", "text"), OFFENCES)
def test_who_says_it_is_found(rule: str, text: str) -> None:
    assert offends(rule, text)


@pytest.mark.parametrize(
    "text",
    [
        "SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '512MB'",
        "UPDATE spell SET withdrawn = 1",
        "UPDATE child\nSET version = 2",
        "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql SET work_mem = '1MB' AS ''",
    ],
)
def test_what_ends_with_the_transaction_or_the_call_is_allowed(text: str) -> None:
    assert not any(offends(rule, text) for rule in FORBIDDEN)


def test_every_statement_is_read() -> None:
    read = [statement for path in SOURCES for statement in statements(path)]
    assert any("CREATE FUNCTION ledger_post" in statement for statement in read)
    assert any("CREATE TABLE child" in statement for statement in read)
    assert any("UPDATE register SET" in statement for statement in read)
