"""What stands beside every figure: how complete the registers behind it are, and what kind of answer it is."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

from service.domain.completeness import State, Touched, state
from service.wire import Dated, Day, Internal

StateShown = Annotated[
    Internal[State],
    Field(
        description="What kind of answer this is; the first that holds. `missing`: the register does not cover the "
        "area, or had never been touched there by `known`. `late`: no commune of the area was touched in the period of "
        "completeness. `none`: the denominator is zero, so there is nothing to measure. `zero`: counted, and nothing "
        "there. `counted`: a number above zero"
    ),
]
TouchedOn = Annotated[
    Internal[Day | None],
    Field(
        description="When a register of the area was last touched by `known`: a late number is as old as that, or came "
        "after the period. Null where figures are rounded"
    ),
]


class CompletenessShown(BaseModel):
    """In how many communes of the area the register was touched (by a posting) in the quarter of the day, as known."""

    period: Dated = Field(description="The quarter of `on` (or of `known`, if earlier), until what is known ends")
    touched: Internal[int]
    communes: Internal[int] = Field(description="That the register covers")
    share: Internal[str | None] = Field(examples=["0.987578"])
    late: Internal[list[str]] = Field(description="The codes of the communes that were not touched in the period")


def standing(figures: dict[str, Any], of: Touched, rounded: bool) -> dict[str, Any]:
    """Figures as they are shown, with what kind of answer they are. What is rounded is judged as it is told."""
    last: date | None = None if rounded else of.last
    return figures | {"state": state(figures["numerator"], figures["denominator"], of), "touched_on": last}
