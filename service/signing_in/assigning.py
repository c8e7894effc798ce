"""The commands for assignments and agencies: who acts as what, for whom, and until when."""

from datetime import date
from typing import Annotated, get_args

import typer
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import Range
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from service.clock import calendar_day
from service.console import SETTINGS, DatabaseUrl, DataDir, fail, prepare, reached, say
from service.domain.access import ROLES
from service.models import Agency, Assignment
from service.operator import begin_operation
from service.queries import accounts, agencies, areas, assignments
from service.routers.agencies import Kind
from service.signing_in.commands import Name, account_commands, change, day

agency_commands = typer.Typer(no_args_is_help=True, help="Agencies: the bodies that people act for.")

AgencyName = Annotated[str, typer.Argument(help="As it is called.")]
Role = Annotated[str, typer.Option(help=", ".join(ROLES))]
AreaCode = Annotated[str, typer.Option(help="The code of the area, as it is read on the first day.")]
From = Annotated[str | None, typer.Option("--from", help="The first day; today if absent.", show_default=False)]
Until = Annotated[str | None, typer.Option(help="The first day on which it no longer holds.", show_default=False)]


def days(first: str | None, until: str | None) -> Range[date]:
    """The days of an option pair; says what is wrong with them."""
    begins, ends = day(first) if first else calendar_day(), day(until) if until else None
    if ends is not None and ends <= begins:
        fail(f"It would end on {ends}, before it begins on {begins}.")
    return Range(begins, ends)


@account_commands.command("assign")
def assign(
    name: Name,
    role: Role,
    area: AreaCode,
    agency: Annotated[str | None, typer.Option(help="The name of an agency.", show_default=False)] = None,
    from_: From = None,
    until: Until = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Give an account another assignment."""
    if role not in ROLES:
        fail(f"There is no role {role}. The roles: {', '.join(ROLES)}.")
    during = days(from_, until)

    async def add(session: AsyncSession) -> None:
        account_id = await accounts.named(session, name)
        area_id, _ = await areas.area_on(session, area, during.lower or calendar_day(), "area")
        agency_id = await agencies.named(session, agency) if agency else None
        await begin_operation(session, "account assign", [account_id])
        job = Assignment(account_id=account_id, role=role, area_id=area_id, agency_id=agency_id, during=during)
        await assignments.add(session, job)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, add)
    say(f"{name} is also {role} in {area} from {during.lower}.")


@account_commands.command("relieve")
def relieve(
    name: Name,
    role: Role,
    until: Until = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """End the open assignments of an account in a role: from today on, or from another day."""
    ends = day(until) if until else calendar_day()

    async def end(session: AsyncSession) -> int:
        account_id = await accounts.named(session, name)
        await begin_operation(session, "account relieve", [account_id])
        administers = account_id in await assignments.administrators(session)
        open_in_role = select(Assignment).where(
            Assignment.account_id == account_id,
            Assignment.role == role,
            func.upper_inf(Assignment.during),
            func.lower(Assignment.during) < ends,
        )
        found = (await session.exec(open_in_role)).all()
        for job in found:
            job.during = Range(job.during.lower, ends)
        if administers:
            await assignments.check_administrator_remains(session, ends)
        return len(found)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        if not change(dsn, end):
            fail(f"{name} has no open assignment as {role} that began before {ends}.")
    say(f"{name} is {role} no longer from {ends} on.")


@agency_commands.command("add")
def add_agency(
    name: AgencyName,
    kind: Annotated[str, typer.Option(help=", ".join(get_args(Kind)))],
    from_: From = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Make an agency."""
    if kind not in get_args(Kind):
        fail(f"There is no kind {kind}. The kinds: {', '.join(get_args(Kind))}.")
    during = days(from_, None)

    async def add(session: AsyncSession) -> None:
        agency = Agency(id=await accounts.new_id(session), name=name, kind=kind, during=during)
        await begin_operation(session, "agency add", [agency.id])
        session.add(agency)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, add)
    say(f"{name} is there from {during.lower}.")


@agency_commands.command("change")
def change_agency(
    name: AgencyName,
    new_name: Annotated[str | None, typer.Option(help="What it is called from now on.", show_default=False)] = None,
    kind: Annotated[str | None, typer.Option(help=", ".join(get_args(Kind)), show_default=False)] = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """Correct what an agency is called, or its kind. A reorganisation ends one and begins another."""
    if kind is not None and kind not in get_args(Kind):
        fail(f"There is no kind {kind}. The kinds: {', '.join(get_args(Kind))}.")
    if not (new_name or kind):
        fail("Say what to change: --new-name or --kind.")

    async def correct(session: AsyncSession) -> None:
        agency = await taken(session, "agency change", name)
        agency.name, agency.kind = new_name or agency.name, kind or agency.kind

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, correct)
    say(f"{name} is changed.")


@agency_commands.command("end")
def end_agency(
    name: AgencyName,
    until: Until = None,
    data_dir: DataDir = SETTINGS.data_dir,
    database_url: DatabaseUrl = SETTINGS.database_url,
) -> None:
    """End an agency: from today on, or from another day."""
    ends = day(until) if until else calendar_day()

    async def end(session: AsyncSession) -> None:
        agency = await taken(session, "agency end", name)
        if agency.during.lower is not None and ends <= agency.during.lower:
            fail(f"It would end on {ends}, before it begins on {agency.during.lower}.")
        agency.during = Range(agency.during.lower, ends)

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        change(dsn, end)
    say(f"{name} is there no longer from {ends} on.")


async def taken(session: AsyncSession, command: str, name: str) -> Agency:
    """The agency of this name, for a command that changes it; on record."""
    agency_id = await agencies.named(session, name)
    await begin_operation(session, command, [agency_id])
    return await agencies.lock(session, agency_id)


@agency_commands.command("list")
def list_agencies(data_dir: DataDir = SETTINGS.data_dir, database_url: DatabaseUrl = SETTINGS.database_url) -> None:
    """List the agencies."""

    async def rows(session: AsyncSession) -> list[str]:
        await begin_operation(session, "agency list", [])
        found = (await session.exec(select(Agency).order_by(Agency.kind, Agency.name))).all()
        return [f"{agency.name}: {agency.kind} from {agency.during.lower or 'ever'}" for agency in found]

    with reached(data_dir, database_url) as dsn:
        prepare(dsn)
        for line in change(dsn, rows):
            say(line)
