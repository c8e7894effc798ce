"""The clock of the law: rules and holidays that a department can change, and the deadlines that began.

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0019"

RULES = """
-- A deadline of the law, in force for what begins during a period (service/domain/procedure/clock.py). `part`: whose it
-- is, that of the commune where it happened or of the one where the child lives.
CREATE TABLE deadline_rule (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    code text NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    kind text NOT NULL CONSTRAINT deadline_rule_kind CHECK (kind IN ('protection', 'support')),
    part text NOT NULL CONSTRAINT deadline_rule_part CHECK (part IN ('incident', 'residence')),
    during daterange NOT NULL CONSTRAINT deadline_rule_during_not_empty CHECK (NOT isempty(during)),
    amounts integer[] NOT NULL CONSTRAINT deadline_rule_amounts CHECK (cardinality(amounts) > 0 AND 0 < ALL (amounts)),
    every integer CONSTRAINT deadline_rule_every CHECK (every > 0),
    unit text NOT NULL CONSTRAINT deadline_rule_unit CHECK (unit IN ('hours', 'working_days', 'days', 'months')),
    starts text[] NOT NULL,
    met_by text[] NOT NULL,
    receipt text CONSTRAINT deadline_rule_receipt CHECK (receipt IN ('first', 'commune')),
    concluded text CONSTRAINT deadline_rule_concluded CHECK (concluded IN ('emergency', 'separation')),
    legal_basis text NOT NULL,
    CONSTRAINT deadline_rule_no_overlap UNIQUE (code, during WITHOUT OVERLAPS)
);

-- What a year's calendar takes off the working week, and what it swaps in.
CREATE TABLE holiday (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    day date NOT NULL CONSTRAINT holiday_once UNIQUE,
    kind text NOT NULL CONSTRAINT holiday_kind CHECK (kind IN ('holiday', 'substitute', 'swapped_off', 'swapped_on')),
    name_vi text NOT NULL,
    name_en text NOT NULL,
    source text NOT NULL,
    version integer NOT NULL DEFAULT 1
)
"""
DEADLINES = """
-- What is to be done in a case, and until when: by the law, or by the plan that is in force. Derived from the steps of
-- the case, but for pauses; `due_at` stays as it was when it began, whatever becomes of rules and calendar. Who is in
-- charge: the commune, and as long as it is open, the officer of the case.
CREATE TABLE deadline (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
    code text NOT NULL,
    nth integer NOT NULL DEFAULT 0,
    starts_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    met_at timestamptz,
    lifted_at timestamptz,
    paused_at timestamptz,
    pause_reason text,
    -- What is done while the clock stands still is in time.
    in_time boolean GENERATED ALWAYS AS (met_at <= due_at OR coalesce(met_at >= paused_at, false)) STORED,
    area_id integer NOT NULL REFERENCES area,
    officer uuid REFERENCES assignment,
    source text NOT NULL CONSTRAINT deadline_source CHECK (source IN ('law', 'plan')),
    item uuid,
    rule uuid REFERENCES deadline_rule,
    CONSTRAINT deadline_once UNIQUE NULLS NOT DISTINCT (case_id, code, nth, starts_at, item),
    CONSTRAINT deadline_of_its_source
        CHECK ((source = 'law') = (rule IS NOT NULL) AND (source = 'plan') = (item IS NOT NULL)),
    CONSTRAINT deadline_paused_for_a_reason CHECK ((paused_at IS NULL) = (pause_reason IS NULL)),
    CONSTRAINT deadline_ends_once CHECK (met_at IS NULL OR lifted_at IS NULL)
);
-- What is open, by whom and where, in the order in which it is due; and what was met, likewise.
CREATE INDEX deadline_open ON deadline (due_at, id) WHERE met_at IS NULL AND lifted_at IS NULL;
CREATE INDEX deadline_open_of_area ON deadline (area_id, due_at, id) INCLUDE (case_id, officer, paused_at)
    WHERE met_at IS NULL AND lifted_at IS NULL;
CREATE INDEX deadline_open_of_officer ON deadline (officer, due_at, id) INCLUDE (case_id, area_id, paused_at)
    WHERE met_at IS NULL AND lifted_at IS NULL AND officer IS NOT NULL;
CREATE INDEX deadline_met_in_area ON deadline (area_id, due_at, id) INCLUDE (case_id, officer, in_time)
    WHERE met_at IS NOT NULL;
CREATE INDEX deadline_met_by_officer ON deadline (officer, due_at, id) INCLUDE (case_id, area_id, in_time)
    WHERE met_at IS NOT NULL AND officer IS NOT NULL
"""
FUNCTIONS = (
    # Whoever makes somebody the officer of a case hands over what is open in it.
    """
CREATE FUNCTION hand_over_deadlines() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE deadline SET officer = NEW.officer WHERE case_id = NEW.id AND met_at IS NULL AND lifted_at IS NULL;
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER case_file_handed_over AFTER UPDATE OF officer ON case_file
FOR EACH ROW WHEN (OLD.officer IS DISTINCT FROM NEW.officer) EXECUTE FUNCTION hand_over_deadlines()
""",
    # What the steps say of a deadline is in their history; a pause is in that of the deadline.
    """
CREATE TRIGGER deadline_paused AFTER UPDATE ON deadline
FOR EACH ROW WHEN (OLD.paused_at IS DISTINCT FROM NEW.paused_at) EXECUTE FUNCTION record_history()
""",
)


def upgrade() -> None:
    for script in (RULES, DEADLINES):
        for statement in script.split(";\n"):
            op.execute(statement)
    for statement in FUNCTIONS:
        op.execute(statement)
    for table in ("deadline_rule", "holiday"):
        op.execute(
            f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION record_history()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_created AFTER INSERT ON {table} FOR EACH ROW "
            "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()"
        )


def downgrade() -> None:
    """What was due, and what a department had decided about it, is lost: an operator who goes back exports first."""
    op.execute("DROP TRIGGER case_file_handed_over ON case_file")
    op.execute("DROP TABLE deadline, holiday, deadline_rule CASCADE")  # with the doors that answer rows of them
    op.execute("DROP FUNCTION hand_over_deadlines")
    op.execute("ALTER TABLE history DISABLE TRIGGER history_kept")
    op.execute("DELETE FROM history WHERE record IN ('deadline', 'deadline_rule', 'holiday')")
    op.execute("ALTER TABLE history ENABLE TRIGGER history_kept")
