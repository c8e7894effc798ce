"""Forged and outlived tokens over HTTP: no route takes them, and rights end when they end.

What a token must be is tested in tests/signing_in/test_tokens.py.
"""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import uuid4

import httpx
import jwt as pyjwt
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from service.authentication import FRESH, Authentication, Standing
from service.signing_in.keys import new_keys
from service.signing_in.tokens import AUDIENCE, ISSUER, Tokens
from tests.access.province import INSIDE, KEYS, Province, named
from tests.routers.api import refusal
from tests.signed_in import DISTRICT, TOKENS, headers, made

CHILD = f"/v1/children/{named('child', INSIDE)}"
WORKER = KEYS["commune_worker"]
KEY = TOKENS.keys.keys[0]
OTHER = ECKey.generate_key(auto_kid=True)


def token(key: ECKey = KEY, header: dict[str, object] | None = None, **claims: object) -> str:
    """A token of a commune's worker but for what is named."""
    now = int(time.time())
    said: dict[str, object] = {"iss": ISSUER, "aud": AUDIENCE, "iat": now, "exp": now + 600, "role": "commune_worker"}
    said |= dict.fromkeys(("sub", "sid", "asg"), str(WORKER)) | claims
    head = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid} | (header or {})
    return jwt.encode(head, said, key, [str(head["alg"])])


def confused() -> str:
    """Signed with the public key, in the hope that it is taken for a secret."""
    head, body, _ = token().split(".")
    head = urlsafe_b64encode(urlsafe_b64decode(head + "==").replace(b"ES256", b"HS256")).decode().rstrip("=")
    signed = hmac.digest(KEY.as_pem(private=False), f"{head}.{body}".encode(), "sha256")
    return f"{head}.{body}.{urlsafe_b64encode(signed).decode().rstrip('=')}"


def headed(**header: object) -> str:
    """Our signature under another header."""
    _, body, signature = token().split(".")
    said = pyjwt.get_unverified_header(token()) | header
    return f"{urlsafe_b64encode(str(said).replace(chr(39), chr(34)).encode()).decode().rstrip('=')}.{body}.{signature}"


FORGED = {
    "signed by nobody": pyjwt.encode({"sub": str(WORKER)}, None, algorithm="none", headers={"typ": "at+jwt"}),
    "signed with another key": token(OTHER),
    "signed with the public key": confused(),
    "for another audience": token(aud="urn:elsewhere"),
    "expired": token(exp=int(time.time()) - 1),
    "under the id of a key that is not ours": token(header={"kid": "swapped"}),
    "signed with a key that it brings along": token(OTHER, {"jwk": OTHER.as_dict(private=False)}),
    "with a key to be fetched": token(OTHER, {"jku": "https://elsewhere.example/jwks.json"}),
    "of another issuer": token(iss="https://elsewhere.example"),
    "of another service like this": Tokens(new_keys()).mint(WORKER, WORKER, WORKER, "commune_worker")[0],
    "under another header": headed(typ="JWT"),
    "under a header of which a part is no list": headed(crit=5),
    "under a header of which a part lists no names": headed(crit=[{}]),
    "under a header that goes ever deeper": f"{urlsafe_b64encode(b'[' * 20_000).decode()}.e30.AA",
    "of another role than the assignment's": token(role="province_officer"),
    "of a role that there is not": token(role="root"),
    "of another account's assignment": token(asg=str(KEYS["province_officer"]), role="province_officer"),
    "of another account's sign-in": token(sid=str(KEYS["province_officer"])),
    "of another account": token(sub=str(KEYS["province_officer"])),
    "of a sign-in that never was": token(sid=str(uuid4())),
}


async def ask(province: Province, authorization: str, path: str = CHILD) -> httpx.Response:
    return await province.client.get(path, headers={"Authorization": authorization})


async def test_what_the_forgeries_alter_is_good_as_it_is(province: Province) -> None:
    assert (await ask(province, f"Bearer {token()}")).status_code == 200
    assert (await ask(province, f"bearer  {token()}")).status_code == 200


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
async def test_no_route_takes_a_token_that_is(province: Province, forged: str) -> None:
    answer = await ask(province, f"Bearer {forged}")
    assert refusal(answer)[:2] == (401, "unauthenticated")
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'


async def test_a_token_is_taken_from_its_header_and_from_nowhere_else(province: Province) -> None:
    transport = province.client._transport
    good = token()
    async with httpx.AsyncClient(transport=transport, base_url="http://t", cookies={"access_token": good}) as unsigned:
        for answer in (
            await unsigned.get(CHILD, params={"access_token": good}),
            await unsigned.post(CHILD, data={"access_token": good}),
            await unsigned.get(CHILD, headers={"X-Authorization": f"Bearer {good}"}),
        ):
            assert answer.status_code == 401


ENDS = {
    "its sign-in ends": "UPDATE sign_in SET ended_at = now() WHERE id = $1",
    "its account is disabled": "UPDATE account SET disabled_at = now() WHERE id = $1",
    "its assignment ends": "UPDATE assignment SET during = '[2016-01-01,2017-01-01)' WHERE id = $1",
    "its assignment is to begin": "UPDATE assignment SET during = '[2999-01-01,)' WHERE id = $1",
}


def authentication(province: Province) -> Authentication:
    """The part of the running application that recognises callers."""
    found = province.app.middleware_stack
    while not isinstance(found, Authentication):
        assert found is not None
        found = found.app  # type: ignore[attr-defined] # every layer has what it is around
    return found


@pytest.mark.parametrize("ends", ENDS)
async def test_a_token_is_good_no_longer_when(province: Province, ends: str) -> None:
    """The standing of a sign-in is believed for a second. Records of children are not: their doors ask at once."""
    key = uuid4()
    signed = await made(province.owner, key, "commune_worker", DISTRICT)
    assert (await province.client.get(CHILD, headers=signed)).status_code == 200
    await province.owner.execute(ENDS[ends], key)
    known = authentication(province).standings
    standing = (key, key, key, "commune_worker")
    assert standing in known
    if ends != "its sign-in ends":
        for method, path, body in (("GET", CHILD, None), ("GET", "/v1/cases", None), ("PATCH", CHILD, {"sex": "male"})):
            answer = await province.client.request(method, path, json=body, headers=signed | {"If-Match": "*"})
            assert refusal(answer)[:2] in ((403, "forbidden"), (401, "unauthenticated")), path
    known.pop(standing, None)
    for path in (CHILD, "/v1/areas"):
        assert refusal(await province.client.get(path, headers=signed))[:2] == (401, "unauthenticated")


def test_a_sign_in_is_believed_for_a_second_at_most() -> None:
    assert FRESH <= 1


async def test_a_sign_in_is_looked_up_anew_when_its_second_is_over(province: Province) -> None:
    known, standing = authentication(province).standings, (WORKER, WORKER, WORKER, "commune_worker")
    assert (await ask(province, f"Bearer {token()}")).status_code == 200
    before = known[standing]
    known[standing] = Standing("an older name", before.seen - FRESH - 0.01)
    assert (await ask(province, f"Bearer {token()}")).status_code == 200
    assert known[standing].name == before.name


@pytest.mark.parametrize(
    ("role", "purpose"),
    [("police", "case_work"), ("analyst", "supervision"), ("school", ""), ("health", "x" * 1000), ("health", "HEALTH")],
)
async def test_nobody_acts_for_a_purpose_that_the_role_does_not_have(
    province: Province, role: str, purpose: str
) -> None:
    answer = await province.ask(role, "GET", "/v1/areas", headers={"X-Purpose": purpose})
    assert refusal(answer)[:2] == (403, "purpose_not_allowed")


async def test_who_signed_in_as_one_does_not_act_as_another(province: Province) -> None:
    """An account with two assignments has the rights of the one that its token is for."""
    analyst = headers(KEYS["analyst"], "analyst")
    for name in ("X-Role", "X-Assignment", "X-Account", "X-Forwarded-User", "X-HTTP-Method-Override"):
        answer = await province.client.get(CHILD, headers=analyst | {name: str(KEYS["province_officer"])})
        assert refusal(answer)[:2] == (403, "forbidden")
