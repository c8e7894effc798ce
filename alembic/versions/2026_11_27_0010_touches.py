"""On which days the register of an area was touched: for how complete a figure is.

Revision ID: 0010
"""

from alembic import op

revision = "0010"
down_revision = "0009"

TOUCH = """
CREATE TABLE touch (
    area_id integer REFERENCES area,
    day date,
    PRIMARY KEY (area_id, day)
);
INSERT INTO touch
SELECT s.area_id, p.day FROM spell s JOIN posting p ON p.number = s.posted
UNION
SELECT s.area_id, p.day FROM spell s JOIN posting p ON p.number = s.withdrawn
"""


def upgrade() -> None:
    for statement in TOUCH.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE touch")
