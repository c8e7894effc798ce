"""The command demo, and who can sign in when `serve` begins."""

from secrets import token_urlsafe
from typing import Annotated

import asyncpg
import typer

from service import operator
from service.admission import is_loopback
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, run, say
from service.demonstration import filling, users
from service.progress import Progress
from service.register import RegisterNotEmptyError, has_accounts, is_empty, vacuum
from service.signing_in.passwords import SHORTEST

Children = Annotated[int, typer.Option(min=1, help="Size of the demonstration (CHILDREN).")]


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


async def fill(connection: asyncpg.Connection, children: int, seed: int) -> None:
    if await has_accounts(connection):
        raise RegisterNotEmptyError
    async with connection.transaction():
        await operator.record(connection, "demo")
        with Progress() as progress:
            await filling.fill(connection, children, seed, progress)
        password = await give_users(connection)
    say(announced(password))
    await vacuum(connection)


async def give_users(connection: asyncpg.Connection) -> str:
    """The password of the users that are made: the one that is set, or a random one."""
    password = chosen_password() or token_urlsafe(12)
    await users.add(connection, password)
    return password


async def welcome(connection: asyncpg.Connection, listen: str, children: int | None) -> None:
    """Fills an empty register with so many children, if any; then says, or refuses, who can sign in."""
    nobody, password = not await has_accounts(connection), chosen_password()
    fills = children is not None and nobody and await is_empty(connection)
    if not fills and not await connection.fetchval("SELECT demonstration FROM register"):
        await say_of_installation(connection, nobody)
    elif password and len(password) < SHORTEST and (is_proxied() or not is_loopback(listen)):
        where = "Behind TRUSTED_PROXIES" if is_proxied() else f"On {listen}"
        fail(f"{where} others can try to sign in: DEMO_PASSWORD must have {SHORTEST} characters, or be unset.")
    elif fills:
        assert children is not None
        await fill(connection, children, seed=1)
    elif nobody:
        async with connection.transaction():
            await operator.record(connection, "demo users")
            made = await give_users(connection)
        say(announced(made))
    elif await users.present(connection):
        await say_of_demonstration(connection, password)


async def say_of_installation(connection: asyncpg.Connection, nobody: bool) -> None:
    """The demonstration's users belong to the demonstration alone: their password may be known to anyone."""
    if await users.present(connection):
        fail("Users of a demonstration are in this register, which is none: python -m service account disable NAME")
    if chosen_password():
        say("WARNING: DEMO_PASSWORD is set and ignored: this register is no demonstration.")
    if nobody:
        say("Nobody can sign in yet. The first administrator: python -m service administrator NAME")


async def say_of_demonstration(connection: asyncpg.Connection, password: str | None) -> None:
    if password is None:
        say("The demonstration's users have the password that was said when it was made; DEMO_PASSWORD sets one.")
        return
    async with connection.transaction():
        if await users.set_password(connection, password):
            await operator.record(connection, "demo password")
    say("The password of the demonstration's users is DEMO_PASSWORD.")


def announced(password: str) -> str:
    told = "as in DEMO_PASSWORD" if chosen_password() else password
    return f"Users: {', '.join(users.USERS)}; password: {told}"


def is_proxied() -> bool:
    """Whether others come by a proxy, though the service may listen on this machine alone."""
    return bool(SETTINGS.network.trusted_proxies)


def chosen_password() -> str | None:
    return SETTINGS.demo_password.get_secret_value() if SETTINGS.demo_password else None
