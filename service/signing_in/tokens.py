"""Access tokens: JWTs of RFC 9068, good for ten minutes and one assignment."""

from collections.abc import Callable
from dataclasses import dataclass
from time import time
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry

LIFETIME = 600  # seconds
REMEMBERED = 10_000  # verified tokens: a signature costs as much as the rest of a read
ISSUER = "urn:child-protection-service"
AUDIENCE = "urn:child-protection-service:api"
ALGORITHM = "ES256"
TYPE = "at+jwt"
# What the library raises over headers and claims that are not what they should be: its own errors, and Python's.
BROKEN = (JoseError, ValueError, TypeError, AttributeError, LookupError, RecursionError)


class InvalidTokenError(Exception):
    """The token is not one of ours, or no longer good."""


@dataclass(frozen=True)
class Claims:
    """What a verified token says."""

    account_id: UUID
    sign_in_id: UUID
    assignment_id: UUID
    role: str
    expires: int  # seconds since 1970


class Tokens:
    """Makes and verifies access tokens of one issuer for one audience."""

    def __init__(
        self,
        keys: KeySet,
        issuer: str = ISSUER,
        audience: str = AUDIENCE,
        *,
        clock: Callable[[], float] = time,
        remembered: int = REMEMBERED,
    ) -> None:
        self.keys, self.issuer, self.audience, self.clock, self.remembered = keys, issuer, audience, clock, remembered
        self.rules = JWTClaimsRegistry(
            lambda: int(clock()),
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
            sid={"essential": True},
            asg={"essential": True},
            role={"essential": True},
        )
        self.verified: dict[str, Claims] = {}

    def mint(self, account_id: UUID, sign_in_id: UUID, assignment_id: UUID, role: str) -> tuple[str, int]:
        """A token, and for how many seconds it is good."""
        key, now = self.keys.keys[0], int(self.clock())
        claims = {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(account_id),
            "sid": str(sign_in_id),
            "asg": str(assignment_id),
            "role": role,
            "iat": now,
            "exp": now + LIFETIME,
            "jti": str(uuid4()),
        }
        return jwt.encode({"alg": ALGORITHM, "typ": TYPE, "kid": key.kid}, claims, key, [ALGORITHM]), LIFETIME

    def verify(self, token: str) -> Claims:
        """What a token says that is ours and good now. One that was verified is only looked at for its end."""
        claims = self.verified.get(token) or self.checked(token)
        if claims.expires <= self.clock():
            self.verified.pop(token, None)
            raise InvalidTokenError
        return claims

    def checked(self, token: str) -> Claims:
        try:
            found = jwt.decode(token, self.keys, [ALGORITHM])
            if found.header.get("typ") != TYPE or "kid" not in found.header:
                raise InvalidTokenError
            self.rules.validate(found.claims)
            said = found.claims
            account, sign_in, assignment = UUID(said["sub"]), UUID(said["sid"]), UUID(said["asg"])
        except BROKEN:
            raise InvalidTokenError from None
        claims = Claims(account, sign_in, assignment, said["role"], said["exp"])
        if len(self.verified) >= self.remembered:
            del self.verified[next(iter(self.verified))]  # the oldest is the first to expire
        self.verified[token] = claims
        return claims
