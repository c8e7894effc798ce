"""The steps of a case, and what they come to.

Revision ID: 0018
"""

from alembic import op

revision = "0018"
down_revision = "0017"

STEP = """
CREATE TABLE case_step (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
    code text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor uuid NOT NULL,
    content jsonb,
    reason text,
    withdrawn_at timestamptz,
    CONSTRAINT case_step_not_ahead CHECK (occurred_at <= recorded_at)
)
"""
# What hangs on a case tells whose it is by the case: so it goes before the case does. Its steps are nobody's to delete
# otherwise.
WITHDRAW = """
CREATE OR REPLACE FUNCTION withdraw_interventions() RETURNS trigger LANGUAGE plpgsql {security} AS $$
BEGIN
    DELETE FROM intervention WHERE case_id = OLD.id;
    {more}RETURN OLD;
END $$
"""
# As in 0015, of any table: whose a record is, its own columns tell (child_id, case_id, site_id).
RECORD_HISTORY = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_words,name_order}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_words,name_order}'::text[];
    record jsonb := coalesce(before, after);
    of_case CONSTANT uuid := record ->> 'case_id';
    of_site CONSTANT uuid := record ->> 'site_id';
    of_account CONSTANT uuid := CASE TG_TABLE_NAME WHEN 'assignment' THEN record ->> 'account_id' END;
    of_child uuid;
    own integer;
BEGIN
    IF after IS DISTINCT FROM before THEN
        of_child := CASE
            WHEN TG_TABLE_NAME = 'child' THEN (record ->> 'id')::uuid
            WHEN of_case IS NOT NULL THEN (SELECT child_id FROM case_file WHERE id = of_case)
            ELSE (record ->> 'child_id')::uuid END;
        own := CASE
            WHEN of_case IS NOT NULL THEN (SELECT version FROM case_file WHERE id = of_case)
            WHEN of_site IS NOT NULL THEN (SELECT version FROM site WHERE id = of_site)
            WHEN of_account IS NOT NULL THEN (SELECT version FROM account WHERE id = of_account)
            ELSE (coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> 'version')::integer END;
        INSERT INTO history (record, record_id, child_id, before, after, access, file_id, version, child_version)
        VALUES (TG_TABLE_NAME, coalesce(record ->> 'id', record ->> 'assignment_id')::uuid, of_child, before, after,
                nullif(current_setting('service.access', true), '')::bigint, coalesce(of_case, of_site, of_account),
                own, (SELECT version FROM child WHERE id = of_child));
    END IF;
    RETURN NULL;
END $$
"""
RECORD_HISTORY_BEFORE = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_words,name_order}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_words,name_order}'::text[];
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
STATEMENTS = [
    STEP,
    "CREATE INDEX case_step_case ON case_step (case_id, occurred_at)",
    """
    ALTER TABLE case_file ADD stage text, ADD incident_area_id integer REFERENCES area,
        ADD residence_area_id integer REFERENCES area, ADD risk text
    """,
    # Whose part an open case is, beside the commune where the child lives.
    "CREATE INDEX case_file_incident ON case_file (incident_area_id) "
    "WHERE incident_area_id IS NOT NULL AND closed_on IS NULL",
    "CREATE INDEX case_file_residence ON case_file (residence_area_id) "
    "WHERE residence_area_id IS NOT NULL AND closed_on IS NULL",
    RECORD_HISTORY,
    WITHDRAW.format(security="SECURITY DEFINER", more="DELETE FROM case_step WHERE case_id = OLD.id;\n    "),
    "CREATE TRIGGER case_step_history AFTER UPDATE OR DELETE ON case_step "
    "FOR EACH ROW EXECUTE FUNCTION record_history()",
    "CREATE TRIGGER case_step_created AFTER INSERT ON case_step FOR EACH ROW "
    "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()",
]
STATEMENTS_BACK = [
    "DROP FUNCTION IF EXISTS step_json",  # installed after the migrations, and of a row of the table
    "DROP TABLE case_step",
    WITHDRAW.format(security="SECURITY INVOKER", more=""),
    RECORD_HISTORY_BEFORE,
    # With the indexes of the columns.
    "ALTER TABLE case_file DROP stage, DROP incident_area_id, DROP residence_area_id, DROP risk",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in STATEMENTS_BACK:
        op.execute(statement)
