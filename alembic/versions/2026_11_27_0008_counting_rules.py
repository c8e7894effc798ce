"""Counting rules as data: what they choose, how far they are adopted, and the work of posting one for everyone.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

RULES = """
-- Which categories count, and which kinds of case and which measures make a child assisted: null is every one, a group
-- includes what it consists of. In force in its programme from a day, once it is adopted; known from its first posting
-- (null: as long as the ledger; no foreign key: the ledger refers to rules, and they not to it). Who drafted it is null
-- of the rules that ship with the service.
ALTER TABLE counting_rule
    ADD COLUMN categories text[],
    ADD COLUMN case_kinds text[],
    ADD COLUMN assisting_measures text[],
    ADD COLUMN state text NOT NULL DEFAULT 'draft',
    ADD COLUMN adopted_from date,
    ADD COLUMN first_posting bigint,
    ADD COLUMN drafted_by text,
    ADD COLUMN drafted_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
UPDATE counting_rule r SET state = 'adopted', adopted_from = lower(p.during)
FROM programme p WHERE p.code = r.programme_code;
ALTER TABLE counting_rule
    ADD CONSTRAINT counting_rule_state CHECK (state IN ('draft', 'withdrawn', 'posting', 'adopted')),
    ADD CONSTRAINT counting_rule_in_force CHECK ((state IN ('posting', 'adopted')) = (adopted_from IS NOT NULL)),
    ADD CONSTRAINT counting_rule_chooses CHECK (
        cardinality(categories) > 0 AND cardinality(case_kinds) > 0 AND cardinality(assisting_measures) > 0);
ALTER TABLE age_band ADD CONSTRAINT age_band_ages CHECK (0 <= from_age AND from_age < until_age AND until_age <= 16);

-- A rule that is being posted for everyone, in the order of their ids; and then its pages, in that of communes.
CREATE TABLE rule_posting (
    rule smallint PRIMARY KEY REFERENCES counting_rule,
    actor text NOT NULL,
    last_subject uuid,
    last_area integer,
    done integer NOT NULL DEFAULT 0,
    total integer NOT NULL
)
"""
# By a rule that is in force, or about to be, figures have been or will be told: it stays what it is, whoever writes.
KEEP = """
CREATE FUNCTION keep_rule() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    progress CONSTANT text[] := '{state,first_posting,version}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'draft' AND (NEW.id, NEW.programme_code, NEW.number)
                                                    = (OLD.id, OLD.programme_code, OLD.number) THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.state = 'posting' AND NEW.state = 'adopted'
       AND to_jsonb(OLD) - progress = to_jsonb(NEW) - progress THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a counting rule is neither altered nor deleted, once it is no draft';
END $$
"""
KEEP_BANDS = """
CREATE FUNCTION keep_age_band() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    of_rule CONSTANT counting_rule := (
        SELECT r FROM counting_rule r WHERE r.id = CASE TG_OP WHEN 'INSERT' THEN NEW.rule ELSE OLD.rule END);
BEGIN
    IF of_rule.state <> 'draft' AND NOT (
        TG_OP = 'INSERT' AND of_rule.drafted_by IS NULL AND NOT EXISTS (SELECT FROM spell WHERE rule = of_rule.id)) THEN
        RAISE EXCEPTION 'a counting rule is neither altered nor deleted, once it is no draft';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
KEPT = """
CREATE TRIGGER counting_rule_kept BEFORE UPDATE OR DELETE ON counting_rule FOR EACH ROW EXECUTE FUNCTION keep_rule();
CREATE TRIGGER age_band_kept BEFORE INSERT OR UPDATE OR DELETE ON age_band FOR EACH ROW EXECUTE FUNCTION keep_age_band()
"""
# An older version counts by every rule that it finds, and knows of none that chooses: only those that shipped stay.
LEAVE = """
ALTER TABLE spell DISABLE TRIGGER spell_kept;
DELETE FROM spell USING counting_rule r WHERE r.id = spell.rule AND r.drafted_by IS NOT NULL;
ALTER TABLE spell ENABLE TRIGGER spell_kept;
DELETE FROM page USING cell c, counting_rule r WHERE c.id = cell_id AND r.id = c.rule AND r.drafted_by IS NOT NULL;
DELETE FROM cell USING counting_rule r WHERE r.id = cell.rule AND r.drafted_by IS NOT NULL;
DELETE FROM total_page USING counting_rule r WHERE r.id = total_page.rule AND r.drafted_by IS NOT NULL;
DELETE FROM age_band USING counting_rule r WHERE r.id = age_band.rule AND r.drafted_by IS NOT NULL;
DROP TABLE rule_posting;
DELETE FROM counting_rule WHERE drafted_by IS NOT NULL;
ALTER TABLE age_band DROP CONSTRAINT age_band_ages;
ALTER TABLE counting_rule
    DROP COLUMN categories, DROP COLUMN case_kinds, DROP COLUMN assisting_measures, DROP COLUMN state,
    DROP COLUMN adopted_from, DROP COLUMN first_posting, DROP COLUMN drafted_by, DROP COLUMN drafted_at,
    DROP COLUMN version
"""


def upgrade() -> None:
    for statement in RULES.split(";\n"):
        op.execute(statement)
    op.execute(KEEP)
    op.execute(KEEP_BANDS)
    for statement in KEPT.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute(
        "DROP FUNCTION IF EXISTS ledger_post"
    )  # by which is known that the functions of this version are installed
    op.execute("DROP TRIGGER age_band_kept ON age_band")
    op.execute("DROP TRIGGER counting_rule_kept ON counting_rule")
    op.execute("DROP FUNCTION keep_age_band")
    op.execute("DROP FUNCTION keep_rule")
    for statement in LEAVE.split(";\n"):
        op.execute(statement)
