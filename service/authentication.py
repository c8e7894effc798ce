"""Who is calling: looked at before anything else of a request under /v1, also before whether there is such a route."""

import time
from dataclasses import dataclass
from uuid import UUID

from fastapi import Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.access import Caller
from service.database import NO_ANSWER, Reader
from service.domain.access import ROLES, Purpose
from service.failures import unavailable
from service.problems import problem
from service.rate_limit import RateLimits
from service.signing_in.tokens import Claims, InvalidTokenError

UNSIGNED = "/v1/auth/"
FRESH = 1.0  # seconds for which it is believed that a sign-in, its account and its assignment still hold
REMEMBERED = 10_000  # sign-ins; when there are more, all are looked up anew
STANDING = """
SELECT u.name FROM sign_in s
JOIN account u ON u.id = s.account_id AND u.disabled_at IS NULL
JOIN assignment a ON a.id = s.assignment_id AND a.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
WHERE s.id = $1 AND s.account_id = $2 AND s.assignment_id = $3 AND a.role = $4 AND s.ended_at IS NULL
"""
CHALLENGE = {"WWW-Authenticate": "Bearer"}
REFUSED = {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@dataclass(frozen=True)
class Standing:
    """The name of an account that was signed in at a moment."""

    name: str
    seen: float


class Authentication:
    """Puts a `Caller` at the request, or answers 401."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.standings: dict[tuple[UUID, UUID, UUID, str], Standing] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not needs_signing_in(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            await turn_away(request, CHALLENGE)(scope, receive, send)
            return
        state = scope["app"].state
        try:
            claims = state.tokens.verify(token.strip())
            name = await self.name_of(claims, state.database.reader)
        except InvalidTokenError:
            await turn_away(request, REFUSED)(scope, receive, send)
            return
        except NO_ANSWER as error:
            await (await unavailable(request, error))(scope, receive, send)
            return
        role = ROLES[claims.role]
        purpose = request.headers.get("x-purpose", role.purposes[0])
        if purpose not in role.purposes:
            allowed = {"allowed": list(role.purposes)}
            await problem(request, "purpose_not_allowed", allowed)(scope, receive, send)
            return
        scope["state"]["caller"] = Caller(
            claims.account_id,
            name,
            claims.sign_in_id,
            claims.assignment_id,
            claims.role,
            Purpose(purpose),
            scope["client"][0] if scope.get("client") else "",
            scope["state"]["request_id"],
        )
        await self.app(scope, receive, send)

    async def name_of(self, claims: Claims, reader: Reader) -> str:
        """The account's name, if it is still signed in and the assignment still holds."""
        asked = (claims.sign_in_id, claims.account_id, claims.assignment_id, claims.role)
        known = self.standings.get(asked)
        if known is None or time.monotonic() - known.seen > FRESH:
            name = await reader.fetchval(STANDING, *asked)
            if name is None or claims.role not in ROLES:
                self.standings.pop(asked, None)
                raise InvalidTokenError
            if len(self.standings) >= REMEMBERED:
                self.standings.clear()
            known = self.standings[asked] = Standing(name, time.monotonic())
        return known.name


def needs_signing_in(path: str) -> bool:
    return (path == "/v1" or path.startswith("/v1/")) and not path.startswith(UNSIGNED)


def turn_away(request: Request, headers: dict[str, str]) -> Response:
    """To whoever is not signed in; an address that comes too often hears that first."""
    rates: RateLimits = request.app.state.rates
    return rates.refusal(request.scope) or problem(request, "unauthenticated", headers=headers)
