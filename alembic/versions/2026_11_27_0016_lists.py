"""Lists by what changed last, and by the day on which a case was opened.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0013"


def upgrade() -> None:
    op.execute("CREATE INDEX child_changed ON child (updated_at, id)")
    op.execute("CREATE INDEX case_file_opened ON case_file (opened_on, id)")


def downgrade() -> None:
    op.execute("DROP INDEX case_file_opened")
    op.execute("DROP INDEX child_changed")
