"""What somebody typed: keys of Telex and VNI, slips, and the conditions they become."""

import pytest

from service.domain.names import search
from service.domain.names.keystrokes import decoded, readings
from service.domain.names.slips import slipped, syllables
from service.domain.names.spelling import plain, spelled
from service.domain.refusal import Refusal


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("nguyeenx", "nguyễn"), ("nguyene", "nguyên"), ("nguyeexn", "nguyễn"), ("nguye6n4", "nguyễn"),
        ("nguyen64", "nguyễn"), ("ddawng", "đăng"), ("dawngd", "đăng"), ("d9a8ng5", "đặng"),
        ("ddawngj", "đặng"), ("hoangf", "hoàng"), ("hoang2", "hoàng"), ("huwowng", "hương"),
        ("huong7", "hương"), ("huowng", "hương"), ("nhw", "như"), ("nhu7", "như"),
        ("quoocs", "quốc"), ("thuyr", "thủy"), ("thuy3", "thủy"), ("ows", "ớ"),
        ("as", "á"), ("traanf", "trần"), ("tra6n2", "trần"), ("leee", "lêe"),
        ("quow", "quơ"), ("quo7", "quơ"), ("ddoox", "đỗ"), ("d9o64", "đỗ"),
        ("ly1", "lý"), ("lys", "lý"),
    ],
)  # fmt: skip
def test_keys_become_the_letters_they_stand_for(typed: str, meant: str) -> None:
    assert decoded(typed) == spelled(meant)


@pytest.mark.parametrize(
    "word", ["sơn", "xuân", "trang", "oanh", "đức", "nguyễn", "hoà", "như", "khuê", "y", "tr", "s"]
)
def test_a_real_word_is_left_as_it_is(word: str) -> None:
    assert readings(spelled(word)) == [spelled(word)]


def test_no_syllable_without_marks_is_taken_for_keys() -> None:
    assert [syllable for syllable in syllables() if plain(decoded(syllable)) != syllable] == []


def test_a_foreign_word_keeps_its_own_reading_beside_that_of_its_keys() -> None:
    assert readings("max") == ["max", "maX"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("nguye", "nguyen"), ("nguyenn", "nguyen"), ("nhuyen", "nguyen"), ("nguyne", "nguyen"), ("alxe", "alex")],
)
def test_one_slip_away_is_what_was_meant(typed: str, meant: str) -> None:
    near = slipped(typed)
    assert meant in near or not syllables() & set(near)


@pytest.mark.parametrize("typed", ["\u0301\u0323", "   ", "...", "\u200b\u200e", "'%_\\"])
def test_what_leaves_nothing_to_look_for_is_refused(typed: str) -> None:
    with pytest.raises(Refusal):
        search(typed)


def test_of_a_search_longer_than_any_name_no_slips_are_thought_of() -> None:
    assert search("an " * 60).slips == []
    assert search("nguyen vna an").slips
