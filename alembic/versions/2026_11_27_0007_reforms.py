"""Reforms that are made here: what was decided, and which changes of areas it consists of.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

REFORMS = """
-- A resolution as it was applied. Applying them again in this order, over the areas that ship with the service, gives
-- the same map.
CREATE TABLE reform (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    effective_on date NOT NULL,
    legal_basis text NOT NULL,
    document jsonb NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account text NOT NULL
);
CREATE TRIGGER reform_created AFTER INSERT ON reform FOR EACH ROW
WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history();

-- Of which reform a line is; null where it ships with the service, or follows from one that does.
ALTER TABLE area_change ADD COLUMN reform_id uuid REFERENCES reform;

-- The moment, in microseconds, of the last reform: whoever keeps the map in memory reads it anew when this differs.
ALTER TABLE register ADD COLUMN reformed bigint NOT NULL DEFAULT 0
"""


def upgrade() -> None:
    for statement in REFORMS.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    """The map stays as the reforms have left it; what was decided is lost."""
    op.execute("ALTER TABLE register DROP COLUMN reformed")
    op.execute("ALTER TABLE area_change DROP COLUMN reform_id")
    op.execute("DROP TABLE reform")
