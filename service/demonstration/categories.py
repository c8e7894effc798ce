"""In which category a child's circumstance is recorded: by the list in force on its first day, and by the child's age.

Weights are invented; the groups, their codes and their days are those of `service/reference/categories.csv`.
"""

from collections.abc import Collection, Mapping, Sequence
from random import Random

from service.demonstration import days
from service.demonstration.story import Kind

SPECIAL_2004: Mapping[str, float] = {
    "1": 30,
    "2": 38,
    "3": 4,
    "4": 3,
    "5": 4,
    "6": 5,
    "7": 3,
    "8": 2,
    "9": 0.5,
    "10": 6,
}
SPECIAL_2016: Mapping[str, float] = {
    "a": 12, "b": 8, "c": 14, "d": 38, "đ": 3, "e": 5, "g": 0.5, "h": 5, "i": 1.5, "k": 2, "l": 2, "m": 0.6, "n": 9,
    "o": 0.6,
}  # fmt: skip
SUB_GROUPS: Mapping[str, Sequence[float]] = {
    "a": [1, 1, 6, 2], "b": [3, 5], "c": [2, 4, 3, 1, 1, 1, 3, 0.5, 1, 0.5, 0.5, 1], "d": [2, 4, 4], "đ": [1],
    "e": [4, 1, 2, 1], "g": [1, 2], "h": [1, 4], "i": [1], "k": [6, 0.3, 0.3, 1, 1], "l": [2, 1, 2, 4, 0.5],
    "m": [3, 1], "n": [5, 4], "o": [4, 1, 1],
}  # fmt: skip
AT_RISK: Mapping[str, float] = {
    "poor_household": 30, "near_poor_household": 24, "lost_one_parent": 9, "parents_separated": 8, "parents_away": 12,
    "family_violence": 2.5, "family_addiction": 2.5, "parent_in_prison": 1.5, "parent_ill": 2.5, "out_of_school": 3,
    "early_work": 1.5, "injured": 3, "no_birth_certificate": 0.5,
}  # fmt: skip

YOUNGEST = {  # years of age under which a category is not met
    "5": 11, "6": 11, "7": 7, "8": 3, "9": 12, "10": 12, "e": 12, "g": 12, "h": 10, "k": 9, "l": 3, "out_of_school": 6,
    "early_work": 10,
}  # fmt: skip

SUCCESSORS = {  # 2004 → 2016; not one to one
    "1": ["a", "a", "b", "c", "c"], "2": ["d"], "3": ["d", "n"], "4": ["đ"], "5": ["k", "h"], "6": ["h", "k"],
    "7": ["c", "h", "o"], "8": ["l"], "9": ["g"], "10": ["e"],
}  # fmt: skip

LASTING = {  # how readily a circumstance ends, where not as readily (1) as any other
    "1": 0.04, "a": 0.02, "b": 0.04, "2": 0.2, "d": 0.2, "4": 0.1, "đ": 0.1, "lost_one_parent": 0.1,
}  # fmt: skip
ABUSE = {"8", "i", "k", "l", "m", "family_violence"}

EVIDENCE = {
    "Giấy xác nhận khuyết tật": {"2", "d"},
    "Kết luận của cơ sở y tế": {"3", "4", "đ", "i", "n"},
    "Giấy chứng tử của cha mẹ": {"1", "a", "lost_one_parent"},
    "Quyết định xử lý": {"10", "e"},
    "Giấy chứng nhận hộ nghèo, hộ cận nghèo": {"poor_household", "near_poor_household"},
}
WITHOUT_EVIDENCE = 0.15
CONFIRMED_BY_COMMUNE = "Xác nhận của UBND cấp xã"
LEFT_AT_GROUP = 0.12  # of the circumstances recorded since July 2017, those whose sub-group is not named


def group(code: str) -> str:
    """The group of a sub-group; of anything else, itself."""
    return code.partition(".")[0]


def is_of_2004(code: str) -> bool:
    return code in SPECIAL_2004


def drawn_category(rng: Random, kind: Kind, day: int, age: int, taken: Collection[str]) -> str:
    """A category in force on the day, met at that age (in years), of a group that the child is not in already."""
    listed = AT_RISK if kind == "at_risk" else SPECIAL_2004 if day < days.GROUPS_IN_FORCE else SPECIAL_2016
    open_to = {c: w for c, w in listed.items() if YOUNGEST.get(c, 0) <= age and c not in taken}
    return divided(rng, day, weighted(rng, open_to))


def successor(rng: Random, code: str, day: int) -> str:
    """Where the list of 2016 puts a child of a group of 2004."""
    return divided(rng, day, rng.choice(SUCCESSORS[code]))


def divided(rng: Random, day: int, code: str) -> str:
    """The sub-group, once the decree that names them is in force and the officer does."""
    if code not in SUB_GROUPS or day < days.SUB_GROUPS_IN_FORCE or rng.random() < LEFT_AT_GROUP:
        return code
    return f"{code}.{1 + rng.choices(range(len(SUB_GROUPS[code])), SUB_GROUPS[code])[0]}"


def drawn_evidence(rng: Random, code: str) -> str | None:
    if rng.random() < WITHOUT_EVIDENCE:
        return None
    return next((paper for paper, groups in EVIDENCE.items() if group(code) in groups), CONFIRMED_BY_COMMUNE)


def weighted(rng: Random, weights: Mapping[str, float]) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]
