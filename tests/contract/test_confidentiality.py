"""Every column and every field of an answer has a class, and the wall in the database follows it."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import asyncpg
import pytest
from sqlmodel import SQLModel

import service.models  # noqa: F401 - importing it fills the metadata
from service.access import UNSIGNED
from service.app import create_app
from service.database import as_service
from service.domain.access import PURPOSES, ROLES, DataClass, Permission, Purpose, Section
from service.domain.classification import TABLES, class_of
from service.routing import Read

DOCUMENT = create_app("").openapi()
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
OPEN_TO_THE_SERVICE = DataClass.INTERNAL  # without a door
GUARDED_OTHERWISE = {"credential", "sign_in", "refresh_token", "sign_in_delay"}  # about accounts, and no child


def test_every_column_has_a_class() -> None:
    assert set(TABLES) == set(SQLModel.metadata.tables)
    for name, (_, exceptions) in TABLES.items():
        assert set(exceptions) <= set(SQLModel.metadata.tables[name].columns.keys()), name


async def test_the_service_sees_nothing_above_internal_without_a_door(empty_database: str) -> None:
    owner, own = await asyncpg.connect(empty_database), await asyncpg.connect(as_service(empty_database))
    await owner.execute(
        "INSERT INTO child (full_name, sex, date_of_birth) VALUES ('Đỗ Thị Mận', 'female', '2012-01-01')"
    )
    for name, table in SQLModel.metadata.tables.items():
        highest = max(class_of(name, column) for column in table.c.keys())  # noqa: SIM118 - iterating gives columns
        if highest > OPEN_TO_THE_SERVICE and name not in GUARDED_OTHERWISE:
            with suppress(asyncpg.InsufficientPrivilegeError):
                assert await own.fetch(f"SELECT * FROM {name}") == [], name
    await owner.close()
    await own.close()


def answers() -> Iterator[tuple[str, dict[str, Any]]]:
    """The schema of every answer, by operation."""
    for operations in DOCUMENT["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    for content in answer.get("content", {}).values():
                        yield operation["operationId"], content["schema"]


def parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The schemas that a value may follow."""
    for name in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(name, []):
            yield from parts(part)
    if "items" in schema:
        yield from parts(schema["items"])
    if not {"anyOf", "oneOf", "allOf", "items"} & set(schema):
        yield schema


def unclassed(schema: dict[str, Any], where: str, seen: set[str]) -> Iterator[str]:
    """The fields below a schema that have no class and are not made of fields that have."""
    if "x-data-class" in schema:
        return
    for part in parts(schema):
        if "$ref" in part:
            name = part["$ref"].rpartition("/")[2]
            if name not in seen:
                seen.add(name)
                yield from unclassed(SCHEMAS[name], name, seen)
        elif "properties" in part:
            for name, field in part["properties"].items():
                yield from unclassed(field, f"{where}.{name}", seen)
        elif part.get("type") != "null":
            yield where


def test_every_field_of_every_answer_has_a_class() -> None:
    seen: set[str] = set()
    found = [where for operation, schema in answers() for where in unclassed(schema, operation, seen)]
    assert found == [], found


def test_a_field_without_a_class_is_found() -> None:
    schema = {"properties": {"a": {"type": "string", "x-data-class": "public"}, "b": {"type": "string"}}}
    assert list(unclassed(schema, "Thing", set())) == ["Thing.b"]


# The records of answers, by the table that they are of; fields that are called otherwise than their columns.
SHOWN = {
    "ChildRecord": "child",
    "ChildSummary": "child",
    "ResidenceRecord": "residence",
    "CircumstanceRecord": "circumstance",
    "CaseRecord": "case_file",
    "InterventionRecord": "intervention",
    "PersonRecord": "person",
    "NoteRecord": "case_note",
    "FlagRecord": "case_flag",
    "ReportRecord": "case_report",
    "ReportSummary": "case_report",
    "ReportReceipt": "case_report",
    "ReportedChildRecord": "case_report_child",
    "InformantRecord": "informant",
    "AgencyRecord": "agency",
    "AccountRecord": "account",
    "AssignmentRecord": "assignment",
}
COLUMNS = {
    **dict.fromkeys(("from", "until"), "during"),
    "category": "category_code",
    "changed_at": "updated_at",
    "measure": "measure_code",
    "on": "on_day",
    "commune": "area_id",
    "agency": "agency_id",
    "area": "area_id",
    "number": "n",
    "disabled": "disabled_at",
}
DERIVED = {  # from other tables or from several columns, with a class of their own
    ("ChildRecord", "residences"),
    ("ChildRecord", "circumstances"),
    ("ChildRecord", "open_cases"),
    ("ChildRecord", "withheld"),
    ("ChildSummary", "commune"),
    ("ResidenceRecord", "commune"),
    ("CircumstanceRecord", "kind"),
    ("ReportRecord", "receipt"),
    ("ReportRecord", "status"),
    ("ReportRecord", "children"),
    ("ReportSummary", "receipt"),
    ("ReportSummary", "status"),
    ("ReportSummary", "children"),
    ("ReportReceipt", "receipt"),
    ("ReportReceipt", "status"),
    ("ReportedChildRecord", "linked"),
    ("ReportedChildRecord", "commune"),
    ("CaseRecord", "status"),
    ("CaseRecord", "interventions"),
    ("CaseRecord", "withheld"),
    ("PersonRecord", "harming"),
    ("PersonRecord", "withheld"),
    ("FlagRecord", "cleared"),
    ("AccountRecord", "assignments"),
}
LOWER = {  # than their columns, and why
    **dict.fromkeys(
        [("ReportReceipt", name) for name in ("id", "reference", "received_at", "recorded_at", "passed_on_at")],
        "who reported is told its number and how far it has come, and nothing of what it says",
    ),
    ("ChildSummary", "changed_at"): "without cases it is told of what is shown alone",
    ("CircumstanceRecord", "category"): "a sensitive code is `restricted` without its section; the others stay plain",
}


def below_their_columns(schemas: dict[str, Any]) -> Iterator[str]:
    """The fields that are labelled as less than the column that they show, or that show no known column."""
    for record, table in SHOWN.items():
        for field, schema in schemas[record]["properties"].items():
            column = COLUMNS.get(field, field)
            if (record, field) in DERIVED | LOWER.keys():
                continue
            if column not in SQLModel.metadata.tables[table].columns:
                yield f"{record}.{field} shows no column of {table}"
            elif "x-data-class" in schema and DataClass[schema["x-data-class"].upper()] < class_of(table, column):
                yield f"{record}.{field} is labelled below {table}.{column}"


def test_no_field_is_labelled_below_the_column_that_it_shows() -> None:
    assert list(below_their_columns(SCHEMAS)) == []


def test_a_field_that_is_labelled_too_low_is_found() -> None:
    public = {"type": "string", "x-data-class": "public"}
    for field in ("ethnicity", "full_name", "shoe_size"):
        child = {"properties": SCHEMAS["ChildRecord"]["properties"] | {field: public}}
        (found,) = below_their_columns(SCHEMAS | {"ChildRecord": child})
        assert field in found


def test_every_route_has_a_policy() -> None:
    routes = [route for route in create_app("").routes if isinstance(route, Read)]
    assert {route.policy for route in routes} <= {UNSIGNED, *Permission}
    for route in routes:
        signed = not route.path.startswith("/v1") or route.path.startswith("/v1/auth")
        assert (route.policy == UNSIGNED) == signed, route.path


def test_a_route_without_a_policy_does_not_start() -> None:
    async def forgotten() -> None:
        pass

    with pytest.raises(TypeError, match="forgotten does not say who may call it"):
        Read("/v1/forgotten", forgotten)


def test_every_purpose_says_what_it_needs() -> None:
    assert set(PURPOSES) == set(Purpose)
    assert all(Permission.SEE_MAP in needed for needed in PURPOSES.values())
    for name, role in ROLES.items():
        needed = frozenset[Permission]().union(*(PURPOSES[purpose] for purpose in role.purposes))
        assert role.permissions <= needed, f"{name} has a permission that none of its purposes needs"


def test_statistics_need_no_record_of_a_child() -> None:
    assert not any(permission.endswith(".write") for permission in PURPOSES[Purpose.STATISTICS])
    assert PURPOSES[Purpose.STATISTICS].isdisjoint(
        {Permission.READ_CHILDREN, Permission.READ_CASES, Permission.READ_HISTORY, Permission.SEE_RECORDS}
    )


def test_whoever_reads_history_receives_every_section() -> None:
    """The history tells what every column was."""
    for name, role in ROLES.items():
        if Permission.READ_HISTORY in role.permissions:
            assert role.sections == set(Section), name
