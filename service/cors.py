"""Which pages of other origins may ask from a browser. They bring a token in a header; cookies there are none."""

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
ASKED = (
    "Authorization",
    "Content-Type",
    "If-Match",
    "If-None-Match",
    "Accept-Language",
    "X-Request-ID",
    "X-Purpose",
    "Idempotency-Key",
)
TOLD = ("ETag", "Location", "X-Request-ID", "Idempotent-Replayed", "Retry-After", "WWW-Authenticate")


def allow(app: FastAPI, origins: Sequence[str]) -> None:
    """Let pages of these origins ask; browsers inquire first, and need not be signed in for it."""
    if origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=origins, allow_methods=METHODS, allow_headers=ASKED, expose_headers=TOLD
        )
