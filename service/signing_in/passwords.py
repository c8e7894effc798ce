"""Passwords and clients' secrets: how strong they must be, and argon2id of them."""

import asyncio
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from service.domain.refusal import Refusal

Answer = TypeVar("Answer")

SHORTEST, LONGEST = 12, 1024  # characters
PATIENCE = 10  # seconds until whoever waits for a turn hears that the service is busy

ARGON2ID = PasswordHasher()  # RFC 9106 §4, the second choice: 64 MiB
TURNS = ThreadPoolExecutor(2, "argon2id")  # whatever the number of those who sign in: each takes a core and 64 MiB
# Of no password, and as much work to compare with as any.
NOBODYS = "$argon2id$v=19$m={0.memory_cost},t={0.time_cost},p={0.parallelism}${1}${2}".format(
    ARGON2ID, "A" * 22, "A" * 43
)


def normalised(password: str) -> str:
    return unicodedata.normalize("NFC", password)


def check_strength(password: str, name: str, pointer: str = "/password") -> None:
    """Refuses a password that is easily guessed."""
    password = normalised(password)
    if (
        not SHORTEST <= len(password) <= LONGEST
        or name.casefold() in password.casefold()
        or len(set(password.casefold())) == 1
    ):
        raise Refusal("password_weak", pointer)


async def hashed(password: str) -> str:
    return await in_turn(ARGON2ID.hash, normalised(password))


async def verified(hash_: str | None, password: str) -> bool:
    """Whether the password is right. Where there is no hash to compare with, no less work is done."""
    return await in_turn(matches, hash_ or NOBODYS, normalised(password)) and hash_ is not None


def matches(hash_: str, password: str) -> bool:
    try:
        return ARGON2ID.verify(hash_, password)
    except VerificationError:
        return False


def is_outdated(hash_: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return ARGON2ID.check_needs_rehash(hash_)


async def in_turn(work: Callable[..., Answer], *arguments: str) -> Answer:
    async with asyncio.timeout(PATIENCE):
        return await asyncio.get_running_loop().run_in_executor(TURNS, work, *arguments)
