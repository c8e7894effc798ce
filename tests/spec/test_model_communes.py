"""Communes whose site of the protection model is in the stage completed or replicated."""

from tests.spec.conftest import Holds

INDICATOR = "model_communes"


async def test_a_commune_counts_from_the_first_day_of_completion(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145

        stage of | stage     | from       | until
        Phù Ủng  | planned   | 2016-01-01 | 2017-01-01
        Phù Ủng  | started   | 2017-01-01 | 2018-06-30
        Phù Ủng  | completed | 2018-06-30 |

        on         | numerator
        2016-01-01 | 0
        2017-01-01 | 0
        2018-06-29 | 0
        2018-06-30 | 1
        2018-07-01 | 1
        2050-01-01 | 1
    """)


async def test_a_commune_whose_completed_model_is_replicated_counts_once_and_without_a_gap(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145

        stage of | stage      | from       | until
        Phù Ủng  | completed  | 2017-01-01 | 2018-06-30
        Phù Ủng  | replicated | 2018-06-30 | 2020-12-31

        on         | numerator
        2016-12-31 | 0
        2017-01-01 | 1
        2018-06-29 | 1
        2018-06-30 | 1
        2018-07-01 | 1
        2020-12-30 | 1
        2020-12-31 | 0
    """)


async def test_a_commune_no_longer_counts_on_the_day_its_model_is_stopped(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145

        stage of | stage     | from       | until
        Phù Ủng  | completed | 2017-01-01 | 2018-06-30
        Phù Ủng  | stopped   | 2018-06-30 |

        on         | numerator
        2018-06-29 | 1
        2018-06-30 | 0
        2018-07-01 | 0
    """)


async def test_a_stopped_model_counts_again_when_it_is_completed_again(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145

        stage of | stage     | from       | until
        Phù Ủng  | completed | 2017-01-01 | 2018-06-30
        Phù Ủng  | stopped   | 2018-06-30 | 2018-07-02
        Phù Ủng  | completed | 2018-07-02 |

        on         | numerator
        2018-06-29 | 1
        2018-06-30 | 0
        2018-07-01 | 0
        2018-07-02 | 1
    """)


async def test_each_commune_counts_for_itself(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145
        Lam Sơn | 11950

        stage of | stage      | from       | until
        Phù Ủng  | completed  | 2018-06-30 |
        Lam Sơn  | replicated | 2018-07-01 |

        on         | commune | numerator
        2018-06-29 | 12145   | 0
        2018-06-30 | 12145   | 1
        2018-06-30 | 11950   | 0
        2018-07-01 | 11950   | 1
        2018-07-01 | 12205   | 0
    """)


async def test_the_communes_of_the_province_add_up(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145
        Lam Sơn | 11950

        stage of | stage      | from       | until
        Phù Ủng  | completed  | 2018-06-30 |
        Lam Sơn  | replicated | 2018-07-01 |

        on         | numerator
        2018-06-29 | 0
        2018-06-30 | 1
        2018-07-01 | 2
    """)


async def test_a_site_without_a_stage_counts_nothing(holds: Holds) -> None:
    await holds("""
        site    | commune
        Phù Ủng | 12145

        on         | numerator
        2018-06-30 | 0
    """)
