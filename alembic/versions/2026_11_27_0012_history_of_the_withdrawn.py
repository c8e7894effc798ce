"""What a withdrawn case held, and whose list a child was on, belong to the child's history; purposes narrow roles.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"

# Whose child an intervention is of, its case tells: so the interventions of a case are withdrawn before it. A cascade
# would come when the case is gone.
WITHDRAW_INTERVENTIONS = """
CREATE FUNCTION withdraw_interventions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM intervention WHERE case_id = OLD.id;
    RETURN OLD;
END $$
"""
# As in 0004, and of a table whose rows have no id, that of the assignment.
RECORD_HISTORY = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{{version,created_at,updated_at,name_key}}'::text[];
    after jsonb := to_jsonb(NEW) - '{{version,created_at,updated_at,name_key}}'::text[];
    record jsonb := coalesce(before, after);
BEGIN
    IF after IS DISTINCT FROM before THEN
        INSERT INTO history (record, record_id, child_id, before, after, access)
        VALUES (TG_TABLE_NAME, ({id})::uuid,
                CASE TG_TABLE_NAME
                    WHEN 'child' THEN (record ->> 'id')::uuid
                    WHEN 'intervention' THEN (SELECT child_id FROM case_file WHERE id = (record ->> 'case_id')::uuid)
                    ELSE (record ->> 'child_id')::uuid END,
                before, after, nullif(current_setting('service.access', true), '')::bigint);
    END IF;
    RETURN NULL;
END $$
"""
STATEMENTS = [
    WITHDRAW_INTERVENTIONS,
    "CREATE TRIGGER case_file_withdrawn BEFORE DELETE ON case_file "
    "FOR EACH ROW EXECUTE FUNCTION withdraw_interventions()",
    RECORD_HISTORY.format(id="coalesce(record ->> 'id', record ->> 'assignment_id')"),
    "CREATE TRIGGER assignment_child_history AFTER DELETE ON assignment_child "
    "FOR EACH ROW EXECUTE FUNCTION record_history()",
    "CREATE TRIGGER assignment_child_created AFTER INSERT ON assignment_child FOR EACH ROW "
    "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()",
    # The purposes of service/domain/access.py, for the functions that guard the records.
    "CREATE TABLE purpose (code text PRIMARY KEY, permissions text[] NOT NULL)",
    # Operators' looks at everyone: few, and among the accesses to each child.
    "CREATE INDEX access_everyone ON access (number) WHERE action IN ('export', 'backup', 'restore')",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX access_everyone")
    op.execute("DROP TABLE purpose")
    for trigger in ("created", "history"):
        op.execute(f"DROP TRIGGER assignment_child_{trigger} ON assignment_child")
    op.execute(RECORD_HISTORY.format(id="record ->> 'id'"))
    op.execute("DROP TRIGGER case_file_withdrawn ON case_file")
    op.execute("DROP FUNCTION withdraw_interventions")
