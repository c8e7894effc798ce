"""Children of whom every deadline of the law was kept, of those with an open case of protection and one kept or missed.

A deadline is kept if it is met by its moment, and missed when its moment passes. A day is as it stands at its end.
"""

from tests.spec.conftest import Holds

INDICATOR = "deadlines_kept_rate"
LAN = """
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        case | of  | kind       | opened     | closed
        1    | Lan | protection | 2018-06-01 |
"""


async def test_a_deadline_that_is_met_counts_from_that_day_on(holds: Holds) -> None:
    await holds(f"""{LAN}
        deadline in | due              | met              | lifted | paused
        1           | 2018-06-05 11:40 | 2018-06-03 23:59 |        |

        on         | numerator | denominator
        2018-06-02 | 0         | 0
        2018-06-03 | 1         | 1
        2018-06-05 | 1         | 1
        2020-12-31 | 1         | 1
    """)


async def test_a_deadline_is_missed_by_the_passing_of_its_moment_alone(holds: Holds) -> None:
    await holds(f"""{LAN}
        deadline in | due              | met              | lifted | paused
        1           | 2018-06-02 11:40 | 2018-06-02 11:40 |        |
        1           | 2018-06-12 00:00 |                  |        |

        on         | numerator | denominator
        2018-06-01 | 0         | 0
        2018-06-02 | 1         | 1
        2018-06-11 | 1         | 1
        2018-06-12 | 0         | 1
        2020-12-31 | 0         | 1
    """)


async def test_a_deadline_of_some_hour_is_missed_at_the_end_of_that_day(holds: Holds) -> None:
    await holds(f"""{LAN}
        deadline in | due              | met | lifted | paused
        1           | 2018-06-02 11:40 |     |        |

        on         | numerator | denominator
        2018-06-01 | 0         | 0
        2018-06-02 | 0         | 1
    """)


async def test_what_is_met_after_its_moment_stays_missed(holds: Holds) -> None:
    await holds(f"""{LAN}
        deadline in | due              | met              | lifted | paused
        1           | 2018-06-02 11:40 | 2018-06-02 11:41 |        |
        1           | 2018-06-10 00:00 | 2018-06-05 08:00 |        |

        on         | numerator | denominator
        2018-06-01 | 0         | 0
        2018-06-02 | 0         | 1
        2018-06-05 | 0         | 1
        2020-12-31 | 0         | 1
    """)


async def test_what_is_lifted_or_paused_in_time_is_neither_kept_nor_missed(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145
        Hoa   | 2012-10-02 | 12145

        case | of   | kind       | opened     | closed
        1    | Lan  | protection | 2018-06-01 |
        2    | Minh | protection | 2018-06-01 |
        3    | Hoa  | protection | 2018-06-01 |

        deadline in | due              | met              | lifted           | paused
        1           | 2018-06-02 11:40 |                  | 2018-06-02 11:40 |
        2           | 2018-06-02 11:40 |                  |                  | 2018-06-02 11:00
        3           | 2018-06-02 11:40 | 2018-06-07 09:00 |                  | 2018-06-02 11:00

        on         | numerator | denominator
        2018-06-06 | 0         | 0
        2018-06-07 | 1         | 1
        2020-12-31 | 1         | 1
    """)


async def test_what_is_lifted_or_paused_too_late_is_missed(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        case | of   | kind       | opened     | closed
        1    | Lan  | protection | 2018-06-01 |
        2    | Minh | protection | 2018-06-01 |

        deadline in | due              | met | lifted           | paused
        1           | 2018-06-02 11:40 |     | 2018-06-05 09:00 |
        2           | 2018-06-02 11:40 |     |                  | 2018-06-05 09:00

        on         | numerator | denominator
        2018-06-01 | 0         | 0
        2018-06-02 | 0         | 2
        2018-06-05 | 0         | 2
        2020-12-31 | 0         | 2
    """)


async def test_deadlines_of_the_plan_and_cases_of_support_do_not_count(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        case | of  | kind       | opened     | closed
        1    | Lan | protection | 2018-06-01 |
        2    | Lan | support    | 2018-06-01 |

        deadline in | due              | met              | lifted | paused | source
        1           | 2018-06-02 11:40 | 2018-06-02 11:00 |        |        | plan
        2           | 2018-06-02 11:40 | 2018-06-02 11:00 |        |        | law

        on         | numerator | denominator
        2018-06-02 | 0         | 0
        2018-06-30 | 0         | 0
    """)


async def test_it_counts_while_a_case_is_open_and_a_missed_one_ends_with_its_case(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        case | of  | kind       | opened     | closed
        1    | Lan | protection | 2018-06-01 | 2018-09-01
        2    | Lan | protection | 2018-07-01 | 2019-01-01

        deadline in | due              | met              | lifted | paused
        1           | 2018-06-02 11:40 |                  |        |
        2           | 2018-07-02 11:40 | 2018-07-02 11:00 |        |

        on         | numerator | denominator
        2018-06-02 | 0         | 1
        2018-07-02 | 0         | 1
        2018-08-31 | 0         | 1
        2018-09-01 | 1         | 1
        2018-12-31 | 1         | 1
        2019-01-01 | 0         | 0
    """)


async def test_it_counts_a_child_in_no_circumstances_where_it_lives_until_childhood_ends(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2002-07-10

        residence of | commune | from       | until
        Lan          | 12145   | 2002-07-10 | 2018-06-30
        Lan          | 11950   | 2018-06-30 |

        case | of  | kind       | opened     | closed
        1    | Lan | protection | 2018-06-01 |

        deadline in | due              | met              | lifted | paused
        1           | 2018-06-02 11:40 | 2018-06-02 11:00 |        |
        1           | 2018-07-05 00:00 |                  |        |

        on         | commune | numerator | denominator
        2018-06-29 | 12145   | 1         | 1
        2018-06-30 | 12145   | 0         | 0
        2018-06-30 | 11950   | 1         | 1
        2018-07-05 | 11950   | 0         | 1
        2018-07-10 | 11950   | 0         | 0
    """)
