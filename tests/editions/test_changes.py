"""What is other in one edition than in the one before."""

from typing import Any

from hypothesis import given

from service.editions.changes import changes, differences
from tests.editions.test_seal import VALUES

SINCE = {"id": "x", "number": 1, "posting": 1, "hash": "y"}
PLACES = {code: {"code": code, "name": code, "kind": "commune"} for code in ("1", "2")}


def said(figures: dict[str, tuple[int, int]], target: str = "0.1", rule: str = "r/1") -> dict[str, Any]:
    """An edition of one indicator, with these communes."""
    rows = [{"area": PLACES[code], "numerator": n, "denominator": d} for code, (n, d) in figures.items()]
    whole = {name: sum(row[name] for row in rows) for name in ("numerator", "denominator")}
    measures = {"numerator": "special", "denominator": "children"}
    indicator = {
        "code": "i",
        "unit": "ratio",
        "measures": measures,
        "target": {"value": target},
        "official": None,
        "whole": whole,
    }
    return {
        "programme": {},
        "counting_rule": rule,
        "area": {},
        "succession": {"areas": [], "changes": []},
        "indicators": [indicator | {"communes": rows}],
    }


def test_nothing_is_listed_where_nothing_changed() -> None:
    same = said({"1": (1, 2), "2": (0, 3)})
    assert changes(SINCE, same, same, {}, {}) == {"since": SINCE, "inputs": [], "indicators": []}


def test_a_child_who_moved_is_told_although_the_whole_is_the_same() -> None:
    causes = {"i": [("create_residence", "special", 1, 0, 1), ("create_residence", "special", 2, 1, 0)]}
    told = changes(SINCE, said({"1": (1, 2), "2": (0, 3)}), said({"1": (0, 2), "2": (1, 3)}), causes, {1: "1", 2: "2"})
    (indicator,) = told["indicators"]
    assert indicator["before"] == indicator["after"] == {"numerator": 1, "denominator": 5}
    cause = {"cause": "create_residence", "side": "numerator"}
    assert indicator["causes"] == [cause | {"in": 1, "out": 1}]
    assert [row["causes"] for row in indicator["communes"]] == [
        [cause | {"in": 0, "out": 1}],
        [cause | {"in": 1, "out": 0}],
    ]


def test_where_an_area_was_divided_causes_are_told_of_the_whole_alone() -> None:
    causes = {"i": [("create_child", "children", -7, 1, 0)]}
    (indicator,) = changes(SINCE, said({"1": (1, 2)}), said({"1": (1, 3)}), causes, {7: "1"})["indicators"]
    assert indicator["causes"] == [{"cause": "create_child", "side": "denominator", "in": 1, "out": 0}]
    assert [row["causes"] for row in indicator["communes"]] == [[]]


def test_communes_that_came_or_went_have_nothing_before_or_after() -> None:
    (indicator,) = changes(SINCE, said({"1": (1, 2)}), said({"2": (1, 2)}), {}, {})["indicators"]
    counts = {"numerator": 1, "denominator": 2}
    assert [(row["area"]["code"], row["before"], row["after"]) for row in indicator["communes"]] == [
        ("1", counts, None),
        ("2", None, counts),
    ]


def test_an_indicator_that_came_or_went_is_told() -> None:
    full, none = said({"1": (1, 2)}), said({}) | {"indicators": []}
    assert [(i["before"] is None, i["after"] is None) for i in changes(SINCE, none, full, {}, {})["indicators"]] == [
        (True, False)
    ]
    assert [(i["before"] is None, i["after"] is None) for i in changes(SINCE, full, none, {}, {})["indicators"]] == [
        (False, True)
    ]


def test_what_else_was_revised_is_named_with_its_place() -> None:
    told = changes(SINCE, said({"1": (1, 2)}), said({"1": (1, 2)}, "0.2", "r/2"), {}, {})
    assert told["inputs"] == [
        {"path": "/counting_rule", "before": "r/1", "after": "r/2"},
        {"path": "/indicators/i/target/value", "before": "0.1", "after": "0.2"},
    ]


@given(VALUES, VALUES)
def test_what_differs_is_found_and_what_does_not_is_not(one: Any, other: Any) -> None:
    assert list(differences(one, one)) == []
    assert not list(differences(one, other)) or one != other or repr(one) != repr(other)
