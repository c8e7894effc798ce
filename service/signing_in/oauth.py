"""OAuth 2.0 on the wire: RFC 6749's errors within our problem documents, and clients that name themselves by Basic."""

import base64
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote_plus
from uuid import UUID

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from service.domain.refusal import Refusal
from service.problems import PROBLEMS, problem
from service.routing import Read

SCOPE = "assignment:"


class OAuthRoute(Read):
    """A route whose problem documents an OAuth client understands too; what is not said to be kept is not."""

    def answering(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        usual = super().answering()

        async def answer(request: Request) -> Response:
            try:
                response = await usual(request)
            except Refusal as refusal:
                response = refused(request, refusal)
            except RequestValidationError:
                response = refused(request, Refusal("invalid_request"))
            except HTTPException as error:
                if error.status_code != 400:
                    raise
                response = refused(request, Refusal("invalid_request"))
            response.headers.setdefault("Cache-Control", "no-store")
            return response

        return answer


def refused(request: Request, refusal: Refusal) -> Response:
    headers = {}
    if refusal.code == "invalid_client":
        headers["WWW-Authenticate"] = 'Basic realm="/v1/auth/token"'
    if "retry_after" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after"])
    more = {"error": refusal.code, "error_description": PROBLEMS[refusal.code].title["en"], **refusal.facts}
    return problem(request, refusal.code, more, headers=headers)


def wanted_assignment(scope: str | None) -> UUID | None:
    """The assignment that a scope names, if it names one."""
    if not scope:
        return None
    try:
        return UUID(scope.strip().removeprefix(SCOPE))
    except ValueError:
        raise Refusal("invalid_scope") from None


def client_credentials(request: Request, client_id: str | None, client_secret: str | None) -> tuple[str, str]:
    """The client's name and secret, from its header or from the form: RFC 6749 §2.3.1."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        if client_id is None or client_secret is None:
            raise Refusal("invalid_client")
        return client_id, client_secret
    if client_secret is not None:
        raise Refusal("invalid_request")  # two ways at once
    try:
        name, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise Refusal("invalid_client") from None
    if not colon:
        raise Refusal("invalid_client")
    return unquote_plus(name), unquote_plus(secret)
