"""The command line: serve, demo, administrator, account, export, import, migrate, backup, restore, ledger."""

import asyncio
import gc
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated

import asyncpg
import typer
import uvicorn
from fastapi.telemetry import TelemetryConfig

from service import importing, ledger, logs
from service.app import create_app
from service.backup.archive import behind
from service.backup.commands import archived, backup, backup_key, restore
from service.clock import calendar_day
from service.connections import within
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, run, say, service_address
from service.demonstration import filling, users
from service.exporting import export, whole
from service.importing import RefusedError
from service.listening import objection
from service.migrate import migrate
from service.progress import Progress
from service.register import is_empty
from service.request_lines import RequestLines
from service.signing_in.commands import account_commands, administrator, key_commands, key_file
from service.signing_in.keys import signing_keys
from service.signing_in.tokens import Tokens

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
ledger_commands = typer.Typer(no_args_is_help=True, help="The ledger: what is counted, and since when that is known.")
commands.add_typer(ledger_commands, name="ledger")
commands.add_typer(account_commands, name="account")
commands.add_typer(key_commands, name="signing-keys")

Children = Annotated[int, typer.Option(min=1, help="Size of the demonstration (CHILDREN).")]


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
    if refused := objection(listen, SETTINGS.network):
        fail(refused)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server is stopped on the way out
    with reached(data_dir, database_url, keep=True) as dsn, archived(data_dir, database_url):
        prepare(dsn)
        if not (demo and run(dsn, lambda connection: fill_if_empty(connection, children))):
            run(dsn, say_who_signs_in)
        tokens = Tokens(signing_keys(key_file(data_dir)))
        address = service_address(dsn, database_url)
        limits, network = SETTINGS.limits, SETTINGS.network
        app = create_app(address, SETTINGS.today, limits, telemetry(), request_lines(), tokens, network)
        if SETTINGS.backup_dir and not database_url:
            app.state.metrics.watch_archive(partial(behind, data_dir))
        options = uvicorn.Config(
            app,
            host=listen,
            port=port,
            http=within(limits),
            ws="none",
            ssl_certfile=network.tls_certificate,
            ssl_keyfile=network.tls_key,
            log_config=None,
            access_log=False,  # its lines would carry what people search for; the envelope has its own
            server_header=False,
            proxy_headers=False,  # the application looks at them itself
            timeout_keep_alive=75,  # longer than a client or a proxy: who closes first may cut off a request on its way
            timeout_graceful_shutdown=limits.stop_timeout,
        )
        gc.freeze()  # what is there by now stays: the collector need not look at it again and again
        gc.set_threshold(50_000, 20, 50)
        with suppress(KeyboardInterrupt):  # raised once more after a stop in good order
            AnnouncedServer(options).run()


def request_lines() -> RequestLines | None:
    """Where JSON is wanted, the fast way to it; a person on a terminal gets what every other line looks like."""
    return RequestLines() if (SETTINGS.log_format or logs.suitable_form()) == "json" else None


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


@commands.command("import")
def import_records(
    folder: Annotated[Path, typer.Argument(help="A folder that export wrote, or one made by hand (docs/exchange.md).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Do everything, and keep nothing.")] = False,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Fill an empty register from CSV files: all of them, or nothing."""
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        try:
            loaded = run(dsn, lambda connection: load(connection, folder, keep=not dry_run))
        except RefusedError as refused:
            for line in refused.faults.lines():
                say(line)
            fail(str(refused))
    for line in loaded.lines():
        say(line)
    say("A dry run: nothing was kept." if dry_run else f"Imported from {folder}.")


@commands.command("migrate")
def migrate_database(
    revision: Annotated[str, typer.Argument(help="A revision to go back to, or head.")] = "head",
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Bring the database to this version, or back to an earlier revision."""
    with reached(data_dir, database_url) as dsn:
        asyncio.run(migrate(dsn, calendar_day(), revision))
    say(f"The database is at {revision}.")


for command in (administrator, backup, backup_key, restore):
    commands.command()(command)


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
            scheme = "https" if self.config.is_ssl else "http"
            say(f"Serving on {scheme}://{host}:{port} (stop with Ctrl-C). The document of the API: /openapi.json")


def telemetry() -> TelemetryConfig | None:
    """Traces, if somebody collects them; the packages for it load slowly."""
    if SETTINGS.otel_exporter_otlp_endpoint is None:
        return None
    from service.telemetry import observed, traces

    return observed(traces())


async def rebuild(connection: asyncpg.Connection) -> int | None:
    fixed = await connection.fetchval("SELECT fixed_today FROM register")
    return await ledger.rebuild(connection, SETTINGS.today or fixed or calendar_day())


async def fill(connection: asyncpg.Connection, children: int, seed: int) -> None:
    chosen = chosen_password()
    password = chosen or token_urlsafe(12)
    async with connection.transaction():
        await users.add(connection, password)
        with Progress() as progress:
            await filling.fill(connection, children, seed, progress)
    say(f"Users: {', '.join(users.USERS)}; password: {'as DEMO_PASSWORD says' if chosen else password}")


async def say_who_signs_in(connection: asyncpg.Connection) -> None:
    """Who can sign in, said or refused: the demonstration's users belong to the demonstration."""
    password = chosen_password()
    if await connection.fetchval("SELECT demonstration FROM register"):
        if password:
            await users.set_password(connection, password)
            say("The password of the demonstration's users is DEMO_PASSWORD.")
        else:
            say("The demonstration's users have the password that was said when it was made; DEMO_PASSWORD sets one.")
    elif password:
        fail("DEMO_PASSWORD is set, and this register is no demonstration: unset it.")
    elif await users.are_present(connection):
        fail("Users of a demonstration are in this register, which is none: python -m service account disable NAME")
    elif not await connection.fetchval("SELECT EXISTS (SELECT FROM account)"):
        say("Nobody can sign in yet. The first administrator: python -m service administrator NAME")


def chosen_password() -> str | None:
    return SETTINGS.demo_password.get_secret_value() if SETTINGS.demo_password else None


async def load(connection: asyncpg.Connection, folder: Path, *, keep: bool) -> importing.Loaded:
    with Progress() as progress:
        return await importing.load(connection, folder, SETTINGS.today, progress, keep=keep)


async def fill_if_empty(connection: asyncpg.Connection, children: int) -> bool:
    """Whether it was: a register in which somebody signs in is not."""
    empty = await is_empty(connection) and not await connection.fetchval("SELECT EXISTS (SELECT FROM account)")
    if empty:
        await fill(connection, children, seed=1)
    return empty


if __name__ == "__main__":
    logs.configure(SETTINGS.log_level, SETTINGS.log_format or logs.suitable_form())
    commands()
