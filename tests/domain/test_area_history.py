"""The history of the province's areas, read from the files that ship with the service."""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from service.domain.area_history import (
    KINDS,
    Area,
    AreaChange,
    AreaHistory,
    AreaVersion,
    Containment,
    area_history,
    containment,
)
from service.domain.period import Period

FILES = Path(__file__).parents[2] / "service" / "reference" / "areas"
NAMES = ("units_2016", "units_interim", "units_2025", "unit_changes", "units_thai_binh")
LISTS = {name: list(csv.DictReader((FILES / f"{name}.csv").read_text("utf-8").splitlines())) for name in NAMES}

TOWN = date(2019, 5, 1)
GROWN = date(2024, 12, 1)
LISTED = date(2025, 3, 1)
REFORM = date(2025, 7, 1)
DAY = timedelta(days=1)


def made_of(**replaced: list[dict[str, str]]) -> AreaHistory:
    return area_history(*({**LISTS, **replaced}[name] for name in NAMES))


def without(name: str, column: str, value: str) -> dict[str, list[dict[str, str]]]:
    return {name: [row for row in LISTS[name] if row[column] != value]}


def altered(name: str, column: str, value: str, **columns: str) -> dict[str, list[dict[str, str]]]:
    return {name: [{**row, **columns} if row[column] == value else row for row in LISTS[name]]}


HISTORY = made_of()
AREAS: dict[int, Area] = {area.key: area for area in HISTORY.areas}
CONTAINMENT: list[Containment] = containment(HISTORY.versions)
DAYS = [date(2018, 6, 30), TOWN - DAY, TOWN, GROWN - DAY, GROWN, LISTED - DAY, LISTED, REFORM - DAY, REFORM]


def on(day: date, level: str = "commune") -> list[AreaVersion]:
    return [v for v in HISTORY.versions if day in v.during and AREAS[v.area].level == level]


def at(code: str, day: date) -> AreaVersion:
    (version,) = (v for v in HISTORY.versions if v.code == code and day in v.during)
    return version


def of_district(day: date) -> dict[str, int]:
    codes = {v.area: v.code for v in on(day, "district")}
    return dict(Counter(codes[v.parent] for v in on(day) if v.parent is not None))


def changes_on(day: date) -> list[AreaChange]:
    return [change for change in HISTORY.changes if change.effective_on == day]


def into(code: str, day: date) -> set[str]:
    """The codes, on the day before, of what became the area that has the code on the day."""
    areas = {c.predecessor for c in changes_on(day) if c.successor == at(code, day).area}
    return {v.code for v in HISTORY.versions if v.area in areas and v.during.until == day}


def counts(levels: Iterable[str], day: date) -> list[int]:
    return [len(on(day, level)) for level in levels]


# --- how many there were on a day


@pytest.mark.parametrize(
    ("day", "provinces", "districts", "communes"),
    [
        (date(2018, 6, 30), 1, 10, 161),
        (TOWN - DAY, 1, 10, 161),
        (TOWN, 1, 10, 161),
        (GROWN - DAY, 1, 10, 161),
        (GROWN, 1, 10, 139),
        (LISTED - DAY, 1, 10, 139),
        (LISTED, 2, 18, 139 + 242),
        (REFORM - DAY, 2, 18, 381),
        (REFORM, 1, 0, 104),
        (date(2030, 1, 1), 1, 0, 104),
    ],
)
def test_each_day_has_the_units_that_the_lists_count(day: date, provinces: int, districts: int, communes: int) -> None:
    assert counts(("province", "district", "commune"), day) == [provinces, districts, communes]


@pytest.mark.parametrize(
    ("day", "kinds"),
    [
        (date(2018, 6, 30), {"commune": 145, "ward": 7, "township": 9}),
        (TOWN - DAY, {"commune": 145, "ward": 7, "township": 9}),
        (TOWN, {"commune": 139, "ward": 14, "township": 8}),
        (GROWN, {"commune": 118, "ward": 13, "township": 8}),
        (REFORM, {"commune": 93, "ward": 11}),
    ],
)
def test_each_day_has_its_communes_wards_and_townships(day: date, kinds: dict[str, int]) -> None:
    assert Counter(v.kind for v in on(day)) == kinds


def test_the_districts_of_2016_have_the_communes_that_the_yearbook_counts() -> None:
    yearbook = {
        "323": 17,
        "325": 11,
        "326": 11,
        "327": 17,
        "328": 13,
        "329": 21,
        "330": 25,
        "331": 17,
        "332": 15,
        "333": 14,
    }
    assert of_district(date(2018, 6, 30)) == of_district(GROWN - DAY) == yearbook


def test_the_mergers_of_2024_stay_within_their_districts() -> None:
    left = {
        "323": 15,
        "325": 11,
        "326": 11,
        "327": 12,
        "328": 13,
        "329": 18,
        "330": 20,
        "331": 15,
        "332": 11,
        "333": 13,
    }
    assert of_district(GROWN) == left
    district = {v.area: v.parent for v in HISTORY.versions}
    assert all(district[c.predecessor] == district[c.successor] for c in changes_on(GROWN) if c.successor)


def test_old_thai_binh_is_known_from_the_day_of_its_list_until_the_reform() -> None:
    districts = {"336": 19, "338": 35, "339": 33, "340": 32, "341": 36, "342": 28, "343": 29, "344": 30}
    assert {code: n for code, n in of_district(LISTED).items() if code in districts} == districts
    codes = {row["code"] for row in LISTS["units_thai_binh"]}
    its_own = [v for v in HISTORY.versions if v.code in codes and v.during.until == REFORM]
    assert len(its_own) == 1 + 8 + 242
    assert {v.during for v in its_own} == {Period(LISTED, REFORM)}
    assert not any(AREAS[v.area].covered for v in its_own)


def test_the_register_covers_old_hung_yen_and_what_came_of_it() -> None:
    covered = [{v.code for v in on(day) if AREAS[v.area].covered} for day in (GROWN - DAY, GROWN, REFORM - DAY, REFORM)]
    assert [len(codes) for codes in covered] == [161, 139, 139, 39]
    assert covered[3] == set(CROSSWALK)
    assert AREAS[at("33", REFORM).area].covered
    assert not AREAS[at("34", LISTED).area].covered


# --- the same area, or another


def test_my_hao_became_a_town_with_seven_wards_and_stayed_the_same_areas() -> None:
    before = {v.area: v for v in [*on(TOWN - DAY), *on(TOWN - DAY, "district")]}
    after = {v.area: v for v in [*on(TOWN), *on(TOWN, "district")]}
    assert before.keys() == after.keys()
    moved = {before[a].code: (before[a].kind, after[a].kind) for a in before if before[a] != after[a]}
    assert moved == {
        "328": ("district", "town"),
        "12103": ("township", "ward"),
        **dict.fromkeys(("12106", "12118", "12121", "12124", "12127", "12130"), ("commune", "ward")),
    }
    assert {(c.predecessor, c.change) for c in changes_on(TOWN)} == {
        (at(code, TOWN).area, "upgraded") for code in moved
    }
    assert all(c.predecessor == c.successor for c in changes_on(TOWN))


def test_one_code_names_three_areas_one_after_another() -> None:
    hong_nam, phuong_nam, tan_hung = (at("11977", day) for day in (GROWN - DAY, GROWN, REFORM))
    assert [v.name for v in (hong_nam, phuong_nam, tan_hung)] == ["Hồng Nam", "Phương Nam", "Tân Hưng"]
    assert len({v.area for v in (hong_nam, phuong_nam, tan_hung)}) == 3
    assert into("11977", GROWN) == {"11977", "12382"}


def test_the_province_of_2025_is_another_area_under_the_old_code_and_name() -> None:
    old, new = at("33", REFORM - DAY), at("33", REFORM)
    assert (old.name, old.kind, old.during.until) == (new.name, new.kind, new.during.start)
    assert old.area != new.area
    assert into("33", REFORM) == {"33", "34"}


@pytest.mark.parametrize(
    ("code", "absorbed", "inferred"),
    [
        ("11959", {"11965"}, False),
        ("11974", {"12382"}, False),
        ("12052", {"12094"}, True),
        ("12337", {"12343", "12349"}, False),
        ("12376", {"12379"}, False),
        ("12205", {"12235"}, True),
    ],
)
def test_a_commune_that_absorbed_another_under_an_unbroken_row_ends_and_begins_anew(
    code: str, absorbed: set[str], inferred: bool
) -> None:
    before, after = at(code, GROWN - DAY), at(code, GROWN)
    assert before.area != after.area
    assert (before.name, before.kind, before.parent) == (after.name, after.kind, after.parent)
    assert (before.during, after.during) == (Period(None, GROWN), Period(GROWN, REFORM))
    assert into(code, GROWN) == {code, *absorbed}
    (itself,) = (c for c in changes_on(GROWN) if c.predecessor == before.area)
    assert (itself.change, itself.share, itself.successor, itself.inferred) == (
        "merged_into",
        None,
        after.area,
        inferred,
    )
    assert itself.legal_basis.startswith("Nghị quyết 1248")


def test_no_other_commune_of_2024_changed_its_area_and_kept_code_and_name() -> None:
    kept = {
        v.code for v in on(GROWN) if at(v.code, GROWN - DAY).name == v.name and at(v.code, GROWN - DAY).area != v.area
    }
    assert kept == {"11959", "11974", "12052", "12337", "12376", "12205"}


def test_every_commune_of_the_reform_is_a_new_area() -> None:
    assert not {v.area for v in on(REFORM)} & {v.area for v in on(REFORM - DAY)}
    assert all(len(into(v.code, REFORM)) > 1 for v in on(REFORM))


# --- what became of it


def test_every_row_of_the_changes_is_a_change_and_six_more_are_implied() -> None:
    assert len(HISTORY.changes) == len(LISTS["unit_changes"]) + 6
    assert Counter((c.effective_on, c.change) for c in HISTORY.changes) == {
        (TOWN, "upgraded"): 8,
        (GROWN, "merged_into"): 36 + 6,
        (GROWN, "split_into"): 2,
        (REFORM, "merged_into"): 2 + 378,
        (REFORM, "split_into"): 6,
        (REFORM, "abolished"): 18,
    }


def test_phu_ung_became_a_part_of_pham_ngu_lao_and_of_nothing_else() -> None:
    (change,) = (c for c in HISTORY.changes if c.predecessor == at("12145", GROWN).area)
    successor = at("12148", REFORM)
    assert (change.effective_on, change.successor, change.change) == (REFORM, successor.area, "merged_into")
    assert successor.name == "Phạm Ngũ Lão"
    assert change.legal_basis == "Nghị quyết 1666/NQ-UBTVQH15 (16/6/2025), Điều 1 khoản 15"
    assert not change.inferred


@pytest.mark.parametrize(
    ("code", "day", "shares"),
    [
        ("12382", GROWN, {"11977": Decimal(1), "11974": Decimal(0)}),
        ("11989", REFORM, {"11992": None, "11995": None}),
        ("12004", REFORM, {"12004": None, "11995": None}),
        ("12322", REFORM, {"12322": None, "11983": None}),
    ],
)
def test_a_split_gives_each_successor_its_share_where_it_is_known(
    code: str, day: date, shares: dict[str, Decimal | None]
) -> None:
    parts = [c for c in HISTORY.changes if c.predecessor == at(code, day - DAY).area]
    assert {c.change for c in parts} == {"split_into"}
    assert {(c.successor, c.share) for c in parts} == {(at(new, day).area, share) for new, share in shares.items()}


def test_only_four_areas_were_ever_split() -> None:
    split = {c.predecessor for c in HISTORY.changes if c.change == "split_into"}
    assert {v.code for v in HISTORY.versions if v.area in split} == {"12382", "11989", "12004", "12322"}
    successors = Counter(c.predecessor for c in HISTORY.changes)
    assert {area for area, n in successors.items() if n > 1 and AREAS[area].level == "commune"} - split == {
        at(code, TOWN).area for code in ("12103", "12106", "12118", "12121", "12124", "12127", "12130")
    }, "the others with two changes are the upgraded wards, which later merged"


def test_binh_kieu_goes_to_khoai_chau_by_inference() -> None:
    (change,) = (c for c in HISTORY.changes if c.predecessor == at("12235", GROWN - DAY).area)
    assert (change.successor, change.share, change.inferred) == (at("12205", GROWN).area, None, True)
    assert change.source.startswith("INFERRED: receiver not found")


def test_what_was_inferred_says_so() -> None:
    inferred = [c for c in HISTORY.changes if c.inferred]
    assert {c.effective_on for c in inferred} == {GROWN}
    assert len(inferred) == 21 + len(["12235 → 12205"]) + len(["12205 anew", "12052 anew"])


def test_the_districts_ended_without_successors() -> None:
    ended = [c for c in HISTORY.changes if c.change == "abolished"]
    assert {c.predecessor for c in ended} == {v.area for v in on(REFORM - DAY, "district")}
    assert {(c.effective_on, c.successor) for c in ended} == {(REFORM, None)}


CROSSWALK = {
    new: set(old.split())
    for new, old in (
        line.split(" ← ")
        for line in """
            11953 ← 11953 11956 11959 11962 11971 11974
            11977 ← 11977 12367 12385
            11980 ← 11968 11980 12388
            11983 ← 11950 11983 12322 12331 12334
            11992 ← 11989 11992 12007
            11995 ← 11989 11995 11998 12004 12010
            12004 ← 11986 12001 12004 12013 12016
            12019 ← 12019 12040 12043
            12025 ← 12022 12025 12028
            12031 ← 12031 12034 12037
            12049 ← 12046 12049 12211
            12064 ← 12055 12064 12067
            12070 ← 12061 12070 12208
            12073 ← 12052 12073 12085 12100
            12091 ← 12076 12079 12091
            12103 ← 12103 12106 12109 12118
            12127 ← 12112 12115 12124 12127
            12133 ← 12121 12130 12133 12136 12139
            12142 ← 12142 12157 12169
            12148 ← 12145 12148 12151 12154
            12166 ← 12160 12166 12172
            12184 ← 12175 12178 12181 12184
            12196 ← 12190 12193 12196 12202
            12205 ← 12205 12232 12250 12253
            12223 ← 12214 12220 12223 12229
            12238 ← 12238 12244 12256
            12247 ← 12226 12247 12259 12262
            12271 ← 12265 12271 12274
            12280 ← 12280 12292 12304 12325
            12286 ← 12283 12286 12289 12298
            12313 ← 12295 12313 12316
            12322 ← 12301 12319 12322 12328
            12337 ← 12337 12340 12346 12355
            12361 ← 12352 12361 12376
            12364 ← 12364 12370 12373
            12391 ← 12391 12394 12400 12409
            12406 ← 12397 12403 12406
            12424 ← 12412 12415 12424
            12427 ← 12421 12427 12430
        """.strip().splitlines()
        for line in [line.strip()]
    )
}
"""The new communes of 2025 from old Hưng Yên ← the communes of the day before, from the official code list."""


@pytest.mark.parametrize("code", CROSSWALK)
def test_a_commune_of_2025_was_made_of_the_communes_of_the_official_crosswalk(code: str) -> None:
    assert into(code, REFORM) == CROSSWALK[code]


def test_the_crosswalk_uses_every_commune_once_and_the_split_ones_twice() -> None:
    used = Counter(code for codes in CROSSWALK.values() for code in codes)
    assert used.keys() == {v.code for v in on(REFORM - DAY) if AREAS[v.area].covered}
    assert {code for code, n in used.items() if n > 1} == {"11989", "12004", "12322"}


def test_the_other_65_communes_come_whole_from_old_thai_binh() -> None:
    others = [v.code for v in on(REFORM) if v.code not in CROSSWALK]
    assert len(others) == 65
    assert Counter(code for new in others for code in into(new, REFORM)) == {
        row["code"]: 1 for row in LISTS["units_thai_binh"] if len(row["code"]) == 5
    }


# --- nothing loose, nothing twice


def test_keys_count_from_one_with_parents_before_children_and_do_not_depend_on_the_order_of_rows() -> None:
    assert [area.key for area in HISTORY.areas] == list(range(1, len(HISTORY.areas) + 1))
    assert all(v.parent is None or v.parent < v.area for v in HISTORY.versions)
    assert made_of(**{name: rows[::-1] for name, rows in LISTS.items()}) == HISTORY


def test_no_code_is_held_by_two_areas_on_one_day() -> None:
    of_code = defaultdict(list)
    for v in HISTORY.versions:
        of_code[v.code].append(v.during)
    assert all(a & b is None for d in of_code.values() for i, a in enumerate(d) for b in d[i + 1 :])


def test_the_versions_of_an_area_follow_each_other_without_gap_or_overlap() -> None:
    lives = defaultdict(list)
    for v in HISTORY.versions:
        lives[v.area].append(v.during)
    assert lives.keys() == AREAS.keys()
    assert all(a.until == b.start is not None for d in lives.values() for a, b in pairwise(d))


def test_every_area_but_the_first_has_predecessors_and_every_ended_one_a_fate() -> None:
    made = {(c.successor, c.effective_on) for c in HISTORY.changes if c.change != "upgraded"}
    gone = {(c.predecessor, c.effective_on) for c in HISTORY.changes if c.change != "upgraded"}
    for area in AREAS:
        life = [v.during for v in HISTORY.versions if v.area == area]
        start, until = life[0].start, life[-1].until
        assert start in (None, LISTED) or (area, start) in made
        assert until is None or (area, until) in gone
    assert {day for _, day in made | gone} == {GROWN, REFORM}


def test_a_successor_begins_when_its_predecessor_ends_and_is_of_its_level() -> None:
    for c in HISTORY.changes:
        assert any(v.during.until == c.effective_on for v in HISTORY.versions if v.area == c.predecessor)
        if c.successor:
            assert any(v.during.start == c.effective_on for v in HISTORY.versions if v.area == c.successor)
            assert AREAS[c.successor].level == AREAS[c.predecessor].level


def test_an_area_keeps_its_level() -> None:
    assert all(KINDS[v.kind][0] == AREAS[v.area].level for v in HISTORY.versions)


# --- containment


def test_a_commune_lies_in_itself_its_district_and_its_province() -> None:
    commune = at("12145", GROWN).area
    assert [(c.ancestor, c.level, c.during) for c in CONTAINMENT if c.area == commune] == [
        (commune, "commune", Period(None, REFORM)),
        (at("329", GROWN).area, "district", Period(None, REFORM)),
        (at("33", GROWN).area, "province", Period(None, REFORM)),
    ]


def test_a_change_of_kind_does_not_break_containment() -> None:
    ward = at("12103", TOWN).area
    assert {c.during for c in CONTAINMENT if c.area == ward} == {Period(None, REFORM)}


def test_since_the_reform_a_commune_lies_in_the_province_alone() -> None:
    commune = at("12148", REFORM).area
    assert [(c.ancestor, c.during) for c in CONTAINMENT if c.area == commune] == [
        (commune, Period(REFORM, None)),
        (at("33", REFORM).area, Period(REFORM, None)),
    ]


@pytest.mark.parametrize("day", DAYS)
def test_every_commune_has_one_district_until_the_reform_and_one_province(day: date) -> None:
    held = Counter((c.area, c.level) for c in CONTAINMENT if day in c.during)
    for v in on(day):
        assert [held[v.area, level] for level in ("commune", "district", "province")] == [1, int(day < REFORM), 1]


@pytest.mark.parametrize("day", DAYS)
def test_the_communes_of_the_provinces_and_those_of_the_districts_add_up(day: date) -> None:
    communes = {v.area for v in on(day)}
    held = Counter(c.level for c in CONTAINMENT if day in c.during and c.area in communes)
    assert held["commune"] == held["province"] == len(communes)
    assert held["district"] == (len(communes) if day < REFORM else 0)


def test_the_sums_of_the_whole_history_are_known() -> None:
    assert Counter(area.level for area in HISTORY.areas) == {"province": 3, "district": 18, "commune": 528}
    assert (len(HISTORY.areas), len(HISTORY.versions), len(HISTORY.changes)) == (549, 557, 456)
    assert Counter(c.level for c in CONTAINMENT) == {"province": 549, "district": 18 + 424, "commune": 528}


def test_containment_holds_only_while_every_link_holds() -> None:
    first, second, moved = date(2020, 1, 1), date(2021, 1, 1), date(2020, 7, 1)
    versions = [
        AreaVersion(1, "1", "old", "province", None, Period(None, second)),
        AreaVersion(2, "2", "new", "province", None, Period(first, None)),
        AreaVersion(3, "3", "district", "district", 1, Period(first, moved)),
        AreaVersion(3, "3", "district", "town", 2, Period(moved, None)),
        AreaVersion(4, "4", "commune", "commune", 3, Period(first, second)),
    ]
    assert [(c.ancestor, c.during) for c in containment(versions) if c.area == 4] == [
        (4, Period(first, second)),
        (3, Period(first, second)),
        (1, Period(first, moved)),
        (2, Period(moved, second)),
    ]


# --- what does not resolve is refused


@pytest.mark.parametrize(
    ("replaced", "sentence"),
    [
        ({"units_thai_binh": []}, r"2025-07-01: no list has a unit 12433 \(Phường Lê Hồng Phong\) until that day"),
        (without("units_2025", "code", "12148"), r"no list has a unit 12148 \(Xã Phạm Ngũ Lão\) from that day"),
        (
            without("unit_changes", "old_code", "12145"),
            r"nothing says what became of Xã Phù Ủng \(12145\) on 2025-07-01",
        ),
        (without("unit_changes", "new_code", "11953"), r"nothing says what became of Phường Hiến Nam"),
        (
            altered("unit_changes", "old_code", "12145", old_name="Xã Phù Cừ"),
            r"12145 is Xã Phù Cừ in the change and Xã Phù",
        ),
        (altered("unit_changes", "old_code", "12145", new_code=""), r"Xã Phù Ủng is merged_into, yet goes to nobody"),
        (altered("unit_changes", "old_code", "12145", change="joined"), r"unknown change 'joined'"),
        (
            altered("unit_changes", "old_code", "325", new_code="12148"),
            r"Huyện Văn Lâm is abolished, yet goes to 12148",
        ),
        (
            altered("unit_changes", "old_code", "12106", change="merged_into"),
            r"Phường Phan Đình Phùng \(12106\) is wholly what it was before 2019-05-01",
        ),
        (altered("units_2016", "code", "12145", kind="urban_district"), r"unknown kind 'urban_district'"),
        (altered("units_2016", "code", "12145", parent_code="324"), r"has not one parent 324"),
        (
            altered("units_interim", "code", "11977", parent_code="33x"),
            r"Xã Phương Nam \(11977\) has not one parent 33x",
        ),
        (
            {"units_2016": [*LISTS["units_2016"], LISTS["units_2016"][40]]},
            r"the code 12037 of Xã Vĩnh Khúc is another unit's too",
        ),
        ({"units_2025": LISTS["units_2025"][1:]}, r"no list has a unit 33 \(Tỉnh Hưng Yên\) from that day"),
    ],
)
def test_rows_that_do_not_fit_each_other_are_refused(replaced: dict[str, list[dict[str, str]]], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        made_of(**replaced)
