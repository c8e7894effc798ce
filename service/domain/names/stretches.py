"""Where in the order of names a given name stands, typed with marks or without, whole or begun."""

from itertools import product
from math import prod

from service.domain.names.spelling import LONGEST_WORD, PLACES

Stretch = tuple[str, str]  # of `order`: from, and up to but without

TONES = "FRXSJ"
SPELLINGS = {"a": "aăâ", "d": "dđ", "e": "eê", "i": "iy", "o": "oôơ", "u": "uư"}  # of a letter without marks
MOST = 64  # stretches that are looked into: a word of more spellings is no syllable
OTHER_TONE, OTHER_WORD, LAST = "!", "A", "\U0010ffff"  # stand behind what follows: a word, a tone or word, letters


def given_within(words: list[str]) -> list[Stretch] | None:
    """The stretches of all who have one of some words, as spelled or folded, for a given name; none where they are too
    many.

    >>> given_within(["hoaF"]), given_within(["an"])
    ([('LSA1', 'LSA1!')], [('AR', 'ARA'), ('BR', 'BRA'), ('CR', 'CRA')])
    """
    return within({word: OTHER_TONE if word[-1:] in tuple(TONES) else OTHER_WORD for word in words})


def begun_within(starts: list[str]) -> list[Stretch] | None:
    r"""The same of all whose given name begins with one of some folded words.

    >>> begun_within(["h", "ho"])
    [('L', 'L\U0010ffff')]
    """
    return within(dict.fromkeys(starts, LAST))


def within(words: dict[str, str]) -> list[Stretch] | None:
    if any(len(word) >= LONGEST_WORD for word in words):  # behind which the words of a name are cut off
        return None
    stretches: list[Stretch] = []
    for letters, behind in words.items():
        marked = any(letter in "ăâđêôơư" + TONES for letter in letters)
        spellings = [letter if marked else SPELLINGS.get(letter, letter) for letter in letters]
        if prod(map(len, spellings)) > MOST:
            return None
        places = ("".join(chosen).translate(PLACES) for chosen in product(*spellings))
        stretches += [(place, place + behind) for place in places]
    stretches.sort()
    return [one for at, one in enumerate(stretches) if not any(one[1] <= other[1] for other in stretches[:at])]
