"""Is the service alive, and can it answer?"""

from pydantic import BaseModel

from service import routing
from service.database import ReaderDep

router = routing.router("/health", "health")


class Health(BaseModel):
    """`ok`, or the answer is a problem document."""

    status: str = "ok"


@router.get("/live")
async def read_live() -> Health:
    """The process answers."""
    return Health()


@router.get("/ready")
async def read_ready(reader: ReaderDep) -> Health:
    """The database answers, and the register is there."""
    await reader.fetchval("SELECT page_horizon FROM register")
    return Health()
