"""A whole number is divided among areas: sums are exact, and nobody gets a negative part."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.allocation import Divided, by_largest_remainder, by_need, divide

COUNT = st.integers(0, 3000)
TOTAL = st.integers(0, 10_000)


@st.composite
def provinces(draw: st.DrawFn) -> list[Divided]:
    """Districts with their communes; what is in a district is what is in its communes."""
    found = []
    for d in range(draw(st.integers(1, 5))):
        within = [Divided(f"{d}{c:02}", draw(COUNT), draw(COUNT)) for c in range(draw(st.integers(1, 6)))]
        found.append(Divided(f"{d}", sum(w.share for w in within), sum(w.present for w in within), within))
    return found


@given(TOTAL, provinces(), st.booleans())
def test_the_parts_add_up_at_both_levels_and_none_is_negative(total: int, districts: list[Divided], need: bool) -> None:
    parts = divide(total, districts, need)
    assert min(parts.values()) >= 0
    assert sum(parts[district.code] for district in districts) == total
    for district in districts:
        assert sum(parts[commune.code] for commune in district.within) == parts[district.code]


@given(TOTAL, st.dictionaries(st.text(min_size=1), COUNT, min_size=1))
def test_a_part_by_share_is_its_quota_to_the_next_whole_number(total: int, weights: dict[str, int]) -> None:
    parts, whole = by_largest_remainder(total, weights), sum(weights.values())
    if whole:
        for code, part in parts.items():
            assert total * weights[code] // whole <= part <= -(-total * weights[code] // whole)


@given(TOTAL, st.dictionaries(st.text(min_size=1), st.tuples(COUNT, COUNT), min_size=1))
def test_by_need_nobody_who_has_passed_its_share_moves_and_nobody_moves_past_it(
    total: int, areas: dict[str, tuple[int, int]]
) -> None:
    shares = {code: share for code, (share, _) in areas.items()}
    present = {code: there for code, (_, there) in areas.items()}
    fair, parts = by_largest_remainder(total, shares), by_need(total, shares, present)
    for code, part in parts.items():
        low, high = sorted((fair[code], present[code]))
        assert low <= part <= high


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (0, {"a": 3, "b": 5}, {"a": 0, "b": 0}),
        (10, {"a": 1, "b": 1, "c": 1}, {"a": 4, "b": 3, "c": 3}),  # equal remainders: the lower code
        (7, {"b": 6, "a": 1}, {"a": 1, "b": 6}),
        (1, {"a": 1, "b": 2}, {"a": 0, "b": 1}),  # the larger remainder
        (5, {"a": 0, "b": 1}, {"a": 0, "b": 5}),  # without weight, no part
        (3, {"a": 0, "b": 0}, {"a": 2, "b": 1}),  # nobody has any: all alike
    ],
)
def test_what_is_left_goes_to_the_largest_remainders(
    total: int, weights: dict[str, int], parts: dict[str, int]
) -> None:
    assert by_largest_remainder(total, weights) == parts


@pytest.mark.parametrize(
    ("total", "present", "parts"),
    [
        (12, {"a": 5, "b": 15}, {"a": 5, "b": 7}),  # 8 fewer, all where there are more than the share of 6
        (12, {"a": 8, "b": 10}, {"a": 6, "b": 6}),
        (12, {"a": 2, "b": 7}, {"a": 5, "b": 7}),  # 3 more, all where there are fewer
        (12, {"a": 6, "b": 6}, {"a": 6, "b": 6}),
    ],
)
def test_by_need_the_way_is_where_the_gap_lies(total: int, present: dict[str, int], parts: dict[str, int]) -> None:
    assert by_need(total, {"a": 1, "b": 1}, present) == parts


@pytest.mark.parametrize(("total", "weights"), [(-1, {"a": 1}), (1, {"a": -1, "b": 3})])
def test_nothing_negative_is_divided(total: int, weights: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        by_largest_remainder(total, weights)
