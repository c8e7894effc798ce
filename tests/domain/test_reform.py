"""What a resolution makes of the map, on the real map of the province: tables of dated rows, and random reforms."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.area_history import AreaHistory, AreaVersion, containment, joined
from service.domain.reform import Line, Reform, Unit, reformed
from service.domain.refusal import Refusal
from service.reference import hung_yen

KNOWN = hung_yen()
MID_2018, LATER_DAY = date(2018, 7, 1), date(2020, 3, 1)
PHU_UNG, BAC_SON, BAI_SAY, AN_THI = "12145", "12148", "12151", "12142"  # all of them until 2025-07-01
WARD_TO_BE, ANOTHER_WARD_TO_BE = "12106", "12118"  # of Mỹ Hào, upgraded on 2019-05-01
SHORTER = "12157"  # until 2024-12-01
NEW = Unit("12999", "Phù Sơn", "commune")


def reform(on: date, lines: list[Line], *units: Unit, number: int = 1) -> Reform:
    return Reform(UUID(int=number), on, "Nghị quyết 1", units, tuple(lines))


def merger(on: date, unit: Unit, *codes: str, number: int = 1) -> Reform:
    return reform(on, [Line("merged_into", code, unit.code) for code in codes], unit, number=number)


def on_map(history: AreaHistory, code: str, day: date) -> AreaVersion:
    (found,) = [v for v in history.versions if v.code == code and day in v.during]
    return found


def codes(history: AreaHistory, day: date) -> set[str]:
    return {v.code for v in history.versions if day in v.during}


def fate(history: AreaHistory, area: int) -> list[tuple[str, str, str | None, bool]]:
    """Of an area: day, change, code of the successor, and whether that is inferred."""
    return [
        (
            str(c.effective_on),
            c.change,
            None
            if c.successor is None
            else next(v.code for v in history.versions if v.area == c.successor and c.effective_on in v.during),
            c.inferred,
        )
        for c in history.changes
        if c.predecessor == area
    ]


def check_sound(history: AreaHistory) -> None:
    """Every area has a complete fate, no code is two units' on a day, and everything lies in a parent all its days."""
    ids = {area.key for area in history.areas}
    by_area, by_code, of = defaultdict(list), defaultdict(list), defaultdict(list)
    for v in history.versions:
        by_area[v.area].append(v)
        by_code[v.code].append(v)
    for c in history.changes:
        of[c.predecessor].append(c)
        assert {c.predecessor, c.successor} - {None} <= ids
        assert (c.successor == c.predecessor) == (c.change == "upgraded")
        if c.successor is not None and c.change != "upgraded":
            assert min(v.during.start or date.min for v in by_area[c.successor]) == c.effective_on
    for versions in by_code.values():
        spans = sorted((v.during.start or date.min, v.during.until or date.max) for v in versions)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))
    assert set(by_area) == ids
    for area, versions in by_area.items():
        (life,) = joined(v.during for v in versions)  # an area has no gap
        days = {c.effective_on for c in of[area]}
        assert {v.during.until for v in versions} - {None} <= days
        last = [c for c in of[area] if c.effective_on == life.until]
        assert len({c.change for c in last}) == (life.until is not None)
        assert not last or last[0].change != "upgraded"
        assert all(c.effective_on in life for c in of[area] if c not in last)
        if last and last[0].change == "merged_into":
            assert len(last) == 1
        shares = [c.share for c in last if c.share is not None]
        assert not shares or sum(shares) == 1
    level = {area.key: area.level for area in history.areas}
    within = containment(history.versions)
    for area, versions in by_area.items():
        if level[area] == "commune":
            (life,) = joined(v.during for v in versions)
            assert joined(w.during for w in within if w.area == area and w.level == "province") == [life]


def test_the_shipped_history_is_sound() -> None:
    check_sound(KNOWN)


def test_two_communes_become_one_and_that_one_what_they_became() -> None:
    history = reformed(KNOWN, merger(MID_2018, NEW, PHU_UNG, BAC_SON))
    check_sound(history)
    old, new = on_map(KNOWN, PHU_UNG, MID_2018), on_map(history, "12999", MID_2018)
    assert new.area > max(area.key for area in KNOWN.areas)
    assert (new.name, new.kind, new.parent) == ("Phù Sơn", "commune", old.parent)
    assert on_map(history, PHU_UNG, date(2018, 6, 30)).area == old.area
    assert not {PHU_UNG, BAC_SON} & codes(history, MID_2018)
    assert fate(history, old.area) == [("2018-07-01", "merged_into", "12999", False)]
    (was,) = fate(KNOWN, old.area)
    assert fate(history, new.area) == [(*was[:3], True)]
    assert codes(history, date(2025, 7, 1)) == codes(KNOWN, date(2025, 7, 1))


def test_a_commune_that_takes_in_another_ends_and_begins_anew_under_its_code() -> None:
    history = reformed(KNOWN, reform(MID_2018, [Line("merged_into", BAC_SON, PHU_UNG)]))
    check_sound(history)
    old, new = on_map(KNOWN, PHU_UNG, MID_2018), on_map(history, PHU_UNG, MID_2018)
    assert old.area != new.area
    assert (old.name, old.kind, old.parent) == (new.name, new.kind, new.parent)
    assert [c for _, _, c, _ in fate(history, old.area)] == [PHU_UNG]


def test_a_split_tells_the_shares_and_each_part_goes_where_the_whole_went() -> None:
    lines = [Line("split_into", PHU_UNG, PHU_UNG, Decimal("0.7")), Line("split_into", PHU_UNG, "12999", Decimal("0.3"))]
    history = reformed(KNOWN, reform(LATER_DAY, lines, NEW))
    check_sound(history)
    old = on_map(KNOWN, PHU_UNG, date(2020, 1, 1)).area
    assert [c.share for c in history.changes if c.predecessor == old] == [Decimal("0.7"), Decimal("0.3")]
    ends = {str(fate(history, on_map(history, code, LATER_DAY).area)) for code in (PHU_UNG, "12999")}
    assert len(ends) == 1


def test_where_one_part_changes_earlier_the_known_map_goes_on_from_there() -> None:
    history = reformed(KNOWN, merger(MID_2018, NEW, PHU_UNG, SHORTER))
    check_sound(history)
    for day in ("2024-12-01", "2025-06-30", "2025-07-01"):
        assert codes(history, date.fromisoformat(day)) == codes(KNOWN, date.fromisoformat(day))
    ends = fate(history, on_map(history, "12999", MID_2018).area)
    assert sorted(ends) == [("2024-12-01", "split_into", code, True) for code in (PHU_UNG, SHORTER)]
    again = on_map(history, PHU_UNG, date(2025, 1, 1)).area
    assert again != on_map(history, PHU_UNG, date(2018, 1, 1)).area
    assert [(day, change) for day, change, _, _ in fate(history, again)] == [("2025-07-01", "merged_into")]


def test_a_unit_all_of_whose_parts_become_wards_becomes_a_ward() -> None:
    history = reformed(KNOWN, merger(MID_2018, NEW, WARD_TO_BE, ANOTHER_WARD_TO_BE))
    check_sound(history)
    assert on_map(history, "12999", date(2019, 4, 30)).kind == "commune"
    assert on_map(history, "12999", date(2019, 5, 1)).kind == "ward"


def test_an_upgrade_keeps_the_area_until_the_next_thing_that_is_known_of_it() -> None:
    unit = Unit(WARD_TO_BE, "Phan Đình Phùng mới", "township")
    history = reformed(KNOWN, reform(MID_2018, [Line("upgraded", WARD_TO_BE, WARD_TO_BE)], unit))
    check_sound(history)
    assert {on_map(history, WARD_TO_BE, day).area for day in (date(2018, 1, 1), MID_2018, date(2020, 1, 1))} == {
        on_map(KNOWN, WARD_TO_BE, MID_2018).area
    }
    assert [on_map(history, WARD_TO_BE, d).kind for d in (date(2018, 6, 30), MID_2018, date(2019, 5, 1))] == [
        "commune",
        "township",
        "ward",
    ]


def test_two_districts_become_one_and_their_communes_follow() -> None:
    unit = Unit("399", "Ân Mỹ", "district")
    history = reformed(KNOWN, merger(MID_2018, unit, "329", "327"))
    check_sound(history)
    new = on_map(history, "399", MID_2018).area
    assert on_map(history, PHU_UNG, MID_2018).parent == new
    assert on_map(history, PHU_UNG, MID_2018).area == on_map(KNOWN, PHU_UNG, MID_2018).area
    assert on_map(history, "12055", date(2025, 1, 1)).parent == new  # a commune that was made in 2024
    assert fate(history, new) == [("2025-07-01", "abolished", None, True)]


def test_a_district_that_is_abolished_leaves_no_commune_without_a_place() -> None:
    lines = [Line("abolished", "329")]
    with pytest.raises(Refusal, match="reform_incomplete"):
        reformed(KNOWN, reform(MID_2018, lines))
    district = on_map(KNOWN, "329", MID_2018).area
    theirs = [v for v in KNOWN.versions if v.parent == district and MID_2018 in v.during]
    units = [Unit(v.code, v.name, v.kind, "330") for v in theirs]
    history = reformed(KNOWN, reform(MID_2018, lines + [Line("upgraded", v.code, v.code) for v in theirs], *units))
    check_sound(history)
    assert on_map(history, PHU_UNG, date(2020, 1, 1)).parent == on_map(KNOWN, "330", MID_2018).area
    assert on_map(history, "12175", date(2025, 1, 1)).parent == on_map(KNOWN, "330", MID_2018).area


def test_a_later_reform_goes_on_from_an_earlier_one() -> None:
    first = reformed(KNOWN, merger(MID_2018, NEW, PHU_UNG, BAC_SON))
    again = Unit("12998", "Ba Xã", "township")
    history = reformed(first, merger(LATER_DAY, again, "12999", BAI_SAY, number=2))
    check_sound(history)
    assert fate(history, on_map(first, "12999", MID_2018).area) == [("2020-03-01", "merged_into", "12998", False)]
    assert codes(history, date(2025, 7, 1)) == codes(KNOWN, date(2025, 7, 1))


SPLIT = Line("split_into", PHU_UNG, PHU_UNG)
REFUSED = [
    ("nothing at all", [], [], "reform_empty", "/changes"),
    ("a code of no day", [Line("merged_into", "12000", "12999")], [NEW], "area_not_on_map", "/changes/0/from"),
    ("one line of a split", [SPLIT], [], "reform_incomplete", "/changes/0"),
    ("a unit that is all of one", [Line("merged_into", PHU_UNG, "12999")], [NEW], "reform_is_upgrade", "/changes/0"),
    ("to nobody", [Line("merged_into", PHU_UNG)], [], "reform_incomplete", "/changes/0/to"),
    ("to a unit that nobody names", [Line("merged_into", PHU_UNG, "12999")], [], "reform_incomplete", "/changes/0/to"),
    ("a unit of nothing", [Line("merged_into", PHU_UNG, BAC_SON)], [NEW], "reform_incomplete", "/units/0"),
    ("people that go nowhere", [Line("abolished", PHU_UNG)], [], "reform_incomplete", "/changes/0/to"),
    ("a commune into a district", [Line("merged_into", PHU_UNG, "329")], [], "reform_levels", "/changes/0/to"),
    ("a province", [Line("merged_into", "33", "329")], [], "reform_levels", "/changes/0/from"),
    (
        "a commune within a commune",
        [Line("merged_into", PHU_UNG, "12999"), Line("merged_into", BAC_SON, "12999")],
        [replace(NEW, parent=BAI_SAY)],
        "reform_levels",
        "/units/0/parent",
    ),
    (
        "shares above the whole",
        [replace(SPLIT, share=Decimal("0.7")), Line("split_into", PHU_UNG, "12999", Decimal("0.4"))],
        [NEW],
        "shares_do_not_add_up",
        "/changes/0/share",
    ),
    (
        "a share of some lines only",
        [replace(SPLIT, share=Decimal(1)), Line("split_into", PHU_UNG, "12999")],
        [NEW],
        "shares_do_not_add_up",
        "/changes/0/share",
    ),
    (
        "a share of a merger",
        [Line("merged_into", PHU_UNG, BAC_SON, Decimal(1))],
        [],
        "shares_do_not_add_up",
        "/changes/0/share",
    ),
    (
        "twice on one day",
        [Line("merged_into", PHU_UNG, BAC_SON), Line("merged_into", PHU_UNG, BAI_SAY)],
        [],
        "reform_overlaps",
        "/changes/1",
    ),
    (
        "a code that another unit has",
        [Line("upgraded", PHU_UNG, BAI_SAY)],
        [Unit(BAI_SAY, "Phù Ủng", "commune")],
        "area_code_taken",
        "/units/0/code",
    ),
    (
        "one unit twice",
        [Line("merged_into", PHU_UNG, "12999"), Line("merged_into", BAC_SON, "12999")],
        [NEW, NEW],
        "area_code_taken",
        "/units",
    ),
    (
        "an upgrade that changes nothing",
        [Line("upgraded", PHU_UNG, PHU_UNG)],
        [Unit(PHU_UNG, "Phù Ủng", "commune", "329")],
        "reform_empty",
        "/changes/0",
    ),
]


@pytest.mark.parametrize(("lines", "units", "code", "pointer"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_is_refused(lines: list[Line], units: list[Unit], code: str, pointer: str) -> None:
    with pytest.raises(Refusal) as refused:
        reformed(KNOWN, reform(MID_2018, lines, *units))
    assert (refused.value.code, refused.value.pointer) == (code, pointer)


@pytest.mark.parametrize(
    ("day", "lines"),
    [
        ("2018-07-01", [Line("merged_into", PHU_UNG, BAI_SAY)]),  # the same commune on the same day
        ("2017-01-01", [Line("merged_into", PHU_UNG, BAI_SAY)]),  # what was changed here later
        ("2018-07-01", [Line("merged_into", "12999", BAI_SAY)]),  # made on that day
        ("2019-05-01", [Line("merged_into", WARD_TO_BE, BAI_SAY)]),  # changed on that day by what is shipped
    ],
)
def test_a_reform_that_overlaps_another_is_refused(day: str, lines: list[Line]) -> None:
    first = reformed(KNOWN, merger(MID_2018, NEW, PHU_UNG, BAC_SON))
    with pytest.raises(Refusal, match="reform_overlaps"):
        reformed(first, reform(date.fromisoformat(day), lines, number=2))


COMMUNES = sorted(v.code for v in KNOWN.versions if date(2018, 1, 1) in v.during and len(v.code) == 5)
DAYS = st.dates(date(2016, 1, 2), date(2026, 6, 1))


@st.composite
def reforms(draw: st.DrawFn) -> list[Reform]:
    """Mergers, splits and upgrades of a few communes that lie near one another, in the order of being decided."""
    first = draw(st.integers(0, len(COMMUNES) - 12))
    near = COMMUNES[first : first + 12]
    decided = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        chosen = draw(st.lists(st.sampled_from(near), min_size=2, max_size=3, unique=True))
        unit = Unit(
            draw(st.sampled_from([*near, "12998", "12999"])), f"Xã {number}", draw(st.sampled_from(["commune", "ward"]))
        )
        unit = replace(unit, parent=draw(st.sampled_from([None, "329", "33"])))
        match draw(st.sampled_from(["merge", "split", "upgrade"])):
            case "merge":
                lines = [Line("merged_into", code, unit.code) for code in chosen]
            case "split":
                lines = [Line("split_into", chosen[0], code) for code in (unit.code, chosen[1])]
            case _:
                lines = [Line("upgraded", chosen[0], unit.code)]
        decided.append(reform(draw(DAYS), lines, unit, number=number))
    return decided


@settings(max_examples=60, deadline=None)
@given(reforms())
def test_after_any_reforms_every_area_has_a_fate_and_no_code_is_two_units(decided: list[Reform]) -> None:
    history = KNOWN
    for one in decided:
        try:
            history = reformed(history, one)
        except Refusal:
            continue
        check_sound(history)
        assert one.id in {c.reform for c in history.changes}
