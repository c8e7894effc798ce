"""The dated history of areas, made from lists of administrative units and of the changes between them.

The lists name a unit by its code, but codes are handed on to other territories. An area is a territory whose boundary
never changes: a new name, kind, code or parent is a new version of the same area, a new boundary is a new area.
Rows and sources: `service/reference/areas/SOURCES.md`. Whatever does not resolve raises ValueError.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal
from uuid import UUID

from service.domain.period import Period

Row = Mapping[str, str]
Level = Literal["province", "district", "commune"]

KINDS: Mapping[str, tuple[Level, str]] = {
    "province": ("province", "Tỉnh"),
    "city": ("district", "Thành phố"),
    "town": ("district", "Thị xã"),
    "district": ("district", "Huyện"),
    "ward": ("commune", "Phường"),
    "township": ("commune", "Thị trấn"),
    "commune": ("commune", "Xã"),
}
"""Kind → its level and its type word. Districts and townships ended on 2025-07-01."""

INFERRED_RECEIVERS = {("2024-12-01", "12235"): "12205"}
"""Who took a unit, by day and old code, where no text was read: xã Bình Kiều lies in the 2025 commune Khoái Châu, and
the township of that name has handed its code on to it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A territory whose boundary never changes. `covered`: the register has kept its children, or those of a part."""

    key: int
    level: Level
    covered: bool


@dataclass(frozen=True, slots=True)
class AreaVersion:
    """What an area was called and what it lay in, during a period. The name is without its type word."""

    area: int
    code: str
    name: str
    kind: str
    parent: int | None
    during: Period


@dataclass(frozen=True, slots=True)
class AreaChange:
    """What became of an area on a day: `upgraded` (still itself), `merged_into`, `split_into` or `abolished`.

    `share` is the part of the people that went to the successor: None is the whole of a merger, the unknown of a split.
    `inferred`: no text that says so was read. `reform`: the reform made here of which this is a line.
    """

    effective_on: date
    predecessor: int
    successor: int | None
    change: str
    share: Decimal | None
    inferred: bool
    legal_basis: str
    source: str
    reform: UUID | None = None


@dataclass(frozen=True, slots=True)
class AreaHistory:
    """Every area, its versions by area and first day, its changes by day and code."""

    areas: list[Area]
    versions: list[AreaVersion]
    changes: list[AreaChange]


@dataclass(frozen=True, slots=True)
class Containment:
    """An area lies in an ancestor (or is it) during a period; `level` is the ancestor's."""

    area: int
    ancestor: int
    level: Level
    during: Period


@dataclass(frozen=True, slots=True)
class _Unit:
    """A row of a list of units. `covered` is None for a unit that must have come of others."""

    code: str
    name: str
    kind: str
    parent_code: str
    during: Period
    covered: bool | None

    def __str__(self) -> str:
        return f"{KINDS[self.kind][1]} {self.name}"


_Placed = tuple[int, _Unit]


def area_history(
    units_2016: Iterable[Row],
    units_interim: Iterable[Row],
    units_2025: Iterable[Row],
    unit_changes: Iterable[Row],
    units_uncovered: Iterable[Row],
) -> AreaHistory:
    """The areas (key 1..n by first day, length of code, code: parents first), their versions and their changes.

    History begins with `units_2016`, which the register covers, and `units_uncovered`, which it never did; a later area
    is covered if one of its predecessors is.
    """
    units = [_unit(row, True) for row in units_2016] + [_unit(row, False) for row in units_uncovered]
    units += [_unit(row, None) for rows in (units_interim, units_2025) for row in rows]
    steps = [_with_receiver(row) for row in unit_changes]
    units, growth = _cut_where_grown(units, steps)
    upgraded = {(s["effective_on"], s["new_code"]): s for s in steps if s["change"] == "upgraded"}
    areas: dict[int, Area] = {}
    placed: list[_Placed] = []
    for unit in sorted(units, key=lambda u: (u.during.start or date.min, len(u.code), u.code)):
        same = upgraded.get((str(unit.during.start), unit.code))
        key = _key(placed, same, "old") if same else len(areas) + 1
        areas.setdefault(key, Area(key, KINDS[unit.kind][0], bool(unit.covered)))
        placed.append((key, unit))
    changes = []
    for step in sorted(steps + growth, key=lambda s: (s["effective_on"], s["old_code"], s["new_code"])):
        old, new = _key(placed, step, "old"), _key(placed, step, "new") if step["new_code"] else None
        if new and areas[old].covered:
            areas[new] = replace(areas[new], covered=True)
        changes.append(_change(step, old, new))
    _refuse_loose_ends(placed, changes)
    versions = [
        AreaVersion(key, unit.code, unit.name, unit.kind, _parent(unit, placed), unit.during)
        for key, unit in sorted(placed, key=lambda p: (p[0], p[1].during.start or date.min))
    ]
    return AreaHistory(list(areas.values()), versions, changes)


def containment(versions: Iterable[AreaVersion]) -> list[Containment]:
    """Each area in itself for its whole life, and in each ancestor while every link up to it holds."""
    of: dict[int, list[AreaVersion]] = defaultdict(list)
    for version in versions:
        of[version.area].append(version)

    def climb(area: int, during: Period) -> Iterator[tuple[int, Period]]:
        for version in of[area]:
            if both := version.during & during:
                yield area, both
                if version.parent is not None:
                    yield from climb(version.parent, both)

    rows = []
    for area in sorted(of):
        spans: dict[int, list[Period]] = defaultdict(list)
        for ancestor, during in climb(area, Period()):
            spans[ancestor].append(during)
        for ancestor, periods in spans.items():
            level = KINDS[of[ancestor][0].kind][0]
            rows += [Containment(area, ancestor, level, during) for during in joined(periods)]
    return rows


def _unit(row: Row, covered: bool | None) -> _Unit:
    if row["kind"] not in KINDS:
        raise ValueError(f"{row['code']} {row['name']} is of the unknown kind {row['kind']!r}")
    start, until = (date.fromisoformat(row[bound]) if row[bound] else None for bound in ("valid_from", "valid_to"))
    return _Unit(row["code"], row["name"], row["kind"], row["parent_code"], Period(start, until), covered)


def _with_receiver(row: Row) -> Row:
    """The row, with the inferred receiver where it names none; only what is abolished goes to nobody."""
    if row["change"] not in ("upgraded", "merged_into", "split_into", "abolished"):
        raise ValueError(f"{row['effective_on']}: {row['old_name']} underwent the unknown change {row['change']!r}")
    receiver = INFERRED_RECEIVERS.get((row["effective_on"], row["old_code"])) if not row["new_code"] else None
    if receiver:
        row = {**row, "new_code": receiver, "source": f"INFERRED: {row['source']}"}
    if bool(row["new_code"]) == (row["change"] == "abolished"):
        raise ValueError(
            f"{row['effective_on']}: {row['old_name']} is {row['change']}, yet goes to {row['new_code'] or 'nobody'}"
        )
    return row


def _cut_where_grown(units: list[_Unit], steps: list[Row]) -> tuple[list[_Unit], list[Row]]:
    """Rows that ran on unbroken over a day on which they took in others, cut on it; and the changes that this implies.

    Such a change is inferred only if everything taken in is, since one certain gain is enough for a new boundary.
    """
    gains: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for step in steps:
        if step["change"] in ("merged_into", "split_into"):
            gains[step["effective_on"], step["new_code"]].append(step)
    pieces: list[_Unit] = []
    growth: list[Row] = []
    for unit in units:
        for on in sorted(on for on, code in gains if code == unit.code):
            before, after = Period(None, date.fromisoformat(on)), Period(date.fromisoformat(on), None)
            if (head := unit.during & before) and (rest := unit.during & after):
                pieces.append(replace(unit, during=head))
                unit = replace(unit, during=rest, covered=None)
                gain = min(gains[on, unit.code], key=lambda step: step["source"].startswith("INFERRED:"))
                itself = {"old_code": unit.code, "old_name": str(unit), "new_code": unit.code, "new_name": str(unit)}
                growth.append({**gain, **itself, "change": "merged_into", "share": ""})
        pieces.append(unit)
    return pieces, growth


def _key(placed: list[_Placed], step: Row, side: Literal["old", "new"]) -> int:
    """The area whose row ends (old) or begins (new) with the change under the code and name that the change gives."""
    on, code, name = step["effective_on"], step[f"{side}_code"], step[f"{side}_name"]
    for key, unit in placed:
        if unit.code == code and on == str(unit.during.until if side == "old" else unit.during.start):
            if name not in ("", str(unit)):
                raise ValueError(f"{on}: {code} is {name} in the change and {unit} in its list")
            return key
    raise ValueError(f"{on}: no list has a unit {code} ({name}) {'until' if side == 'old' else 'from'} that day")


def _change(step: Row, old: int, new: int | None) -> AreaChange:
    on, change, source = date.fromisoformat(step["effective_on"]), step["change"], step["source"]
    if (old == new) != (change == "upgraded"):
        raise ValueError(f"{on}: {step['old_name']} cannot be {change} and be the same area, or be upgraded to another")
    share = Decimal(step["share"]) if step["share"] else None
    return AreaChange(on, old, new, change, share, source.startswith("INFERRED:"), step["legal_basis"], source)


def _refuse_loose_ends(placed: list[_Placed], changes: list[AreaChange]) -> None:
    """Every unit but the first came of something, every ended one went somewhere, and no code was held by two."""
    left = {(c.predecessor, c.effective_on) for c in changes}
    made: dict[tuple[int | None, date | None], list[str]] = defaultdict(list)
    for change in changes:
        made[change.successor, change.effective_on].append(change.change)
    for key, unit in placed:
        parts = made[key, unit.during.start]
        if unit.covered is None and not parts:
            raise ValueError(f"nothing says what {unit} ({unit.code}) was made of on {unit.during.start}")
        if parts == ["merged_into"]:
            raise ValueError(f"{unit} ({unit.code}) is wholly what it was before {unit.during.start}: that is upgraded")
        if unit.during.until and (key, unit.during.until) not in left:
            raise ValueError(f"nothing says what became of {unit} ({unit.code}) on {unit.during.until}")
        if any(o.code == unit.code and o is not unit and o.during & unit.during for _, o in placed):
            raise ValueError(f"the code {unit.code} of {unit} is another unit's too on one day")


def _parent(unit: _Unit, placed: list[_Placed]) -> int | None:
    """The one area that had the code of the parent through every day of the row."""
    if not unit.parent_code:
        return None
    found = [(key, both) for key, p in placed if p.code == unit.parent_code and (both := p.during & unit.during)]
    if len({key for key, _ in found}) != 1 or joined(both for _, both in found) != [unit.during]:
        raise ValueError(f"{unit} ({unit.code}) has not one parent {unit.parent_code} until {unit.during.until}")
    return found[0][0]


def joined(periods: Iterable[Period]) -> list[Period]:
    """The same days, with periods that touch made one."""
    joined: list[Period] = []
    for period in sorted(periods, key=lambda p: p.start or date.min):
        if joined and joined[-1].until == period.start:
            period = Period(joined.pop().start, period.until)
        joined.append(period)
    return joined
