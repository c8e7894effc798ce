"""Plain pages for a person with a browser: readable on a phone, without a script, and asking for nothing else."""

import re
from base64 import b64encode
from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from html import escape

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.problems import Language
from service.security_headers import PUBLIC

STYLE = (
    "body{font:1.1em/1.5 system-ui,sans-serif;color:#222;background:#fff;max-width:46em;margin:0 auto;padding:1em}"
    "h1{font-size:1.4em;line-height:1.3}dt{margin-top:1.2em}dd{margin:.2em 0}a{color:#05c}"
    "code{font-size:.9em;overflow-wrap:anywhere}"
)
# The style is of the page itself, and named by its digest: no other one is heeded. An empty icon keeps browsers from
# asking for one.
POLICY = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEAD = (
    '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    '<link rel="icon" href="data:,">'
)


def page(language: Language, title: str, parts: Iterable[str]) -> HTMLResponse:
    """A page of its title, which is text, and parts, which are HTML."""
    content = (
        f'<!doctype html><html lang="{language}"><head>{HEAD}<title>{escape(title)}</title><style>{STYLE}</style>'
        f"</head><body><h1>{escape(title)}</h1>{''.join(parts)}</body></html>"
    )
    return HTMLResponse(content, headers=PUBLIC | {"Content-Security-Policy": POLICY, "Content-Language": language})


def paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def link(path: str, text: str) -> str:
    return f'<a href="{escape(path)}">{escape(text)}</a>'


def wants_page(request: Request) -> bool:
    return prefers_html(request.headers.get("accept", ""))


@lru_cache(maxsize=1000)
def prefers_html(accept: str) -> bool:
    """Whether HTML is named, and wanted more than JSON (RFC 9110 §12.5.1); who takes anything is given JSON."""
    wanted = {"text/html": 0.0, "application/json": 0.0}
    for part in accept.lower().split(","):
        named = re.fullmatch(r"\s*([a-z]+/[a-z]+)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*", part)
        if named and named[1] in wanted:
            wanted[named[1]] = float(named[2] or 1)
    return wanted["text/html"] > wanted["application/json"]
