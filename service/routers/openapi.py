"""The document of the API, which every client begins with: written once, and told again only when it is another."""

from hashlib import sha256

import orjson
from fastapi import Request, Response

from service import routing
from service.access import UNSIGNED, permits
from service.preconditions import read_answer

router = routing.router("", "openapi")


@router.get("/openapi.json", include_in_schema=False, response_class=Response)
@permits(UNSIGNED)
async def read_openapi(request: Request) -> Response:
    """The OpenAPI 3.1 document."""
    state = request.app.state
    if not hasattr(state, "openapi"):
        body = orjson.dumps(request.app.openapi())
        state.openapi = sha256(body).hexdigest()[:32], body.decode()
    answer = read_answer(request, *state.openapi)
    answer.headers["Cache-Control"] = "public, no-cache"  # nobody is named; asked anew, and told only if it is another
    return answer
