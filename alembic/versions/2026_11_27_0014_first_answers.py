"""The first answers to requests that carried an Idempotency-Key, for a day; and which version each change made.

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


# As in 0012, and of each row what whoever is late is told by: the version of the file that it is in (the case, site or
# account of its part, or the record itself), and that of the child. A part goes with its file in one transaction, which
# has counted the version before it changes anything else.
RECORD_HISTORY = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_key}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_key}'::text[];
    record jsonb := coalesce(before, after);
    of_child uuid;
    of_file uuid;
    own integer;
BEGIN
    IF after IS DISTINCT FROM before THEN
        of_child := CASE TG_TABLE_NAME
            WHEN 'child' THEN (record ->> 'id')::uuid
            WHEN 'intervention' THEN (SELECT child_id FROM case_file WHERE id = (record ->> 'case_id')::uuid)
            ELSE (record ->> 'child_id')::uuid END;
        of_file := (CASE TG_TABLE_NAME
            WHEN 'intervention' THEN record ->> 'case_id'
            WHEN 'site_stage' THEN record ->> 'site_id'
            WHEN 'assignment' THEN record ->> 'account_id' END)::uuid;
        own := CASE TG_TABLE_NAME
            WHEN 'intervention' THEN (SELECT version FROM case_file WHERE id = of_file)
            WHEN 'site_stage' THEN (SELECT version FROM site WHERE id = of_file)
            WHEN 'assignment' THEN (SELECT version FROM account WHERE id = of_file)
            ELSE (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'version')::integer END;
        INSERT INTO history (record, record_id, child_id, before, after, access, file_id, version, child_version)
        VALUES (TG_TABLE_NAME, coalesce(record ->> 'id', record ->> 'assignment_id')::uuid, of_child, before, after,
                nullif(current_setting('service.access', true), '')::bigint, of_file, own,
                (SELECT version FROM child WHERE id = of_child));
    END IF;
    RETURN NULL;
END $$
"""
RECORD_HISTORY_BEFORE = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_key}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_key}'::text[];
    record jsonb := coalesce(before, after);
BEGIN
    IF after IS DISTINCT FROM before THEN
        INSERT INTO history (record, record_id, child_id, before, after, access)
        VALUES (TG_TABLE_NAME, coalesce(record ->> 'id', record ->> 'assignment_id')::uuid,
                CASE TG_TABLE_NAME
                    WHEN 'child' THEN (record ->> 'id')::uuid
                    WHEN 'intervention' THEN (SELECT child_id FROM case_file WHERE id = (record ->> 'case_id')::uuid)
                    ELSE (record ->> 'child_id')::uuid END,
                before, after, nullif(current_setting('service.access', true), '')::bigint);
    END IF;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.execute(FIRST_ANSWER)
    op.execute("CREATE INDEX first_answer_at ON first_answer (at)")
    op.execute(
        "ALTER TABLE history ADD COLUMN file_id uuid, ADD COLUMN version integer, ADD COLUMN child_version integer"
    )
    op.execute("CREATE INDEX history_file ON history (file_id) WHERE file_id IS NOT NULL")
    op.execute(RECORD_HISTORY)


def downgrade() -> None:
    op.execute(RECORD_HISTORY_BEFORE)
    op.execute("ALTER TABLE history DROP COLUMN file_id, DROP COLUMN version, DROP COLUMN child_version")
    op.execute("DROP TABLE first_answer")
