"""The first answers to requests that carried an Idempotency-Key, for a day.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

FIRST_ANSWER = """
-- `key` and `request` are digests: neither what the client chose nor what it sent is kept. `status` is null only while
-- the transaction that makes the change is under way, which nobody else sees.
CREATE TABLE first_answer (
    assignment_id uuid NOT NULL REFERENCES assignment,
    key bytea NOT NULL,
    request bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    status integer,
    headers jsonb,
    body text,
    children uuid[],
    PRIMARY KEY (assignment_id, key)
)
"""


def upgrade() -> None:
    op.execute(FIRST_ANSWER)
    op.execute("CREATE INDEX first_answer_at ON first_answer (at)")


def downgrade() -> None:
    op.execute("DROP TABLE first_answer")
