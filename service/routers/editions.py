"""Editions: figures as they were published, sealed and signed, which can be repeated to the byte."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from fastapi import Query, Request, Response
from pydantic import BaseModel, Field

from service import routing
from service.access import Caller, permits
from service.clock import Today
from service.database import CallerDep, Reader, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.refusal import Refusal
from service.domain.small_numbers import Reason
from service.doors import begin_change
from service.editions import seal, verification
from service.editions.content import EditionContent
from service.editions.table import table
from service.models import Edition
from service.preconditions import holds
from service.queries import accounts, editions, maps
from service.queries import attainment as measured
from service.queries.attainment import Asked, Split
from service.queries.written import read_back
from service.routers.ground import aggregates_only, map_of, receives_exact
from service.wire import AreaCode, Code, Day, Identifier, Input, Internal, Note, Page, Place, absent, json_answer

router = routing.router("/v1/reports/editions", "editions")
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string", "x-data-class": "internal"}}}}
}


class EditionInput(Input):
    """Which figures are to be sealed."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    programme: Code = Field(examples=["hung-yen-2016-2020"])
    on: Day = Field(examples=["2018-06-30"])
    map: Day | None = Field(None, description="Which day's communes; those of `on` if absent")
    area: AreaCode | None = Field(None, description="The programme's area if absent", examples=["33"])
    rule: Code | None = Field(None, description="By which rule to count; the one in force on `on` if absent")
    note: Note | None = Field(None, examples=["Báo cáo sơ kết giữa kỳ"])


class EditionItem(BaseModel):
    """An edition: of which figures, when and by whom it was sealed."""

    id: Internal[Identifier]
    number: Internal[int] = Field(description="Counted from 1: of this programme, area, day and map")
    programme: Internal[str]
    area: Internal[Place]
    on: Internal[Day]
    map: Internal[Day]
    posting: Internal[int] = Field(description="Figures are as known at this posting")
    sealed_at: Internal[datetime]
    sealed_by: Internal[str]
    note: Internal[str | None]
    previous: Internal[Identifier | None] = Field(description="The edition that this one follows")
    hash: Internal[str] = Field(description="SHA-256 of the content in its canonical form (RFC 8785)")


class EditionRecord(EditionItem):
    """An edition, with what it says and how it is signed."""

    signature: Internal[str] = Field(description="A compact JWS (ES256) whose payload, left out, is the content")
    key: Internal[dict[str, str]] = Field(description="The public key (JWK) that verifies it")
    content: EditionContent


class EditionPage(BaseModel):
    """A page of editions, newest first."""

    items: list[EditionItem]
    next: Internal[str | None]
    total: Internal[int | None] = None


class EditionFilter(Page):
    """Which editions."""

    programme: Code | None = None
    on: Day | None = None
    area: AreaCode | None = None


class ContentAsked(Input):
    """In which form."""

    format: Literal["json", "csv"] = "json"


class DifferenceShown(BaseModel):
    """Something that the edition says, and the ledger does not."""

    path: Internal[str] = Field(description="JSON pointer into the content", examples=["/indicators/0/whole/numerator"])
    sealed: Internal[Any]
    recomputed: Internal[Any]


class VerificationRecord(BaseModel):
    """What came of making the edition again from the ledger at its posting."""

    verified: Internal[bool] = Field(description="The same bytes, with the hash and the signature that were sealed")
    hash: Internal[str] = Field(description="As it was sealed")
    content_hash: Internal[str] = Field(description="Of the content as it is kept")
    recomputed_hash: Internal[str | None] = Field(description="Of what the ledger says; null where it is no edition")
    signature_valid: Internal[bool] = Field(description="Of this content, by the key that is kept with it")
    key_published: Internal[bool] = Field(description="That key is in /.well-known/jwks.json today")
    differences: list[DifferenceShown]


@router.get("", response_model=EditionPage)
@permits(Permission.SEE_FIGURES)
async def list_editions(asked: Annotated[EditionFilter, Query()], reader: ReaderDep, caller: CallerDep) -> Response:
    """Editions of areas whose exact figures the caller receives, newest first."""
    sealed_at, edition_id = asked.after(datetime.fromisoformat, UUID)
    which = (asked.programme, asked.on, caller.assignment_id, asked.area)
    seen = caller.may(Permission.SEE_RECORDS)
    rows = await editions.editions(reader, which, (sealed_at, edition_id), asked.limit) if seen else []
    total = (await editions.number_of_editions(reader, which) if seen else 0) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=EditionRecord)
@permits(Permission.SEAL_EDITIONS)
async def create_edition(
    body: EditionInput, request: Request, session: SessionDep, reader: ReaderDep, caller: CallerDep, today: Today
) -> Response:
    """Seal the figures of a day: the scoreboard, and every indicator by commune, as known once all is posted that is
    under way."""
    if body.on > today:
        raise Refusal("edition_of_the_future", "/on")
    programme = await measured.programme(reader, body.programme, body.on, body.rule, pointer="/programme")
    on_map = map_of(body.map, body.on)
    area = await measured.area(reader, body.area or programme.area_code, on_map, caller.assignment_id)
    if not receives_exact(caller, area):
        raise aggregates_only(Reason.EDITIONS)
    edition_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.SEAL_EDITIONS, [edition_id])
    await editions.hold(session)
    posting = await editions.settled_posting(reader)
    before = await editions.last(reader, programme.code, area.code, body.on, on_map)
    wanted = await measured.indicators(reader, programme, body.on, area_id=area.area_id)
    view = await maps.view(reader, programme.reformed, programme.rule, area.area_id, on_map, body.on, None, posting)
    asked = Asked(programme, Split(), area, view, today, rounded=False, past=True, posting=posting)
    row: dict[str, Any] = {
        "id": edition_id,
        "number": before["number"] + 1 if before else 1,
        "programme": programme.code,
        "area": area.code,
        "on": body.on,
        "map": on_map,
        "posting": posting,
        "sealed_at": await editions.moment(session),
        "sealed_by": caller.account_name,
        "note": body.note,
        "previous": before and before["id"],
    }
    content = seal.canonical(await verification.content_of(reader, row, before, asked, wanted, body.on))
    signature, key = seal.signed(content, request.app.state.tokens.keys)
    session.add(Edition(**row, content=content, hash=seal.hash_of(content), signature=signature, key=key))
    await session.flush()
    metadata = await read_back(session, editions.SHOWN, edition_id)
    headers = {"Location": f"/v1/reports/editions/{edition_id}", "ETag": f'"{seal.hash_of(content)}"'}
    return json_answer(record(metadata, signature, key, content), headers, 201)


@router.get("/{edition_id}", response_model=EditionRecord)
@permits(Permission.SEE_FIGURES)
async def read_edition(edition_id: Identifier, request: Request, reader: ReaderDep, caller: CallerDep) -> Response:
    """An edition: what it says, its hash and its signature."""
    row = await found(reader, caller, edition_id)
    metadata = await editions.metadata(reader, edition_id)
    return unless_known(request, row["hash"], record(metadata, row["signature"], row["key"], row["content"]), {})


@router.get("/{edition_id}/content", response_model=EditionContent, responses=CSV)
@permits(Permission.SEE_FIGURES)
async def read_edition_content(
    edition_id: Identifier,
    asked: Annotated[ContentAsked, Query()],
    request: Request,
    reader: ReaderDep,
    caller: CallerDep,
) -> Response:
    """What an edition says: the very bytes that were sealed, or a table of them (a row for each indicator and area)."""
    row = await found(reader, caller, edition_id)
    if asked.format == "csv":
        file = f"edition-{row['programme']}-{row['area']}-{row['on']}-{row['number']}.csv"
        more = {"Content-Disposition": f'attachment; filename="{file}"'}
        printed = table(orjson.loads(row["content"]))
        return unless_known(request, f"{row['hash']}-csv", printed, more, "text/csv; charset=utf-8")
    return unless_known(request, row["hash"], row["content"], {"Edition-Signature": row["signature"]})


@router.get("/{edition_id}/verify", response_model=VerificationRecord)
@permits(Permission.SEE_FIGURES)
async def verify_edition(edition_id: Identifier, request: Request, reader: ReaderDep, caller: CallerDep) -> Response:
    """Make an edition again from the ledger as it was at its posting, and compare: bytes, hash and signature."""
    row = await found(reader, caller, edition_id)
    content, key = row["content"], row["key"]
    again = await verification.recomputed(reader, row)
    signature_valid = seal.is_signed(content, row["signature"], key)
    hashes = {row["hash"], seal.hash_of(content), again.recomputed_hash}
    answer = {
        "verified": signature_valid and len(hashes) == 1,
        "hash": row["hash"],
        "content_hash": seal.hash_of(content),
        "recomputed_hash": again.recomputed_hash,
        "signature_valid": signature_valid,
        "key_published": seal.is_published(key, request.app.state.tokens.keys),
        "differences": [difference._asdict() for difference in again.differences],
    }
    return json_answer(orjson.dumps(answer))


async def found(reader: Reader, caller: Caller, edition_id: UUID) -> dict[str, Any]:
    """An edition, for whoever receives the exact figures of its area."""
    row = await editions.edition(reader, edition_id)
    if not receives_exact(caller, await measured.area(reader, row["area"], row["map"], caller.assignment_id)):
        raise aggregates_only(Reason.EDITIONS)
    return row


def record(metadata: str, signature: str, key: dict[str, Any], content: str) -> bytes:
    sealed = {"signature": signature, "key": key, "content": orjson.Fragment(content)}
    return orjson.dumps(orjson.loads(metadata) | sealed)


def unless_known(
    request: Request, tag: str, body: str | bytes, headers: dict[str, str], media_type: str = "application/json"
) -> Response:
    """An answer that never changes, or 304 for whoever has it."""
    headers |= {"ETag": f'"{tag}"'}
    if holds(request, headers["ETag"]):
        return Response(status_code=304, headers={"ETag": headers["ETag"]})
    return Response(body, headers=headers, media_type=media_type)
