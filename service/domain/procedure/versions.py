"""The versions of the procedure, by date: each a table of steps. A later version of the law is one more value here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from service.domain.period import Period
from service.domain.procedure import conditions as c
from service.domain.procedure.assessment import Form
from service.domain.procedure.case_file import Kind, Part, Stage
from service.domain.procedure.conditions import Check, Condition
from service.domain.procedure.step import StepCode as S


class Actor(StrEnum):
    """Who takes a step."""

    RECEIVING_PLACE = "receiving_place"
    WORKER = "worker"
    CHAIR = "chair"
    POLICE = "police"
    CLINIC = "clinic"


@dataclass(frozen=True, slots=True)
class StepRule:
    """A step: who takes it, whose part it is, after which stages, and where it leads (None: the stage stays)."""

    code: S
    name_vi: str
    actors: tuple[Actor, ...]
    part: Part
    after: frozenset[Stage]
    to: Stage | None = None
    legal_basis: str = ""
    form: Form | None = None
    when: tuple[Condition, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Procedure:
    """A version of the procedure, for the steps that occur while it is in force."""

    code: str
    kind: Kind
    during: Period
    legal_basis: str
    steps: tuple[StepRule, ...]

    def rule(self, code: S) -> StepRule | None:
        return next((rule for rule in self.steps if rule.code is code), None)


HARM = ("harm_now", "access_of_harmer", "effect_on_development", "obstacles_to_care", "no_guardian")
CAPACITY = ("self_protection", "knows_protectors", "builds_relations", "relies_on_protectors", "help_of_others")
FORMS = {form.number: form for form in (Form("01"), Form("04"), Form("05"), Form("07"), Form("12"), Form("13"))}
FORMS["02"] = Form("02", ("harm_now", "harm_if_left"), ("self_protection", "support_of_others"))
FORMS["03"] = Form("03", HARM, CAPACITY)
FORMS["06"] = Form(
    "06",
    ("harm_now", "access_of_harmer", "obstacles_to_care"),
    ("self_protection", "knows_protectors", "help_of_others"),
)
FORMS["16"] = Form("16")

RECEIVING, WORKER, CHAIR = (Actor.RECEIVING_PLACE,), (Actor.WORKER,), (Actor.CHAIR,)
ENDS = frozenset({Stage.CLOSED, Stage.UNFOUNDED, Stage.AGED_OUT})
OPEN = frozenset(Stage) - ENDS - {Stage.UNOPENED}
ASSESSED = OPEN - {Stage.RECEIVED}


def stages(*names: Stage) -> frozenset[Stage]:
    return frozenset(names)


DELIVERY = (
    StepRule(
        S.MEASURE_START,
        "bắt đầu biện pháp",
        WORKER,
        Part.RESIDENCE,
        OPEN,
        None,
        "NĐ 56/2017 Điều 29",
        when=(c.plan_is_in_force, c.something_is_to_start),
        checks=(c.item_is_to_start,),
    ),
    StepRule(
        S.MEASURE_END,
        "kết thúc biện pháp",
        WORKER,
        Part.RESIDENCE,
        OPEN,
        None,
        "NĐ 56/2017 Điều 29",
        when=(c.something_is_open,),
        checks=(c.item_is_open,),
    ),
)
ENDINGS = (
    StepRule(
        S.TRANSFER, "chuyển hồ sơ", (Actor.WORKER, Actor.CHAIR), Part.RESIDENCE, OPEN, None, "", checks=(c.has_reason,)
    ),
    StepRule(
        S.CLOSING,
        "kết thúc",
        CHAIR,
        Part.RESIDENCE,
        stages(Stage.SPECIFICALLY_ASSESSED, Stage.REVIEWED),
        Stage.CLOSED,
        "NĐ 56/2017 Điều 30",
        when=(c.risk_is_over, c.nothing_is_open, c.is_not_separated),
    ),
    StepRule(
        S.UNFOUNDED,
        "không có căn cứ",
        CHAIR,
        Part.INCIDENT,
        stages(Stage.RECEIVED, Stage.INITIALLY_ASSESSED, Stage.SPECIFICALLY_ASSESSED),
        Stage.UNFOUNDED,
        "NĐ 56/2017 Điều 25 khoản 2",
        when=(c.nothing_is_open, c.is_not_separated, c.is_not_placed),
        checks=(c.has_reason,),
    ),
    StepRule(
        S.AGEING_OUT,
        "đủ 16 tuổi",
        WORKER,
        Part.RESIDENCE,
        OPEN,
        Stage.AGED_OUT,
        "Luật 102/2016 Điều 1",
        when=(c.is_sixteen,),
    ),
    StepRule(
        S.REOPENING,
        "mở lại",
        CHAIR,
        Part.RESIDENCE,
        stages(Stage.CLOSED, Stage.UNFOUNDED),
        Stage.RECEIVED,
        "",
        checks=(c.has_reason,),
    ),
)

PROTECTION_2017 = Procedure(
    "protection-2017",
    "protection",
    Period(date(2017, 7, 1), None),
    "Nghị định 56/2017/NĐ-CP, Điều 22-33",
    (
        StepRule(
            S.REPORT,
            "tiếp nhận thông tin",
            RECEIVING,
            Part.RECEIVING_PLACE,
            stages(Stage.UNOPENED),
            Stage.RECEIVED,
            "NĐ 56/2017 Điều 25",
            FORMS["01"],
        ),
        StepRule(
            S.PASSING_ON,
            "chuyển đến xã nơi xảy ra",
            RECEIVING,
            Part.RECEIVING_PLACE,
            stages(Stage.RECEIVED),
            None,
            "NĐ 56/2017 Điều 26 khoản 1",
        ),
        StepRule(
            S.INITIAL_ASSESSMENT,
            "đánh giá nguy cơ ban đầu",
            WORKER,
            Part.INCIDENT,
            stages(Stage.RECEIVED, Stage.INITIALLY_ASSESSED),
            Stage.INITIALLY_ASSESSED,
            "NĐ 56/2017 Điều 26 khoản 2",
            FORMS["02"],
        ),
        StepRule(
            S.EMERGENCY_MEASURES,
            "can thiệp khẩn cấp",
            (Actor.CHAIR, Actor.WORKER, Actor.POLICE, Actor.CLINIC),
            Part.INCIDENT,
            OPEN,
            None,
            "NĐ 56/2017 Điều 26, 31",
        ),
        StepRule(
            S.SEPARATION,
            "tạm thời cách ly",
            CHAIR,
            Part.EITHER,
            ASSESSED,
            None,
            "NĐ 56/2017 Điều 32",
            FORMS["07"],
            checks=(c.separation_is_bounded, c.carer_does_no_harm),
        ),
        StepRule(
            S.SEPARATION_END,
            "chấm dứt cách ly",
            CHAIR,
            Part.EITHER,
            ASSESSED,
            None,
            "NĐ 56/2017 Điều 32; TT 14/2020 Điều 14",
            when=(c.is_separated, c.is_reassessed),
        ),
        StepRule(
            S.SPECIFIC_ASSESSMENT,
            "đánh giá nguy cơ cụ thể",
            WORKER,
            Part.RESIDENCE,
            ASSESSED,
            Stage.SPECIFICALLY_ASSESSED,
            "NĐ 56/2017 Điều 27 khoản 1",
            FORMS["03"],
        ),
        StepRule(
            S.MEETING,
            "họp xác định nhu cầu",
            CHAIR,
            Part.RESIDENCE,
            stages(Stage.SPECIFICALLY_ASSESSED),
            Stage.NEEDS_AGREED,
            "NĐ 56/2017 Điều 27 khoản 2",
        ),
        StepRule(
            S.PLAN,
            "lập kế hoạch",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.NEEDS_AGREED, Stage.PLANNED, Stage.RETURNED, Stage.CARRYING_OUT, Stage.REVIEWED),
            Stage.PLANNED,
            "NĐ 56/2017 Điều 28 khoản 1-3",
            FORMS["04"],
            checks=(c.plan_has_items,),
        ),
        StepRule(
            S.SUBMISSION,
            "trình phê duyệt",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.PLANNED),
            Stage.SUBMITTED,
            "NĐ 56/2017 Điều 28 khoản 3",
        ),
        StepRule(
            S.APPROVAL,
            "phê duyệt kế hoạch",
            CHAIR,
            Part.RESIDENCE,
            stages(Stage.SUBMITTED),
            Stage.CARRYING_OUT,
            "NĐ 56/2017 Điều 28 khoản 4",
            FORMS["05"],
            checks=(c.four_eyes,),
        ),
        StepRule(
            S.RETURN,
            "trả lại kế hoạch",
            CHAIR,
            Part.RESIDENCE,
            stages(Stage.SUBMITTED),
            Stage.RETURNED,
            "",
            checks=(c.has_reason,),
        ),
        *DELIVERY,
        StepRule(
            S.PLACEMENT,
            "giao chăm sóc thay thế",
            CHAIR,
            Part.RESIDENCE,
            ASSESSED,
            None,
            "NĐ 56/2017 Điều 42",
            FORMS["12"],
            when=(c.is_not_placed,),
            checks=(c.carer_does_no_harm,),
        ),
        StepRule(
            S.FOLLOW_UP,
            "theo dõi chăm sóc thay thế",
            WORKER,
            Part.RESIDENCE,
            OPEN,
            None,
            "NĐ 56/2017 Điều 43",
            FORMS["13"],
            when=(c.is_placed,),
        ),
        StepRule(
            S.PLACEMENT_END,
            "chấm dứt chăm sóc thay thế",
            CHAIR,
            Part.RESIDENCE,
            OPEN,
            None,
            "NĐ 56/2017 Điều 48",
            FORMS["16"],
            when=(c.is_placed,),
        ),
        StepRule(
            S.REVIEW,
            "rà soát, đánh giá",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.CARRYING_OUT, Stage.PLANNED, Stage.SUBMITTED, Stage.RETURNED, Stage.REVIEWED),
            Stage.REVIEWED,
            "NĐ 56/2017 Điều 30",
            FORMS["06"],
            when=(c.plan_is_in_force,),
        ),
        *ENDINGS,
    ),
)

TT23 = "Thông tư 23/2010/TT-BLĐTBXH"


def _five_steps(rules: Iterable[StepRule]) -> Iterable[StepRule]:
    """The five steps of 2010 in the words of 2017: no forms, no meeting, and no separation that was read of."""
    for rule in rules:
        if rule.code in (S.SEPARATION, S.SEPARATION_END, S.MEETING):
            continue
        after = rule.after | {Stage.SPECIFICALLY_ASSESSED} if rule.code is S.PLAN else rule.after
        yield replace(rule, after=after, form=None, legal_basis=TT23)


PROTECTION_2010 = Procedure(
    "protection-2010",
    "protection",
    Period(None, date(2017, 7, 1)),
    TT23,
    tuple(_five_steps(PROTECTION_2017.steps)),
)

SUPPORT = Procedure(
    "support",
    "support",
    Period(),
    "Luật 102/2016/QH13, Điều 49",
    (
        StepRule(
            S.NEED,
            "xác định nhu cầu",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.UNOPENED, Stage.RECEIVED),
            Stage.NEEDS_AGREED,
        ),
        StepRule(
            S.PLAN,
            "lập kế hoạch",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.NEEDS_AGREED, Stage.CARRYING_OUT, Stage.REVIEWED),
            Stage.CARRYING_OUT,
            checks=(c.plan_has_items,),
        ),
        *DELIVERY,
        StepRule(
            S.REVIEW,
            "rà soát, đánh giá",
            WORKER,
            Part.RESIDENCE,
            stages(Stage.CARRYING_OUT, Stage.REVIEWED),
            Stage.REVIEWED,
        ),
        *(
            replace(rule, after=rule.after | {Stage.NEEDS_AGREED}) if rule.code is S.UNFOUNDED else rule
            for rule in ENDINGS
        ),
    ),
)

PROCEDURES = (PROTECTION_2010, PROTECTION_2017, SUPPORT)


def procedure(kind: Kind, day: date) -> Procedure:
    """The version in force on a day."""
    return next(version for version in PROCEDURES if version.kind == kind and day in version.during)
