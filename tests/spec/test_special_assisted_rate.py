"""Children in special circumstances who are managed and assisted, of all children in special circumstances.

Managed and assisted: a case is open, and at least one intervention of that case has started.
"""

from tests.spec.conftest import Holds

INDICATOR = "special_assisted_rate"


async def test_a_child_is_assisted_from_the_first_intervention_to_the_day_before_closing(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |
        Minh            | d        | 2018-01-01 |

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


async def test_an_intervention_assists_also_after_it_has_ended(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-01 |

        intervention in | started    | ended
        1               | 2018-06-30 | 2018-07-02

        on         | numerator | denominator
        2018-06-29 | 0         | 1
        2018-06-30 | 1         | 1
        2018-07-01 | 1         | 1
        2018-07-02 | 1         | 1
        2020-12-31 | 1         | 1
    """)


async def test_a_case_without_an_intervention_assists_nobody(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 0         | 1
        2018-06-30 | 0         | 1
        2020-12-31 | 0         | 1
    """)


async def test_an_intervention_before_the_opening_assists_from_the_opening(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 |

        intervention in | started    | ended
        1               | 2018-06-15 | 2018-06-20

        on         | numerator | denominator
        2018-06-15 | 0         | 1
        2018-06-29 | 0         | 1
        2018-06-30 | 1         | 1
    """)


async def test_a_first_intervention_on_the_closing_day_or_later_never_assists(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |
        Minh            | d        | 2018-01-01 |

        case | of   | opened     | closed
        1    | Lan  | 2018-06-01 | 2018-06-30
        2    | Minh | 2018-06-01 | 2018-06-30

        intervention in | started    | ended
        1               | 2018-06-30 |
        2               | 2018-07-01 |

        on         | numerator | denominator
        2018-06-29 | 0         | 2
        2018-06-30 | 0         | 2
        2018-07-01 | 0         | 2
        2018-07-02 | 0         | 2
    """)


async def test_an_intervention_on_the_last_day_of_a_case_assists_on_that_day(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-01 | 2018-06-30

        intervention in | started    | ended
        1               | 2018-06-29 |

        on         | numerator | denominator
        2018-06-28 | 0         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 1
    """)


async def test_a_case_opened_and_closed_on_one_day_never_counts(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 | 2018-06-30

        intervention in | started    | ended
        1               | 2018-06-15 |
        1               | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 0         | 1
        2018-06-30 | 0         | 1
        2018-07-01 | 0         | 1
    """)


async def test_a_reopened_case_needs_an_intervention_of_its_own(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-02-01 | 2018-06-30
        2    | Lan | 2018-06-30 |

        intervention in | started    | ended
        1               | 2018-02-01 |
        2               | 2018-07-02 |

        on         | numerator | denominator
        2018-01-31 | 0         | 1
        2018-02-01 | 1         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 1
        2018-07-01 | 0         | 1
        2018-07-02 | 1         | 1
    """)


async def test_a_case_reopened_and_assisted_on_the_closing_day_leaves_no_gap(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-02-01 | 2018-06-30
        2    | Lan | 2018-06-30 | 2018-12-31

        intervention in | started    | ended
        1               | 2018-02-01 |
        2               | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 1         | 1
        2018-06-30 | 1         | 1
        2018-12-30 | 1         | 1
        2018-12-31 | 0         | 1
    """)


async def test_a_child_with_two_assisting_cases_counts_once(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-02-01 | 2018-07-01
        2    | Lan | 2018-06-30 | 2018-12-31

        intervention in | started    | ended
        1               | 2018-02-01 |
        1               | 2018-03-01 |
        2               | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 1         | 1
        2018-06-30 | 1         | 1
        2018-07-01 | 1         | 1
        2018-12-31 | 0         | 1
    """)


async def test_an_assisted_child_counts_only_while_in_special_circumstances(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | d              | 2018-06-30 | 2019-01-01
        Lan             | poor_household | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | numerator | denominator
        2018-06-29 | 0         | 0
        2018-06-30 | 1         | 1
        2018-12-31 | 1         | 1
        2019-01-01 | 0         | 0
    """)


async def test_a_child_is_assisted_in_each_of_its_categories(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        circumstance of | category | from       | until
        Lan             | a.1      | 2018-01-01 |
        Lan             | d        | 2018-01-01 | 2018-07-01
        Minh            | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-06-30 |

        intervention in | started    | ended
        1               | 2018-06-30 |

        on         | category | numerator | denominator
        2018-06-29 | all      | 0         | 2
        2018-06-30 | all      | 1         | 2
        2018-06-30 | a        | 1         | 1
        2018-06-30 | a.1      | 1         | 1
        2018-06-30 | d        | 1         | 2
        2018-07-01 | d        | 0         | 1
        2018-07-01 | a        | 1         | 1
    """)


async def test_assistance_ends_with_childhood(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2002-06-30 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | numerator | denominator
        2018-06-28 | 1         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 0
        2018-07-01 | 0         | 0
    """)


async def test_assistance_moves_with_the_child(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2010-05-17

        residence of | commune | from       | until
        Lan          | 12145   | 2010-05-17 | 2018-06-30
        Lan          | 11950   | 2018-06-30 |

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        case | of  | opened     | closed
        1    | Lan | 2018-01-01 |

        intervention in | started    | ended
        1               | 2018-01-01 |

        on         | commune | numerator | denominator
        2018-06-29 | 12145   | 1         | 1
        2018-06-29 | 11950   | 0         | 0
        2018-06-30 | 12145   | 0         | 0
        2018-06-30 | 11950   | 1         | 1
    """)
