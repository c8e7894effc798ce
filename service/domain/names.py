"""Vietnamese names as people type them."""

import unicodedata

MARKS = "".join(map(chr, (0x300, 0x301, 0x302, 0x303, 0x306, 0x309, 0x31B, 0x323)))  # tones, â/ê/ô, ă, ơ/ư
FOLD = str.maketrans("đ", "d", MARKS)


def folded(name: str) -> str:
    """Lower case without marks: the same as the `name_key` columns of the database.

    >>> folded("Phù Ủng"), folded("ĐẶNG")
    ('phu ung', 'dang')
    """
    return unicodedata.normalize("NFD", name.lower()).translate(FOLD)
