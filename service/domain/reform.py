"""A reform: what a resolution makes of the map on a day, as data, applied to the history of areas.

An area whose boundary changes ends and begins anew, also under the same code and name; an upgrade (another name, kind,
code or parent) keeps it. Where later changes of what ends are known already, they hold: from the first of these days on
the map is the one that was known, and the units made here end in it, by lines that are inferred.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from service.domain.area_history import KINDS, Area, AreaChange, AreaHistory, AreaVersion, Level, joined
from service.domain.period import Period
from service.domain.refusal import Refusal

DIGITS: dict[Level, int] = {"province": 2, "district": 3, "commune": 5}


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as it is from the day on. `parent` is a code of that day; None: as what the unit was made of."""

    code: str
    name: str
    kind: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """What becomes of a unit: `merged_into`, `split_into` (two lines or more), `upgraded` or `abolished`."""

    change: str
    code: str
    to: str | None = None
    share: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Reform:
    """A resolution. A unit that goes on under its code, name, kind and parent need not be named in `units`."""

    id: UUID
    effective_on: date
    legal_basis: str
    units: tuple[Unit, ...]
    lines: tuple[Line, ...]


def reformed(history: AreaHistory, reform: Reform) -> AreaHistory:
    """The history after the reform, or the refusal of it."""
    return _Redrawing(history, reform).history()


@dataclass(frozen=True, slots=True)
class _Step:
    """A line of the resolution with the area that it is about, as it stood the day before."""

    line: Line
    old: AreaVersion
    pointer: str


class _Redrawing:
    """One application of a reform."""

    def __init__(self, history: AreaHistory, reform: Reform) -> None:
        self.reform, self.on = reform, reform.effective_on
        self.areas = {area.key: area for area in history.areas}
        self.versions, self.changes = list(history.versions), list(history.changes)
        self.before = {v.code: v for v in history.versions if _begins(v) < self.on and _ends(v) >= self.on}
        self.units = {unit.code: unit for unit in reform.units}
        self.places = {unit.code: f"/units/{n}" for n, unit in enumerate(reform.units)}
        self.steps = self._steps()
        self.leaving = {s.old.area: s.old for s in self.steps if s.line.change != "upgraded"}
        self.made: dict[str, list[_Step]] = defaultdict(list)  # by code: what a unit is made of
        for step in self.steps:
            if step.line.change in ("merged_into", "split_into"):
                self.made[str(step.line.to)].append(step)
        self._check()
        self.keys: dict[str, int] = {code: self._new_area(steps) for code, steps in sorted(self.made.items())}

    def history(self) -> AreaHistory:
        for parts in self._components():
            self._redraw(parts)
        for step in self.steps:
            if step.line.change == "upgraded":
                self._upgrade(step)
        self._reparent()
        self.versions.sort(key=lambda v: (v.area, _begins(v)))
        self.changes.sort(key=lambda c: (c.effective_on, c.predecessor, c.successor or 0))
        self._refuse_unsound()
        return AreaHistory(list(self.areas.values()), self.versions, self.changes)

    # What the resolution says

    def _steps(self) -> list[_Step]:
        if not self.reform.lines:
            raise Refusal("reform_empty", "/changes")
        steps = [
            _Step(line, self._standing(line.code, f"/changes/{n}/from"), f"/changes/{n}")
            for n, line in enumerate(self.reform.lines)
        ]
        named = {step.old.area for step in steps}
        for code in sorted({str(s.line.to) for s in steps if s.line.change in ("merged_into", "split_into")}):
            grown = self.before.get(code)
            if grown is not None and grown.area not in named:  # it took in others: its boundary is a new one
                pointer = next(s.pointer for s in steps if s.line.to == code)
                self._standing(code, f"{pointer}/to")
                steps.append(_Step(Line("merged_into", code, code), grown, pointer))
        return steps

    def _standing(self, code: str, pointer: str) -> AreaVersion:
        """The area of a code that stands on the day before, and that nothing else changes on the day or later."""
        found = self.before.get(code)
        if found is None:
            begins_today = any(v.code == code and v.during.start == self.on for v in self.versions)
            raise Refusal("reform_overlaps" if begins_today else "area_not_on_map", pointer)
        if any(
            c.predecessor == found.area
            and (c.effective_on == self.on or (c.reform is not None and c.effective_on > self.on))
            for c in self.changes
        ):
            raise Refusal("reform_overlaps", pointer)
        return found

    def _check(self) -> None:
        of: dict[int, list[_Step]] = defaultdict(list)
        for step in self.steps:
            of[step.old.area].append(step)
            self._check_line(step)
        for steps in of.values():
            self._check_fate(steps)
        upgraded = [str(s.line.to) for s in self.steps if s.line.change == "upgraded"]
        if len(self.units) < len(self.reform.units) or len(set(upgraded) | set(self.made)) < len(upgraded) + len(
            self.made
        ):
            raise Refusal("area_code_taken", "/units")
        for unit in self.reform.units:
            if len(unit.code) != DIGITS[_level(unit)]:
                raise Refusal("reform_levels", f"{self.places[unit.code]}/code")
        for code, pointer in self.places.items():
            if code not in self.made and code not in upgraded:
                raise Refusal("reform_incomplete", pointer)
        for steps in self.made.values():
            if [s.line.change for s in steps] == ["merged_into"]:
                raise Refusal("reform_is_upgrade", steps[0].pointer)

    def _check_line(self, step: _Step) -> None:
        line, level = step.line, _level(step.old)
        if level == "province":
            raise Refusal("reform_levels", f"{step.pointer}/from")
        if line.share is not None and (line.change != "split_into" or not 0 <= line.share <= 1):
            raise Refusal("shares_do_not_add_up", f"{step.pointer}/share")
        if line.change == "abolished":
            if line.to is not None or level == "commune":  # people live in a commune: they must go somewhere
                raise Refusal("reform_incomplete", f"{step.pointer}/to")
        elif line.to is None or (line.to not in self.units and line.to not in self.before):
            raise Refusal("reform_incomplete", f"{step.pointer}/to")
        elif _level(self._unit(line.to)) != level:
            raise Refusal("reform_levels", f"{step.pointer}/to")
        if line.change == "upgraded" and (line.to not in self.units or self._is_as_before(step)):
            raise Refusal("reform_empty", step.pointer)

    def _check_fate(self, steps: list[_Step]) -> None:
        """One line, or the lines of a split."""
        first, kinds = steps[0], {step.line.change for step in steps}
        if kinds != {"split_into"}:
            if len(steps) > 1:
                raise Refusal("reform_overlaps", steps[1].pointer)
            return
        if len(steps) == 1:
            raise Refusal("reform_incomplete", first.pointer)
        if len({step.line.to for step in steps}) < len(steps):
            raise Refusal("reform_overlaps", steps[1].pointer)
        shares = [step.line.share for step in steps if step.line.share is not None]
        if shares and (len(shares) < len(steps) or sum(shares) != 1):
            raise Refusal("shares_do_not_add_up", f"{first.pointer}/share")

    def _unit(self, code: str) -> Unit | AreaVersion:
        return self.units.get(code) or self.before[code]

    def _is_as_before(self, step: _Step) -> bool:
        unit, old = self.units[str(step.line.to)], step.old
        parent = self.before.get(unit.parent) if unit.parent else None
        same_parent = unit.parent is None or (parent is not None and parent.area == old.parent)
        return same_parent and (unit.code, unit.name, unit.kind) == (old.code, old.name, old.kind)

    # What it makes of the map

    def _new_area(self, steps: list[_Step]) -> int:
        key = max(self.areas) + 1
        covered = any(self.areas[step.old.area].covered for step in steps)
        self.areas[key] = Area(key, self.areas[steps[0].old.area].level, covered)
        return key

    def _components(self) -> list[list[int]]:
        """The areas that end, with those whose parts go into the same units."""
        together: dict[int, set[int]] = {area: {area} for area in self.leaving}
        for steps in self.made.values():
            joint = set().union(*(together[step.old.area] for step in steps))
            for area in joint:
                together[area] = joint
        return [sorted(parts) for parts in {min(parts): parts for parts in together.values()}.values()]

    def _redraw(self, parts: list[int]) -> None:
        """What ends, what is made of it, and how the later map that is known already goes on from there."""
        known = [c for c in self.changes if c.predecessor in parts and c.effective_on > self.on]
        until = min((c.effective_on for c in known if c.change != "upgraded"), default=None)
        life, after = Period(self.on, until), Period(until, None)
        versions = {part: [v for v in self.versions if v.area == part] for part in parts}
        self.changes = [c for c in self.changes if c not in known]
        self.versions = [v for v in self.versions if v.area not in parts] + [
            replace(v, during=both)
            for part in parts
            for v in versions[part]
            if (both := v.during & Period(None, self.on))
        ]
        later: dict[int, list[AreaChange]] = {  # of each part: its lines of that day, or the one to itself begun anew
            part: [c for c in known if c.predecessor == part and c.effective_on == until and c.change != "upgraded"]
            for part in parts
        }
        if until is not None:
            basis = next(c for c in known if c.effective_on == until and c.change != "upgraded")
            for part in parts:
                if not later[part]:
                    later[part] = [replace(basis, successor=self._begin_anew(part, versions[part], known, after))]
        for step in self.steps:
            if step.old.area in parts:
                self._add_line(step)
        for code, steps in sorted(self.made.items()):
            if steps[0].old.area in parts:
                self._settle(code, [step.old.area for step in steps], versions, known, life, later)

    def _begin_anew(self, part: int, versions: list[AreaVersion], known: list[AreaChange], after: Period) -> int:
        """The area that has the territory of a part again, from the day on which the map is as it was known."""
        key = max(self.areas) + 1
        self.areas[key] = replace(self.areas[part], key=key)
        self.versions += [replace(v, area=key, during=both) for v in versions if (both := v.during & after)]
        for change in known:
            if change.predecessor == part and after.start is not None and change.effective_on > after.start:
                itself = change.successor == part
                self.changes.append(replace(change, predecessor=key, successor=key if itself else change.successor))
        self.versions = [
            replace(v, parent=key) if v.parent == part and after.start is not None and _begins(v) >= after.start else v
            for v in self.versions
        ]
        return key

    def _add_line(self, step: _Step) -> None:
        line = step.line
        successor = step.old.area if line.change == "upgraded" else self.keys.get(str(line.to))
        self.changes.append(
            AreaChange(
                *(self.on, step.old.area, successor, line.change, line.share, False),
                *(self.reform.legal_basis, self.reform.legal_basis, self.reform.id),
            )
        )

    def _settle(
        self,
        code: str,
        parts: list[int],
        versions: dict[int, list[AreaVersion]],
        known: list[AreaChange],
        life: Period,
        later: dict[int, list[AreaChange]],
    ) -> None:
        """The versions of a unit that was made, and how it ends."""
        key, unit = self.keys[code], self._unit(code)
        parent = self._parent(code, [self.leaving[part] for part in parts])
        kind = unit.kind
        during = life
        for day in sorted({c.effective_on for c in known if c.change == "upgraded" and c.effective_on in life}):
            kinds = {
                next(v.kind for v in versions[part] if day in v.during)
                if any(c.predecessor == part and c.effective_on == day for c in known)
                else None
                for part in parts
            }
            if len(kinds) == 1 and None not in kinds and kinds != {kind}:
                line = next(c for c in known if c.effective_on == day)
                if (head := during & Period(None, day)) is not None and day in during:
                    self.versions.append(AreaVersion(key, unit.code, unit.name, kind, parent, head))
                    during, kind = Period(day, life.until), str(kinds.pop())
                    self.changes.append(_inferred(line, key, key, "upgraded"))
        self.versions.append(AreaVersion(key, unit.code, unit.name, kind, parent, during))
        lines: dict[int | None, AreaChange] = {}
        for part in parts:
            for line in later[part]:
                lines.setdefault(line.successor, line)
        if len(lines) > 1:
            lines.pop(None, None)
        for successor, line in lines.items():
            change = "abolished" if successor is None else "merged_into" if len(lines) == 1 else "split_into"
            self.changes.append(_inferred(line, key, successor, change))

    def _upgrade(self, step: _Step) -> None:
        unit, old = self.units[str(step.line.to)], step.old
        parent = self._parent(unit.code, [old])
        self._replace_from(old, AreaVersion(old.area, unit.code, unit.name, unit.kind, parent, old.during))
        self._add_line(step)

    def _replace_from(self, old: AreaVersion, new: AreaVersion) -> None:
        """A version as it was until the day, and another from the day on."""
        self.versions.remove(old)
        for version, days in ((old, Period(None, self.on)), (new, Period(self.on, None))):
            if both := version.during & days:
                self.versions.append(replace(version, during=both))

    def _parent(self, code: str, made_of: list[AreaVersion]) -> int | None:
        """What a unit lies in from the day on: as named, or where everything that it was made of lay."""
        unit, pointer = self._unit(code), f"{self.places.get(code, '/units')}/parent"
        if isinstance(unit, Unit) and unit.parent is not None:
            parent = self._named(unit.parent, pointer)
            order: list[Level] = ["commune", "district", "province"]
            if order.index(self.areas[parent].level) <= order.index(_level(unit)):
                raise Refusal("reform_levels", pointer)
            return parent
        parents = {unit.parent} if isinstance(unit, AreaVersion) else {v.parent for v in made_of}
        found = {self._follow(p) if p in self.leaving else p for p in parents}
        if len(found) != 1 or None in found:
            raise Refusal("reform_incomplete", pointer)
        return found.pop()

    def _named(self, code: str, pointer: str) -> int:
        """The area that a code means from the day on."""
        if code in self.keys:
            return self.keys[code]
        for step in self.steps:
            if step.line.change == "upgraded" and step.line.to == code:
                return step.old.area
        standing = next((v for v in self.versions if v.code == code and self.on in v.during), None)
        if standing is None or standing.area in self.leaving:
            raise Refusal("area_not_on_map", pointer)
        return standing.area

    def _follow(self, area: int) -> int | None:
        """The one unit that an area went into as a whole."""
        steps = [s for s in self.steps if s.old.area == area]
        return self.keys[str(steps[0].line.to)] if [s.line.change for s in steps] == ["merged_into"] else None

    def _reparent(self) -> None:
        """Whatever lay in a district that ended lies in what the district went into, or in what is said of it."""
        placed: dict[int, int] = {}
        for version in sorted(self.versions, key=_begins):
            parent = version.parent
            if parent not in self.leaving or not version.during & Period(self.on, None):
                continue
            new = self._follow(parent)
            if new is None:
                before = [c.predecessor for c in self.changes if c.successor == version.area]
                new = next(
                    (p for a in (version.area, *before) if (p := placed.get(a) or self._lies_in(a)) is not None), None
                )
            if new is None:
                raise Refusal("reform_incomplete", "/changes")
            placed[version.area] = new
            moved = replace(version, parent=new)
            if _begins(version) < self.on:
                self._replace_from(version, moved)
                basis = self.reform.legal_basis
                self.changes.append(
                    AreaChange(
                        self.on, version.area, version.area, "upgraded", None, False, basis, basis, self.reform.id
                    )
                )
            else:
                self.versions.remove(version)
                self.versions.append(moved)

    def _lies_in(self, area: int) -> int | None:
        """Where an area lies on the day, if that is not in something that ended."""
        found = next((v.parent for v in self.versions if v.area == area and self.on in v.during), None)
        return None if found in self.leaving else found

    # Whether it is sound

    def _refuse_unsound(self) -> None:
        """No code is two units' on one day, and every unit has its parent on every day of its own."""
        by_code: dict[str, list[AreaVersion]] = defaultdict(list)
        of: dict[int, list[AreaVersion]] = defaultdict(list)
        for version in self.versions:
            by_code[version.code].append(version)
            of[version.area].append(version)
        for code, versions in by_code.items():
            versions.sort(key=_begins)
            if any(_ends(a) > _begins(b) for a, b in pairwise(versions)):
                raise Refusal("area_code_taken", f"{self.places[code]}/code" if code in self.places else "/units")
        for version in self.versions:
            if version.parent is not None and joined(
                both for p in of[version.parent] if (both := p.during & version.during)
            ) != [version.during]:
                pointer = f"{self.places[version.code]}/parent" if version.code in self.places else "/changes"
                raise Refusal("reform_overlaps", pointer)


def _inferred(line: AreaChange, predecessor: int, successor: int | None, change: str) -> AreaChange:
    """A line that was known of what a unit was made of, as a line of the unit."""
    source = line.source if line.source.startswith("INFERRED:") else f"INFERRED: {line.source}"
    return AreaChange(line.effective_on, predecessor, successor, change, None, True, line.legal_basis, source)


def _level(unit: Unit | AreaVersion) -> Level:
    return KINDS[unit.kind][0]


def _begins(version: AreaVersion) -> date:
    return version.during.start or date.min


def _ends(version: AreaVersion) -> date:
    return version.during.until or date.max


def touched(reform: Reform, history: AreaHistory) -> list[int]:
    """The areas that the lines of a reform are about, as they stand in the history after it."""
    return sorted({c.predecessor for c in history.changes if c.reform == reform.id})
