"""What the ledger counts: children, those in a kind of circumstances, and those of them who are helped; those for whom
the clock of the law runs; sites of the model."""

EVERYONE = "children"
CLOCKED = "clocked"
KINDS = ("special", "at_risk")


def kind_of(measure: str) -> str | None:
    """The kind of circumstances that a measure is about; None where it is about none.

    >>> kind_of("at_risk_assisted"), kind_of("special"), kind_of("clocked_in_time")
    ('at_risk', 'special', None)
    """
    return next((kind for kind in KINDS if measure == kind or measure.startswith(f"{kind}_")), None)


def is_assisted(measure: str) -> bool:
    """Whether it asks for an open case in which a measure has been given."""
    return measure.endswith("_assisted")


def helped(measure: str, how: str) -> str:
    """Of the same kind of circumstances, those who are `managed`, or helped by measures of a level.

    >>> helped("special_assisted", "support")
    'special_support'
    """
    return f"{kind_of(measure)}_{how}"
