"""Who works on a case.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.execute("ALTER TABLE case_file ADD officer uuid REFERENCES assignment (id)")
    op.execute("CREATE INDEX case_file_officer ON case_file (officer, id) WHERE officer IS NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE case_file DROP officer")  # with its index
