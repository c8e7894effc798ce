"""What is refused before anything looks at it: heads too large, connections too many, and what came without TLS."""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address

from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.problems import problem
from service.routers.health import PROBES

Networks = Sequence[IPv4Network | IPv6Network]

LONGEST_URL = 8_000  # bytes
MOST_HEADERS, LARGEST_HEADERS = 100, 32_000  # lines, bytes
HANG_UP = {"Connection": "close"}  # what is left of the body is not waited for


class Forwarded(ProxyHeadersMiddleware):
    """Takes scheme and client from the headers of trusted proxies, and keeps whose the connection is."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override] # uvicorn's types
        if scope["type"] == "http":
            scope.setdefault("state", {})["peer"] = scope["client"]
        await super().__call__(scope, receive, send)  # type: ignore[arg-type] # likewise


class Admission:
    """Where proxies are trusted, TLS ends at one of them; without it nobody is heard but who asks on this machine."""

    def __init__(self, app: ASGIApp, proxies: Networks = ()) -> None:
        self.app, self.proxies = app, proxies
        self.is_neighbour = lru_cache(maxsize=1000)(self.look_up)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (code := self.objection(scope)):
            headers = HANG_UP | ({"Retry-After": "1"} if code == "overloaded" else {})
            await problem(Request(scope), code, headers=headers)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def objection(self, scope: Scope) -> str | None:
        headers = scope["headers"]
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_URL:
            return "url_too_long"
        if len(headers) > MOST_HEADERS or sum([len(n) + len(v) for n, v in headers]) > LARGEST_HEADERS:
            return "headers_too_large"
        probe = scope["path"] in PROBES
        if scope["state"].get("crowded") and not probe:
            return "overloaded"
        if self.proxies and scope["scheme"] != "https":
            peer = scope["state"]["peer"]
            if not (peer and is_loopback(peer[0]) and (probe or self.is_neighbour(peer[0]))):
                return "tls_required"
        return None

    def look_up(self, address: str) -> bool:
        """Whether this is not the address of a proxy, which has to say that it was asked by TLS."""
        return not any(ip_address(address) in network for network in self.proxies)


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
