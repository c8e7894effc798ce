"""How figures are carried from the areas of records to the communes of another day's map."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.area_history import AreaChange
from service.domain.attainment import Measurement
from service.domain.carrying import EXACT, Carried, Found, Settled, Succession, Told, Way, Why, apportion
from service.domain.period import Period
from service.reference import hung_yen

FIRST, SECOND = date(2024, 12, 1), date(2025, 7, 1)
BEFORE, BETWEEN, AFTER = date(2020, 1, 1), date(2025, 1, 1), date(2026, 1, 1)
HALF = Fraction(1, 2)
EACH = {21: 21, 22: 22}  # by commune


def step(
    on: date, old: int, new: int, change: str = "merged_into", share: str = "", inferred: bool = False
) -> AreaChange:
    return AreaChange(on, old, new, change, Decimal(share) if share else None, inferred, "", "")


# 1 and 2 become 11 and 3 stays; then 11 stays whole in 21 while 3 is divided over 21 and 22; 4 goes whole to 22.
LIVES = {
    1: Period(None, FIRST),
    2: Period(None, FIRST),
    3: Period(None, SECOND),
    4: Period(None, SECOND),
    11: Period(FIRST, SECOND),
    21: Period(SECOND),
    22: Period(SECOND),
}
CHANGES = [
    step(FIRST, 1, 11),
    step(FIRST, 2, 11, inferred=True),
    step(SECOND, 11, 21),
    step(SECOND, 3, 21, "split_into"),
    step(SECOND, 3, 22, "split_into"),
    step(SECOND, 4, 22),
]
SUCCESSION = Succession(LIVES, CHANGES)


def ways(area: int, on_map: date, told: Told | None = None) -> dict[int, tuple[Fraction, set[Why]]]:
    return {to: (way.weight, set(way.why)) for to, way in SUCCESSION.ways(area, on_map, told or {}).items()}


@pytest.mark.parametrize(
    ("area", "on_map", "expected"),
    [
        (1, BEFORE, {1: (1, set())}),  # its own map
        (1, date(2024, 11, 30), {1: (1, set())}),  # its last day
        (1, FIRST, {11: (1, set())}),  # the day of the merger
        (2, FIRST, {11: (1, {Why.INFERRED})}),  # whole, and so it says
        (1, date(2025, 6, 30), {11: (1, set())}),
        (1, SECOND, {21: (1, set())}),  # over two mergers
        (3, AFTER, {21: (HALF, {Why.SPLIT}), 22: (HALF, {Why.SPLIT})}),  # nobody told
        (11, BEFORE, {1: (HALF, {Why.BACKWARDS}), 2: (HALF, {Why.BACKWARDS, Why.INFERRED})}),
        (22, BETWEEN, {3: (HALF, {Why.BACKWARDS}), 4: (HALF, {Why.BACKWARDS})}),
        (
            21,
            BEFORE,
            {
                1: (Fraction(1, 4), {Why.BACKWARDS}),
                2: (Fraction(1, 4), {Why.BACKWARDS, Why.INFERRED}),
                3: (HALF, {Why.BACKWARDS}),
            },
        ),
    ],
)
def test_the_areas_of_a_map_to_which_children_belong(
    area: int, on_map: date, expected: dict[int, tuple[Fraction, set[Why]]]
) -> None:
    assert ways(area, on_map) == expected


def test_those_who_were_told_say_how_the_others_are_divided_both_ways() -> None:
    told = {Settled(3, 21, SECOND): 3, Settled(3, 22, SECOND): 1}
    assert ways(3, AFTER, told) == {21: (Fraction(3, 4), {Why.SPLIT}), 22: (Fraction(1, 4), {Why.SPLIT})}
    assert ways(22, BEFORE, told) == {3: (1, set())}  # nobody came from the other
    assert SUCCESSION.asked(3, AFTER) == {Settled(3, 21, SECOND), Settled(3, 22, SECOND)}
    assert SUCCESSION.asked(1, AFTER) == set()


def test_a_share_that_is_known_is_the_share() -> None:
    known = [step(SECOND, 3, 21, "split_into", "0.8"), step(SECOND, 3, 22, "split_into", "0.2")]
    succession = Succession(LIVES, known)
    assert succession.asked(3, AFTER) == set()
    assert {to: way.weight for to, way in succession.ways(3, AFTER, {Settled(3, 22, SECOND): 9}).items()} == {
        21: Fraction(4, 5),
        22: Fraction(1, 5),
    }


def test_a_share_of_nothing_leaves_the_rest_whole() -> None:
    known = [step(SECOND, 3, 21, "split_into", "1"), step(SECOND, 3, 22, "split_into", "0")]
    assert Succession(LIVES, known).ways(3, AFTER, {}) == {21: Way(Fraction(1))}


def test_what_was_divided_and_comes_together_again_is_whole() -> None:
    lives = {1: Period(None, FIRST), 2: Period(FIRST, SECOND), 3: Period(FIRST, SECOND), 4: Period(SECOND)}
    changes = [step(FIRST, 1, 2, "split_into"), step(FIRST, 1, 3, "split_into"), step(SECOND, 2, 4), step(SECOND, 3, 4)]
    assert Succession(lives, changes).ways(1, AFTER, {}) == {4: Way(Fraction(1))}


@pytest.mark.parametrize(
    ("count", "weights", "parts"),
    [
        (5, (HALF, HALF), (3, 2)),  # of equal remainders the lower area has the one left over
        (0, (HALF, HALF), (0, 0)),
        (1, (Fraction(1, 4), Fraction(3, 4)), (0, 1)),
        (10, (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)), (4, 3, 3)),
        (7, (Fraction(4, 5), Fraction(1, 5)), (6, 1)),
    ],
)
def test_whole_children_are_divided_by_largest_remainder(
    count: int, weights: tuple[Fraction, ...], parts: tuple[int, ...]
) -> None:
    assert tuple(apportion(count, dict(enumerate(weights))).values()) == parts


@st.composite
def weights(draw: st.DrawFn) -> dict[int, Fraction]:
    counts = draw(st.lists(st.integers(0, 50), min_size=1, max_size=6).filter(any))
    return {area: Fraction(count, sum(counts)) for area, count in enumerate(counts, 1)}


@given(weights(), st.integers(0, 500), st.data())
def test_sums_are_kept_and_nobody_counts_where_there_is_no_room(
    weights: dict[int, Fraction], everyone: int, data: st.DataObject
) -> None:
    counted = data.draw(st.integers(0, everyone))
    of = apportion(everyone, weights)
    among = apportion(counted, weights, of)
    assert sum(of.values()) == everyone
    assert sum(among.values()) == counted
    assert all(0 <= among[area] <= of[area] for area in of)
    assert all(abs(of[area] - everyone * weight) < 1 for area, weight in weights.items())


def test_figures_of_a_map_are_those_of_the_records_carried_there() -> None:
    carried = Carried.of({a: SUCCESSION.ways(a, AFTER, {}) for a in (1, 2, 3, 4)}, frozenset({21, 22}))
    assert carried.places == {1: 21, 2: 21, 4: 22, 3: -3}
    found = carried.spread({21: Measurement(3, 30), 22: Measurement(1, 10), -3: Measurement(1, 5)}, EACH)
    assert {area: (*of.measured, of.certainty.exact, of.certainty.apportioned) for area, of in found.items()} == {
        21: (4, 33, False, 3),
        22: (1, 12, False, 2),
    }
    assert found[21].certainty.reasons == {Why.SPLIT, Why.INFERRED}


def test_what_is_divided_within_a_district_is_exact_of_the_district() -> None:
    carried = Carried.of({3: SUCCESSION.ways(3, AFTER, {})}, frozenset({21, 22}))
    assert carried.spread({-3: Measurement(1, 5)}, {21: 9, 22: 9}) == {9: Found(Measurement(1, 5), EXACT)}


def test_of_a_part_of_the_map_only_what_lies_in_it_counts_and_of_the_whole_it_is_exact() -> None:
    part = Carried.of({a: SUCCESSION.ways(a, AFTER, {}) for a in (1, 2, 3, 4)}, frozenset({22}))
    assert part.inside(3, Measurement(1, 5)).measured == Measurement(0, 2)
    assert not part.inside(3, Measurement(1, 5)).certainty.exact
    whole = Carried.of({3: SUCCESSION.ways(3, AFTER, {})}, frozenset({21, 22}))
    assert whole.inside(3, Measurement(1, 5)) == Found(Measurement(1, 5), EXACT)


def test_a_commune_made_of_several_with_the_model_counts_once() -> None:
    carried = Carried.of({a: SUCCESSION.ways(a, AFTER, {}) for a in (1, 2)}, frozenset({21}))
    assert carried.joined
    assert carried.spread({21: Measurement(2, None)}, EACH)[21].measured == Measurement(1, None)


HISTORY = hung_yen()
COMMUNES = {area.key for area in HISTORY.areas if area.level == "commune"}
COVERED = {area.key for area in HISTORY.areas if area.covered}  # what was Thái Bình has no map before 2025
REAL = Succession(
    {
        key: Period(
            min((v.during for v in HISTORY.versions if v.area == key), key=lambda p: p.start or date.min).start,
            max((v.during for v in HISTORY.versions if v.area == key), key=lambda p: p.until or date.max).until,
        )
        for key in COMMUNES
    },
    [change for change in HISTORY.changes if change.predecessor in COMMUNES],
)
CODES = {
    on: {v.area: v.code for v in HISTORY.versions if v.area in COMMUNES and on in v.during}
    for on in (BEFORE, BETWEEN, AFTER)
}


def test_all_old_communes_resolve_into_the_104_and_only_three_of_early_2025_are_divided() -> None:
    assert [len(CODES[on]) for on in (BEFORE, AFTER)] == [161, 104]
    to = {area: REAL.ways(area, AFTER, {}) for area in CODES[BEFORE]}
    assert all(sum(way.weight for way in ways.values()) == 1 for ways in to.values())
    assert {target for ways in to.values() for target in ways} <= set(CODES[AFTER])
    divided = {code for area, code in CODES[BETWEEN].items() if len(REAL.ways(area, AFTER, {})) > 1}
    assert divided == {"11989", "12004", "12322"}


@given(
    st.dictionaries(st.sampled_from(sorted(CODES[BEFORE])), st.integers(0, 40), max_size=30),
    st.dictionaries(
        st.sampled_from(sorted(area for area in CODES[AFTER] if area in COVERED)), st.integers(0, 40), max_size=10
    ),
    st.sampled_from([BEFORE, BETWEEN, AFTER]),
)
def test_under_every_map_the_sum_is_the_same(old: dict[int, int], new: dict[int, int], on_map: date) -> None:
    stocks = old | new
    within = frozenset(CODES[on_map])
    carried = Carried.of({area: REAL.ways(area, on_map, {}) for area in stocks}, within)
    found: dict[int, Measurement] = {}
    for area, place in carried.places.items():
        found[place] = found.get(place, Measurement(0, 0)) + Measurement(stocks[area] // 2, stocks[area])
    together = sum(
        (of.measured for of in carried.spread(found, {commune: commune for commune in within}).values()),
        Measurement(0, 0),
    )
    assert together == Measurement(sum(n // 2 for n in stocks.values()), sum(stocks.values()))
