"""Children in at least one group of special circumstances, of all children. A child is a person under 16."""

from tests.spec.conftest import Holds

INDICATOR = "special_rate"


async def test_a_circumstance_counts_from_its_first_day_to_the_day_before_it_ends(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 11950

        circumstance of | category | from       | until
        Lan             | d        | 2018-06-30 | 2020-12-31

        on         | numerator | denominator
        2018-06-29 | 0         | 2
        2018-06-30 | 1         | 2
        2020-12-30 | 1         | 2
        2020-12-31 | 0         | 2
    """)


async def test_a_child_counts_from_the_day_of_birth(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2018-06-30 | 12145

        circumstance of | category | from       | until
        Lan             | b        | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 0         | 0
        2018-06-30 | 1         | 1
        2018-07-01 | 1         | 1
    """)


async def test_a_child_no_longer_counts_on_the_16th_birthday(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2002-07-01 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2017-06-01 |

        on         | numerator | denominator
        2018-06-29 | 1         | 1
        2018-06-30 | 1         | 1
        2018-07-01 | 0         | 0
        2018-07-02 | 0         | 0
    """)


async def test_a_child_of_29_february_turns_16_on_29_february_of_a_leap_year(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2000-02-29 | 12145

        circumstance of | category | from       | until
        Lan             | 2        | 2000-02-29 |

        on         | numerator | denominator
        2000-02-28 | 0         | 0
        2000-02-29 | 1         | 1
        2016-02-28 | 1         | 1
        2016-02-29 | 0         | 0
        2016-03-01 | 0         | 0
    """)


async def test_a_birthday_of_29_february_falls_on_28_february_in_other_years(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2016-02-29 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2017-06-01 |

        on         | age band | numerator | denominator
        2019-02-27 | 0-2      | 1         | 1
        2019-02-27 | 3-5      | 0         | 0
        2019-02-28 | 0-2      | 0         | 0
        2019-02-28 | 3-5      | 1         | 1
        2019-03-01 | 3-5      | 1         | 1
        2022-02-27 | 3-5      | 1         | 1
        2022-02-28 | 6-10     | 1         | 1
        2027-02-27 | 6-10     | 1         | 1
        2027-02-28 | 11-15    | 1         | 1
        2032-02-28 | 11-15    | 1         | 1
        2032-02-29 | 11-15    | 0         | 0
    """)


async def test_the_year_2100_has_no_29_february(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2084-02-29 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2084-02-29 |

        on         | numerator | denominator
        2100-02-27 | 1         | 1
        2100-02-28 | 0         | 0
        2100-03-01 | 0         | 0
    """)


async def test_a_category_counts_past_the_end_of_its_scheme(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | 1        | 2016-03-01 | 2018-07-01

        on         | category | numerator | denominator
        2016-02-29 | all      | 0         | 1
        2016-03-01 | all      | 1         | 1
        2017-05-31 | all      | 1         | 1
        2017-06-01 | all      | 1         | 1
        2018-06-30 | all      | 1         | 1
        2018-07-01 | all      | 0         | 1
        2017-05-31 | 1        | 1         | 1
        2017-06-01 | 1        | 1         | 1
        2018-06-30 | 1        | 1         | 1
        2018-07-01 | 1        | 0         | 1
    """)


async def test_a_circumstance_that_passes_into_the_new_scheme_leaves_no_gap(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | 2        | 2015-01-01 | 2017-06-01
        Lan             | d        | 2017-06-01 |

        on         | category | numerator | denominator
        2017-05-31 | all      | 1         | 1
        2017-06-01 | all      | 1         | 1
        2017-05-31 | 2        | 1         | 1
        2017-06-01 | 2        | 0         | 1
        2017-05-31 | d        | 0         | 1
        2017-06-01 | d        | 1         | 1
    """)


async def test_a_child_in_two_categories_counts_once(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | a        | 2018-01-01 | 2018-07-01
        Lan             | d        | 2018-06-30 | 2019-01-01

        on         | category | numerator | denominator
        2017-12-31 | all      | 0         | 1
        2018-01-01 | all      | 1         | 1
        2018-06-29 | all      | 1         | 1
        2018-06-30 | all      | 1         | 1
        2018-07-01 | all      | 1         | 1
        2018-12-31 | all      | 1         | 1
        2019-01-01 | all      | 0         | 1
        2018-06-30 | a        | 1         | 1
        2018-06-30 | d        | 1         | 1
        2018-07-01 | a        | 0         | 1
        2018-06-29 | d        | 0         | 1
    """)


async def test_a_sub_group_counts_in_its_group_and_a_group_not_in_its_sub_groups(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145
        Minh  | 2012-10-02 | 12145

        circumstance of | category | from       | until
        Lan             | d.2      | 2018-06-30 | 2018-07-02
        Minh            | d        | 2018-07-01 |

        on         | category | numerator | denominator
        2018-06-29 | d        | 0         | 2
        2018-06-30 | d        | 1         | 2
        2018-07-01 | d        | 2         | 2
        2018-07-02 | d        | 1         | 2
        2018-06-29 | d.2      | 0         | 2
        2018-06-30 | d.2      | 1         | 2
        2018-07-01 | d.2      | 1         | 2
        2018-07-02 | d.2      | 0         | 2
    """)


async def test_a_child_in_a_group_and_in_its_sub_group_counts_once_in_the_group(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category | from       | until
        Lan             | a        | 2018-01-01 | 2018-07-01
        Lan             | a.1      | 2018-06-30 | 2019-01-01

        on         | category | numerator | denominator
        2018-06-30 | a        | 1         | 1
        2018-07-01 | a        | 1         | 1
        2018-12-31 | a        | 1         | 1
        2019-01-01 | a        | 0         | 1
    """)


async def test_a_child_who_moves_counts_in_the_new_commune_on_that_day(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2010-05-17

        residence of | commune | from       | until
        Lan          | 12145   | 2010-05-17 | 2018-06-30
        Lan          | 11950   | 2018-06-30 |

        circumstance of | category | from       | until
        Lan             | d        | 2018-01-01 |

        on         | commune | numerator | denominator
        2018-06-29 | 12145   | 1         | 1
        2018-06-29 | 11950   | 0         | 0
        2018-06-30 | 12145   | 0         | 0
        2018-06-30 | 11950   | 1         | 1
        2018-07-01 | 12145   | 0         | 0
        2018-07-01 | 11950   | 1         | 1
    """)


async def test_a_child_counts_only_while_living_in_the_province(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2010-05-17

        residence of | commune | from       | until
        Lan          | 12145   | 2017-01-01 | 2018-06-30
        Lan          | 12145   | 2018-07-02 | 2019-01-01

        circumstance of | category | from       | until
        Lan             | 2        | 2016-01-01 |

        on         | numerator | denominator
        2016-12-31 | 0         | 0
        2017-01-01 | 1         | 1
        2018-06-29 | 1         | 1
        2018-06-30 | 0         | 0
        2018-07-01 | 0         | 0
        2018-07-02 | 1         | 1
        2018-12-31 | 1         | 1
        2019-01-01 | 0         | 0
    """)


async def test_a_residence_before_birth_counts_nothing(holds: Holds) -> None:
    await holds("""
        child | born
        Lan   | 2018-06-30

        residence of | commune | from       | until
        Lan          | 12145   | 2018-06-01 |

        circumstance of | category | from       | until
        Lan             | d        | 2018-06-01 |

        on         | numerator | denominator
        2018-06-01 | 0         | 0
        2018-06-29 | 0         | 0
        2018-06-30 | 1         | 1
    """)


async def test_a_child_at_risk_counts_only_among_all_children(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Lan   | 2010-05-17 | 12145

        circumstance of | category       | from       | until
        Lan             | poor_household | 2018-06-30 |

        on         | numerator | denominator
        2018-06-29 | 0         | 1
        2018-06-30 | 0         | 1
    """)


async def test_each_sex_and_each_age_counts_its_own_children(holds: Holds) -> None:
    await holds("""
        child | sex     | born       | commune
        Lan   | female  | 2007-07-01 | 12145
        Minh  | male    | 2012-06-30 | 12145
        Bình  | unknown | 2018-06-30 | 12145

        circumstance of | category | from       | until
        Lan             | d        | 2018-06-30 |
        Bình            | b        | 2018-06-30 |

        on         | sex     | age band | numerator | denominator
        2018-06-29 | female  | all      | 0         | 1
        2018-06-30 | female  | all      | 1         | 1
        2018-06-30 | male    | all      | 0         | 1
        2018-06-30 | unknown | all      | 1         | 1
        2018-06-30 | all     | all      | 2         | 3
        2018-06-30 | all     | 0-2      | 1         | 1
        2018-06-29 | all     | 3-5      | 0         | 1
        2018-06-30 | all     | 3-5      | 0         | 0
        2018-06-30 | male    | 6-10     | 0         | 1
        2018-06-30 | female  | 6-10     | 1         | 1
        2018-07-01 | female  | 6-10     | 0         | 0
        2018-07-01 | female  | 11-15    | 1         | 1
    """)


async def test_a_child_counts_once_in_a_group_however_many_of_its_subgroups_it_is_in(holds: Holds) -> None:
    await holds("""
        child | born       | commune
        Mai   | 2010-01-01 | 12145
        Lan   | 2010-01-01 | 12145

        circumstance of | category | from       | until
        Mai             | d        | 2018-01-01 | 2018-04-01
        Mai             | d.2      | 2018-02-01 | 2018-03-01
        Lan             | d.2      | 2018-02-01 | 2018-03-01

        on         | category | numerator | denominator
        2017-12-31 | d        | 0         | 2
        2018-01-01 | d        | 1         | 2
        2018-01-31 | d.2      | 0         | 2
        2018-02-01 | d        | 2         | 2
        2018-02-01 | d.2      | 2         | 2
        2018-02-28 | d        | 2         | 2
        2018-03-01 | d        | 1         | 2
        2018-03-01 | d.2      | 0         | 2
        2018-04-01 | d        | 0         | 2
    """)
