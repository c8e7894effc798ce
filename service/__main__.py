"""The command line: serve, demo, administrator, account, export, import, migrate, backup, restore, ledger."""

import asyncio
import gc
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Annotated

import asyncpg
import typer
import uvicorn
from fastapi.telemetry import TelemetryConfig

from service import importing, ledger, logs, operator
from service.app import create_app
from service.backup.archive import behind
from service.backup.commands import archived, backup, backup_key, restore
from service.clock import calendar_day
from service.connections import within
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, run, say, service_address
from service.demonstration.commands import Children, demo, welcome
from service.exporting import export, whole
from service.importing import RefusedError
from service.listening import objection
from service.migrate import migrate
from service.progress import Progress
from service.register import vacuum
from service.request_lines import RequestLines
from service.routers import openapi
from service.signing_in.assigning import agency_commands
from service.signing_in.commands import account_commands, administrator, key_commands, key_file
from service.signing_in.keys import signing_keys
from service.signing_in.tokens import Tokens

commands = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
ledger_commands = typer.Typer(no_args_is_help=True, help="The ledger: what is counted, and since when that is known.")
commands.add_typer(ledger_commands, name="ledger")
commands.add_typer(account_commands, name="account")
commands.add_typer(agency_commands, name="agency")
commands.add_typer(key_commands, name="signing-keys")


@commands.command()
def serve(
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
    port: Annotated[int, typer.Option(min=0, max=65535, help="(PORT)")] = SETTINGS.port,
    listen: Annotated[str, typer.Option(help="The address to listen on (LISTEN).")] = SETTINGS.listen,
    demo_first: Annotated[
        bool, typer.Option("--demo", help="First fill an empty database with the demonstration.")
    ] = False,
    children: Children = SETTINGS.children,
) -> None:
    """Serve the API over whatever the database holds."""
    if refused := objection(listen, SETTINGS.network):
        fail(refused)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that the server is stopped on the way out
    with reached(data_dir, database_url, keep=True) as dsn, archived(data_dir, database_url):
        prepare(dsn)
        run(dsn, lambda connection: welcome(connection, listen, children if demo_first else None))
        tokens = Tokens(signing_keys(key_file(data_dir)))
        address = service_address(dsn, database_url)
        limits, network = SETTINGS.limits, SETTINGS.network
        app = create_app(address, SETTINGS.today, limits, telemetry(), request_lines(), tokens, network)
        openapi.written(app)  # before anybody waits for it
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
        if not dry_run:
            run(dsn, vacuum)


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


for command in (demo, administrator, backup, backup_key, restore):
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
        found = run(dsn, verify)
    for row in found[:100]:
        say(" ".join(f"{name}={value}" for name, value in row.items() if value is not None))
    if found:
        fail(f"{len(found)} differences.")
    say("Records, spells and pages agree.")


@ledger_commands.command("post-rules")
def post_rules(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """Finish posting the counting rules that were adopted, as a service that runs does by itself."""
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        finished = run(dsn, finish_rules)
    say(f"Posted for everyone: {', '.join(finished)}." if finished else "Every adopted rule is posted for everyone.")


class AnnouncedServer(uvicorn.Server):
    """Says where it serves, once it does."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            host, port = self.servers[0].sockets[0].getsockname()[:2]
            scheme = "https" if self.config.is_ssl else "http"
            say(f"Serving on {scheme}://{host}:{port} (stop with Ctrl-C). The documentation of the API: /docs")


def telemetry() -> TelemetryConfig | None:
    """Traces, if somebody collects them; the packages for it load slowly."""
    if SETTINGS.otel_exporter_otlp_endpoint is None:
        return None
    from service.telemetry import observed, traces

    return observed(traces())


async def rebuild(connection: asyncpg.Connection) -> int | None:
    fixed = await connection.fetchval("SELECT fixed_today FROM register")
    async with connection.transaction():
        await operator.record(connection, "ledger rebuild")
        return await ledger.rebuild(connection, SETTINGS.today or fixed or calendar_day())


async def finish_rules(connection: asyncpg.Connection) -> list[str]:
    await operator.record(connection, "ledger post-rules")
    fixed = await connection.fetchval("SELECT fixed_today FROM register")
    with Progress() as progress:
        return await ledger.post_rules(connection, lambda: SETTINGS.today or fixed or calendar_day(), progress)


async def verify(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    await operator.record(connection, "ledger verify")
    return await ledger.differences(connection)


async def load(connection: asyncpg.Connection, folder: Path, *, keep: bool) -> importing.Loaded:
    with Progress() as progress:
        return await importing.load(connection, folder, SETTINGS.today, progress, keep=keep)


if __name__ == "__main__":
    logs.configure(SETTINGS.log_level, SETTINGS.log_format or logs.suitable_form())
    commands()
