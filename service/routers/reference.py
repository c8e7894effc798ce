"""The legal lists: categories of children, measures that may be given."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel

from service import routing
from service.access import permits
from service.database import ReaderDep
from service.domain.access import Permission
from service.problems import language
from service.queries import reference
from service.wire import Dated, Day, Public, json_answer

router = routing.router("/v1", "reference")


class Category(BaseModel):
    """A group, or a sub-group with its parent. A circumstance may begin in it while it is in force."""

    code: Public[str]
    scheme: Public[str]
    parent: Public[str | None]
    kind: Public[Literal["special", "at_risk"]]
    name: Public[str]
    legal_basis: Public[str]
    in_force: Dated


class Categories(BaseModel):
    """Categories in the order of the law."""

    items: list[Category]
    next: Public[None] = None


class InterventionMeasure(BaseModel):
    """A level of protection (code = level) or one of its measures."""

    code: Public[str]
    level: Public[Literal["prevention", "support", "intervention"]]
    name: Public[str]
    legal_basis: Public[str]


class InterventionMeasures(BaseModel):
    """Measures in the order of the law."""

    items: list[InterventionMeasure]
    next: Public[None] = None


@router.get("/categories", response_model=Categories)
@permits(Permission.SEE_MAP)
async def list_categories(
    request: Request,
    reader: ReaderDep,
    on: Annotated[Day | None, Query(description="Only those in force on this day")] = None,
    kind: Literal["special", "at_risk"] | None = None,
) -> Response:
    """The categories of all schemes, in the order of the law."""
    items = await reference.categories(reader, on, kind, language(request))
    return json_answer(f'{{"items":{items},"next":null}}')


@router.get("/intervention-measures", response_model=InterventionMeasures)
@permits(Permission.SEE_MAP)
async def list_intervention_measures(request: Request, reader: ReaderDep) -> Response:
    """What may be given to the child of a case: Law on Children, Art. 48-50."""
    return json_answer(f'{{"items":{await reference.intervention_measures(reader, language(request))},"next":null}}')
