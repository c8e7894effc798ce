"""The data files that ship with the service, and how they enter an empty database."""

import csv
import json
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import asyncpg

from service.domain.access import PURPOSES, ROLES
from service.domain.area_history import AreaHistory, area_history, containment
from service.domain.period import Period

FOLDER = files(__name__)


def rows(name: str) -> list[dict[str, str]]:
    """The rows of a CSV file of this folder; codes stay text, empty stays ''."""
    return list(csv.DictReader(FOLDER.joinpath(name).read_text(encoding="utf-8").splitlines()))


def hung_yen() -> AreaHistory:
    """The areas of Hưng Yên (and of Thái Bình, which it joined in 2025) with their history."""
    lists = ("units_2016", "units_interim", "units_2025", "unit_changes", "units_thai_binh")
    return area_history(*(rows(f"areas/{name}.csv") for name in lists))


def area_on(history: AreaHistory, code: str, on: date) -> int:
    """The area that a code means on a day."""
    (found,) = (v.area for v in history.versions if v.code == code and on in v.during)
    return found


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def database_range(period: Period) -> "asyncpg.Range[date]":
    return asyncpg.Range(period.start, period.until)


def tables(today: date) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    """Table, columns and rows of all reference data, in an order that keeps foreign keys."""
    history = hung_yen()
    yield "area", ["id", "level", "covered"], [(a.key, a.level, a.covered) for a in history.areas]
    yield (
        "area_version",
        ["area_id", "code", "name", "kind", "parent_id", "during"],
        [(v.area, v.code, v.name, v.kind, v.parent, database_range(v.during)) for v in history.versions],
    )
    yield (
        "area_change",
        [
            "id",
            "effective_on",
            "predecessor_id",
            "successor_id",
            "change",
            "share",
            "inferred",
            "legal_basis",
            "source",
        ],
        [
            (n, c.effective_on, c.predecessor, c.successor, c.change, c.share, c.inferred, c.legal_basis, c.source)
            for n, c in enumerate(history.changes, 1)
        ],
    )
    level = {a.key: a.level for a in history.areas}
    yield (
        "area_within",
        ["area_id", "ancestor_id", "area_level", "ancestor_level", "during"],
        [
            (c.area, c.ancestor, level[c.area], level[c.ancestor], database_range(c.during))
            for c in containment(history.versions)
        ],
    )

    yield (
        "category_scheme",
        ["code", "kind", "name_vi", "name_en", "legal_basis"],
        [tuple(r.values()) for r in rows("category_schemes.csv")],
    )
    yield (
        "category",
        [
            *("position", "code", "scheme_code", "parent_code", "kind", "section"),
            *("during", "name_vi", "name_en", "legal_basis"),
        ],
        [
            (
                n,
                *(r["code"], r["scheme"], r["parent"] or None, r["kind"], r["section"] or None),
                asyncpg.Range(day(r["from"]), day(r["until"])),
                *(r["name_vi"], r["name_en"], r["legal_basis"]),
            )
            for n, r in enumerate(rows("categories.csv"), 1)
        ],
    )
    yield (
        "intervention_measure",
        ["position", "code", "parent_code", "name_vi", "name_en", "legal_basis"],
        [
            (n, r["code"], r["parent"] or None, r["name_vi"], r["name_en"], r["legal_basis"])
            for n, r in enumerate(rows("intervention_measures.csv"), 1)
        ],
    )
    yield (
        "deadline_rule",
        [
            *("id", "code", "name_vi", "name_en", "kind", "part", "during", "amounts", "every", "unit", "starts"),
            *("met_by", "receipt", "concluded", "legal_basis"),
        ],
        [
            (
                shipped(f"deadline-rule/{r['code']}/{r['from']}"),
                *(r["code"], r["name_vi"], r["name_en"], r["kind"], r["part"]),
                asyncpg.Range(day(r["from"]), day(r["until"])),
                [int(amount) for amount in r["amount"].split()],
                *(int(r["every"]) if r["every"] else None, r["unit"], r["starts"].split(), r["met_by"].split()),
                *(r["receipt"] or None, r["concluded"] or None, r["legal_basis"]),
            )
            for r in rows("deadlines.csv")
        ],
    )
    yield (
        "holiday",
        ["id", "day", "kind", "name_vi", "name_en", "source"],
        [
            (shipped(f"holiday/{r['date']}"), day(r["date"]), r["kind"], r["name_vi"], r["name_en"], r["source"])
            for r in rows("holidays.csv")
        ],
    )
    yield from programme_tables(json.loads(FOLDER.joinpath("programmes.json").read_text(encoding="utf-8")))
    yield (
        "official_population",
        ["id", "area_id", "on_date", "population", "children_under_16", "source"],
        [
            (
                shipped(f"population/{r['area_code']}/{r['on_date']}"),
                area_on(history, r["area_code"], date.fromisoformat(r["on_date"])),
                date.fromisoformat(r["on_date"]),
                int(r["population"]),
                int(r["children_under_16"]) if r["children_under_16"] else None,
                r["source"],
            )
            for r in rows("areas/population.csv")
        ],
    )
    yield "register", ["page_horizon"], [(date(today.year + 2, 1, 1),)]


def shipped(name: str) -> UUID:
    """The id of a record that ships with the service: the same in every register, so that files can refer to it."""
    return uuid5(NAMESPACE_URL, name)


def programme_tables(data: dict[str, Any]) -> Iterator[tuple[str, list[str], list[tuple[Any, ...]]]]:
    names = ["name_vi", "name_en"]
    programmes = data["programmes"]
    rules = [(p, r) for p in programmes for r in p["counting_rules"]]
    yield (
        "programme",
        [
            *("code", *names, "legal_basis", "area_code", "level", "rules_of"),
            *("definition_vi", "definition_en", "during"),
        ],
        [
            (
                *(p["code"], p["name_vi"], p["name_en"], p["legal_basis"], p["area_code"], p["level"]),
                *(p.get("rules_of"), p.get("definition_vi"), p.get("definition_en")),
                asyncpg.Range(day(p["from"]), day(p["until"])),
            )
            for p in programmes
        ],
    )
    yield (
        "counting_rule",
        ["id", "programme_code", "number", *names, "state", "adopted_from"],
        [(r["id"], p["code"], r["number"], r["name_vi"], r["name_en"], "adopted", day(p["from"])) for p, r in rules],
    )
    yield (
        "age_band",
        ["rule", "code", "from_age", "until_age"],
        [(r["id"], b["code"], b["from_age"], b["until_age"]) for _, r in rules for b in r["age_bands"]],
    )
    columns = ["code", "numerator", "denominator", "unit", *names, "definition_vi", "definition_en", "legal_basis"]
    yield (
        "indicator",
        ["position", *columns],
        [(n, *(i[column] for column in columns)) for n, i in enumerate(data["indicators"], 1)],
    )
    yield (
        "target",
        [
            *("id", "programme_code", "indicator_code", "direction", "unit", "value", "due_on"),
            *("legal_basis", "revision", "decided_on", "during"),
        ],
        [
            (
                shipped(f"target/{p['code']}/{t['indicator']}/{t['due_on']}"),
                *(p["code"], t["indicator"], t["direction"], t["unit"], Decimal(t["value"]), day(t["due_on"])),
                *(p["legal_basis"], 1, day(p["decided_on"])),
                asyncpg.Range(None, None),  # also of the days before it was decided: there was no other
            )
            for p in programmes
            for t in p["targets"]
        ],
    )


ROLE = """
INSERT INTO role (code, reach, permissions, sections) VALUES ($1, $2, $3, $4)
ON CONFLICT (code) DO UPDATE
SET reach = excluded.reach, permissions = excluded.permissions, sections = excluded.sections
"""


PURPOSE = """
INSERT INTO purpose (code, permissions) VALUES ($1, $2)
ON CONFLICT (code) DO UPDATE SET permissions = excluded.permissions
"""


async def load_roles(connection: asyncpg.Connection) -> None:
    """The roles and the purposes as this version has them."""
    await connection.executemany(PURPOSE, [(purpose, sorted(needed)) for purpose, needed in PURPOSES.items()])
    await connection.executemany(
        ROLE, [(code, r.reach, sorted(r.permissions), sorted(r.sections)) for code, r in ROLES.items()]
    )


GROWING = ("programme", "indicator", "target")  # of which a later version ships more
MISSING = "INSERT INTO {table} ({columns}) VALUES ({values}) ON CONFLICT DO NOTHING"


async def load(connection: asyncpg.Connection, today: date) -> bool:
    """Fills the reference tables that are new: all of a new database, and those that a migration has made."""
    filled = False
    for table, columns, records in tables(today):
        if not await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table})"):  # noqa: S608 - of this file
            await connection.copy_records_to_table(table, columns=columns, records=records)
            # One counting rule, taken for 630, plans a posting like a province.
            await connection.execute(f"ANALYZE {table}")
            filled = True
        elif table in GROWING:
            values = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
            missing = MISSING.format(table=table, columns=", ".join(columns), values=values)
            await connection.executemany(missing, records)
    return filled
