from collections import Counter
from random import Random
from unicodedata import is_normalized

from service.demonstration.names import FAMILY, GIVEN, MIDDLE, Names, personal_names


def drawn(sex: str, count: int = 4000) -> list[str]:
    names = Names(Random(1))
    return [names.drawn(sex) for _ in range(count)]


def test_every_word_is_composed() -> None:
    words = [*FAMILY, *personal_names("male"), *personal_names("female")]
    assert all(is_normalized("NFC", word) and word == word.strip() for word in words)


def test_no_name_is_listed_twice() -> None:
    for listed in (*MIDDLE.values(), *GIVEN.values()):
        assert Counter(listed.split()).most_common(1)[0][1] == 1


def test_more_than_a_third_are_nguyen() -> None:
    families = Counter(name.split()[0] for name in drawn("male"))
    assert 0.36 < families["Nguyễn"] / families.total() < 0.44
    assert [family for family, _ in families.most_common(4)] == ["Nguyễn", "Trần", "Lê", "Phạm"]


def test_names_have_two_to_four_words() -> None:
    assert {len(name.split()) for name in drawn("female")} == {2, 3, 4}


def test_van_is_for_boys_and_thi_for_girls() -> None:
    assert any(" Văn " in name for name in drawn("male"))
    assert any(" Thị " in name for name in drawn("female"))
    assert not any(" Văn " in name for name in drawn("female"))
    assert not any(" Thị " in name for name in drawn("male"))


def test_a_child_of_unknown_sex_has_a_name() -> None:
    assert len(set(drawn("unknown", 50))) > 10
