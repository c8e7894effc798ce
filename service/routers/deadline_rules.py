"""The rules of the clock: how long what the law wants done may take. A department changes one by another version."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Request, Response
from pydantic import BaseModel, Field
from sqlalchemy.dialects.postgresql import Range

from service import routing
from service.access import permits
from service.clock import Today
from service.database import CallerDep, ReaderDep, SessionDep
from service.domain.access import Permission
from service.domain.procedure.clock import Receipt, Unit
from service.domain.refusal import Refusal
from service.doors import begin_change
from service.models import DeadlineRule
from service.preconditions import etag, read_answer
from service.queries import accounts, deadline_rules
from service.queries.written import read_back
from service.wire import Code, Day, Identifier, Input, Internal, Note, Page, Public, absent, json_answer

router = routing.router("/v1/deadline-rules", "reference")

Amount = Annotated[int, Field(ge=1, le=366, strict=True)]


class DeadlineRuleInput(Input):
    """Another version of a rule. What is left out stays as it was in the version before."""

    id: Identifier = absent(description="A UUIDv7 of the client's own")
    code: Code = Field(examples=["plan"])
    from_: Day = Field(alias="from", examples=["2021-07-01"], description="For what begins on this day or later")
    amounts: list[Amount] = absent(
        min_length=1, max_length=12, examples=[[7]], description="One, or one after the other, from the same start"
    )
    every: Amount | None = Field(None, description="After these, so many more each time; null is never")
    receipt: Receipt = absent(description="The receipt by the first place, or by the commune")
    legal_basis: Note = Field(examples=["Quyết định 12/QĐ-UBND, 3/6/2021"])


class DeadlineRuleRecord(BaseModel):
    """A deadline of the law, for what begins during a period.

    `amounts` of `unit` from one of the steps `starts`; met by one of the steps `met_by`. `part`: of the commune where
    it happened, or of the one where the child lives. `concluded`: only if the initial assessment says so.
    """

    id: Public[Identifier]
    code: Public[str]
    name_vi: Public[str]
    name_en: Public[str]
    kind: Public[Literal["protection", "support"]]
    part: Public[Literal["incident", "residence"]]
    from_: Public[Day | None] = Field(alias="from")
    until: Public[Day | None]
    amounts: Public[list[int]]
    every: Public[int | None]
    unit: Public[Unit]
    starts: Public[list[str]]
    met_by: Public[list[str]]
    receipt: Public[Receipt | None]
    concluded: Public[Literal["emergency", "separation"] | None]
    legal_basis: Public[str]


class DeadlineRulePage(BaseModel):
    """A page of rules, by code."""

    items: list[DeadlineRuleRecord]
    next: Internal[str | None]
    total: Internal[int | None] = None


class DeadlineRuleFilter(Page):
    """Which rules."""

    code: Code | None = Field(None, description="Only the versions of this deadline")
    on: Day | None = Field(None, description="Those in force for what begins on this day; all if absent")


@router.get("", response_model=DeadlineRulePage)
@permits(Permission.SEE_MAP)
async def list_deadline_rules(asked: Annotated[DeadlineRuleFilter, Query()], reader: ReaderDep) -> Response:
    """The rules of the clock, in all their versions."""
    code, last = asked.after(str, UUID)
    rows = await deadline_rules.rules(reader, asked.code, asked.on, (code, last), asked.limit)
    total = await deadline_rules.number_of_rules(reader, asked.code, asked.on) if asked.count else None
    return asked.answer(rows, total)


@router.post("", status_code=201, response_model=DeadlineRuleRecord)
@permits(Permission.WRITE_RULES)
async def create_deadline_rule(
    body: DeadlineRuleInput, reader: ReaderDep, session: SessionDep, caller: CallerDep, today: Today
) -> Response:
    """Change a rule from a later day on: for what begins then. What has begun stays due when it was."""
    await deadline_rules.check_everywhere(reader, caller.assignment_id)
    if body.from_ <= today:
        raise Refusal("deadline_rule_not_ahead", "/from")
    former = await deadline_rules.latest(session, body.code)
    if body.receipt and former.receipt is None:
        raise Refusal("receipt_not_counted", "/receipt")
    changed = body.model_dump(include={"amounts", "every", "receipt", "legal_basis"}, exclude_unset=True)
    rule_id = body.id or await accounts.new_id(session)
    await begin_change(session, Permission.WRITE_RULES, [rule_id, former.id])
    record = DeadlineRule(**former.model_dump() | changed | {"id": rule_id, "during": Range(body.from_, None)})
    await deadline_rules.follow(session, former, body.from_)
    session.add(record)
    headers = {"ETag": etag(1), "Location": f"/v1/deadline-rules/{rule_id}"}
    return json_answer(await read_back(session, deadline_rules.ONE_RULE, rule_id), headers, 201)


@router.get("/{deadline_rule_id}", response_model=DeadlineRuleRecord)
@permits(Permission.SEE_MAP)
async def read_deadline_rule(deadline_rule_id: Identifier, request: Request, reader: ReaderDep) -> Response:
    """A version of a rule."""
    return read_answer(request, *await deadline_rules.rule(reader, deadline_rule_id))
