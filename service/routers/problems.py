"""What each problem means, at the address that its documents name as their type: for programs and for people."""

from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Annotated, Any

from fastapi import Path, Request, Response
from pydantic import BaseModel

from service import routing
from service.access import UNSIGNED, permits
from service.domain.refusal import Refusal
from service.pages import link, page, paragraph, wants_page
from service.problems import PROBLEMS, Language, language
from service.remedies import remedy
from service.security_headers import PUBLIC
from service.wire import Code, Public, json_answer

router = routing.router("/problems", "problems")

WORDS: dict[Language, dict[str, str]] = {
    "vi": {"all": "Tất cả các lỗi", "status": "Trạng thái HTTP thường gặp", "remedy": "Cách xử lý"},
    "en": {"all": "All problems", "status": "Usual HTTP status", "remedy": "What to do"},
}


class ProblemMeaning(BaseModel):
    """A problem, its usual status, what it means, and what a client does about it."""

    type: Public[str]
    status: Public[int]
    title: Public[str]
    remedy: Public[str]


PAGE: dict[int | str, dict[str, Any]] = {  # for who asks with a browser
    200: {"content": {"text/html": {"schema": {"type": "string", "x-data-class": "public"}}}}
}


class BothLanguages(BaseModel):
    """A text in Vietnamese and in English."""

    vi: Public[str]
    en: Public[str]


class ListedProblem(BaseModel):
    """A problem, in both languages."""

    type: Public[str]
    status: Public[int]
    title: BothLanguages
    remedy: BothLanguages


class ListedProblems(BaseModel):
    """Every problem that the service can answer with, by status."""

    items: list[ListedProblem]
    next: Public[None] = None


@router.get("", response_model=ListedProblems, responses=PAGE)
@permits(UNSIGNED)
async def list_problems(request: Request) -> Response:
    """Every problem, in both languages: for a client that words them itself."""
    if wants_page(request):
        return page(spoken := language(request), WORDS[spoken]["all"], listed(spoken))
    return json_answer(all_problems(), PUBLIC)


@router.get("/{code}", response_model=ProblemMeaning, responses=PAGE)
@permits(UNSIGNED)
async def read_problem(code: Annotated[Code, Path()], request: Request) -> Response:
    """What a problem means, and what to do about it."""
    if code not in PROBLEMS:
        raise Refusal("problem_unknown")
    status, title, spoken = PROBLEMS[code].status, PROBLEMS[code].title, language(request)
    to_do = remedy(status)[spoken]
    if wants_page(request):
        words = WORDS[spoken]
        facts = (
            f"<p><code>{escape(code)}</code></p>",
            paragraph(f"{words['status']}: {status}"),
            paragraph(f"{words['remedy']}: {to_do}"),
            f"<p>{link('/problems', words['all'])}</p>",
        )
        return page(spoken, title[spoken], facts)
    meaning = ProblemMeaning(type=f"/problems/{code}", status=status, title=title[spoken], remedy=to_do)
    return json_answer(meaning.model_dump_json(), PUBLIC)


def by_status() -> list[str]:
    return sorted(PROBLEMS, key=lambda code: PROBLEMS[code].status)


@cache
def all_problems() -> str:
    """The whole list in JSON."""
    items = [
        ListedProblem(
            type=f"/problems/{code}",
            status=PROBLEMS[code].status,
            title=BothLanguages(**PROBLEMS[code].title),
            remedy=BothLanguages(**remedy(PROBLEMS[code].status)),
        )
        for code in by_status()
    ]
    return ListedProblems(items=items).model_dump_json()


def listed(spoken: Language) -> Iterator[str]:
    """The whole list in HTML: what is meant in the reader's language, then in the other."""
    other: Language = "en" if spoken == "vi" else "vi"
    yield "<dl>"
    for code in by_status():
        meaning = PROBLEMS[code]
        yield f"<dt>{meaning.status} <code>{link(f'/problems/{code}', code)}</code></dt>"
        yield f"<dd>{escape(meaning.title[spoken])}</dd>"
        yield f'<dd lang="{other}">{escape(meaning.title[other])}</dd>'
    yield "</dl>"
