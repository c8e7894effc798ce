"""How cases run: opened, given measures, closed, at times reopened. Days are ordinals."""

from collections.abc import Mapping
from random import Random

from service.demonstration import days
from service.demonstration.categories import ABUSE, group, weighted
from service.demonstration.course import Case, Course, Intervention
from service.demonstration.identifiers import drawn_uuid

ENDS_OF_HELP = ["stable", "refused", "transferred"]
REOPENED = 0.8  # share of the new cases of children who have had one before
ENDED = 0.7  # share of the measures whose end is recorded
EMPTY = 0.04  # share of the cases that wait for a measure and are closed on the day of their opening
STILL_HELPED = 0.2  # share of the cases that stay open after the circumstance has ended
FORGOTTEN = 0.05  # share of the cases that nobody closes after the child has grown up or gone
HELPED_BEFORE = 0.02  # share of the first measures that were given before the case was opened

PROTECTION_MEASURES: Mapping[str, float] = {
    "support.2": 5, "intervention.1": 8, "intervention.2": 3, "intervention.4": 2, "intervention.5": 4,
    "intervention.6": 3, "intervention.7": 8, "intervention.8": 5,
}  # fmt: skip
SPECIAL_MEASURES: Mapping[str, float] = {
    "support.2": 2, "support.3": 12, "support.4": 9, "intervention.1": 8, "intervention.3": 3, "intervention.4": 4,
    "intervention.5": 3, "intervention.6": 0.5, "intervention.8": 2,
}  # fmt: skip
AT_RISK_MEASURES: Mapping[str, float] = {
    "prevention.1": 3, "prevention.2": 7, "prevention.3": 5, "prevention.4": 6, "prevention.5": 2, "support.1": 8,
    "support.2": 8, "support.4": 12, "intervention.5": 2,
}  # fmt: skip

CENTRE = "Trung tâm Công tác xã hội tỉnh"
PROVIDERS = {
    "prevention": ["Hội Liên hiệp Phụ nữ xã", "Đoàn Thanh niên xã", "Trường học", "UBND xã"],
    "support": ["UBND xã", "Hội Chữ thập đỏ", "Quỹ Bảo trợ trẻ em", CENTRE],
    "intervention": ["Trạm y tế xã", "Bệnh viện đa khoa tỉnh", CENTRE, "Trợ giúp pháp lý tỉnh"],
}
NO_PROVIDER = 0.2
MORE_MEASURES = ([0, 1, 2, 3], [40, 33, 18, 9])  # beyond the first of a case, with weights


def drawn_kind(rng: Random, course: Course) -> str:
    abused = any(group(c.category) in ABUSE for c in course.circumstances)
    return "protection" if rng.random() < (0.9 if abused else 0.05) else "support"


def open_case(rng: Random, course: Course, day: int) -> Case:
    """A new case; where one was closed before, mostly that one reopened."""
    case = Case(drawn_uuid(rng, days.office_moment(rng, day)), drawn_kind(rng, course), day)
    if course.case is not None and rng.random() < REOPENED:
        case.kind, case.previous, case.reason = course.case.kind, course.case.id, "mở lại hồ sơ"
    course.cases.append(case)
    return case


def wait(rng: Random, course: Course, day: int) -> None:
    """A case is opened and no measure given: one may come later, or never."""
    if course.case is not None:
        return
    case = open_case(rng, course, day)
    if rng.random() < EMPTY:
        case.close(day, "unfounded")


def help_begins(rng: Random, course: Course, first: int, until: int) -> None:
    """A first measure within the month, in the open case or in a new one."""
    begun = max(c.start for c in course.circumstances if c.start < until)
    case = course.case
    earliest = max(first, begun, case.closed or case.opened if case else 0)
    day = started = days.drawn_day(rng, earliest, until)
    if case is None or case.closed is not None:
        since = max(course.came, begun, case.closed or 0 if case else 0)
        if rng.random() < HELPED_BEFORE:
            started = max(since, day - days.drawn_delay(rng, 5, 30))
        else:
            day = max(since, day - days.drawn_delay(rng, 12, 150))
        case = open_case(rng, course, day)
    give(rng, course, case, started)


def give(rng: Random, course: Course, case: Case, day: int) -> None:
    measure = weighted(rng, measures(course, case))
    provider = None if rng.random() < NO_PROVIDER else rng.choice(PROVIDERS[measure.partition(".")[0]])
    case.interventions.append(Intervention(measure, day, None, provider))


def measures(course: Course, case: Case) -> Mapping[str, float]:
    if case.kind == "protection":
        return PROTECTION_MEASURES
    special = any(c.kind == "special" and c.until is None for c in course.circumstances)
    return SPECIAL_MEASURES if special else AT_RISK_MEASURES


def help_ends(rng: Random, course: Course, first: int, until: int) -> None:
    """The case is closed within the month, although the circumstance goes on."""
    case = course.case
    assert case is not None
    assert case.helped is not None
    case.close(days.drawn_day(rng, max(first, case.helped + 1), until), rng.choice(ENDS_OF_HELP))


def close_after(rng: Random, course: Course, day: int, outcome: str, spared: float) -> None:
    """An open case is closed in the weeks after what it was opened for has ended."""
    case = course.case
    if case is None or case.closed is not None or rng.random() < spared:
        return
    closed = max(day, case.opened) + days.drawn_delay(rng, 15, 90)
    if closed < days.UNTIL and (case.helped is None or case.helped < closed):
        case.close(closed, outcome)


def complete(rng: Random, course: Course) -> None:
    """What is left to tell once the years have passed: the end of the files of those gone, and the further measures."""
    if course.gone < days.UNTIL:
        close_after(rng, course, course.gone, course.ending, FORGOTTEN)
    for case in course.cases:
        if case.interventions:
            give_more(rng, course, case)


def give_more(rng: Random, course: Course, case: Case) -> None:
    end = min(case.closed or days.UNTIL, course.gone, days.UNTIL)
    first = case.interventions[0].started
    for _ in range(rng.choices(*MORE_MEASURES)[0]):
        if first + 10 < end:
            give(rng, course, case, days.drawn_day(rng, first + 1, end))
    for measure in case.interventions:
        ended = measure.started + days.drawn_delay(rng, 60, 400)
        if ended < end and rng.random() < ENDED:
            measure.ended = ended
