"""Where a given name stands in the order of names: every spelling of it, and nothing is left out."""

from itertools import pairwise
from random import Random

import pytest

from service.demonstration.names import Names
from service.domain.names import order, spelled, words
from service.domain.names.spelling import LONGEST_WORD, plain
from service.domain.names.stretches import Stretch, begun_within, given_within

ODD = [
    "Lê Y",
    "Y",
    "Lò Lý",
    "Hà Quý",
    "Trần Thuỵ",
    "Trần Thúy",
    "Đỗ Đức",
    "Đỗ Duc",
    "Smith Anna",
    "Ma Bø",
    "An2",
    "Ơn Ớ",
    "Lê Hélène",
    "NgọcÁnh",
    "Peña Ngọ́c",
]


def holding(stretches: list[Stretch] | None, name: str) -> int:
    assert stretches is not None
    return sum(low <= order(name) < high for low, high in stretches)


def drawn() -> list[str]:
    people = Names(Random(5))
    return [people.drawn(sex) for sex in ("female", "male") for _ in range(400)] + ODD


def test_a_name_stands_in_one_stretch_of_its_given_name_typed_with_marks_or_without() -> None:
    for name in drawn():
        given = spelled(name).rpartition(" ")[2]
        known = f">{given}" in words(name)
        assert holding(given_within([given]), name) >= known
        assert holding(given_within([plain(given)]), name) == known == (f">{plain(given)}" in words(name))
        assert holding(given_within([given, plain(given)]), name) >= known


def test_a_name_stands_in_one_stretch_of_whatever_its_given_name_begins_with() -> None:
    for name in drawn():
        given = plain(spelled(name).rpartition(" ")[2])
        for end in range(1, len(given) + 1):
            assert holding(begun_within([given[:end]]), name) >= (f">{given}" in words(name)), (name, given[:end])
        assert holding(begun_within(list(given)), name) >= 1


def test_another_given_name_stands_elsewhere() -> None:
    assert holding(given_within(["an"]), "Lê Anh") == 0
    assert holding(given_within(["anS"]), "Lê An") == holding(given_within(["an"]), "An Lê") == 0
    assert holding(begun_within(["an"]), "Lê Ân") == holding(begun_within(["an"]), "Lê Anh") == 1
    assert holding(begun_within(["anh"]), "Lê An") == 0


def test_stretches_follow_one_another() -> None:
    for typed in (["an"], ["hoa"], ["ddawng", "dang"], ["ho", "h"]):
        for stretches in (given_within(typed), begun_within(typed)):
            assert stretches is not None
            assert all(before[1] <= behind[0] for before, behind in pairwise(stretches))


@pytest.mark.parametrize("word", ["a" * 10, "adeiou" * 3, "x" * LONGEST_WORD])
def test_a_word_of_too_many_spellings_stands_anywhere(word: str) -> None:
    assert given_within([word]) is begun_within([word]) is None
