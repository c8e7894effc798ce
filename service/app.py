"""The application: routers, error handlers, request ids, operation ids."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import date
from functools import partial

import asyncpg
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from service import __version__, cors, failures, ledger, once
from service.admission import Admission, Forwarded
from service.authentication import Authentication
from service.clock import calendar_day
from service.compression import Compression
from service.cursors import secrets_of
from service.database import Database
from service.envelope import Envelope
from service.metrics import Metrics
from service.openapi import document
from service.rate_limit import RateLimited, RateLimits
from service.request_lines import RequestLines
from service.retrying import Retrying
from service.route_table import Head, RouteTable
from service.routers import (
    access,
    account,
    accounts,
    agencies,
    allocations,
    assignments,
    auth,
    breakdowns,
    case_files,
    cases,
    children,
    circumstances,
    collaborators,
    communes,
    deadline_rules,
    docs,
    editions,
    explanations,
    health,
    history,
    holidays,
    indicators,
    interventions,
    populations,
    programmes,
    records,
    reference,
    reforms,
    reported_children,
    reports,
    residences,
    restatements,
    rules,
    settling,
    sites,
    start,
    steps,
    targets,
    tasks,
)
from service.routers import openapi as openapi_page
from service.routers import problems as problem_pages
from service.rule_postings import RulePostings
from service.settings import Limits, Network
from service.signing_in import delays, sign_ins
from service.signing_in.keys import new_keys
from service.signing_in.tokens import Tokens
from service.unchanged import LedgerState

LOG = logging.getLogger(__name__)
ROUTERS = (
    auth,
    account,
    accounts,
    assignments,
    agencies,
    communes,
    reforms,
    children,
    settling,
    residences,
    restatements,
    circumstances,
    collaborators,
    history,
    reports,
    reported_children,
    cases,
    case_files,
    steps,
    interventions,
    tasks,
    sites,
    programmes,
    rules,
    targets,
    allocations,
    populations,
    indicators,
    breakdowns,
    explanations,
    records,
    editions,
    reference,
    deadline_rules,
    holidays,
    start,
    docs,
    openapi_page,
    problem_pages,
    health,
    access,
)
SILENT: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
REGISTER = "SELECT fixed_today, demonstration FROM register"
UPKEEP = 60  # seconds between two looks at the register


def create_app(
    dsn: str,
    today: date | None = None,
    limits: Limits | None = None,
    telemetry: TelemetryConfig | None = None,
    request_lines: RequestLines | None = None,
    tokens: Tokens | None = None,
    network: Network | None = None,
) -> FastAPI:
    """The service over the database at `dsn`, the address of the service's own role; `today` fixes its day.

    `tokens` makes and verifies the tokens of who signs in; without it, with keys that are forgotten with the process.
    """
    limits, network = limits or Limits(), network or Network()
    app = FastAPI(
        title="Child protection information service",
        version=__version__,
        summary="How far are we from what we promised, and which children does the rest of the way consist of?",
        lifespan=lifespan(dsn, today, limits, request_lines),
        separate_input_output_schemas=False,
        docs_url=None,  # its pages would load scripts from elsewhere: ours are routers.docs
        redoc_url=None,
        openapi_url=None,  # written anew for each request: ours is made once
        routes=[route for module in ROUTERS for route in module.router.routes],
        telemetry=telemetry or SILENT,
    )
    app.state.metrics = Metrics()
    app.state.tokens = tokens or Tokens(new_keys())
    app.state.cursor_secrets = secrets_of(app.state.tokens.keys)
    app.state.rates = RateLimits(limits, app.state.metrics)
    app.router.middleware_stack = RouteTable(app.router)
    failures.add_handlers(app)
    app.add_middleware(Retrying)  # the innermost: what is added after it is around it
    app.add_middleware(RateLimited, app.state.rates)
    app.add_middleware(Authentication)
    cors.allow(app, network.cors_origins)
    app.add_middleware(Admission, network.trusted_proxies)
    app.add_middleware(Compression)
    app.add_middleware(Head)  # around it: HEAD tells how GET would be compressed
    app.add_middleware(Envelope, app.state.metrics, limits.body_timeout, request_lines)
    if network.trusted_proxies:
        app.add_middleware(Forwarded, [str(proxy) for proxy in network.trusted_proxies])
    app.openapi = partial(document, app, network.public_url)  # type: ignore[method-assign] # the way that FastAPI documents
    return app


def lifespan(
    dsn: str, today: date | None, limits: Limits, request_lines: RequestLines | None
) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def opened(app: FastAPI) -> AsyncIterator[None]:
        app.state.database = await Database.open(dsn, limits)
        app.state.ledger_state = LedgerState(app.state.database.reader)
        try:
            await look_after(app, dsn, today)
            app.state.rule_postings = RulePostings(
                dsn, app.state.database.reader, lambda: app.state.fixed_today or calendar_day()
            )
            upkeep = asyncio.create_task(keep_looking_after(app, dsn, today))
            posting = asyncio.create_task(app.state.rule_postings.run())
            yield
            upkeep.cancel()
            posting.cancel()
            with suppress(asyncio.CancelledError):
                await posting  # until its last step is undone, and its connection closed
        finally:
            await app.state.database.close()
            if request_lines:
                request_lines.write()

    return opened


async def look_after(app: FastAPI, dsn: str, today: date | None) -> None:
    """Read the day of the register and whether it is made up, keep the pages reaching to the end of next year, and
    forget what is past."""
    connection = await asyncpg.connect(dsn)  # its own: new pages take longer than a request may
    try:
        register = await connection.fetchrow(REGISTER)
        app.state.fixed_today = today or (register and register["fixed_today"])
        app.state.rates.of(bool(register and register["demonstration"]))
        await ledger.extend(connection, app.state.fixed_today or calendar_day())
        for what_is_past in (delays.FORGET, sign_ins.FORGET, once.FORGET):
            await connection.execute(what_is_past)
    finally:
        await connection.close()


async def keep_looking_after(app: FastAPI, dsn: str, today: date | None) -> None:
    while True:
        await asyncio.sleep(UPKEEP)
        try:
            await look_after(app, dsn, today)
        except Exception as error:  # the next look may find the database back, or mended
            LOG.warning("upkeep failed", exc_info=error)
