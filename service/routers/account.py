"""The caller's own account: who they are here, and their password."""

from typing import Literal

import orjson
from fastapi import Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import permits
from service.database import CallerDep, ReaderDep
from service.domain.access import Permission, Purpose
from service.doors import begin_change
from service.queries import accounts
from service.routers.accounts import Password
from service.routers.assignments import AgencyName, AssignmentRecord
from service.signing_in import delays, passwords
from service.signing_in.sign_ins import entrance
from service.wire import Identifier, Input, Internal, Place, json_answer

router = routing.router("/v1/account", "account")


class OwnAccount(BaseModel):
    """Who asks, in the assignment of the token, and what this lets them do."""

    id: Internal[Identifier]
    name: Internal[str]
    kind: Internal[Literal["person", "client"]]
    full_name: Internal[str]
    assignment: Internal[Identifier]
    role: Internal[str]
    area: Internal[Place]
    agency: AgencyName | None
    purposes: Internal[list[Purpose]] = Field(description="The first is meant where `X-Purpose` is absent")
    permissions: Internal[list[Permission]]
    assignments: list[AssignmentRecord] = Field(description="Of today: a scope names one when signing in")


class PasswordChange(Input):
    """The password that is known, and the one to come."""

    current: Password
    new: Password = Field(examples=["correct horse battery"])


@router.get("", response_model=OwnAccount)
@permits(Permission.SEE_MAP)
async def read_own_account(caller: CallerDep, reader: ReaderDep) -> Response:
    """Who I am, what I act as, and what I may do."""
    own = await accounts.own(reader, caller.account_id, caller.assignment_id)
    rights = {"purposes": caller.role.purposes, "permissions": sorted(caller.role.permissions)}
    return json_answer(orjson.dumps(orjson.loads(own) | rights))


@router.post("/password", status_code=204)
@permits(Permission.SEE_MAP)
async def change_password(body: PasswordChange, caller: CallerDep, request: Request) -> None:
    """Change my password. All my other sign-ins end."""
    door = entrance(request)
    async with door.transaction() as session:
        name, kind = await accounts.name_and_kind(session, caller.account_id)
    passwords.check_strength(body.new, name, "/new")
    await door.proved(kind, name, body.current)
    proof = await passwords.hashed(body.new)
    async with door.transaction() as session:
        await begin_change(session, Permission.SEE_MAP, [caller.account_id])
        await delays.succeeded(session, name, door.address)
        await accounts.reset_proof(session, caller.account_id, proof, present=caller.sign_in_id)
