"""Steps for walks through the procedure, and what the law forbids, written without the procedure's own tables."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import strategies as st

from service.domain.calendar import VIETNAM, day_of
from service.domain.period import Period
from service.domain.procedure.assessment import Assessment, Conclusion, Level, Risk
from service.domain.procedure.case_file import CaseFile
from service.domain.procedure.recording import allowed, record
from service.domain.procedure.step import (
    SAYS,
    Content,
    Delivery,
    Placement,
    Plan,
    PlanItem,
    Report,
    Separation,
    Step,
    StepCode,
    Transfer,
)
from service.domain.procedure.versions import CAPACITY, HARM
from service.domain.refusal import Refusal

S = StepCode
START = datetime(2018, 2, 15, 23, 40, tzinfo=VIETNAM)
WORKER, CHAIR, MOTHER, AUNT = (UUID(int=n) for n in range(901, 905))
ITEMS = ("harm_if_left", "support_of_others", *HARM, *CAPACITY)
ANSWERED: dict[str, Level | None] = dict.fromkeys(ITEMS, Level.LOW)


def moment(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def assessment(risk: Risk = Risk.NONE, gap: bool = False, harming: bool = False) -> Assessment:
    answers = {**ANSWERED, "self_protection": None if gap else Level.HIGH}
    return Assessment(answers, Conclusion(risk, stable=True), frozenset({MOTHER} if harming else ()))


def plan(*numbers: int) -> Plan:
    return Plan(tuple(PlanItem(UUID(int=n), "support.2", "UBND xã", START.date()) for n in numbers))


def separation(at: datetime, days: int, carer: UUID = AUNT) -> Separation:
    day = day_of(at)
    return Separation(Period(day, day + timedelta(days=days)), carer)


def step(number: int, code: StepCode, at: datetime, content: Content | None = None, by: UUID | None = None) -> Step:
    chairs = {S.APPROVAL, S.RETURN, S.CLOSING, S.MEETING}
    return Step(UUID(int=10_000 + number), code, at, at, by or (CHAIR if code in chairs else WORKER), content, "lý do")


def good(number: int, code: StepCode, at: datetime, file: CaseFile) -> Step:
    """A step whose own content is beyond reproach."""
    open_items = sorted(file.open_items - file.started if code is S.MEASURE_START else file.open_items)
    contents: dict[type[Content], Content] = {
        Report: Report(1, 2),
        Assessment: file_assessment(file),
        Separation: Separation(Period(day_of(at), day_of(at) + timedelta(days=1)), AUNT, ordered=True),
        Plan: plan(number),
        Delivery: Delivery(open_items[0] if open_items else UUID(int=0)),
        Placement: Placement(AUNT),
        Transfer: Transfer(3),
    }
    return step(number, code, at, contents[SAYS[code]] if code in SAYS else None)


def file_assessment(file: CaseFile) -> Assessment:
    return Assessment(ANSWERED, file.conclusion or Conclusion(Risk.NONE, stable=True))


@st.composite
def drawn(draw: st.DrawFn, number: int, at: datetime) -> Step:
    """Any step, good or bad."""
    code = draw(st.sampled_from(StepCode))
    content: dict[type[Content], st.SearchStrategy[Content]] = {
        Report: st.just(Report(1, 2)),
        Assessment: st.builds(assessment, st.sampled_from(Risk), st.booleans(), st.booleans()),
        Separation: st.builds(separation, st.just(at), st.integers(1, 17), st.sampled_from((MOTHER, AUNT))),
        Plan: st.sampled_from((plan(), plan(1), plan(2, 3))),
        Delivery: st.integers(1, 4).map(lambda n: Delivery(UUID(int=n))),
        Placement: st.sampled_from((MOTHER, AUNT)).map(Placement),
        Transfer: st.just(Transfer(3)),
    }
    said = draw(content[SAYS[code]]) if code in SAYS else None
    return step(number, code, at, said, draw(st.sampled_from((WORKER, CHAIR))))


@st.composite
def walks(draw: st.DrawFn) -> CaseFile:
    """A file that grew by tries: most are among the allowed steps, some are not, and the refused are left out."""

    kind = draw(st.sampled_from(("protection", "protection", "support")))
    file = CaseFile(kind, (START + timedelta(days=20)).date())
    at = START
    for number in range(draw(st.integers(1, 22))):
        at += timedelta(hours=draw(st.integers(1, 60)))
        tried = draw(drawn(number, at))
        if draw(st.integers(0, 3)) and (codes := allowed(file, at)):
            tried = good(number, draw(st.sampled_from(codes)), at, file)
        try:
            file = record(file, tried)
        except Refusal:
            continue
    return file


def forbidden(file: CaseFile) -> Iterator[str]:
    """What the law forbids, found by looking back over the steps of a file."""
    steps = file.steps
    protection = file.kind == "protection"
    for n, now in enumerate(steps):
        before = steps[:n]
        codes = [s.code for s in before]
        since = before[max((i for i, c in enumerate(codes) if c is S.REOPENING), default=-1) + 1 :]
        if now.occurred_at < steps[0].occurred_at or now.occurred_at > now.recorded_at:
            yield "a step before the report or in the future"
        ended = next((c for c in reversed(codes) if c in (S.CLOSING, S.UNFOUNDED, S.AGEING_OUT, S.REOPENING)), None)
        if ended not in (None, S.REOPENING) and now.code is not S.REOPENING:
            yield "a step after the end"
        if isinstance(now.content, Assessment) and protection and now.content.answers["self_protection"] is None:
            yield "a conclusion with an unanswered item"
        if isinstance(now.content, Plan) and not now.content.items:
            yield "a plan without items"
        if now.code is S.APPROVAL:
            last = [s for s in before if s.code in (S.PLAN, S.SUBMISSION)][-2:]
            if [s.code for s in last] != [S.PLAN, S.SUBMISSION] or now.by in {s.by for s in last}:
                yield "an approval of what was not submitted, or by who drafted it"
        if now.code is S.MEASURE_START and (S.APPROVAL if protection else S.PLAN) not in [s.code for s in since]:
            yield "a measure without a plan in force"
        if now.code is S.PLAN and protection and not {S.SPECIFIC_ASSESSMENT, S.MEETING} <= {s.code for s in since}:
            yield "a plan without an assessment or a meeting"
        if isinstance(now.content, Separation | Placement):
            harming = {p for s in before if isinstance(s.content, Assessment) for p in s.content.harming}
            if now.content.carer in harming:
                yield "a harming carer as substitute carer"
        if now.code is S.AGEING_OUT and (file.sixteen_on is None or day_of(now.occurred_at) < file.sixteen_on):
            yield "ageing out of a child"
        if now.code is S.CLOSING:
            yield from _forbidden_closing(since)
    since = steps[max((i for i, s in enumerate(steps) if s.code is S.REOPENING), default=-1) + 1 :]
    if len(_days(since)) > 15:
        yield "a separation of more than fifteen days"


def _forbidden_closing(since: tuple[Step, ...]) -> Iterator[str]:
    concluded = [s.content.conclusion for s in since if isinstance(s.content, Assessment)]
    if concluded[-1].risk is not Risk.NONE or not concluded[-1].stable:
        yield "a closing while the risk remains"
    started = {s.content.item for s in since if isinstance(s.content, Delivery) and s.code is S.MEASURE_START}
    ended = {s.content.item for s in since if isinstance(s.content, Delivery) and s.code is S.MEASURE_END}
    if started - ended:
        yield "a closing while measures are open"
    apart = [s.code for s in since if s.code in (S.SEPARATION, S.SEPARATION_END)]
    if apart and apart[-1] is S.SEPARATION:
        yield "a closing while the child is separated"


def _days(steps: tuple[Step, ...]) -> set[object]:
    days: set[object] = set()
    for now in steps:
        if isinstance(now.content, Separation) and not now.content.ordered:
            during = now.content.during
            assert during.start is not None
            days |= {d for n in range(40) if (d := during.start + timedelta(days=n)) in during}
        if now.code is S.SEPARATION_END:
            last = day_of(now.occurred_at)
            days = {d for d in days if d <= last}
    return days
