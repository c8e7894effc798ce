"""The commands for accounts and signing keys. Whoever may run them operates the service; each is on record."""

import asyncio
import sys
import unicodedata
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from secrets import token_urlsafe
from typing import Annotated, TypeVar

import asyncpg
import typer
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool
from sqlmodel.ext.asyncio.session import AsyncSession

from service.clock import calendar_day
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, say
from service.database import engine
from service.domain.access import ROLES
from service.domain.refusal import Refusal
from service.failures import cause_of, constraint_name
from service.models import Account, Assignment
from service.operator import begin_operation
from service.problems import PROBLEMS
from service.queries import accounts, agencies, areas, assignments
from service.signing_in import keys, passwords

Answer = TypeVar("Answer")
Name = Annotated[str, typer.Argument(help="The account's name: small letters, digits, . _ -")]
FullName = Annotated[str, typer.Option(help="As the person (or the program) is called.")]

account_commands = typer.Typer(no_args_is_help=True, help="Accounts: who signs in.")
key_commands = typer.Typer(no_args_is_help=True, help="The keys that tokens are signed with.")


def change(dsn: str, work: Callable[[AsyncSession], Awaitable[Answer]]) -> Answer:
    """Do something in one transaction, or say what stands in its way."""

    async def whole() -> Answer:
        short = engine(dsn, poolclass=NullPool)
        try:
            async with AsyncSession(short, expire_on_commit=False) as session, session.begin():
                return await work(session)
        finally:
            await short.dispose()

    try:
        return asyncio.run(whole())
    except Refusal as refusal:
        fail(PROBLEMS[refusal.code].title["en"])
    except DBAPIError as error:
        name = constraint_name(cause) if isinstance(cause := cause_of(error), asyncpg.PostgresError) else None
        if name == "account_name_form":
            fail("An account's name has 2 to 63 small letters, digits, or . _ - and begins with a letter or digit.")
        if name in PROBLEMS:
            fail(PROBLEMS[name].title["en"])
        raise


def password_for(name: str) -> str:
    """Typed twice on a terminal; else the first line that comes in."""
    if sys.stdin.isatty():
        given = str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    else:
        given = sys.stdin.readline().rstrip("\n")
    try:
        passwords.check_strength(given, name)
    except Refusal as refusal:
        fail(PROBLEMS[refusal.code].title["en"])
    return passwords.ARGON2ID.hash(passwords.normalised(given))


async def make(session: AsyncSession, command: str, account: Account, proof: str, assignment: Assignment) -> None:
    """An account with its proof and its first assignment."""
    account.full_name = unicodedata.normalize("NFC", account.full_name.strip())
    await begin_operation(session, command, [account.id])
    session.add(account)
    await accounts.set_proof(session, account.id, proof)
    await assignments.add(session, assignment)


def administrator(
    name: Name,
    full_name: FullName = "Quản trị viên",
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Make the first administrator, who makes everyone else. The password is typed, or comes on the standard input."""

    async def check(session: AsyncSession) -> None:
        if await assignments.has_administrator(session):
            fail("There is an administrator already, who can make others.")

    async def first(session: AsyncSession) -> None:
        await check(session)
        province = await areas.province_on(session, calendar_day())
        account = Account(id=await accounts.new_id(session), name=name, kind="person", full_name=full_name)
        during = Range(calendar_day(), None)
        job = Assignment(account_id=account.id, role="administrator", area_id=province, during=during)
        await make(session, "administrator", account, proof, job)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, check)
        proof = password_for(name)
        change(dsn, first)
    say(f"{name} is the administrator.")


@account_commands.command("add")
def add_account(
    name: Name,
    full_name: FullName,
    role: Annotated[str, typer.Option(help=", ".join(ROLES))],
    area: Annotated[str, typer.Option(help="The code of the area, as it is read on the day --from.")],
    agency: Annotated[str | None, typer.Option(help="The name of an agency.", show_default=False)] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="The first day of the assignment; today if absent.", show_default=False)
    ] = None,
    client: Annotated[bool, typer.Option("--client", help="A program: it is given a secret.")] = False,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Make an account with its first assignment. The password is typed, or comes on the standard input."""
    if role not in ROLES:
        fail(f"There is no role {role}. The roles: {', '.join(ROLES)}.")
    since = day(from_) if from_ else calendar_day()
    secret = token_urlsafe(32)
    proof = passwords.ARGON2ID.hash(secret) if client else password_for(name)

    async def add(session: AsyncSession) -> None:
        area_id, _ = await areas.area_on(session, area, since, "area")
        agency_id = await agencies.named(session, agency) if agency else None
        account_id, kind = await accounts.new_id(session), "client" if client else "person"
        account = Account(id=account_id, name=name, kind=kind, full_name=full_name)
        during = Range(since, None)
        job = Assignment(account_id=account_id, role=role, area_id=area_id, agency_id=agency_id, during=during)
        await make(session, "account add", account, proof, job)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, add)
    say(f"{name} is {role} in {area} from {since}." + (f" Its secret, shown only now: {secret}" if client else ""))


@account_commands.command("disable")
def disable_account(
    name: Name, data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url
) -> None:
    """Disable an account, and end its sign-ins."""

    async def disable(session: AsyncSession) -> None:
        account_id = await accounts.named(session, name)
        await begin_operation(session, "account disable", [account_id])
        await accounts.disable(session, account_id)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, disable)
    say(f"{name} is disabled.")


@account_commands.command("enable")
def enable_account(
    name: Name, data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url
) -> None:
    """Let a disabled account sign in again."""

    async def enable(session: AsyncSession) -> None:
        account_id = await accounts.named(session, name)
        await begin_operation(session, "account enable", [account_id])
        await accounts.enable(session, account_id)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, enable)
    say(f"{name} is enabled.")


@account_commands.command("password")
def reset_password(
    name: Name, data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url
) -> None:
    """Give an account another password, typed or from the standard input, and end its sign-ins."""
    proof = password_for(name)

    async def reset(session: AsyncSession) -> None:
        account_id = await accounts.named(session, name)
        await begin_operation(session, "account password", [account_id])
        await accounts.reset_proof(session, account_id, proof)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, reset)
    say(f"{name} has another password.")


@account_commands.command("list")
def list_accounts(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """List the accounts and what they act as today."""

    async def rows(session: AsyncSession) -> list[str]:
        await begin_operation(session, "account list", [])
        return await accounts.lines(session)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        for line in change(dsn, rows):
            say(line)


@key_commands.command("rotate")
def rotate_keys(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """Put a new key first. The older ones go on to verify; the service signs with the new one from its next start."""
    path = key_file(data_dir)
    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, lambda session: begin_operation(session, "signing-keys rotate", []))
        kid = keys.rotate(path).keys[0].kid
    say(f"{path}: {kid} signs from the next start of the service.")


def key_file(data_dir: Path) -> Path:
    return SETTINGS.signing_keys or data_dir / "signing-keys.json"


def day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        fail(f"{text} is no day: write YYYY-MM-DD.")
