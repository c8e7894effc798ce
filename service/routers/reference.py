"""The legal lists: categories of children, measures that may be given."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response
from pydantic import BaseModel

from service import routing
from service.database import ReaderDep
from service.problems import language
from service.queries import reference
from service.wire import Dated, Day, json_answer

router = routing.router("/v1", "reference")


class Category(BaseModel):
    """A group, or a sub-group with its parent. A circumstance may begin in it while it is in force."""

    code: str
    scheme: str
    parent: str | None
    kind: Literal["special", "at_risk"]
    name: str
    legal_basis: str
    in_force: Dated


class Categories(BaseModel):
    """Categories in the order of the law."""

    items: list[Category]
    next: None = None


class InterventionMeasure(BaseModel):
    """A level of protection (code = level) or one of its measures."""

    code: str
    level: Literal["prevention", "support", "intervention"]
    name: str
    legal_basis: str


class InterventionMeasures(BaseModel):
    """Measures in the order of the law."""

    items: list[InterventionMeasure]
    next: None = None


@router.get("/categories", response_model=Categories)
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
async def list_intervention_measures(request: Request, reader: ReaderDep) -> Response:
    """What may be given to the child of a case: Law on Children, Art. 48-50."""
    return json_answer(f'{{"items":{await reference.intervention_measures(reader, language(request))},"next":null}}')
