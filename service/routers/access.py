"""Why a caller may do something, or why not."""

import re
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Query, Request
from pydantic import BaseModel, Field

from service import routing
from service.access import UNSIGNED, permits
from service.clock import Today
from service.database import AskingDep, CallerDep, Reader, ReaderDep
from service.domain.access import PURPOSES, Permission
from service.domain.refusal import Refusal
from service.doors import ASKING, Asking
from service.problems import language
from service.queries import attainment
from service.wire import Code, Input, Internal

router = routing.router("/v1/access", "access")

UUID_FORM = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
OFFICE = re.compile(rf"(?:/v1)?/(sites|accounts|agencies)/({UUID_FORM})(?:/.*)?")
THERE = {  # the area of a site; of accounts and agencies, whether they are there
    "sites": "SELECT area_id FROM site WHERE id = $1",
    "accounts": "SELECT 1 FROM account WHERE id = $1",
    "agencies": "SELECT 1 FROM agency WHERE id = $1",
}
FILE = re.compile(rf"(?:/v1)?/(children|cases|case-reports)/({UUID_FORM})(?:/.*)?")
KINDS = {"children": "child", "cases": "case", "case-reports": "report"}
MET_OTHERWISE = {  # where another reach is enough for an action, or not enough
    ("child", "read_child"): "child_met",
    ("report", "read_report_receipt"): "own_report",
    ("report", "pass_on_report"): "any_report",
    ("report", "read_informant"): "informant",
}
COMMUNE = re.compile(r"(?:(?:/v1)?/communes/)?([0-9]{2}|[0-9]{3}|[0-9]{5})(?:/.*)?")
MEETS = f"SELECT meets({ASKING}, $6, $7::uuid, $8::integer)"
REASONS = {
    "role": {
        "vi": ("Vai trò của bạn có quyền này.", "Vai trò của bạn không có quyền này."),
        "en": ("Your role may do this.", "Your role may not do this."),
    },
    "purpose": {
        "vi": ("Mục đích của yêu cầu cần đến quyền này.", "Mục đích của yêu cầu không cần đến quyền này."),
        "en": ("The purpose of the request needs it.", "The purpose of the request does not need it."),
    },
    "reach": {
        "vi": ("Thuộc phạm vi phân công của bạn.", "Không có, hoặc ngoài phạm vi phân công của bạn."),
        "en": ("It lies within your assignment.", "There is no such thing, or it lies outside your assignment."),
    },
}


class ExplanationAsked(Input):
    """What about."""

    action: Code = Field(description="The id of an operation of this API", examples=["read_child"])
    resource: str | None = Field(
        None,
        max_length=300,
        description="A path of a child, case, report, commune, site, account or agency; or an area's code",
        examples=["12145"],
    )


class Reason(BaseModel):
    """A rule, whether it holds, and what that means."""

    rule: Internal[str] = Field(description="`role`, `purpose` or `reach`", examples=["reach"])
    holds: Internal[bool]
    meaning: Internal[str]


class AccessExplanation(BaseModel):
    """Allowed if every rule holds."""

    action: Internal[str]
    permission: Internal[str]
    role: Internal[str]
    allowed: Internal[bool]
    reasons: list[Reason]


@router.get("/explain", response_model=AccessExplanation)
@permits(Permission.SEE_MAP)
async def explain_access(
    asked: Annotated[ExplanationAsked, Query()],
    request: Request,
    reader: ReaderDep,
    asking: AskingDep,
    caller: CallerDep,
    today: Today,
) -> AccessExplanation:
    """Why yes or no. What is not there is told apart from what lies out of reach by nothing."""
    policies = {route.name: route.policy for route in request.app.routes if isinstance(route, routing.Read)}
    if asked.action not in policies:
        raise Refusal("operation_unknown", "/action")
    policy = policies[asked.action]
    held = {
        "role": policy == UNSIGNED or policy in caller.role.permissions,
        "purpose": policy == UNSIGNED or policy in PURPOSES[caller.purpose],
    }
    if asked.resource is not None:
        held["reach"] = await met(reader, asking, asked.resource, today, asked.action, all(held.values()))
    words = language(request)
    reasons = [Reason(rule=rule, holds=holds, meaning=REASONS[rule][words][not holds]) for rule, holds in held.items()]
    return AccessExplanation(
        action=asked.action,
        permission=policy,
        role=caller.role_code,
        allowed=all(held.values()),
        reasons=reasons,
    )


async def met(reader: Reader, asking: Asking, resource: str, on: date, action: str, permitted: bool) -> bool:
    """Whether the caller meets what the resource names. Sites are read by all who are permitted, and changed within
    reach; whether an account or an agency is there is told to whoever may do something with it."""
    if found := OFFICE.fullmatch(resource):
        there = await reader.fetchval(THERE[found[1]], UUID(found[2])) if permitted else None
        if there is None or found[1] != "sites" or action == "read_site":
            return there is not None
        return bool(await reader.fetchval(MEETS, *asking, "area", None, there))
    if found := FILE.fullmatch(resource):
        kind = MET_OTHERWISE.get((KINDS[found[1]], action), KINDS[found[1]])
        return bool(await reader.fetchval(MEETS, *asking, kind, UUID(found[2]), None))
    if found := COMMUNE.fullmatch(resource):
        area = await attainment.area(reader, found[1], on, asking.assignment_id, "/resource")
        return bool(await reader.fetchval(MEETS, *asking, "area", None, area.area_id))
    raise Refusal("resource_unknown", "/resource")
