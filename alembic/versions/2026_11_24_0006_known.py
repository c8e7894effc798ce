"""What was posted since, and what was withdrawn since, each in the order of postings: for what was known then.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0004"

KNOWN = """
-- Of one measure and category, with all that is counted: a question about the past reads these and not the spells.
CREATE INDEX spell_since ON spell (rule, measure, category, posted) INCLUDE (area_id, sex, born, during)
WHERE withdrawn IS NULL;
CREATE INDEX spell_gone ON spell (rule, measure, category, withdrawn) INCLUDE (area_id, sex, born, during, posted)
WHERE withdrawn IS NOT NULL
"""


def upgrade() -> None:
    for statement in KNOWN.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX spell_gone")
    op.execute("DROP INDEX spell_since")
