"""What an edition says: all that its figures were made of, but the ledger, and the figures."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from service.domain.attainment import Unit
from service.routers.figures import AreaFigures, Certain, DenominatorSource, Standing, TargetShown
from service.routers.registers import CompletenessShown
from service.routers.restatements import RestatedCause
from service.wire import Day, Internal, Place, Public


class SealedProgramme(BaseModel):
    """What was promised by whom, as it stood."""

    code: Internal[str]
    name_vi: Public[str]
    name_en: Public[str]
    legal_basis: Public[str]
    denominator_source: Public[DenominatorSource]
    from_: Public[Day] = Field(alias="from")
    until: Public[Day | None]


class SealedArea(Place):
    """The area, as it was called on the map."""

    level: Public[Literal["province", "district", "commune"]]


class AreaOfRecords(BaseModel):
    """A commune in which children were recorded, or that it became. `area`: what the map calls it, where it lies in the
    area of the edition."""

    key: Public[str] = Field(description="Its first code, and the first day of that", examples=["12148@2025-07-01"])
    from_: Public[Day | None] = Field(alias="from")
    until: Public[Day | None]
    area: Place | None
    covered: Public[bool]


class ChangeOfAreas(BaseModel):
    """A commune went into another one on a day. Without a share: all of it, or nobody knows how much."""

    from_: Public[str] = Field(alias="from")
    into: Public[str]
    on: Public[Day]
    share: Public[str | None]
    inferred: Public[bool]


class SealedSuccession(BaseModel):
    """How the areas of records lie on the map: what became of which."""

    areas: list[AreaOfRecords]
    changes: list[ChangeOfAreas]


class Measures(BaseModel):
    """What is counted over what."""

    numerator: Public[str | None]
    denominator: Public[str | None]


class SealedFigures(Standing, Certain):
    """The figures of the whole area."""


class OfficialPair(BaseModel):
    """The children by official figures, on the day and a year before; null where none were published."""

    now: Public[int | None]
    before: Public[int | None]


class SealedOfficial(BaseModel):
    """What a rate was of, where it is of the official population: of the whole, and of communes by their codes."""

    whole: OfficialPair
    communes: Public[dict[str, OfficialPair]]


class SealedIndicator(BaseModel):
    """An indicator, what it was held to, and its figures: of the whole, and of every commune, by code."""

    code: Internal[str]
    unit: Internal[Unit]
    measures: Measures
    target: TargetShown
    official: SealedOfficial | None
    whole: SealedFigures
    communes: list[AreaFigures]


class SealedCounts(BaseModel):
    """Numerator and denominator; null where there was none."""

    numerator: Internal[int | None]
    denominator: Internal[int | None]


class ChangedCommune(BaseModel):
    """A commune whose figures are others than in the edition before."""

    area: Place
    before: SealedCounts | None
    after: SealedCounts | None
    causes: list[RestatedCause] = Field(description="Of records that are wholly the commune's")


class ChangedIndicator(BaseModel):
    """An indicator whose figures are others than in the edition before."""

    code: Internal[str]
    before: SealedCounts | None
    after: SealedCounts | None
    causes: list[RestatedCause]
    communes: list[ChangedCommune]


class ChangedInput(BaseModel):
    """Something else than the ledger that is another now: a target, the rule, what became of an area."""

    path: Internal[str] = Field(description="JSON pointer", examples=["/indicators/special_rate/target/value"])
    before: Internal[Any]
    after: Internal[Any]


class EditionBefore(BaseModel):
    """The edition that this one follows."""

    id: Internal[str]
    number: Internal[int]
    posting: Internal[int]
    hash: Internal[str]


class Changes(BaseModel):
    """What is other than in the edition before, and why."""

    since: EditionBefore
    inputs: list[ChangedInput]
    indicators: list[ChangedIndicator]


class EditionContent(BaseModel):
    """What is sealed. Days are texts, values are decimals in texts: so that it has one form (RFC 8785) and no other."""

    format: Public[Literal["edition/1"]]
    number: Internal[int] = Field(description="Counted from 1: of this programme, area, day and map")
    programme: SealedProgramme
    counting_rule: Internal[str]
    on: Internal[Day]
    map: Internal[Day]
    posting: Internal[int] = Field(description="Figures are as known at this posting")
    known: Internal[Day] = Field(description="The day on which it was sealed, as the register lives")
    sealed_at: Internal[str]
    sealed_by: Internal[str]
    note: Internal[str | None]
    area: SealedArea
    succession: SealedSuccession
    completeness: CompletenessShown
    indicators: list[SealedIndicator]
    changes: Changes | None = Field(description="Null in the first one")
