"""What a step says, as it is stored: JSON, with areas by their id, days and moments in ISO form."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from service.domain.period import Period
from service.domain.procedure.assessment import Assessment, Conclusion, Level, Risk
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


def stored(content: Content | None) -> dict[str, Any] | None:
    match content:
        case None:
            return None
        case Report(incident, residence):
            return {"incident": incident, "residence": residence}
        case Transfer(residence):
            return {"residence": residence}
        case Assessment(answers, conclusion, harming):
            said = {"risk": conclusion.risk} | {
                name: getattr(conclusion, name) for name in ("stable", "emergency", "separation")
            }
            return {"answers": dict(answers), "conclusion": said, "harming": sorted(map(str, harming))}
        case Separation(during, carer, ordered):
            days = {"from": _text(during.start), "until": _text(during.until)}
            return days | {"carer": _text(carer), "ordered": ordered}
        case Plan(items):
            return {"items": [_stored_item(item) for item in items]}
        case Delivery(item):
            return {"item": str(item)}
        case Placement(carer):
            return {"carer": str(carer)}


def restored(code: StepCode, said: dict[str, Any] | None) -> Content | None:
    """From what `stored` made of it."""
    if said is None:
        return None
    kind = SAYS[code]
    if kind is Report:
        return Report(said["incident"], said["residence"])
    if kind is Transfer:
        return Transfer(said["residence"])
    if kind is Assessment:
        answers = {item: Level(level) if level else None for item, level in said["answers"].items()}
        conclusion = Conclusion(**said["conclusion"] | {"risk": Risk(said["conclusion"]["risk"])})
        return Assessment(answers, conclusion, frozenset(map(UUID, said["harming"])))
    if kind is Separation:
        during = Period(_day(said["from"]), _day(said["until"]))
        return Separation(during, _id(said["carer"]), said["ordered"])
    if kind is Plan:
        return Plan(tuple(_restored_item(item) for item in said["items"]))
    return Delivery(UUID(said["item"])) if kind is Delivery else Placement(UUID(said["carer"]))


def step_of(row: dict[str, Any]) -> Step:
    """From a row of steps in JSON."""
    code = StepCode(row["code"])
    occurred_at, recorded_at = (datetime.fromisoformat(row[name]) for name in ("occurred_at", "recorded_at"))
    content = restored(code, row["content"])
    return Step(UUID(row["id"]), code, occurred_at, recorded_at, UUID(row["actor"]), content, row["reason"])


def _stored_item(item: PlanItem) -> dict[str, Any]:
    return {
        "id": str(item.id),
        "measure": item.measure,
        "responsible": item.responsible,
        "provider": item.provider,
        "agency": _text(item.agency),
        "starts_on": _text(item.starts_on),
        "ends_on": _text(item.ends_on),
        "cost": item.cost,
        "money": item.money,
    }


def _restored_item(said: dict[str, Any]) -> PlanItem:
    start = _day(said["starts_on"])
    assert start is not None
    return PlanItem(
        UUID(said["id"]),
        said["measure"],
        said["responsible"],
        start,
        said["provider"],
        _day(said["ends_on"]),
        said["cost"],
        said["money"],
        _id(said["agency"]),
    )


def _text(value: date | UUID | None) -> str | None:
    return None if value is None else str(value)


def _day(value: str | None) -> date | None:
    return None if value is None else date.fromisoformat(value)


def _id(value: str | None) -> UUID | None:
    return None if value is None else UUID(value)
