"""Editions: figures as they were published, which nobody alters.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"

EDITION = """
-- The figures of a programme in an area on a day, as known at a posting. `content` is what was sealed, in the canonical
-- form of RFC 8785: text, because bytes count, and jsonb would keep none of them.
CREATE TABLE edition (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    number integer NOT NULL CONSTRAINT edition_number_positive CHECK (number > 0),
    programme text NOT NULL REFERENCES programme,
    area text NOT NULL,
    "on" date NOT NULL,
    map date NOT NULL,
    posting bigint NOT NULL REFERENCES posting,
    sealed_at timestamptz NOT NULL,
    sealed_by text NOT NULL,
    note text,
    previous uuid REFERENCES edition,
    content text NOT NULL,
    hash text NOT NULL,
    signature text NOT NULL,
    key jsonb NOT NULL,
    CONSTRAINT edition_chain UNIQUE (programme, area, "on", map, number),
    CONSTRAINT edition_follows CHECK ((number > 1) = (previous IS NOT NULL))
);
CREATE INDEX edition_sealed ON edition (sealed_at, id)
"""
KEEP = """
CREATE FUNCTION keep_edition() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an edition is neither altered nor deleted';
END $$
"""
KEPT = """
CREATE TRIGGER edition_kept BEFORE UPDATE OR DELETE ON edition FOR EACH ROW EXECUTE FUNCTION keep_edition()
"""


def upgrade() -> None:
    for statement in (*EDITION.split(";\n"), KEEP, KEPT):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE edition")
    op.execute("DROP FUNCTION keep_edition")
