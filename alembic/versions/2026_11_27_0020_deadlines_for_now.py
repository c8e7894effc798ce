"""Deadlines, as they will be (to be replaced).

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0018"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE deadline (
            id uuid PRIMARY KEY DEFAULT uuidv7(),
            case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
            code text NOT NULL, nth integer NOT NULL DEFAULT 0,
            starts_at timestamptz NOT NULL, due_at timestamptz NOT NULL,
            met_at timestamptz, lifted_at timestamptz, paused_at timestamptz, pause_reason text,
            area_id integer, officer uuid, source text NOT NULL, item uuid,
            UNIQUE NULLS NOT DISTINCT (case_id, code, nth, starts_at, item)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE deadline")
