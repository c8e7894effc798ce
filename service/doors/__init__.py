"""The doors: functions of the database through which the service reaches the records of children.

Each takes who asks (`asking`), looks whether the assignment holds and how far it reaches, and puts the look or the
change on record, in one statement. Around them stands a wall (wall.sql): the service's own role sees nothing
of these tables.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple
from uuid import UUID

import asyncpg
from sqlalchemy import TextClause, text
from sqlmodel.ext.asyncio.session import AsyncSession

FOLDER = files(__name__)
SCRIPTS = [
    FOLDER.joinpath(f"{name}.sql").read_text(encoding="utf-8")
    for name in (
        "asking",
        "records",
        "children",
        "changes",
        "names",
        "cases",
        "persons",
        "supervision",
        "officers",
        "approvals",
        "tasks",
        "reports",
        "counted",
        "restated",
        "editions",
        "left_out",
        "changing",
        "steps",
        "answers",
        "settling",
        "reforms",
        "history",
        "wall",
    )
]
RIGHTS = FOLDER.joinpath("rights.sql").read_text(encoding="utf-8")

ASKING = "ROW($1::uuid, $2::text, $3::text, $4::text, $5::text)::asking"  # in statements of asyncpg
ASKING_NAMED = (  # in those of a session
    "CAST(ROW(CAST(:assignment_id AS uuid), CAST(:purpose AS text), CAST(:address AS text), CAST(:request AS text), "
    "CAST(:action AS text)) AS asking)"
)


class Asking(NamedTuple):
    """Who asks (the assignment), for what, from where, on which request, doing what."""

    assignment_id: UUID
    purpose: str
    address: str
    request: str
    action: str


async def begin_change(session: AsyncSession, permission: str, subjects: list[UUID]) -> None:
    """Put on record a change to what is not about children: accounts, assignments, agencies."""
    await through(session, "begin_change({asking}, :permission, :subjects)", permission=permission, subjects=subjects)


async def through(session: AsyncSession, door: str, **arguments: object) -> object:
    """What a door answers to a transaction. `{asking}` stands for who asks."""
    connection = await session.connection()
    asked = session.info["asking"]._asdict() | arguments
    return await connection.scalar(call(door), asked)


@cache  # SQLAlchemy finds its own caches again by the object
def call(door: str) -> TextClause:
    return text(f"SELECT {door.format(asking=ASKING_NAMED)}")


class NoServiceRoleError(Exception):
    """The role that the service connects with is missing, and could not be made."""


QUOTED = "SELECT quote_ident($1), quote_literal($1), quote_ident(current_schema()), quote_literal($2)"


async def grant(connection: asyncpg.Connection, password: str | None = None) -> None:
    """Let the service's role do what it has to, and nothing else. Makes the role, if it is not there and we may.

    The role is called after the owner of the tables: `<owner>_service`.
    """
    name = service_role(await connection.fetchval("SELECT current_user"))
    role, role_name, schema, secret = await connection.fetchrow(QUOTED, name, password)  # type: ignore[misc] # one row
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", name):
        try:
            async with connection.transaction():
                await connection.execute(f"CREATE ROLE {role} LOGIN" + (f" PASSWORD {secret}" if password else ""))
        except (asyncpg.DuplicateObjectError, asyncpg.UniqueViolationError):
            pass  # another province of this server has been faster
        except asyncpg.InsufficientPrivilegeError:
            raise NoServiceRoleError(
                f"The service connects as {name}, which is not there and may not be made from here. "
                f"As an administrator: CREATE ROLE {name} LOGIN PASSWORD '…'"
            ) from None
    rights = RIGHTS.replace("{role}", role).replace("{role_name}", role_name).replace("{schema}", schema)
    await connection.execute(rights)


def service_role(owner: str) -> str:
    return f"{owner}_service"
