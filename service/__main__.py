"""The command line: serve, demo, export, migrate, ledger."""

import asyncio
import logging
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, TypeVar

import asyncpg
import typer
import uvicorn
from alembic.util import CommandError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from service import ledger
from service.app import create_app
from service.clock import calendar_day
from service.database import sqlalchemy_url
from service.demonstration import filling
from service.demonstration.filling import RegisterNotEmpty
from service.embedded import ServerError, attached, serving
from service.exporting import NotEmptyError, export, whole
from service.migrate import OldServerError, migrate
from service.progress import Progress
from service.settings import Settings


def settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        wrong = "; ".join(f"{str(e['loc'][0]).upper()}: {e['msg']}" for e in error.errors())
        sys.exit(f"A setting in the environment is not valid. {wrong}")


commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
ledger_commands = typer.Typer(no_args_is_help=True, help="The ledger: what is counted, and since when that is known.")
commands.add_typer(ledger_commands, name="ledger")

SETTINGS = settings()
DataDir = Annotated[Path, typer.Option(help="Where the embedded PostgreSQL keeps its data (DATA_DIR).")]
DatabaseUrl = Annotated[
    str | None, typer.Option(help="A PostgreSQL of your own, 18 or later, instead (DATABASE_URL).", show_default=False)
]
Children = Annotated[int, typer.Option(min=1, help="Size of the demonstration (CHILDREN).")]
Answer = TypeVar("Answer")


@commands.command()
def serve(
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
    port: Annotated[int, typer.Option(min=0, max=65535, help="(PORT)")] = SETTINGS.port,
    listen: Annotated[str, typer.Option(help="The address to listen on (LISTEN).")] = SETTINGS.listen,
    demo: Annotated[bool, typer.Option("--demo", help="First fill an empty database with the demonstration.")] = False,
    children: Children = SETTINGS.children,
) -> None:
    """Serve the API over whatever the database holds."""
    if not is_loopback(listen):
        if not SETTINGS.open_to_network:
            fail(f"Nobody signs in yet, so {listen} is refused: OPEN_TO_NETWORK=true says that you mean it.")
        say(f"WARNING: listening on {listen}, and everyone who reaches it can read and change every record.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server is stopped on the way out
    with reached(data_dir, database_url, keep=True) as dsn:
        prepare(dsn)
        if demo:
            run(dsn, lambda connection: fill_if_empty(connection, children))
        options = uvicorn.Config(
            create_app(dsn, SETTINGS.today),
            host=listen,
            port=port,
            log_level="warning",
            access_log=False,  # its lines would carry what people search for
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        AnnouncedServer(options).run()


@commands.command()
def demo(
    children: Children = SETTINGS.children,
    seed: Annotated[int, typer.Option(help="The same number and seed give the same province.")] = 1,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Fill an empty database: real communes, made-up children."""
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        run(dsn, lambda connection: fill(connection, children, seed))


@commands.command("export")
def export_records(
    folder: Annotated[Path, typer.Argument(help="A new or an empty folder.")],
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Write the records as CSV files, as they stand at one moment."""
    with reached(data_dir, database_url) as dsn, whole(folder) as making:
        prepare(dsn)
        run(dsn, lambda connection: export(connection, making, say))
    say(f"Exported to {folder}.")


@commands.command("migrate")
def migrate_database(
    revision: Annotated[str, typer.Argument(help="A revision to go back to, or head.")] = "head",
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Bring the database to this version, or back to an earlier revision."""
    with reached(data_dir, database_url) as dsn:
        asyncio.run(migrate(sqlalchemy_url(dsn), calendar_day(), revision))
    say(f"The database is at {revision}.")


@ledger_commands.command("rebuild")
def rebuild_ledger(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """Remake the pages from the spells, and post today where records and spells differ. No posting is lost."""
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        number = run(dsn, rebuild)
    say("Pages remade; records and spells agreed." if number is None else f"Pages remade; posting {number} made.")


@ledger_commands.command("verify")
def verify_ledger(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """Compare records, spells and pages. Exits 1 and names what differs."""
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        found = run(dsn, ledger.differences)
    for row in found[:100]:
        say(" ".join(f"{name}={value}" for name, value in row.items() if value is not None))
    if found:
        fail(f"{len(found)} differences.")
    say("Records, spells and pages agree.")


class AnnouncedServer(uvicorn.Server):
    """Says where it serves, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            say(f"Serving on http://{host}:{port} (stop with Ctrl-C). The document of the API: /openapi.json")


async def rebuild(connection: asyncpg.Connection) -> int | None:
    fixed = await connection.fetchval("SELECT fixed_today FROM register")
    return await ledger.rebuild(connection, SETTINGS.today or fixed or calendar_day())


async def fill(connection: asyncpg.Connection, children: int, seed: int) -> None:
    with Progress() as progress:
        await filling.fill(connection, children, seed, progress)


async def fill_if_empty(connection: asyncpg.Connection, children: int) -> None:
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM child)"):
        await fill(connection, children, seed=1)


@contextmanager
def reached(data_dir: Path, database_url: str | None, *, keep: bool = False) -> Iterator[str]:
    """The address of the database: the one given, or the embedded server of the folder, started if need be."""
    try:
        if database_url:
            yield database_url.replace("postgresql+asyncpg:", "postgresql:", 1)
        else:
            with serving(data_dir) if keep else attached(data_dir) as server:
                yield server.dsn
    except (ServerError, OldServerError, NotEmptyError, RegisterNotEmpty) as error:
        fail(str(error))
    except (OSError, DBAPIError, CommandError, asyncpg.PostgresError) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        fail(f"{reason} (database: {database_url.rpartition('@')[2] if database_url else data_dir})")


def prepare(dsn: str) -> None:
    """The database as this version expects it."""
    asyncio.run(migrate(sqlalchemy_url(dsn), SETTINGS.today or calendar_day()))


def run(dsn: str, work: Callable[[asyncpg.Connection], Awaitable[Answer]]) -> Answer:
    """Do something on a connection of its own."""

    async def connected() -> Answer:
        connection = await asyncpg.connect(dsn)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(connected())


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - the voice of the commands


def fail(line: str) -> Any:
    typer.echo(line, err=True)
    raise typer.Exit(1)


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    commands()
