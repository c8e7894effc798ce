"""Accounts: who signs in. An administrator makes them, and assigns them."""

from datetime import datetime
from secrets import token_urlsafe
from typing import Annotated, Literal
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from service import preconditions, routing
from service.access import permits
from service.database import ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.models import Account
from service.preconditions import etag, read_answer
from service.queries import accounts
from service.queries.written import read_back
from service.routers.assignments import AssignmentRecord
from service.signing_in import passwords
from service.wire import Code, Identifier, Input, Internal, Name, Page, absent, json_answer

router = routing.router("/v1/accounts", "accounts")

AccountName = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z0-9][a-z0-9._-]{1,62}$")]
Password = Annotated[
    str,
    StringConstraints(strict=True, max_length=passwords.LONGEST),
    Field(json_schema_extra={"format": "password"}),  # service.once keeps nothing of a request with one
]
Switch = Annotated[bool, Field(strict=True)]


class AccountInput(Input):
    """Someone who is to sign in, by a password; or a program, which is given a secret."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    name: AccountName = Field(description="What is typed; never given to another", examples=["hoa.pham"])
    kind: Literal["person", "client"] = "person"
    full_name: Name = Field(examples=["Phạm Thị Hoa"])
    password: Password | None = Field(None, description="A person's first one", examples=["correct horse battery"])


class AccountPatch(Input):
    """What to change: JSON Merge Patch."""

    full_name: Name = absent()
    disabled: Switch = absent(description="Disabled, an account signs in no more, and its sign-ins end")


class PasswordInput(Input):
    """A new password that somebody else chose."""

    password: Password = Field(examples=["correct horse battery"])


class AccountRecord(BaseModel):
    """Someone who signs in, with everything that they act, acted or will act as."""

    id: Internal[Identifier]
    name: Internal[str]
    kind: Internal[Literal["person", "client"]]
    full_name: Internal[str]
    disabled: Internal[bool]
    created_at: Internal[datetime]
    assignments: list[AssignmentRecord]


class NewAccount(AccountRecord):
    """An account as it was made."""

    secret: Internal[str | None] = Field(None, description="Of a program; never shown again")


class AccountPage(BaseModel):
    """A page of accounts, by id."""

    items: list[AccountRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class AccountFilter(Page):
    """Which accounts."""

    role: Code | None = Field(None, description="With an assignment in this role today")
    q: Name | None = Field(None, description="Part of the name or of the full name, with or without marks")
    disabled: bool | None = None


@router.get("", response_model=AccountPage)
@permits(Permission.READ_ACCOUNTS)
async def list_accounts(asked: Annotated[AccountFilter, Query()], reader: ReaderDep) -> Response:
    """Accounts with their assignments."""
    (after,) = asked.after(UUID)
    rows = await accounts.accounts(reader, asked.role, asked.q, asked.disabled, after, asked.limit)
    total = await accounts.number_of_accounts(reader, asked.role, asked.q, asked.disabled) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=NewAccount)
@permits(Permission.WRITE_ACCOUNTS)
async def create_account(body: AccountInput, session: SessionDep) -> Response:
    """Make an account. It can do nothing before it is assigned."""
    secret = token_urlsafe(32) if body.kind == "client" else None
    if secret and body.password:
        raise Refusal("invalid", "/password")
    passwords.check_strength(secret or body.password or "", body.name)
    proof = await passwords.hashed(secret or body.password or "")
    account_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.WRITE_ACCOUNTS, [account_id])
    session.add(Account(id=account_id, name=body.name, kind=body.kind, full_name=body.full_name))
    await accounts.set_proof(session, account_id, proof)
    answer = await read_back(session, accounts.ONE, account_id)
    if secret:
        answer = orjson.dumps(orjson.loads(answer) | {"secret": secret}).decode()
    headers = {"ETag": etag(1), "Location": f"/v1/accounts/{account_id}"}
    return json_answer(answer, headers, 201)


@router.get("/{account_id}", response_model=AccountRecord)
@permits(Permission.READ_ACCOUNTS)
async def read_account(account_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """An account with its assignments."""
    return read_answer(request, *await accounts.account(reader, account_id))


@router.patch("/{account_id}", response_model=AccountRecord)
@permits(Permission.WRITE_ACCOUNTS)
async def update_account(
    account_id: Identifier,
    precondition: preconditions.Required,
    body: AccountPatch,
    session: SessionDep,
) -> Response:
    """Rename, disable or enable an account. The last administrator's is not disabled."""
    await begin_change(session, Permission.WRITE_ACCOUNTS, [account_id])
    version = await accounts.lock(session, account_id, precondition)
    if "full_name" in body.model_fields_set:
        await accounts.rename(session, account_id, body.full_name)
    if "disabled" in body.model_fields_set:
        await (accounts.disable if body.disabled else accounts.enable)(session, account_id)
    return json_answer(await read_back(session, accounts.ONE, account_id), {"ETag": etag(version)})


@router.post("/{account_id}/password", status_code=204)
@permits(Permission.WRITE_ACCOUNTS)
async def reset_password(account_id: Identifier, body: PasswordInput, session: SessionDep) -> None:
    """Give somebody another password. Their sign-ins end."""
    proof = await passwords.hashed(body.password)  # before a connection is held
    await begin_change(session, Permission.WRITE_ACCOUNTS, [account_id])
    name, _ = await accounts.name_and_kind(session, account_id)
    passwords.check_strength(body.password, name)
    await accounts.reset_proof(session, account_id, proof)
