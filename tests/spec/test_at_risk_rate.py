"""Children at risk of special circumstances, of all children. Who is in special circumstances is not at risk."""

from tests.spec.conftest import Holds

INDICATOR = "at_risk_rate"


async def test_a_risk_counts_from_its_first_day_to_the_day_before_it_ends(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 11950

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-06-30 | 2020-12-31

        on         | numerator | denominator
        2018-06-29 | 0         | 2
        2018-06-30 | 1         | 2
        2020-12-30 | 1         | 2
        2020-12-31 | 0         | 2
    """)


async def test_a_child_counts_from_birth_to_the_day_before_the_16th_birthday(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2002-06-30 | 12145
        Minh  | 2018-06-30 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2002-01-01 |
        Minh            | poor_household | 2018-01-01 |

        on         | numerator | denominator
        2002-06-29 | 0         | 0
        2002-06-30 | 1         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 1         | 1
        2034-06-29 | 1         | 1
        2034-06-30 | 0         | 0
    """)


async def test_special_circumstances_take_precedence_over_a_risk(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-01-01 | 2019-01-01
        Lan             | d              | 2018-06-30 | 2018-07-31

        on         | numerator | denominator
        2017-12-31 | 0         | 1
        2018-01-01 | 1         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 1
        2018-07-30 | 0         | 1
        2018-07-31 | 1         | 1
        2018-12-31 | 1         | 1
        2019-01-01 | 0         | 1
    """)


async def test_a_special_category_past_the_end_of_its_scheme_still_takes_precedence(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2016-01-01 |
        Lan             | 1              | 2016-01-01 | 2018-06-30

        on         | numerator | denominator
        2017-05-31 | 0         | 1
        2017-06-01 | 0         | 1
        2018-06-29 | 0         | 1
        2018-06-30 | 1         | 1
    """)


async def test_a_child_with_two_risks_counts_once(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-01-01 | 2018-07-01
        Lan             | parents_away   | 2018-06-30 | 2019-01-01

        on         | category       | numerator | denominator
        2018-06-29 | all            | 1         | 1
        2018-06-30 | all            | 1         | 1
        2018-07-01 | all            | 1         | 1
        2019-01-01 | all            | 0         | 1
        2018-06-30 | poor_household | 1         | 1
        2018-06-30 | parents_away   | 1         | 1
        2018-07-01 | poor_household | 0         | 1
        2018-07-01 | parents_away   | 1         | 1
    """)


async def test_a_child_in_special_circumstances_is_not_at_risk_in_any_category(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-01-01 |
        Lan             | d.2          | 2018-06-30 | 2018-07-01

        on         | category     | numerator | denominator
        2018-06-29 | parents_away | 1         | 1
        2018-06-30 | parents_away | 0         | 1
        2018-07-01 | parents_away | 1         | 1
        2018-06-30 | d            | 0         | 1
        2018-06-30 | d.2          | 0         | 1
    """)


async def test_special_circumstances_before_birth_take_nothing_away(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2018-06-30 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-06-30 |
        Lan             | d              | 2018-01-01 | 2018-06-30

        on         | numerator | denominator
        2018-06-29 | 0         | 0
        2018-06-30 | 1         | 1
    """)


async def test_a_child_who_moves_counts_in_the_new_commune_on_that_day(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2010-05-17

        residence of | commune | from       | until
        Lan          | 12205   | 2010-05-17 | 2018-06-30
        Lan          | 11950   | 2018-06-30 |

        circumstance of | category     | from       | until
        Lan             | parents_away | 2018-01-01 |

        on         | commune | numerator | denominator
        2018-06-29 | 12205   | 1         | 1
        2018-06-29 | 11950   | 0         | 0
        2018-06-30 | 12205   | 0         | 0
        2018-06-30 | 11950   | 1         | 1
    """)


async def test_beside_a_special_circumstance_no_risk_counts_in_its_category_either(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Mai   | 2010-01-01 | 12145
        Lan   | 2010-01-01 | 12145

        circumstance of | category       | from       | until
        Mai             | poor_household | 2018-01-01 | 2018-06-01
        Mai             | parents_away   | 2018-01-01 | 2018-06-01
        Mai             | d              | 2018-02-01 | 2018-03-01
        Lan             | poor_household | 2018-02-15 | 2018-06-01

        on         | category       | numerator | denominator
        2017-12-31 | poor_household | 0         | 2
        2018-01-01 | poor_household | 1         | 2
        2018-01-31 | parents_away   | 1         | 2
        2018-02-01 | poor_household | 0         | 2
        2018-02-01 | parents_away   | 0         | 2
        2018-02-15 | poor_household | 1         | 2
        2018-02-28 | poor_household | 1         | 2
        2018-03-01 | poor_household | 2         | 2
        2018-03-01 | parents_away   | 1         | 2
        2018-06-01 | poor_household | 0         | 2
    """)
