"""Small numbers: what callers without the records are told, so that no figure points at a child.

They receive counts rounded to fives, of the ends of closed quarters, on the quarter's own map, as known at its close,
one breakdown at a time. Were any of these left free, answers could be subtracted until one child is left.
"""

from datetime import date
from enum import StrEnum

from service.domain.attainment import Measurement
from service.domain.calendar import Every, quarter_end

STEP = 5


class Reason(StrEnum):
    """What was too much."""

    NOT_A_QUARTER_END = "not_a_quarter_end"
    QUARTER_NOT_CLOSED = "quarter_not_closed"
    OTHER_MAP = "other_map"
    KNOWN_OTHERWISE = "known_otherwise"
    TWO_BREAKDOWNS = "two_breakdowns"
    NOT_QUARTERLY = "not_quarterly"
    RECORDS_OF_ANOTHER_AREA = "records_of_another_area"
    RESTATEMENTS = "restatements"
    EDITIONS = "editions"


def rounded(exact: Measurement) -> Measurement:
    """Both counts to the nearest multiple of five. Value, status and gap are to be taken from these.

    >>> rounded(Measurement(802, 1343)), rounded(Measurement(2, None))
    (Measurement(numerator=800, denominator=1345), Measurement(numerator=0, denominator=None))
    """
    return Measurement(_nearest(exact.numerator), None if exact.denominator is None else _nearest(exact.denominator))


def _nearest(count: int) -> int:
    return (count + STEP // 2) // STEP * STEP


def too_much(
    on: date, on_map: date | None, known: date | None, breakdowns: int, today: date, every: Every = "quarter"
) -> Reason | None:
    """Why a question about a day goes beyond rounded aggregates, if it does. Without map or known: those of the day."""
    if every == "month":
        return Reason.NOT_QUARTERLY
    if on != quarter_end(on):
        return Reason.NOT_A_QUARTER_END
    if on >= today:
        return Reason.QUARTER_NOT_CLOSED
    if on_map not in (None, on):
        return Reason.OTHER_MAP
    if known not in (None, on):
        return Reason.KNOWN_OTHERWISE
    return Reason.TWO_BREAKDOWNS if breakdowns > 1 else None
