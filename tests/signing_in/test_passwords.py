"""Passwords: which are too weak, and how they are kept."""

import pytest
from argon2 import PasswordHasher

from service.domain.refusal import Refusal
from service.signing_in.passwords import check_strength, hashed, is_outdated, verified


@pytest.mark.parametrize(
    "password", ["", "short", "eleven char", "a" * 20, "Aa" * 6, "mai.nguyen-2020", "xMAI.NGUYENx12", "é" * 1025]
)
def test_a_password_is_too_weak_that_is_short_endless_of_one_letter_or_the_name(password: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_strength(password, "mai.nguyen")
    assert (refused.value.code, refused.value.pointer) == ("password_weak", "/password")


@pytest.mark.parametrize("password", ["mười hai chữ", "correct horse battery", "x1" * 512])
def test_any_other_password_will_do(password: str) -> None:
    check_strength(password, "mai.nguyen")


async def test_a_password_is_the_same_however_its_letters_are_composed() -> None:
    kept = await hashed("M\u1ecdi tr\u1ebb em")
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert await verified(kept, "Mo\u0323i tre\u0309 em")
    assert not await verified(kept, "Moi tre em")


async def test_where_there_is_no_account_no_password_is_right() -> None:
    assert not await verified(None, "")
    assert not await verified(None, "the password of no account")


async def test_a_hash_of_other_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024).hash("x"))
    assert not is_outdated(await hashed("x"))
