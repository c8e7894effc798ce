"""An edition as a table: a row for each indicator in the whole area, and in every commune."""

import csv
from collections.abc import Iterator
from io import StringIO
from typing import Any

COLUMNS = (
    "indicator", "area", "name", "kind", "covered", "numerator", "denominator", "value", "status", "gap", "state",
    "touched_on", "exact", "apportioned", "reasons", "direction", "target", "due_on", "on", "map", "posting",
    "counting_rule",
)  # fmt: skip


def table(content: dict[str, Any]) -> str:
    """CSV, UTF-8, a header row. The whole comes before its communes; empty: there is none."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows(content))
    return text.getvalue()


def rows(content: dict[str, Any]) -> Iterator[dict[str, Any]]:
    same = {name: content[name] for name in ("on", "map", "posting", "counting_rule")}
    for indicator in content["indicators"]:
        whole = {"area": content["area"], "covered": None} | indicator["whole"]
        for row in (whole, *indicator["communes"]):
            area = row["area"]
            figures = {name: plain(row[name]) for name in COLUMNS if name in row and name not in ("area", "target")}
            target = row.get("target") or indicator["target"]
            held_to = {"direction": target["direction"], "target": target["value"], "due_on": target["due_on"]}
            names = {"indicator": indicator["code"], "area": area["code"], "name": area["name"], "kind": area["kind"]}
            yield names | figures | held_to | same


def plain(value: Any) -> Any:
    """As the other files write it: true and false, a list with spaces between."""
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(value) if isinstance(value, list) else value
