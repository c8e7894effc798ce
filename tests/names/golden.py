"""Writes golden.csv: what was typed, where, and which names must be among the first ten. Run it to make them anew.

The people are invented: drawn as the demonstration draws them. Rare names are looked for in the whole province,
frequent ones within a commune; places by their true names. How a name is mistyped is drawn too: nobody chose what is
easy.
"""

import csv
import unicodedata
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

from service import reference
from service.demonstration.names import Names

FILE = Path(__file__).with_name("golden.csv")
PEOPLE, COMMUNES = 30_000, ("12145", "12148", "11950", "12151", "12154", "12157")
ALONE = 4  # bearers of a rare name, at most
TELEX = dict(zip("\u0300\u0309\u0303\u0301\u0323", "frxsj", strict=True))
VNI = dict(zip("\u0300\u0309\u0303\u0301\u0323", "23415", strict=True))
LETTERS = {
    "ă": ("aw", "a8"),
    "â": ("aa", "a6"),
    "đ": ("dd", "d9"),
    "ê": ("ee", "e6"),
    "ô": ("oo", "o6"),
    "ơ": ("ow", "o7"),
}
LETTERS |= {"ư": ("uw", "u7")}


def population() -> list[tuple[str, str]]:
    """Name and commune of everybody who is there, and lives in one of six communes."""
    rng = Random(2016)
    names = Names(rng)
    return [(names.drawn(rng.choice(("male", "female"))), rng.choice(COMMUNES)) for _ in range(PEOPLE)]


def bare(name: str) -> str:
    marks = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    return "".join(letter for letter in marks if not unicodedata.combining(letter))


def keyed(name: str, keys: dict[str, str], column: int) -> str:
    """As it arrives where no program makes letters of the keys: the tone behind each word."""
    typed = []
    for word in name.lower().split():
        apart = unicodedata.normalize("NFD", word)
        tone = next((keys[mark] for mark in apart if mark in keys), "")
        letters = unicodedata.normalize("NFC", "".join(mark for mark in apart if mark not in keys))
        typed.append("".join(LETTERS[letter][column] if letter in LETTERS else letter for letter in letters) + tone)
    return " ".join(typed)


def slipped(name: str, rng: Random) -> str:
    """One slip in the longest word: a letter gone, doubled, another, or two that changed places."""
    words = bare(name).split()
    at = max(range(len(words)), key=lambda n: len(words[n]))
    word, end = words[at], rng.randrange(1, len(words[at]) - 1)
    ways = [word[:end] + word[end + 1 :], word[:end] + word[end] + word[end:]]
    ways += [
        word[:end] + rng.choice("bdhkmptv") + word[end + 1 :],
        word[:end] + word[end + 1] + word[end] + word[end + 2 :],
    ]
    words[at] = rng.choice([way for way in ways if way != word])
    return " ".join(words)


def turned(name: str, rng: Random) -> str:
    words = bare(name).split()
    return " ".join(rng.sample(words, len(words)))


def other_spelling(name: str) -> str:
    """The tone on the other vowel, and i for a last y: hoà and hòa, Lý and Lí."""
    pairs = {"oà": "òa", "oá": "óa", "oả": "ỏa", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỵ": "ụy", "uệ": "ụê", "oè": "òe"}
    for one, two in pairs.items():
        name = name.replace(two, one) if two in name else name.replace(one, two)
    return " ".join("L" + {"ý": "í", "y": "i"}[word[1]] if word in ("Lý", "Ly") else word for word in name.split())


WAYS: dict[str, Callable[[str, Random], str]] = {
    "marks": lambda name, _: name,
    "no_marks": lambda name, _: bare(name),
    "order": turned,
    "spelling": lambda name, _: other_spelling(name),
    "telex": lambda name, _: keyed(name, TELEX, 0),
    "vni": lambda name, _: keyed(name, VNI, 1),
    "begun": lambda name, _: bare(name)[: -1 if len(name.split()[-1]) < 4 else -2],
    "slip": slipped,
}


def cases() -> list[tuple[str, str, str, str]]:
    rng = Random(55)
    people = population()
    often = Counter(name for name, _ in people)
    rare = sorted(name for name, times in often.items() if times <= ALONE and len(name.split()) >= 3)
    frequent = [name for name, _ in often.most_common(60) if len(name.split()) >= 3]
    found = [(way, typed(name, rng), "", name) for way, typed in WAYS.items() for name in rng.sample(rare, 35)]
    found += [
        (way, typed(name, rng), rng.choice(COMMUNES), name)
        for way, typed in WAYS.items()
        for name in rng.sample(frequent, 14)
    ]
    units = reference.rows("areas/units_2016.csv")
    places = [unit["name"] for unit in units if unit["kind"] in ("commune", "ward", "township")]
    for way in ("no_marks", "telex", "vni", "spelling", "slip", "begun"):
        for place in rng.sample([place for place in places if max(map(len, place.split())) > 3], 12):
            found.append((f"place_{way}", WAYS[way](place, rng), "", place))
    return found


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("way", "typed", "commune", "name"), *cases()])
