"""Access tokens: ours are good for ten minutes, and nobody else's ever."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

import jwt as pyjwt
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from service.signing_in.keys import new_keys
from service.signing_in.tokens import Claims, InvalidTokenError, Tokens

ISSUER, AUDIENCE = "https://register.example", "register"
IDS = uuid4(), uuid4(), uuid4()
KEYS = new_keys()
MOMENT = 1_600_000_000  # at which the tests take place


@pytest.fixture
def tokens() -> Tokens:
    return Tokens(KEYS, ISSUER, AUDIENCE, clock=lambda: MOMENT)


def made(key: ECKey | None = None, header: dict[str, object] | None = None, **claims: object) -> str:
    """A token like ours but for what the test names."""
    ours = {"iss": ISSUER, "aud": AUDIENCE, "iat": MOMENT, "exp": MOMENT + 600, "role": "health"}
    ours |= dict(zip(("sub", "sid", "asg"), map(str, IDS), strict=True))
    said = {name: value for name, value in (ours | claims).items() if value is not None}
    head = {"alg": "ES256", "typ": "at+jwt", "kid": KEYS.keys[0].kid} | (header or {})
    head = {name: value for name, value in head.items() if value is not None}
    return jwt.encode(head, said, key or KEYS.keys[0], [str(head["alg"])])


def test_a_token_says_who_signed_in_and_in_which_assignment(tokens: Tokens) -> None:
    token, expires_in = tokens.mint(*IDS, "health")
    claims = tokens.verify(token)
    assert claims == Claims(*IDS, "health", MOMENT + 600)
    assert expires_in == 600
    assert tokens.verify(token) is claims
    assert tokens.verify(made()).role == "health"  # what the tests below alter is good as it is


def test_another_library_verifies_our_token_by_the_public_keys() -> None:
    token, _ = Tokens(KEYS, ISSUER, AUDIENCE).mint(*IDS, "health")
    public = pyjwt.PyJWKSet.from_dict(dict(KEYS.as_dict(private=False)))
    header = pyjwt.get_unverified_header(token)
    claims = pyjwt.decode(token, public[header["kid"]].key, algorithms=["ES256"], issuer=ISSUER, audience=AUDIENCE)
    assert header["typ"] == "at+jwt"
    assert claims["sub"] == str(IDS[0])


def test_a_new_key_signs_and_the_old_one_still_verifies(tokens: Tokens) -> None:
    token, _ = tokens.mint(*IDS, "health")
    rotated = Tokens(new_keys(KEYS), ISSUER, AUDIENCE, clock=lambda: MOMENT)
    assert rotated.verify(token).account_id == IDS[0]
    newer, _ = rotated.mint(*IDS, "health")
    assert pyjwt.get_unverified_header(newer)["kid"] != pyjwt.get_unverified_header(token)["kid"]
    with pytest.raises(InvalidTokenError):
        tokens.verify(newer)


def confused() -> str:
    """Signed with what everyone knows, in the hope that it is taken for a secret. Libraries refuse to make one."""
    head, body, _ = made(header={"alg": "ES256"}).split(".")
    head = urlsafe_b64encode(urlsafe_b64decode(head + "==").replace(b"ES256", b"HS256")).decode().rstrip("=")
    signed = hmac.digest(KEYS.keys[0].as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{urlsafe_b64encode(signed).decode().rstrip('=')}"


def headed(**header: object) -> str:
    """Our signature under another header."""
    _, body, signature = made().split(".")
    said = json.dumps({"alg": "ES256", "typ": "at+jwt", "kid": KEYS.keys[0].kid} | header)
    return f"{urlsafe_b64encode(said.encode()).decode().rstrip('=')}.{body}.{signature}"


OTHER = ECKey.generate_key(auto_kid=True)
FORGED = {
    "signed by nobody": pyjwt.encode({"sub": "x"}, None, algorithm="none", headers={"typ": "at+jwt"}),
    "signed with the public key as a secret": confused(),
    "signed with another key under our key's id": made(OTHER),
    "signed with another key under its own id": made(OTHER, {"kid": OTHER.kid}),
    "naming no key": made(header={"kid": None}),
    "of another type": made(header={"typ": "JWT"}),
    "of no type": made(header={"typ": ""}),
    "expired": made(exp=MOMENT),
    "without an end": made(exp=None),
    "not good yet": made(nbf=MOMENT + 1),
    "issued in the future": made(iat=MOMENT + 1),
    "of another issuer": made(iss="https://elsewhere.example"),
    "of no issuer": made(iss=None),
    "for another audience": made(aud="elsewhere"),
    "for no audience": made(aud=None),
    "of no sign-in": made(sid=None),
    "of no account": made(sub="nobody"),
    "in no role": made(role=None),
    "under a header of which a part is no list": headed(crit=5),
    "under a header of which a part lists no names": headed(crit=[{}]),
    "under the id of a key that is no text": headed(kid=[{}]),
    "of an algorithm that is no text": headed(alg={}),
    "under a header that is no object": f"{urlsafe_b64encode(b'[1]').decode()}.e30.AA",
    "under a header that goes ever deeper": f"{urlsafe_b64encode(b'[' * 20_000).decode()}.e30.AA",
    "empty": "",
    "of two parts": "a.b",
    "of three dots": "...",
    "not of letters": "ê.ê.ê",
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_token_is_refused_that_is(tokens: Tokens, forged: str) -> None:
    with pytest.raises(InvalidTokenError):
        tokens.verify(forged)


def test_a_token_under_the_id_of_another_of_our_keys_is_refused() -> None:
    both = new_keys(KEYS)
    swapped = made(header={"kid": both.keys[0].kid})
    with pytest.raises(InvalidTokenError):
        Tokens(both, ISSUER, AUDIENCE, clock=lambda: MOMENT).verify(swapped)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_altered_in_any_part_is_refused(tokens: Tokens, part: int) -> None:
    parts = made().split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    with pytest.raises(InvalidTokenError):
        tokens.verify(".".join(parts))


def test_a_token_that_was_good_ends_while_it_is_remembered() -> None:
    moment = MOMENT
    tokens = Tokens(KEYS, ISSUER, AUDIENCE, clock=lambda: moment)
    token, lifetime = tokens.mint(*IDS, "health")
    moment += lifetime - 1
    assert tokens.verify(token) is tokens.verify(token)
    moment += 1
    for _ in range(2):
        with pytest.raises(InvalidTokenError):
            tokens.verify(token)


def test_only_so_many_tokens_are_remembered() -> None:
    tokens = Tokens(KEYS, ISSUER, AUDIENCE, remembered=2)
    several = [tokens.mint(*IDS, "health")[0] for _ in range(3)]
    first = [tokens.verify(token) for token in several]
    assert tokens.verify(several[2]) is first[2]
    assert tokens.verify(several[0]) is not first[0]
