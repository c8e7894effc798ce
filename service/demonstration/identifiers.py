"""Identifiers as the register would have given them, drawn instead of made by clock and chance."""

from datetime import date
from random import Random
from uuid import UUID

BIRTH_PROVINCE = "033"  # Hưng Yên, in the first three digits of a personal number
CENTURY_SEX = {(19, "male"): "0", (19, "female"): "1", (20, "male"): "2", (20, "female"): "3"}
STRIDE = 387_421  # coprime to a million: its multiples run through every six digits before one comes back


def drawn_uuid(rng: Random, milliseconds: int) -> UUID:
    """A UUIDv7 (RFC 9562) of a moment, in milliseconds since 1970."""
    chance = rng.getrandbits(74)
    return UUID(int=milliseconds << 80 | 7 << 76 | chance >> 62 << 64 | 2 << 62 | chance & (1 << 62) - 1)


class PersonalNumbers:
    """Personal identification numbers (Decree 137/2015): province of birth, century and sex, year, six digits.

    Unique by construction for up to a million children of one sex and year.
    """

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.last: dict[str, int] = {}

    def drawn(self, sex: str, born: date) -> str:
        prefix = f"{BIRTH_PROVINCE}{CENTURY_SEX[born.year // 100, sex]}{born.year % 100:02}"
        before = self.last[prefix] if prefix in self.last else self.rng.randrange(1_000_000)
        self.last[prefix] = (before + STRIDE) % 1_000_000
        return f"{prefix}{self.last[prefix]:06}"
