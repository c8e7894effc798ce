"""What is looked up for each child of a list: where it lived, and which cases are open.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0023"


def upgrade() -> None:
    # Of two trees the planner takes the one that keeps residences apart, four times as slow: a hash costs less.
    op.execute("DROP INDEX residence_child")
    op.execute("CREATE INDEX residence_child ON residence USING hash (child_id)")
    # An agency reaches children by open cases alone, in which it has given something.
    op.execute("CREATE INDEX case_file_open ON case_file (id) INCLUDE (child_id) WHERE closed_on IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX case_file_open")
    op.execute("DROP INDEX residence_child")
    op.execute("CREATE INDEX residence_child ON residence (child_id) INCLUDE (area_id, during)")
