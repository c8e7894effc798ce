"""The years of the register month by month: who comes into which circumstances, who leaves them, who is helped.

Each month ends with the figures of the story; chance decides whom they consist of. So the story is the same for a
thousand children and for a million, and the communes differ as their characters do.
"""

from collections.abc import Callable, Mapping, Sequence
from random import Random

from service.demonstration import assistance, days
from service.demonstration.categories import LASTING, drawn_category, drawn_evidence, group, is_of_2004, successor
from service.demonstration.communes import Character
from service.demonstration.course import Circumstance, Course
from service.demonstration.people import People
from service.demonstration.story import ASSISTED, KINDS, RATE, Kind

NEW = {"special": 0.016, "at_risk": 0.018}  # children who come in each month, of those of the kind, at least
STOPPED = 0.008  # of the assisted, those whose case is closed each month although the circumstance goes on
MANAGED = {"special": 0.35, "at_risk": 0.2}  # of the new ones, those for whom a case is opened before any help
FROM_AT_RISK = 0.3  # of the new special ones, those who were at risk
AT_RISK_TOO = 0.2  # of the others, those who are recorded as at risk as well
SECOND, SECOND_ENDS = 0.15, 0.4  # of the new ones, those in two categories; of the second ones, those that end first
ON_THE_FIRST_DAY, BEFORE = 0.4, 0.25  # of the first month's circumstances; those before began before the register
REVIEWED = 0.14  # of the circumstances of 2004's list, those put into 2016's each month from June to December 2017
TRIES = 60


def drawn(rng: Random, pool: Sequence[int], count: int, weight: Callable[[int], float]) -> list[int]:
    """Members of the pool, none twice, likelier the greater their weight (0 to 1)."""
    left, chosen = list(pool), list[int]()
    while left and len(chosen) < count:
        for _ in range(TRIES):
            n = int(rng.random() * len(left))
            if rng.random() < weight(left[n]):
                break
        chosen.append(left[n])
        left[n] = left[-1]
        left.pop()
    return chosen


class Years:
    """`courses`: of every child of whom there is something to tell. `members`: those in a kind now, in a fixed order.

    `shown`: children who come first and stay, so that one commune has something to see even in a small province.
    """

    def __init__(
        self, rng: Random, people: People, characters: Sequence[Character], shown: Mapping[Kind, Sequence[int]]
    ) -> None:
        self.rng, self.people, self.characters = rng, people, characters
        self.shown = {kind: list(shown[kind]) for kind in KINDS}
        self.staying = {child for kind in KINDS for child in shown[kind]}
        self.courses: dict[int, Course] = {}
        self.members: dict[Kind, dict[int, None]] = {kind: {} for kind in KINDS}

    def pass_by(self) -> None:
        for first, until in days.months():
            children = self.people.counted(until)
            for kind in KINDS:
                self.steer_stock(kind, first, until, round(RATE[kind].at(until) * children))
            if days.GROUPS_IN_FORCE <= first < days.REVIEW_ENDS:
                self.review(first, until)
            for kind in KINDS:
                self.steer_assistance(kind, first, until)
        for course in self.courses.values():
            assistance.complete(self.rng, course)

    def counted(self, kind: Kind, until: int) -> list[int]:
        """Who counts on the last day of the month: special takes precedence over at risk."""
        there = {child: None for child in self.members[kind] if self.courses[child].gone >= until}
        self.members[kind] = there
        return [child for child in there if kind == "special" or child not in self.members["special"]]

    def about(self, expected: float) -> int:
        """A whole number that is right on average, also where less than one is expected."""
        return int(expected + self.rng.random())

    def steer_stock(self, kind: Kind, first: int, until: int, aim: int) -> None:
        counted = self.counted(kind, until)
        entries = max(aim - len(counted), self.about(NEW[kind] * len(counted) * self.rng.uniform(0.6, 1.4)))
        for child in drawn(self.rng, counted, len(counted) + entries - aim, self.ease_of_leaving(kind)):
            self.leave(child, kind, first, until)
        at_risk = self.counted("at_risk", until) if kind == "special" else []
        for _ in range(entries):
            self.enter(kind, first, until, at_risk)

    def ease_of_leaving(self, kind: Kind) -> Callable[[int], float]:
        def ease(child: int) -> float:
            if child in self.staying:
                return 0
            return min((LASTING.get(group(c.category), 1) for c in self.courses[child].of_kind(kind)), default=1)

        return ease

    def leave(self, child: int, kind: Kind, first: int, until: int) -> None:
        day = days.drawn_day(self.rng, first, until)
        course = self.courses[child]
        course.leave(kind, day)
        del self.members[kind][child]
        if not any(child in members for members in self.members.values()):
            assistance.close_after(self.rng, course, day, "stable", assistance.STILL_HELPED)

    def enter(self, kind: Kind, first: int, until: int, at_risk: Sequence[int]) -> None:
        course = self.newcomer(kind, until, at_risk)
        if course is None:
            return
        start = self.start(course, first, until)
        self.record(course, kind, start)
        if self.rng.random() < SECOND:
            self.record_second(course, kind, start)
        if kind == "special" and course.child not in self.members["at_risk"] and self.rng.random() < AT_RISK_TOO:
            self.record(course, "at_risk", days.drawn_day(self.rng, start, until))
        if self.rng.random() < MANAGED[kind]:
            assistance.wait(self.rng, course, days.drawn_day(self.rng, max(start, first), until))

    def newcomer(self, kind: Kind, until: int, at_risk: Sequence[int]) -> Course | None:
        """Someone of those at risk, or someone who is in no kind; likelier from a commune in need."""
        if self.shown[kind]:
            return self.course(self.shown[kind].pop())
        transition = bool(at_risk) and self.rng.random() < FROM_AT_RISK
        pool = at_risk if transition else self.people.aged_under_16(until)
        need = self.need(kind)
        for _ in range(TRIES):
            child = pool[int(self.rng.random() * len(pool))]
            if child in self.members["special"] or (child in self.members["at_risk"] and not transition):
                continue
            if self.rng.random() < need(child) and self.people.end(child)[0] >= until:
                return self.course(child)
        return None

    def need(self, kind: Kind) -> Callable[[int], float]:
        return lambda child: self.characters[self.people.home[child]].need[kind]

    def readiness(self, child: int) -> float:
        return self.characters[self.people.home[child]].readiness

    def course(self, child: int) -> Course:
        if child not in self.courses:
            people = self.people
            self.courses[child] = Course(child, people.born[child], people.came(child), *people.end(child))
        return self.courses[child]

    def start(self, course: Course, first: int, until: int) -> int:
        chance = self.rng.random()
        if first == days.REGISTER_BEGINS > course.born and chance < ON_THE_FIRST_DAY + BEFORE:
            return first if chance < ON_THE_FIRST_DAY else days.drawn_day(self.rng, course.born, first)
        return days.drawn_day(self.rng, max(first, course.born), until)

    def record(self, course: Course, kind: Kind, start: int, until: int | None = None) -> None:
        age = (start - course.born) // 365
        taken = {group(c.category) for c in course.circumstances if c.until is None or c.until > start}
        code = drawn_category(self.rng, kind, start, age, taken)
        course.circumstances.append(Circumstance(kind, code, start, until, drawn_evidence(self.rng, code)))
        self.members[kind][course.child] = None

    def record_second(self, course: Course, kind: Kind, start: int) -> None:
        second = days.drawn_day(self.rng, start, min(start + 400, course.gone, days.UNTIL))
        end = second + 60 + days.drawn_delay(self.rng, 300, 900)
        self.record(course, kind, second, end if end < days.UNTIL and self.rng.random() < SECOND_ENDS else None)

    def review(self, first: int, until: int) -> None:
        """Puts some of the circumstances of 2004's list into that of 2016. The others run on past its end."""
        for child in self.members["special"]:
            course = self.courses[child]
            for old in course.of_kind("special"):
                if is_of_2004(old.category) and old.start < first and self.rng.random() < REVIEWED:
                    self.transfer(course, old, days.drawn_day(self.rng, first, until))

    def transfer(self, course: Course, old: Circumstance, day: int) -> None:
        code = successor(self.rng, old.category, day)
        if group(code) not in {group(c.category) for c in course.circumstances}:
            old.until = day
            evidence = drawn_evidence(self.rng, code)
            course.circumstances.append(Circumstance("special", code, day, None, evidence))

    def steer_assistance(self, kind: Kind, first: int, until: int) -> None:
        counted = self.counted(kind, until)
        helped = [child for child in counted if self.courses[child].assisted(until)]
        already = set(helped)
        idle = [child for child in counted if child not in already]
        aim = round(ASSISTED[kind].at(until) * len(counted))
        stopped = max(len(helped) - aim, self.about(STOPPED * len(helped)))
        for child in drawn(self.rng, helped, stopped, lambda _: 1):
            assistance.help_ends(self.rng, self.courses[child], first, until)
        for child in drawn(self.rng, idle, aim - len(helped) + stopped, self.readiness):
            assistance.help_begins(self.rng, self.courses[child], first, until)
