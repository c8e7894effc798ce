"""Is the service alive, can it answer, and how is it?"""

import asyncio

import asyncpg
from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from pydantic import BaseModel

from service import routing
from service.access import UNSIGNED, permits
from service.clock import Today
from service.database import NO_ANSWER, ReaderDep
from service.failures import unavailable
from service.metrics import PATIENCE
from service.migrate import DIGEST, HEAD
from service.problems import problem
from service.wire import Public

router = routing.router("", "health")
PROBES = frozenset(("/health/live", "/health/ready", "/metrics"))  # asked every few seconds, and worth no record

READY = """
SELECT EXISTS (SELECT FROM register)
   AND (SELECT version_num FROM alembic_version) = $1
   AND obj_description(to_regproc('ledger_post')) = $2
"""


class Health(BaseModel):
    """`ok`, or the answer is a problem document."""

    status: Public[str] = "ok"


@router.get("/health/live")
@permits(UNSIGNED)
async def read_live() -> Health:
    """The process answers."""
    return Health()


@router.get("/health/ready", response_model=Health)
@permits(UNSIGNED)
async def read_ready(request: Request, reader: ReaderDep) -> Health | Response:
    """The database answers soon, is of this version, and the register is there."""
    try:
        async with asyncio.timeout(PATIENCE):
            ready = await reader.fetchval(READY, HEAD, DIGEST)
    except asyncpg.UndefinedTableError:
        ready = False
    except NO_ANSWER as error:
        return await unavailable(request, error)
    return Health() if ready else problem(request, "not_ready", headers={"Retry-After": "5"})


@router.get("/metrics", include_in_schema=False)
@permits(UNSIGNED)
async def read_metrics(request: Request, today: Today) -> Response:
    """Counts for Prometheus; not of the API."""
    page = await request.app.state.metrics.page(request.app.state.database, today)
    return Response(page, media_type=CONTENT_TYPE_PLAIN_0_0_4)
