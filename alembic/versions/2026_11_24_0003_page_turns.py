"""When the pages of an area were last turned; room for a child's row to be rewritten where it lies.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"

PAGE_TURN = """
-- The moment, in microseconds, at which the pages of an area were last turned. Whoever turns them holds this row; and
-- the sum of all moments tells whether anything that the ledger says has changed.
CREATE TABLE page_turn (
    area_id integer PRIMARY KEY REFERENCES area,
    moment bigint NOT NULL
) WITH (fillfactor = 50);

-- And when all pages were last remade.
ALTER TABLE register ADD COLUMN remade bigint NOT NULL DEFAULT 0;

-- Every change to a child's file rewrites its row (the version), and none of the indexes if it stays on its page.
ALTER TABLE child SET (fillfactor = 85);
ALTER TABLE case_file SET (fillfactor = 85);

-- The children of a commune in the order of a list.
DROP INDEX residence_area;
CREATE INDEX residence_area ON residence (area_id, child_id);

-- Never analysed by itself, being small: one counting rule, taken for 630, plans a posting like a province.
ANALYZE counting_rule, age_band, category, area, area_version, area_within
"""


def upgrade() -> None:
    for statement in PAGE_TURN.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX residence_area")
    op.execute("CREATE INDEX residence_area ON residence (area_id)")
    op.execute("ALTER TABLE case_file RESET (fillfactor)")
    op.execute("ALTER TABLE child RESET (fillfactor)")
    op.execute("ALTER TABLE register DROP COLUMN remade")
    op.execute("DROP TABLE page_turn")
