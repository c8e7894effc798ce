"""What each problem means, at the address that its documents name as their type."""

from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import BaseModel

from service import routing
from service.access import UNSIGNED, permits
from service.domain.refusal import Refusal
from service.problems import PROBLEMS, language
from service.security_headers import PUBLIC
from service.wire import Code, Public

router = routing.router("/problems", "problems")


class ProblemMeaning(BaseModel):
    """A problem, its usual status, and what it means."""

    type: Public[str]
    status: Public[int]
    title: Public[str]


@router.get("/{code}")
@permits(UNSIGNED)
async def read_problem(code: Annotated[Code, Path()], request: Request, response: Response) -> ProblemMeaning:
    """What a problem means."""
    if code not in PROBLEMS:
        raise Refusal("problem_unknown")
    meaning = PROBLEMS[code]
    response.headers.update(PUBLIC)
    return ProblemMeaning(type=f"/problems/{code}", status=meaning.status, title=meaning.title[language(request)])
