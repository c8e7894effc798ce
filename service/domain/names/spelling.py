"""How a name is spelled, folded and put in order: as the functions `name_*` of the database do it (migration 0015)."""

import re
import unicodedata

# Tones are written behind their word, as capitals (their keys in Telex): nothing else in a spelling is a capital.
MARKS = dict(zip("\u0300\u0309\u0303\u0301\u0323", "FRXSJ", strict=True))  # huyền hỏi ngã sắc nặng
TONE = re.compile(r"([FRXSJ])([^ ]*)")
UNHEARD = re.compile(r"[FRXSJ].")  # a second tone in a word: no syllable has two
SEPARATORS = "\t\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~\u00a0\u00b7\u02bc\u2013\u2014\u2018\u2019\u3000"
UNSEEN = (  # soft hyphen, zero widths, directions
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062\u2063\u2064\u2066\u2067\u2068"
    "\u2069\ufeff"
)
SPELL = str.maketrans(MARKS | dict.fromkeys(SEPARATORS, " ") | dict.fromkeys(UNSEEN))
FOLD = str.maketrans("ăâđêôơư", "aadeoou", "FRXSJ")
PLAIN_Y = re.compile(r"\b(qu|[^aeiouy ]*)y\b")  # the only vowel of its word: lý is lí, huy is not hui
PLACES = str.maketrans("aăâbcdđeêfghijklmnoôơpqrstuưvwxyzFRXSJ", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg12345")
LONGEST, LONGEST_WORD = 150, 50  # letters that an index is given


def spelled(name: str) -> str:
    """Words in small letters with the tone behind each, between single spaces.

    >>> spelled("Thuỵ Hoà"), spelled("Thụy  Hòa"), spelled("ĐẶNG")
    ('thuyJ hoaF', 'thuyJ hoaF', 'đăngJ')
    """
    apart = unicodedata.normalize("NFD", name.lower()).translate(SPELL)
    return " ".join(part for part in unicodedata.normalize("NFC", TONE.sub(r"\2\1", apart)).split(" ") if part)


def folded(name: str) -> str:
    """Without marks, and with i for y where the two are one sound.

    >>> folded("Phù Ủng"), folded("ĐẶNG Vỹ"), folded("Quý Huy")
    ('phu ung', 'dang vi', 'qui huy')
    """
    return plain(spelled(name))


def plain(spelling: str) -> str:
    """A spelling, folded."""
    return PLAIN_Y.sub(r"\1i", spelling.translate(FOLD))


def words(name: str) -> set[str]:
    """What a name is found by: its words folded, those that lose something by it also as they are spelled; behind `>`
    the given name, and behind `=` all words at once, in alphabetical order, these as well folded and as they are.

    >>> sorted(words("Lý An"))
    ['=an li', '=an lyS', '>an', 'an', 'li', 'lyS']
    """
    as_spelled = [word[:LONGEST_WORD] for word in spelled(name).split(" ")]
    as_folded = [word for word in map(plain, as_spelled) if word]
    given = {">" + word for word in as_spelled[-1:] if not UNHEARD.search(word) for word in (word, plain(word))} - {">"}
    return {*as_spelled, *as_folded, *given, whole(as_spelled), whole(as_folded)} - {""}


def whole(parts: list[str]) -> str:
    return "=" + " ".join(sorted(parts))[:LONGEST]


def order(name: str) -> str:
    """What names are sorted by, byte by byte: given name, family name, what is between; each word by its letters, then
    by its tone.

    >>> sorted(["Lê Thị Ánh", "Lê An", "Bùi Ân", "Đỗ Ăn", "Dư An"], key=order)
    ['Dư An', 'Lê An', 'Lê Thị Ánh', 'Đỗ Ăn', 'Bùi Ân']
    """
    before, _, given = spelled(name).rpartition(" ")
    return f"{given} {before}".strip().translate(PLACES)[:LONGEST]
