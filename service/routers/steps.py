"""The steps of a case: each is posted under it, and withdrawn if it was an error."""

from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from fastapi import Response
from sqlmodel.ext.asyncio.session import AsyncSession

from service import preconditions, routing
from service.access import permits
from service.clock import Now, Today
from service.database import SessionDep
from service.domain.access import Permission
from service.domain.calendar import day_of
from service.domain.procedure.case_file import Part
from service.domain.procedure.rights import permission_of
from service.domain.procedure.step import Step, StepCode
from service.domain.procedure.versions import PROCEDURES, Actor, StepRule
from service.preconditions import etag
from service.queries import in_hand, steps
from service.queries.in_hand import Case, InHand
from service.routers import case_files
from service.routers.case_files import CaseFileRecord
from service.routers.step_bodies import BODIES, StepInput, Taken
from service.wire import Identifier, json_answer

router = routing.router("/v1/cases/{case_id}", "cases")

Endpoint = Callable[..., Coroutine[Any, Any, Response]]
WHO = {
    Actor.RECEIVING_PLACE: "whoever received the report",
    Actor.WORKER: "a worker",
    Actor.CHAIR: "the chair",
    Actor.POLICE: "the police",
    Actor.CLINIC: "the clinic",
}
WHERE = {
    Part.RECEIVING_PLACE: "",
    Part.INCIDENT: " of the commune of the incident",
    Part.RESIDENCE: " of the commune where the child lives",
    Part.EITHER: " of either commune in charge",
}


def taking(code: StepCode) -> Endpoint:
    """The route that takes a step."""

    @permits(permission_of(code))
    async def take_step(
        case_id: Identifier,
        precondition: preconditions.Optional,
        body: StepInput,
        session: SessionDep,
        today: Today,
        now: Now,
    ) -> Response:
        held = await in_hand.take(session, case_id, permission_of(code))
        precondition.check(case_files.tag(held.case.version - 1, today))
        step = await said(session, held, code, body, now)
        return answered(await steps.take_and_show(session, held, step, today), held.case, now)

    take_step.__name__ = f"take_{code}"
    take_step.__doc__ = told(code)
    take_step.__annotations__["body"] = BODIES.get(code, StepInput)
    return take_step


def told(code: StepCode) -> str:
    """A step for people to read: its name, and by each version of the procedure its form, its article, whose it is."""
    rules = [rule for version in PROCEDURES for rule in version.steps if rule.code is code]
    return f"Take the step `{code}`: {rules[0].name_vi}.\n\n" + "\n".join(dict.fromkeys(map(basis, rules)))


def basis(rule: StepRule) -> str:
    """
    >>> from service.domain.procedure.versions import PROTECTION_2017
    >>> basis(PROTECTION_2017.rule(StepCode.APPROVAL))
    '- Form 05; NĐ 56/2017 Điều 28 khoản 4; by the chair of the commune where the child lives.'
    >>> basis(PROTECTION_2017.rule(StepCode.RETURN))
    '- By the chair of the commune where the child lives.'
    """
    form = [f"Form {rule.form.number}"] if rule.form else []
    law = [rule.legal_basis] if rule.legal_basis else []
    by = f"by {' or '.join(WHO[actor] for actor in rule.actors)}{WHERE[rule.part]}"
    whole = "; ".join([*form, *law, by])
    return f"- {whole[0].upper()}{whole[1:]}."


async def said(session: AsyncSession, held: InHand, code: StepCode, body: StepInput, now: datetime) -> Step:
    """The step that a body tells of. One that is sent again without a moment keeps that which it had."""
    step_id = body.id or uuid4()
    occurred_at = body.occurred_at
    if occurred_at is None:
        first = next((row["occurred_at"] for row in held.steps if row["id"] == str(step_id)), None)
        occurred_at = datetime.fromisoformat(first) if first else now
    content = await body.content(Taken(session, held.case.child_id, day_of(occurred_at), step_id))
    by: UUID = session.info["caller"].account_id
    return Step(step_id, code, occurred_at, now, by, content, body.reason)


def answered(told: str, case: Case, now: datetime) -> Response:
    """The file as the transaction leaves it."""
    record = case_files.written(orjson.loads(told), now)
    headers = {"ETag": etag(case_files.tag(case.version, day_of(now))), "Location": f"/v1/cases/{case.id}/file"}
    return json_answer(record, headers, 201)


for step_code in StepCode:
    path = f"/{step_code.replace('_', '-')}"
    router.post(path, status_code=201, response_model=CaseFileRecord)(taking(step_code))


@router.delete("/steps/{step_id}", status_code=204)
@permits(Permission.TAKE_SHARED_STEPS)
async def withdraw_step(
    case_id: Identifier,
    step_id: Identifier,
    precondition: preconditions.Required,
    session: SessionDep,
    today: Today,
    now: Now,
) -> None:
    """Withdraw a step that was recorded by error, if all that occurred after it still stands. Its history stays.

    By whoever might have taken it.
    """
    held = await in_hand.take(session, case_id, Permission.TAKE_SHARED_STEPS)
    precondition.check(case_files.tag(held.case.version - 1, today))
    await steps.withdraw(session, held, step_id, now, today)
