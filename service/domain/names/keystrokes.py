"""Telex and VNI typed where no keyboard program made letters of it: `nguyeenx` and `nguye6n4` are nguyễn.

A word is read key by key. Words of Vietnamese as they are, with marks or without, come out as they went in: only s, f,
r, x and j behind a vowel, w, and the second of two same vowels or ds are taken for keys, and no such word has these.
"""

from service.domain.names.spelling import plain

TELEX = dict(zip("frxsj", "FRXSJ", strict=True))
VNI = dict(zip("23415", "FRXSJ", strict=True))
HATS = {"a": "â", "e": "ê", "o": "ô"}
HORNS = {"a": "ă", "o": "ơ", "u": "ư"}
VOWELS = frozenset("aăâeêioôơuưy")
TONES = "FRXSJ"


def decoded(own: str) -> str:
    """The spelling that the keys of a word as it is spelled make; the word's own where they are no typing of marks.

    >>> [decoded(word) for word in ("nguyeenx", "nguye6n4", "ddawng", "d9a8ng5", "nguoiwf", "oanh", "sơn")]
    ['nguyênX', 'nguyênX', 'đăng', 'đăngJ', 'ngươiF', 'oanh', 'sơn']
    """
    by_digits = any(key.isdigit() for key in own)
    letters: list[str] = []
    tone = own[-1] if own[-1:] in tuple(TONES) else ""
    for key in own.removesuffix(tone):
        typed = digit(letters, key) if by_digits else letter(letters, key)
        if typed is None:
            letters.append(key)
        elif typed:
            tone = typed
    return "".join(letters) + tone


def letter(letters: list[str], key: str) -> str | None:
    """What a key of Telex does: a tone, "" for a mark that it has made on the letters, None for a letter."""
    vowels = any(letter in VOWELS for letter in letters)
    if key in TELEX and vowels:
        return TELEX[key]
    if key == "w":
        return horned(letters, "uoa") if vowels else added(letters, "ư")
    if key == "d":
        return replaced(letters, "d", "đ", first=True)
    if key in HATS and not set(letters[-1:]) <= VOWELS - {key}:  # ngoeo has two o that make no ô
        return replaced(letters, key, HATS[key])
    return None


def digit(letters: list[str], key: str) -> str | None:
    """The same of a key of VNI."""
    if key in VNI and any(letter in VOWELS for letter in letters):
        return VNI[key]
    if key == "6":
        return next((made for vowel in "aeo" if (made := replaced(letters, vowel, HATS[vowel])) is not None), None)
    if key == "9":
        return replaced(letters, "d", "đ", first=True)
    return horned(letters, {"7": "uo", "8": "a"}.get(key, ""))


def added(letters: list[str], letter: str) -> str:
    letters.append(letter)
    return ""


def horned(letters: list[str], which: str) -> str | None:
    """ă, ơ, ư of the last such vowel; both letters of uo."""
    at = max((number for number, letter in enumerate(letters) if letter in which), default=None)
    if at is None:
        return None
    if letters[at] == "o" and letters[at - 1 : at] == ["u"] and "u" in which and letters[at - 2 : at - 1] != ["q"]:
        letters[at - 1] = "ư"
    letters[at] = HORNS[letters[at]]
    return ""


def replaced(letters: list[str], letter: str, by: str, first: bool = False) -> str | None:
    """A letter with the mark that a second key puts on it: the last of its kind, or only the first of the word."""
    if letter not in (letters[:1] if first else letters):
        return None
    at = len(letters) - 1 - letters[::-1].index(letter) if not first else 0
    letters[at] = by
    return ""


def readings(as_typed: str) -> list[str]:
    """The spellings that a typed word, as it is spelled, may stand for: its own, and by its keys."""
    by_keys = decoded(as_typed)
    return [as_typed] if by_keys == as_typed or not plain(by_keys) else [as_typed, by_keys]
