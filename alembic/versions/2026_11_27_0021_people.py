"""The persons around a child, stand-ins of a chair, notes of supervision and flags.

Revision ID: 0021
"""

from alembic import op

revision = "0021"
down_revision = "0020"

TABLES = """
-- Somebody of a child's family or near it.
CREATE TABLE person (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE,
    full_name text NOT NULL,
    relation text NOT NULL CONSTRAINT person_relation CHECK (
        relation IN ('father', 'mother', 'guardian', 'carer', 'relative', 'sibling', 'other')),
    birth_year integer CONSTRAINT person_birth_year CHECK (birth_year BETWEEN 1900 AND 2100),
    phone text,
    address text,
    note text,
    sibling_id uuid REFERENCES child,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT relation_not_sibling CHECK (sibling_id IS NULL OR relation = 'sibling'),
    CONSTRAINT sibling_of_itself CHECK (sibling_id <> child_id)
);
CREATE INDEX person_child ON person (child_id);
CREATE INDEX person_sibling ON person (sibling_id);

-- Somebody acts in the place of a commune's chair, in an assignment made for it.
CREATE TABLE stand_in (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    chair uuid NOT NULL REFERENCES assignment,
    deputy uuid NOT NULL REFERENCES assignment CONSTRAINT stand_in_deputy UNIQUE,
    during daterange NOT NULL CONSTRAINT stand_in_days CHECK (NOT isempty(during) AND NOT upper_inf(during)),
    reason text NOT NULL,
    ended_at timestamptz
);
CREATE INDEX stand_in_chair ON stand_in (chair);

-- A note of whoever supervises a case: added, and never edited.
CREATE TABLE case_note (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
    written_at timestamptz NOT NULL DEFAULT now(),
    author text NOT NULL,
    role text NOT NULL,
    content text NOT NULL
);
CREATE INDEX case_note_case ON case_note (case_id, written_at, id);

-- Something to be looked at on a day, until it is cleared.
CREATE TABLE case_flag (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
    label text NOT NULL,
    on_day date NOT NULL CONSTRAINT case_flag_day_in_range CHECK (on_day >= '1900-01-01' AND on_day < '2101-01-01'),
    note text,
    author text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    cleared_at timestamptz,
    cleared_by text,
    CONSTRAINT case_flag_cleared_by_somebody CHECK ((cleared_at IS NULL) = (cleared_by IS NULL))
);
CREATE INDEX case_flag_case ON case_flag (case_id);
CREATE INDEX case_flag_day ON case_flag (on_day, id) WHERE cleared_at IS NULL
"""
# Whoever acts in somebody's place does so by the assignment that the stand-in made: the access that the transaction
# declared names it, and so no step can forget to say it. What is imported brings it along.
IN_PLACE_OF = """
CREATE FUNCTION say_in_whose_place() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    declared CONSTANT bigint := nullif(current_setting('service.access', true), '')::bigint;
BEGIN
    IF declared IS NOT NULL THEN
        NEW.in_place_of := (
            SELECT m.account_id FROM access a
            JOIN stand_in s ON s.deputy = a.assignment_id
            JOIN assignment m ON m.id = s.chair
            WHERE a.number = declared);
    END IF;
    RETURN NEW;
END $$
"""
# A stand-in lasts no longer than the chair does, and as long as it was appointed for, or until it is ended: whoever
# changes the days of one of the two assignments, by which way ever, keeps to that.
OUTLAST = """
CREATE FUNCTION keep_stand_ins() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF EXISTS (SELECT FROM stand_in s JOIN assignment d ON d.id = s.deputy
               WHERE s.chair = NEW.id AND upper(d.during) > upper(NEW.during)) THEN
        RAISE check_violation USING MESSAGE = 'a stand-in would outlast it', CONSTRAINT = 'stand_in_outlasts';
    END IF;
    IF EXISTS (SELECT FROM stand_in s WHERE s.deputy = NEW.id AND s.ended_at IS NULL) THEN
        RAISE check_violation USING MESSAGE = 'made for a stand-in', CONSTRAINT = 'assignment_of_stand_in';
    END IF;
    RETURN NEW;
END $$
"""
KEPT = """
CREATE FUNCTION keep_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a note is added, and never edited';
END $$
"""
# A withdrawn child is nobody's sibling any longer.
FORGET = """
CREATE FUNCTION forget_sibling() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE person SET sibling_id = NULL WHERE sibling_id = OLD.id;
    RETURN OLD;
END $$
"""
# As in 0018: what hangs on a case goes before it does.
WITHDRAW = """
CREATE OR REPLACE FUNCTION withdraw_interventions() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    DELETE FROM intervention WHERE case_id = OLD.id;
    DELETE FROM case_step WHERE case_id = OLD.id;
    {more}RETURN OLD;
END $$
"""
MORE = "DELETE FROM case_note WHERE case_id = OLD.id;\n    DELETE FROM case_flag WHERE case_id = OLD.id;\n    "
RECORDS = ("person", "stand_in", "case_note", "case_flag")


def upgrade() -> None:
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    op.execute("ALTER TABLE case_step ADD in_place_of uuid")
    op.execute("CREATE INDEX case_file_submitted ON case_file (id) WHERE stage = 'submitted'")  # few, and signed soon
    for function in (IN_PLACE_OF, OUTLAST, KEPT, FORGET, WITHDRAW.format(more=MORE)):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER case_step_in_whose_place BEFORE INSERT ON case_step "
        "FOR EACH ROW EXECUTE FUNCTION say_in_whose_place()"
    )
    op.execute(
        "CREATE TRIGGER assignment_stand_ins BEFORE UPDATE OF during ON assignment FOR EACH ROW "
        "WHEN (OLD.during <> NEW.during) EXECUTE FUNCTION keep_stand_ins()"
    )
    op.execute("CREATE TRIGGER case_note_kept BEFORE UPDATE ON case_note FOR EACH ROW EXECUTE FUNCTION keep_note()")
    op.execute("CREATE TRIGGER child_withdrawn BEFORE DELETE ON child FOR EACH ROW EXECUTE FUNCTION forget_sibling()")
    for table in RECORDS:
        op.execute(
            f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION record_history()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_created AFTER INSERT ON {table} FOR EACH ROW "
            "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()"
        )


def downgrade() -> None:
    """Who is around a child, what supervision said and who stood in for whom is lost: an operator who goes back exports
    it first. The assignments of stand-ins stay, and end on their days."""
    op.execute("DROP TRIGGER case_step_in_whose_place ON case_step")
    op.execute("DROP TRIGGER child_withdrawn ON child")
    op.execute("DROP TRIGGER assignment_stand_ins ON assignment")
    op.execute(WITHDRAW.format(more=""))
    op.execute(
        "DROP TABLE person, stand_in, case_note, case_flag CASCADE"
    )  # with the functions that answer rows of them
    op.execute("DROP FUNCTION say_in_whose_place, keep_stand_ins, keep_note, forget_sibling")
    op.execute("ALTER TABLE case_step DROP in_place_of")
    op.execute("DROP INDEX case_file_submitted")
