"""What every answer says to a browser and to whatever keeps copies on the way: as little of it as possible."""

from typing import TypeAlias

Headers: TypeAlias = list[tuple[bytes, bytes]]

ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
NOTHING_LOADED = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
NOT_KEPT = (b"cache-control", b"no-store")
ASKED_ANEW = (b"cache-control", b"private, no-cache")  # for what carries an ETag
HTTPS_FOR_A_YEAR = (b"strict-transport-security", b"max-age=31536000")
PUBLIC = {"Cache-Control": "public, max-age=3600", "Vary": "Accept, Accept-Language"}  # where nobody is named


def protected(headers: Headers, scheme: str) -> Headers:
    """The headers of an answer and those that protect it. A route may say itself how it is kept and what it loads."""
    said = {name for name, _ in headers}
    added = [*headers, *ALWAYS]
    if b"cache-control" not in said:
        added.append(ASKED_ANEW if b"etag" in said else NOT_KEPT)
    if NOTHING_LOADED[0] not in said:
        added.append(NOTHING_LOADED)
    if scheme == "https":
        added.append(HTTPS_FOR_A_YEAR)
    return added
