"""The documentation of the API as pages to be tried out: Swagger UI, with nothing from anywhere else."""

from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated

from fastapi import Path, Request, Response
from fastapi.responses import HTMLResponse

from service import routing
from service.access import UNSIGNED, permits
from service.domain.refusal import Refusal
from service.pages import HEAD
from service.preconditions import tags
from service.wire import Code

router = routing.router("/docs", "docs")

MEDIA_TYPES = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "start.js": "text/javascript",
}
# Without a validator: the page would show the document to somebody else's. Tokens end with the page.
START = """"use strict";
SwaggerUIBundle({
  dom_id: "#swagger-ui",
  url: "/openapi.json",
  validatorUrl: null,
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
});
"""
PAGE = (
    f'<!doctype html><html lang="en"><head>{HEAD}<title>Child protection information service</title>'
    '<link rel="stylesheet" href="/docs/swagger-ui.css"></head><body><div id="swagger-ui"></div>'
    '<noscript>This page needs JavaScript. The document itself: <a href="/openapi.json">/openapi.json</a></noscript>'
    '<script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>'
)
# The icons of the style are within it, as data.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@cache
def content(name: str) -> bytes:
    if name == "start.js":
        return START.encode()
    return (files("fastapi_offline") / "static" / name).read_bytes()


@cache
def tag(name: str) -> str:
    return f'"{sha256(content(name)).hexdigest()[:32]}"'


@router.get("", response_class=HTMLResponse, include_in_schema=False)
@permits(UNSIGNED)
async def read_docs() -> Response:
    """The page that loads the files below."""
    return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


@router.get("/{name}", response_class=Response, include_in_schema=False)
@permits(UNSIGNED)
async def read_docs_file(name: Annotated[Code, Path()], request: Request) -> Response:
    """A file of the page, or 304 when the browser has it. No ranges of it: a tag is of the whole."""
    if name not in MEDIA_TYPES:
        raise Refusal("not_found")
    headers = {"ETag": tag(name), "Cache-Control": "no-cache"}
    if tag(name) in (held.removeprefix("W/") for held in tags(request, "if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(content(name), headers=headers, media_type=MEDIA_TYPES[name])
