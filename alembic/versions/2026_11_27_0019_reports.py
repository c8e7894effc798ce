"""Reports that a child may be harmed, who informed, and children of whom nobody knows yet who they are.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"

REPORTS = """
-- What a receiving place was told (form 01 of Decree 56/2017). `area_id` is the commune where it happened; `sender` is
-- the agency, or the account, that reported, and `reference` what the sender calls it; `said` is a digest of what was
-- sent, but for the informant. The receipt is numbered within its series (receiving_code, year).
CREATE TABLE case_report (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    area_id integer NOT NULL REFERENCES area,
    place text,
    sender uuid NOT NULL,
    reference text,
    said bytea NOT NULL,
    receiving_code text NOT NULL,
    year integer NOT NULL,
    number integer NOT NULL,
    receiving_place text,
    source text NOT NULL CONSTRAINT case_report_source
        CHECK (source IN ('hotline_111', 'police', 'school', 'health', 'citizen', 'commune', 'other')),
    channel text NOT NULL CONSTRAINT case_report_channel CHECK (channel IN ('phone', 'direct', 'other')),
    received_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    concern text NOT NULL CONSTRAINT case_report_concern CHECK (concern IN ('abused', 'at_risk', 'special')),
    condition text,
    likely_harm text,
    steps_taken text,
    anonymous boolean NOT NULL,
    passed_on_at timestamptz,
    unfounded_at timestamptz,
    unfounded_reason text,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT case_report_reference_taken UNIQUE (sender, reference),
    CONSTRAINT case_report_number UNIQUE (receiving_code, year, number),
    CONSTRAINT case_report_unfounded CHECK ((unfounded_at IS NULL) = (unfounded_reason IS NULL))
);
CREATE INDEX case_report_received ON case_report (received_at, id);
CREATE INDEX case_report_area ON case_report (area_id, received_at, id);

-- The last number of each series of receipts.
CREATE TABLE report_series (
    code text,
    year integer,
    last integer NOT NULL,
    PRIMARY KEY (code, year)
);

-- A child of a report, as it was told: what is not known is empty. `child_id` and `case_id`: who it is, and the case
-- that came of it.
CREATE TABLE case_report_child (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    report_id uuid NOT NULL REFERENCES case_report,
    n integer NOT NULL,
    child_id uuid REFERENCES child,
    case_id uuid REFERENCES case_file,
    full_name text,
    sex text NOT NULL CONSTRAINT case_report_child_sex CHECK (sex IN ('male', 'female', 'unknown')),
    date_of_birth date,
    estimated_age integer CONSTRAINT case_report_child_age CHECK (estimated_age BETWEEN 0 AND 17),
    residence_area_id integer REFERENCES area,
    father text,
    mother text,
    carer text,
    CONSTRAINT case_report_child_n UNIQUE (report_id, n)
);
CREATE INDEX case_report_child_child ON case_report_child (child_id);
CREATE INDEX case_report_child_case ON case_report_child (case_id);
CREATE INDEX case_report_child_residence ON case_report_child (residence_area_id);

-- Who informed, if they agreed to be named. Apart from the report, and without a history: nothing of it is copied.
CREATE TABLE informant (
    report_id uuid PRIMARY KEY REFERENCES case_report,
    full_name text,
    phone text,
    address text,
    note text
)
"""
# A child or a case that is withdrawn as an error leaves the report as it was told.
RELEASE = """
CREATE FUNCTION release_reports() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF TG_TABLE_NAME = 'case_file' THEN
        UPDATE case_report_child SET case_id = NULL WHERE case_id = OLD.id;
    ELSE
        UPDATE case_report_child SET child_id = NULL WHERE child_id = OLD.id;
    END IF;
    RETURN OLD;
END $$
"""
HISTORY = [
    statement
    for table in ("case_report", "case_report_child")
    for statement in (
        f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION record_history()",
        f"CREATE TRIGGER {table}_created AFTER INSERT ON {table} FOR EACH ROW "
        "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()",
    )
]
RELEASING = [
    f"CREATE TRIGGER {table}_released BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION release_reports()"
    for table in ("child", "case_file")
]
# Who somebody is may be found out later. Names are found and sorted as before: of no name, nothing, and first.
UNIDENTIFIED = [
    """
    ALTER TABLE child ADD identified boolean NOT NULL DEFAULT true,
        ALTER full_name DROP NOT NULL, ALTER date_of_birth DROP NOT NULL,
        ADD CONSTRAINT child_identified
            CHECK (NOT identified OR full_name IS NOT NULL AND date_of_birth IS NOT NULL)
    """,
    """
    ALTER TABLE child
        ALTER name_words SET EXPRESSION AS (name_words(coalesce(full_name, ''))),
        ALTER name_order SET EXPRESSION AS (name_order(coalesce(full_name, '')))
    """,
]
IDENTIFIED = [
    "DELETE FROM child WHERE NOT identified",
    """
    ALTER TABLE child
        ALTER name_words SET EXPRESSION AS (name_words(full_name)),
        ALTER name_order SET EXPRESSION AS (name_order(full_name))
    """,
    """
    ALTER TABLE child DROP identified, ALTER full_name SET NOT NULL, ALTER date_of_birth SET NOT NULL
    """,
]


def upgrade() -> None:
    for statement in [*REPORTS.split(";\n"), RELEASE, *HISTORY, *RELEASING, *UNIDENTIFIED]:
        op.execute(statement)


def downgrade() -> None:
    """Children of whom nobody knows who they are go, with their cases: before, there was no place for them."""
    # With the functions of such rows, which are installed after the migrations.
    op.execute("DROP TABLE informant, case_report_child, report_series, case_report CASCADE")
    for table in ("child", "case_file"):
        op.execute(f"DROP TRIGGER {table}_released ON {table}")
    op.execute("DROP FUNCTION release_reports")
    for statement in IDENTIFIED:
        op.execute(statement)
