from datetime import date
from random import Random
from uuid import RFC_4122

import pytest

from service.demonstration.identifiers import PersonalNumbers, drawn_uuid

MOMENT = 1_400_000_000_123  # milliseconds since 1970


def test_an_identifier_is_a_uuid_of_version_7_and_of_its_moment() -> None:
    for seed in range(50):
        drawn = drawn_uuid(Random(seed), MOMENT)
        assert drawn.version == 7
        assert drawn.variant == RFC_4122
        assert drawn.int >> 80 == MOMENT


def test_identifiers_of_one_moment_differ() -> None:
    rng = Random(1)
    assert len({drawn_uuid(rng, MOMENT) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    ("sex", "born", "prefix"),
    [
        ("male", date(1999, 12, 31), "033099"),
        ("female", date(1999, 12, 31), "033199"),
        ("male", date(2000, 1, 1), "033200"),
        ("female", date(2016, 2, 29), "033316"),
    ],
)
def test_a_personal_number_tells_century_sex_and_year(sex: str, born: date, prefix: str) -> None:
    number = PersonalNumbers(Random(1)).drawn(sex, born)
    assert len(number) == 12
    assert number.startswith(prefix)


def test_personal_numbers_are_unique() -> None:
    numbers = PersonalNumbers(Random(1))
    assert len({numbers.drawn("male", date(2016, 1, 1)) for _ in range(20_000)}) == 20_000
