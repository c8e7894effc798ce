"""How names are spelled, folded and sorted: the same in Python and in the database."""

from pathlib import Path
from random import Random

import asyncpg
import pytest

from service.demonstration.names import Names
from service.domain.names import folded, order, spelled, words

COLLATED = Path(__file__).with_name("collated.txt").read_text(encoding="utf-8").splitlines()
ODD = [
    "Lê Hélène", "NgọcÁnh",
    "Thuỵ Hoà", "Thụy Hòa", "Nguye\u0302\u0303n", "ĐẶNG  Thị\u00a0Lý", "Y-Bhăm Êban", "H'Hen Niê", "O’Brien", "Zoë Fox",
    "An 2", "-", "\u0323", "\u200bAn\u202e", "😀 An", "Lý Quý Huy Ý Vy", "Мария", "x" * 200, "a " * 99 + "a",
    "\U0001d160" * 60, "Nguyễn Thị " + "Ộ" * 180,
]  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other"),
    [("Hoà", "Hòa"), ("Thuỵ", "Thụy"), ("Khoẻ", "Khỏe"), ("Nguyê\u0303n", "NGUYỄN"), ("An  Bình", "an bình")],
)
def test_where_a_tone_stands_and_how_it_is_composed_is_one_spelling(one: str, other: str) -> None:
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Lý", "li"),
        ("Lí", "li"),
        ("Quý", "qui"),
        ("Quí", "qui"),
        ("Thúy", "thuy"),
        ("Thúi", "thui"),
        ("Huy", "huy"),
        ("Ý", "i"),
    ],
)
def test_y_is_i_where_it_is_the_only_vowel(name: str, key: str) -> None:
    assert folded(name) == key


def test_names_are_sorted_as_intl_collator_sorts_their_words() -> None:
    assert sorted(Random(1).sample(COLLATED, len(COLLATED)), key=order) == COLLATED


def test_letters_then_tones_of_the_given_name_come_before_the_family_name() -> None:
    names = [
        "Bùi An",
        "Lê An",
        "Lê Văn An",
        "An Ân",
        "Lê Dần",
        "Lê Đan",
        "Vũ Hoa",
        "Bùi Hoà",
        "Lê Hòa",
        "Bùi Hỏa",
        "An Hõa",
    ]
    assert sorted(set(names), key=order) == names


async def test_the_database_spells_folds_and_sorts_alike(connection: asyncpg.Connection) -> None:
    people = Names(Random(7))
    names = [people.drawn("female") for _ in range(500)] + COLLATED + ODD
    rows = await connection.fetch(
        "SELECT name, name_spelled(name) AS spelled, name_folded(name_spelled(name)) AS folded, "
        "name_order(name) AS order, tsvector_to_array(name_words(name)) AS words FROM unnest($1::text[]) name",
        names,
    )
    for row in rows:
        name = row["name"]
        assert row["spelled"] == spelled(name)
        assert row["folded"] == folded(name)
        assert row["order"] == order(name)
        assert set(row["words"]) == words(name)
