"""What the commands share: the settings, the way to the database, and the voice."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar
from urllib.parse import quote, unquote, urlsplit

import asyncpg
import typer
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from service.clock import calendar_day
from service.database import as_service
from service.doors import NoServiceRoleError, service_role
from service.embedded import ServerError, attached, serving
from service.exporting import NotEmptyError, NotWrittenError
from service.migrate import OldServerError, migrate
from service.register import RegisterNotEmptyError
from service.settings import Settings
from service.signing_in.keys import SigningKeysError

Answer = TypeVar("Answer")


def settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        sys.exit(f"A setting in the environment is not valid. {wrong}")


SETTINGS = settings()
DataDir = Annotated[Path, typer.Option(help="Where the embedded PostgreSQL keeps its data (DATA_DIR).")]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="A PostgreSQL of your own, 18 or later, instead (DATABASE_URL).", show_default=False)
]


@contextmanager
def reached(data_dir: Path, database_url: str | None, *, keep: bool = False) -> Iterator[str]:
    """The address of the database: the one given, or the embedded server of the folder, started if need be."""
    try:
        if database_url:
            yield database_url.replace("postgresql+asyncpg:", "postgresql:", 1)
        else:
            slow = {"log_min_duration_statement": str(SETTINGS.slow_statement)}
            with serving(data_dir, slow) if keep else attached(data_dir, slow) as server:
                yield server.dsn
    except (
        ServerError,
        OldServerError,
        NotEmptyError,
        NotWrittenError,
        NoServiceRoleError,
        RegisterNotEmptyError,
        SigningKeysError,
    ) as error:
        fail(str(error))
    except (OSError, DBAPIError, CommandError, asyncpg.PostgresError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        fail(f"{reason} (database: {database_url.rpartition('@')[2] if database_url else data_dir})")


def prepare(dsn: str) -> None:
    """The database as this version expects it."""
    given = SETTINGS.service_database_url
    password = urlsplit(given).password if given else None
    asyncio.run(migrate(dsn, SETTINGS.today or calendar_day(), service_password=password and unquote(password)))


def service_address(dsn: str, database_url: str | None) -> str:
    """The address at which the service's own role reaches the database. Its owner's will do for a demonstration alone:
    who has stepped down can step up again."""
    if not database_url:
        return as_service(dsn)
    owner: str = run(dsn, lambda connection: connection.fetchval("SELECT current_user"))
    given = (SETTINGS.service_database_url or "").replace("postgresql+asyncpg:", "postgresql:", 1)
    if given and run(given, lambda connection: connection.fetchval("SELECT current_user")) != owner:
        return given
    if not run(dsn, lambda connection: connection.fetchval("SELECT demonstration FROM register")):
        fail(
            f"SERVICE_DATABASE_URL is {'the address of the owner of the tables' if given else 'not set'}: "
            "nothing would stand behind the service's own checks. Set it to the same database for the role "
            f"{service_role(owner)}, with a password: ALTER ROLE {service_role(owner)} LOGIN PASSWORD '…'"
        )
    say("WARNING: SERVICE_DATABASE_URL is not set. The service connects as the owner of its tables and steps down.")
    return f"{dsn}{'&' if urlsplit(dsn).query else '?'}role={quote(service_role(owner))}"


def run(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Answer]]) -> Answer:
    """Do something on a connection of its own."""

    async def connected() -> Answer:
        connection = await asyncpg.connect(dsn)
        working = asyncio.ensure_future(work(connection))

        def give_up(_: object) -> None:
            working.cancel()  # in the middle of a COPY the driver does not notice that the server has gone

        connection.add_termination_listener(give_up)
        try:
            return await working
        except (asyncio.CancelledError, asyncpg.InterfaceError):
            if connection.is_closed():
                raise ConnectionError("The database has ended the connection; its log says why.") from None
            raise
        finally:
            await connection.close()

    return asyncio.run(connected())


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the voice of the commands


def fail(line: str) -> NoReturn:
    typer.echo(line, err=True)
    raise typer.Exit(1)
