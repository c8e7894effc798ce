"""The document of the API, which every client begins with: written once, and told again only when it is another."""

from hashlib import sha256

import orjson
from fastapi import FastAPI, Request, Response

from service import routing
from service.access import UNSIGNED, permits
from service.preconditions import read_answer

router = routing.router("", "openapi")


@router.get("/openapi.json", include_in_schema=False, response_class=Response)
@permits(UNSIGNED)
async def read_openapi(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    answer = read_answer(request, *written(request.app))
    answer.headers["Cache-Control"] = "public, no-cache"  # nobody is named; asked anew, and told only if it is another
    return answer


def written(app: FastAPI) -> tuple[str, str]:
    """A digest of the document, and the document. Writing it takes half a second, once."""
    if not hasattr(app.state, "openapi"):
        body = orjson.dumps(app.openapi())
        app.state.openapi = sha256(body).hexdigest()[:32], body.decode()
    document: tuple[str, str] = app.state.openapi
    return document
