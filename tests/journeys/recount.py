"""The five indicators, counted from exported CSV files by nothing but the words of their definitions."""

import csv
from collections import defaultdict
from datetime import date
from pathlib import Path

FOREVER = date(9999, 12, 31)
Row = dict[str, str]


def rows(folder: Path, name: str) -> list[Row]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def holds(row: Row, day: date) -> bool:
    until = date.fromisoformat(row["until"]) if row["until"] else FOREVER
    return bool(row["from"]) and date.fromisoformat(row["from"]) <= day < until


def sixteen(born: date) -> date:
    return born.replace(year=born.year + 16)  # 16 is a multiple of 4: 29 February is there again


def by(key: str, found: list[Row]) -> dict[str, list[Row]]:
    groups = defaultdict(list)
    for row in found:
        groups[row[key]].append(row)
    return groups


def recount(folder: Path, day: date, *communes: str) -> dict[str, tuple[int, int | None]]:
    """Numerator and denominator of each indicator on a day, in the province or in some communes of it."""
    residences = by("child_id", rows(folder, "residences"))
    circumstances = by("child_id", rows(folder, "circumstances"))
    cases = by("child_id", rows(folder, "cases"))
    given = by("case_id", rows(folder, "interventions"))
    children = special = at_risk = special_assisted = at_risk_assisted = 0
    for child in rows(folder, "children"):
        born = date.fromisoformat(child["date_of_birth"])
        homes = [r for r in residences[child["id"]] if holds(r, day) and (not communes or r["commune"] in communes)]
        if not (born <= day < sixteen(born) and homes):
            continue
        kinds = {c["kind"] for c in circumstances[child["id"]] if holds(c, day)}
        assisted = any(
            date.fromisoformat(measure["from"]) <= day
            for case in cases[child["id"]]
            if holds(case, day)
            for measure in given[case["id"]]
        )
        children += 1
        if "special" in kinds:
            special, special_assisted = special + 1, special_assisted + assisted
        elif kinds:
            at_risk, at_risk_assisted = at_risk + 1, at_risk_assisted + assisted
    with_model = {
        site["commune"]
        for site in rows(folder, "sites")
        if site["stage"] in ("completed", "replicated")
        and holds(site, day)
        and (not communes or site["commune"] in communes)
    }
    return {
        "special_rate": (special, children),
        "at_risk_rate": (at_risk, children),
        "special_assisted_rate": (special_assisted, special),
        "at_risk_assisted_rate": (at_risk_assisted, at_risk),
        "model_communes": (len(with_model), None),
    }
