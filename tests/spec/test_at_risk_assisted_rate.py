"""Children at risk who are managed and assisted, of all children at risk.

Managed and assisted: a case is open, and at least one intervention of that case has started.
"""

from tests.spec.conftest import Holds

INDICATOR = "at_risk_assisted_rate"


async def test_a_child_is_assisted_from_the_first_intervention_to_the_day_before_closing(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-01-01 |
        Minh            | parents_away   | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-01 | 2020-12-31

        intervention in | started    | ended
        1               | 2018-06-30 |

        on         | numerator | denominator
        2018-06-01 | 0         | 2
        2018-06-29 | 0         | 2
        2018-06-30 | 1         | 2
        2020-12-30 | 1         | 2
        2020-12-31 | 0         | 2
    """)


async def test_an_assisted_child_in_special_circumstances_is_not_at_risk(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-01-01 |
        Lan             | d              | 2018-06-30 | 2018-07-02

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | category       | numerator | denominator
        2018-06-29 | all            | 1         | 1
        2018-06-30 | all            | 0         | 0
        2018-07-01 | all            | 0         | 0
        2018-07-02 | all            | 1         | 1
        2018-06-29 | poor_household | 1         | 1
        2018-06-30 | poor_household | 0         | 0
        2018-07-02 | poor_household | 1         | 1
    """)


async def test_an_assisted_child_counts_only_while_at_risk(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-06-30 | 2018-12-31

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | numerator | denominator
        2018-06-29 | 0         | 0
        2018-06-30 | 1         | 1
        2018-12-30 | 1         | 1
        2018-12-31 | 0         | 0
    """)


async def test_a_case_opened_and_closed_on_one_day_never_counts(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 | 2018-06-30

        intervention in | started    | ended
        1               | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 0         | 1
        2018-06-30 | 0         | 1
        2018-07-01 | 0         | 1
    """)


async def test_an_intervention_before_the_opening_assists_from_the_opening(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 |

        intervention in | started    | ended
        1               | 2018-06-15 |

        on         | numerator | denominator
        2018-06-15 | 0         | 1
        2018-06-29 | 0         | 1
        2018-06-30 | 1         | 1
    """)


async def test_an_intervention_of_a_closed_case_assists_not_in_the_reopened_one(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-02-01 | 2018-06-30
        2    | Lan | 2018-06-30 |

        intervention in | started    | ended
        1               | 2018-02-01 |
        1               | 2018-07-01 |
        2               | 2018-07-02 |

        on         | numerator | denominator
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 1
        2018-07-01 | 0         | 1
        2018-07-02 | 1         | 1
    """)


async def test_a_child_with_two_risks_counts_once(holds: Holds) -> None:
    await holds("""
        child | sex    | born       | commune
        Lan   | female | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-01-01 | 2018-07-01
        Lan             | parents_away   | 2018-06-30 |

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | sex    | category       | numerator | denominator
        2018-06-29 | all    | all            | 1         | 1
        2018-06-30 | all    | all            | 1         | 1
        2018-07-01 | all    | all            | 1         | 1
        2018-06-30 | female | poor_household | 1         | 1
        2018-06-30 | female | parents_away   | 1         | 1
        2018-07-01 | female | poor_household | 0         | 0
        2018-06-30 | male   | all            | 0         | 0
    """)
