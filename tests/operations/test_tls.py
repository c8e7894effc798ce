"""Beyond this machine nobody reads along: TLS ends at the service, or at a proxy that it knows."""

import ssl
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from service.admission import Admission, Forwarded
from service.console import settings
from service.envelope import Envelope
from service.listening import objection
from service.metrics import Metrics
from service.settings import Network
from tests.journeys.service import client, serving
from tests.operations.certificates import certificate
from tests.routers.api import refusal

PROXY, STRANGER, CLIENT = "192.0.2.1", "198.51.100.9", "203.0.113.5"
HSTS = "strict-transport-security"


def test_the_service_speaks_tls_itself(empty_database: str, folder: Path, tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    tls = {"TLS_CERTIFICATE": str(chain), "TLS_KEY": str(key)}
    with serving(folder / "unused", DATABASE_URL=empty_database, **tls) as running:
        assert running.address.startswith("https://127.0.0.1:")
        known = ssl.create_default_context(cafile=str(chain))
        with httpx.Client(base_url=running.address, verify=known) as api:
            answer = api.get("/health/ready")
            assert answer.status_code == 200
            assert answer.headers[HSTS] == "max-age=31536000"
        plain = running.address.replace("https", "http")
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"{plain}/health/live", timeout=30)


@pytest.mark.parametrize("listen", ["0.0.0.0", "::", "192.0.2.1", "service.example"])
def test_beyond_this_machine_tls_is_asked_for(listen: str) -> None:
    assert objection(listen, Network()) == (
        f"On {listen} others could read along. Set TLS_CERTIFICATE and TLS_KEY, or TRUSTED_PROXIES "
        "(the addresses of the proxies at which TLS ends); or listen on 127.0.0.1."
    )
    assert objection(listen, Network(trusted_proxies=PROXY)) is None


@pytest.mark.parametrize("listen", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_this_machine_nothing_is_asked_for(listen: str) -> None:
    assert objection(listen, Network()) is None


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    (other := tmp_path / "other").mkdir()
    stranger, sealed = certificate(other, b"pass phrase")
    assert objection("0.0.0.0", Network(tls_certificate=chain, tls_key=key)) is None
    for given, said in (
        (Network(tls_certificate=chain), "belong together"),
        (Network(tls_key=key), "belong together"),
        (Network(tls_certificate=tmp_path / "nowhere.pem", tls_key=key), "No such file"),
        (Network(tls_certificate=stranger, tls_key=sealed), f"TLS_KEY ({sealed}) cannot be used"),
        (Network(tls_certificate=stranger, tls_key=key), "cannot be used"),
    ):
        assert said in str(objection("127.0.0.1", given))


@pytest.mark.parametrize("wrong", ["proxy", "10.0.0.5/24", "10.0.0.5, ,*", "0.0.0.0/0", "::/0"])
def test_proxies_are_addresses_or_networks_and_not_everybody(wrong: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", wrong)
    with pytest.raises(SystemExit, match=r"A setting in the environment is not valid\. TRUSTED_PROXIES: [^\n]+$"):
        settings()


async def say_who(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope)
    assert request.client is not None
    await JSONResponse([request.client.host, request.url.scheme])(scope, receive, send)


class Behind:
    """What lies behind the proxies that it trusts, and tells whom it takes a request to be from."""

    def __init__(self, proxies: str) -> None:
        trusted = Network(trusted_proxies=proxies).trusted_proxies
        inside: ASGIApp = Envelope(Admission(say_who, trusted), Metrics(), 30)
        self.app = Forwarded(inside, [str(proxy) for proxy in trusted])

    async def ask(self, peer: str, path: str = "/", **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=(peer, 50_000))
        sent = {f"X-Forwarded-{name}": value for name, value in headers.items()}
        async with httpx.AsyncClient(transport=transport, base_url="http://t", headers=sent) as api:
            return await api.get(path)


async def test_a_trusted_proxy_says_who_asks_and_by_which_scheme() -> None:
    for trusted in (PROXY, f"10.0.0.1, {PROXY}", "192.0.2.0/24"):
        answer = await Behind(trusted).ask(PROXY, For=f"{STRANGER}, {CLIENT}", Proto="https")
        assert answer.json() == [CLIENT, "https"], "what stands before the last was sent by the client itself"
        assert HSTS in answer.headers


async def test_what_reached_the_proxy_without_tls_is_refused() -> None:
    behind = Behind(PROXY)
    for headers in (
        {"Proto": "http"},
        {},
        {"Proto": "wss"},
        {"For": "127.0.0.1"},
        {"For": "127.0.0.1", "Proto": "http"},
    ):
        answer = await behind.ask(PROXY, **headers)
        assert refusal(answer) == (403, "tls_required", [])
        assert HSTS not in answer.headers


async def test_nobody_else_is_believed() -> None:
    answer = await Behind(PROXY).ask(STRANGER, For="127.0.0.1", Proto="https")
    assert refusal(answer) == (403, "tls_required", [])


async def test_on_this_machine_one_may_ask_without_tls_unless_one_is_the_proxy() -> None:
    behind = Behind(PROXY)
    assert (await behind.ask("127.0.0.1", For=CLIENT, Proto="https")).json() == ["127.0.0.1", "http"]
    beside = Behind("127.0.0.1")
    assert refusal(await beside.ask("127.0.0.1", For=CLIENT, Proto="http")) == (403, "tls_required", [])
    assert refusal(await beside.ask("127.0.0.1")) == (403, "tls_required", [])
    assert (await beside.ask("127.0.0.1", For=CLIENT, Proto="https")).json() == [CLIENT, "https"]
    assert (await beside.ask("127.0.0.1", "/health/live")).status_code == 200


def test_the_service_serves_behind_a_proxy(empty_database: str, folder: Path) -> None:
    proxies = {"TRUSTED_PROXIES": "127.0.0.1"}
    with serving(folder / "unused", DATABASE_URL=empty_database, **proxies) as running, client(running) as api:
        assert refusal(api.get("/v1/communes")) == (403, "tls_required", [])
        answer = api.get("/problems/tls_required", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": CLIENT})
        assert answer.status_code == 200
        assert HSTS in answer.headers


def test_without_proxies_nobody_is_believed(empty_database: str, folder: Path) -> None:
    with serving(folder / "unused", DATABASE_URL=empty_database) as running, client(running) as api:
        answer = api.get("/problems/tls_required", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": CLIENT})
        assert answer.status_code == 200
        assert HSTS not in answer.headers
