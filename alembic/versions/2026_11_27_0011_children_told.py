"""Who is counted in an area from a day on: so that children who were told where they live after a split are found.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("CREATE INDEX spell_begun ON spell (area_id, lower(during)) WHERE measure = 'children'")


def downgrade() -> None:
    op.execute("DROP INDEX spell_begun")
