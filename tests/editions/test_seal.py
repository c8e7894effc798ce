"""One form of a content, whoever writes it; and signatures of it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import KeySet

from service.editions.seal import TYPE, canonical, hash_of, is_published, is_signed, public, signed
from service.signing_in.keys import new_keys
from service.signing_in.tokens import InvalidTokenError, Tokens

KEYS = new_keys()
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
WHOLE = st.integers(-(2**53) + 1, 2**53 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS, lambda part: st.lists(part) | st.dictionaries(TEXTS, part), max_leaves=20
)
# RFC 8785, 3.2.3: names in the order of their UTF-16 code units.
NAMES = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\U0001f600": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}
IN_ORDER = [
    "Carriage Return",
    "One",
    "Control",
    "Latin Small Letter O With Diaeresis",
    "Euro Sign",
    "Emoji: Grinning Face",
    "Hebrew Letter Dalet With Dagesh",
]


def in_order(value: Any) -> Any:
    """The order of RFC 8785, written apart."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value, key=lambda name: name.encode("utf-16-be"))}
    return [in_order(part) for part in value] if isinstance(value, list) else value


def by_reference(value: Any) -> str:
    return json.dumps(in_order(value), ensure_ascii=False, separators=(",", ":"))


def test_names_are_in_the_order_of_rfc_8785() -> None:
    assert list(json.loads(canonical(NAMES)).values()) == IN_ORDER


def test_texts_and_literals_are_written_as_in_rfc_8785() -> None:
    text = "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/"
    written = canonical({"string": text, "literals": [None, True, False]})
    assert written == r"""{"literals":[null,true,false],"string":"€$\u000f\nA'B\"\\\\\"/"}"""


@given(VALUES)
def test_another_implementation_writes_the_same(value: Any) -> None:
    assert canonical(value) == by_reference(value)
    assert canonical(json.loads(canonical(value))) == canonical(value)


def test_a_signature_is_of_one_content_by_one_key() -> None:
    signature, key = signed("{}", KEYS)
    assert is_signed("{}", signature, key)
    assert not is_signed("{ }", signature, key)
    assert not is_signed("{}", signature, signed("{}", new_keys())[1])
    assert is_published(key, KEYS)
    assert not is_published(key, new_keys())
    assert "d" not in key, "the private part"


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "typ": "at+jwt", "kid": KEYS.keys[0].kid},
        {"alg": "ES256", "kid": KEYS.keys[0].kid},
        {"alg": "ES256", "typ": TYPE, "kid": "other"},
        {"alg": "ES256", "typ": TYPE},
    ],
)
def test_what_the_key_signed_for_something_else_is_no_signature_of_an_edition(header: dict[str, str]) -> None:
    whole = jws.serialize_compact(header, b"{}", KEYS.keys[0], ["ES256"])
    assert not is_signed("{}", jws.detach_content(whole), public(KEYS.keys[0]))


def test_an_edition_is_no_token() -> None:
    content = canonical({"sub": "x"})
    header, _, signature = signed(content, KEYS)[0].split(".")
    payload = jws.serialize_compact({"alg": "ES256"}, content, KEYS.keys[0]).split(".")[1]
    with pytest.raises(InvalidTokenError):
        Tokens(KeySet(KEYS.keys)).verify(f"{header}.{payload}.{signature}")


def test_the_hash_is_of_the_bytes() -> None:
    assert hash_of("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
