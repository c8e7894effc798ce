"""Signing in and out: OAuth 2.0 (RFC 6749, 7009), and the keys that its tokens are verified with."""

from typing import Annotated

import orjson
from fastapi import Form, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import UNSIGNED, permits
from service.domain.refusal import Refusal
from service.routers.assignments import AssignmentRecord
from service.signing_in.oauth import SCOPE, OAuthRoute, client_credentials, wanted_assignment
from service.signing_in.passwords import LONGEST
from service.signing_in.sign_ins import SignedIn, entrance
from service.signing_in.tokens import Tokens
from service.wire import Internal, Public, json_answer

router = routing.router("", "auth", OAuthRoute)

Short = Annotated[str | None, Field(None, max_length=200)]
Secret = Annotated[str | None, Field(None, max_length=LONGEST)]


class TokenRequest(BaseModel):
    """How somebody signs in. What OAuth does not know is ignored."""

    grant_type: str = Field(max_length=200, examples=["password"], description="Or refresh_token, client_credentials")
    username: Short
    password: Secret
    refresh_token: Secret
    client_id: Short
    client_secret: Secret
    scope: str | None = Field(None, max_length=200, description="`assignment:<id>`; without it, the first of today")


class RevocationRequest(BaseModel):
    """Which refresh token is to be good for nothing."""

    token: str = Field(max_length=LONGEST)


class TokenAnswer(BaseModel):
    """A token, what it is good for, and what else the account could act as today."""

    access_token: Internal[str]
    token_type: Internal[str] = Field(examples=["Bearer"])
    expires_in: Internal[int] = Field(description="Seconds", examples=[600])
    refresh_token: Internal[str | None] = Field(None, description="Good for one use; programs sign in anew instead")
    scope: Internal[str] = Field(examples=["assignment:01980000-0000-7000-8000-000000000000"])
    role: Internal[str]
    assignments: list[AssignmentRecord]


class JwkSet(BaseModel):
    """Public keys."""

    keys: Public[list[dict[str, str]]]


@router.post("/v1/auth/token", response_model=TokenAnswer)
@permits(UNSIGNED)
async def sign_in(asked: Annotated[TokenRequest, Form()], request: Request) -> Response:
    """Sign in, or stay signed in: OAuth 2.0's password, client_credentials and refresh_token grants."""
    wanted = wanted_assignment(asked.scope)
    door = entrance(request)
    match asked.grant_type:
        case "password":
            if asked.username is None or asked.password is None:
                raise Refusal("invalid_request")
            signed_in = await door.sign_in("person", asked.username, asked.password, wanted)
        case "client_credentials":
            name, secret = client_credentials(request, asked.client_id, asked.client_secret)
            signed_in = await door.sign_in("client", name, secret, wanted)
        case "refresh_token":
            if asked.refresh_token is None:
                raise Refusal("invalid_request")
            signed_in = await door.stay(asked.refresh_token, wanted)
        case _:
            raise Refusal("unsupported_grant_type")
    return token_answer(request.app.state.tokens, signed_in)


@router.post("/v1/auth/revoke", response_class=Response)
@permits(UNSIGNED)
async def sign_out(asked: Annotated[RevocationRequest, Form()], request: Request) -> Response:
    """Sign out: the sign-in of a refresh token ends. Whether there was one is not told (RFC 7009)."""
    await entrance(request).leave(asked.token)
    return Response()


@router.get("/.well-known/jwks.json", response_model=JwkSet)
@permits(UNSIGNED)
async def list_signing_keys(request: Request) -> Response:
    """The public keys that tokens are verified with: a JWK set, RFC 7517."""
    keys = request.app.state.tokens.keys.as_dict(private=False)
    return json_answer(orjson.dumps(keys), {"Cache-Control": "public, max-age=600"})


def token_answer(tokens: Tokens, who: SignedIn) -> Response:
    token, seconds = tokens.mint(who.account_id, who.sign_in_id, who.assignment_id, who.role)
    facts = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": seconds,
        **({"refresh_token": who.refresh_token} if who.refresh_token else {}),
        "scope": f"{SCOPE}{who.assignment_id}",
        "role": who.role,
        "assignments": [orjson.Fragment(record) for record in who.assignments],
    }
    return json_answer(orjson.dumps(facts))
