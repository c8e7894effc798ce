"""Lists by what changed last, and by the day on which a case was opened.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"

PLACE = "CREATE INDEX spell_place ON spell (rule, measure, category, area_id, subject_id){} WHERE withdrawn IS NULL"


def upgrade() -> None:
    # Who lives where on a day, or is of a kind, in order and by place, without the rows themselves.
    op.execute("DROP INDEX spell_place")
    op.execute(PLACE.format(" INCLUDE (sex, born, during)"))
    op.execute(
        "CREATE INDEX spell_order ON spell (rule, measure, category, subject_id) INCLUDE (area_id, sex, born, during) "
        "WHERE withdrawn IS NULL"
    )
    # Hardly anybody's sex is unknown: of them, a list finds no first fifty on its way through all.
    op.execute(
        "CREATE INDEX spell_sex_unknown ON spell (rule, measure, category, subject_id) "
        "WHERE withdrawn IS NULL AND sex = 'unknown'"
    )
    op.execute("CREATE INDEX child_sex_unknown ON child (id) WHERE sex = 'unknown'")
    # By child, the days of its cases.
    op.execute("DROP INDEX case_file_child")
    op.execute("CREATE INDEX case_file_child ON case_file (child_id) INCLUDE (id, opened_on, closed_on)")
    op.execute("DROP INDEX intervention_case")
    op.execute("CREATE INDEX intervention_case ON intervention (case_id) INCLUDE (started_on)")
    op.execute("CREATE INDEX child_changed ON child (updated_at, id)")
    op.execute("CREATE INDEX case_file_opened ON case_file (opened_on, id)")


def downgrade() -> None:
    op.execute("DROP INDEX case_file_opened")
    op.execute("DROP INDEX child_changed")
    for name in ("spell_place", "spell_order", "spell_sex_unknown", "child_sex_unknown", "case_file_child"):
        op.execute(f"DROP INDEX {name}")
    op.execute("DROP INDEX intervention_case")
    op.execute(PLACE.format(""))
    op.execute("CREATE INDEX case_file_child ON case_file (child_id)")
    op.execute("CREATE INDEX intervention_case ON intervention (case_id)")
