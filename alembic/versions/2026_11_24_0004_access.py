"""Who may see what: accounts, assignments, sign-in; where each child is at home; every look and every change on record.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

PEOPLE = """
-- A body that people act for. Its name and kind as they are now; a reorganisation ends one and begins another.
CREATE TABLE agency (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    name text NOT NULL CONSTRAINT agency_name_taken UNIQUE,
    kind text NOT NULL CONSTRAINT agency_kind CHECK (kind IN ('people_committee', 'department', 'police', 'health',
        'school', 'justice', 'service_provider', 'mass_organisation', 'inspectorate', 'other')),
    during daterange NOT NULL CONSTRAINT agency_days CHECK (NOT isempty(during)),
    version integer NOT NULL DEFAULT 1
);

-- Someone (or a program) who signs in. The name is what is typed; it is never given to another.
CREATE TABLE account (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    name text NOT NULL CONSTRAINT account_name_taken UNIQUE
        CONSTRAINT account_name_form CHECK (name ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
    kind text NOT NULL CONSTRAINT account_kind CHECK (kind IN ('person', 'client')),
    full_name text NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    version integer NOT NULL DEFAULT 1
);

-- How an account proves itself: argon2id of a password or a client's secret. Apart: no list of accounts holds it.
CREATE TABLE credential (
    account_id uuid PRIMARY KEY REFERENCES account,
    hash text NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);

-- The roles of service/domain/access.py, for the functions that guard the records.
CREATE TABLE role (
    code text PRIMARY KEY,
    reach text NOT NULL CONSTRAINT role_reach CHECK (reach IN ('nobody', 'area', 'list', 'agency')),
    permissions text[] NOT NULL,
    sections text[] NOT NULL
);

-- An account acts in a role, for an area and an agency, during a period.
CREATE TABLE assignment (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES account,
    role text NOT NULL REFERENCES role,
    area_id integer NOT NULL REFERENCES area,
    agency_id uuid REFERENCES agency,
    during daterange NOT NULL CONSTRAINT assignment_days CHECK (NOT isempty(during) AND NOT lower_inf(during)),
    version integer NOT NULL DEFAULT 1
);
CREATE INDEX assignment_account ON assignment (account_id);

-- What an assignment reaches: its area, what lies or lay within it, and what these were made of and became.
CREATE TABLE assignment_area (
    assignment_id uuid NOT NULL REFERENCES assignment,
    area_id integer NOT NULL REFERENCES area,
    PRIMARY KEY (assignment_id, area_id)
);

-- The own list of a collaborator.
CREATE TABLE assignment_child (
    assignment_id uuid NOT NULL REFERENCES assignment,
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,  -- listed before made
    PRIMARY KEY (assignment_id, child_id)
);
CREATE INDEX assignment_child_child ON assignment_child (child_id)
"""

SIGNING_IN = """
-- From signing in to signing out, in one assignment. Every token names one of these.
CREATE TABLE sign_in (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES account,
    assignment_id uuid NOT NULL REFERENCES assignment,
    address text NOT NULL,
    begun_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    end_reason text
);
CREATE INDEX sign_in_account ON sign_in (account_id) WHERE ended_at IS NULL;

-- Good for one use each; used twice, the sign-in ends. Only the digest is kept.
CREATE TABLE refresh_token (
    digest bytea PRIMARY KEY,
    sign_in_id uuid NOT NULL REFERENCES sign_in,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX refresh_token_sign_in ON refresh_token (sign_in_id);

-- Who must wait before the next attempt: an account's name or an address, as a digest, known or not.
CREATE TABLE sign_in_delay (
    subject bytea PRIMARY KEY,
    failures integer NOT NULL,
    last_at timestamptz NOT NULL,
    until timestamptz NOT NULL
)
"""

RECORDS = """
-- Every look and every change: who, in which role, from where, on which request, for what. `subjects` are the children
-- (or sites, accounts) concerned; null where they are everyone (an export). Kept as it was written.
CREATE TABLE access (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account_id uuid,
    assignment_id uuid,
    role text NOT NULL,
    agency_id uuid,
    purpose text NOT NULL,
    address text,
    request text,
    action text NOT NULL,
    refused boolean NOT NULL DEFAULT false,
    subjects uuid[]
);
CREATE INDEX access_subjects ON access USING gin (subjects);
CREATE INDEX access_account ON access (account_id, number);

-- Where a child lives, or lived last: who is responsible for this area, or for what it became, meets the child. Derived
-- from the residences with every posting.
CREATE TABLE home (
    child_id uuid PRIMARY KEY REFERENCES child ON DELETE CASCADE,
    area_id integer NOT NULL REFERENCES area
);
CREATE INDEX home_area ON home (area_id, child_id);

-- The sensitive part of a file (service/domain/access.py) to which a category belongs, if it does: Decree 356/2025.
ALTER TABLE category ADD COLUMN section text;
UPDATE category SET section = CASE
    WHEN split_part(code, '.', 1) = ANY ('{2,3,4,d,đ,n,parent_ill,injured}') THEN 'health'
    WHEN split_part(code, '.', 1) = ANY ('{9,10,e,g,family_addiction,parent_in_prison}') THEN 'offence'
    WHEN split_part(code, '.', 1) = ANY ('{5,8,i,k,l,m,family_violence}') THEN 'abuse' END;
ALTER TABLE intervention ADD COLUMN agency_id uuid REFERENCES agency;
CREATE INDEX intervention_agency ON intervention (agency_id) WHERE agency_id IS NOT NULL;
ALTER TABLE register ADD COLUMN demonstration boolean NOT NULL DEFAULT false;

ALTER TABLE history ADD COLUMN access bigint REFERENCES access;
ALTER TABLE history ALTER COLUMN before DROP NOT NULL
"""
# Who did it, on which request: the number of the access that a transaction declared first. What operators load in bulk
# declares none, and leaves no row for what it makes.
RECORD_HISTORY = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_key}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_key}'::text[];
    record jsonb := coalesce(before, after);
BEGIN
    IF after IS DISTINCT FROM before THEN
        INSERT INTO history (record, record_id, child_id, before, after, access)
        VALUES (TG_TABLE_NAME, (record ->> 'id')::uuid,
                CASE TG_TABLE_NAME
                    WHEN 'child' THEN (record ->> 'id')::uuid
                    WHEN 'intervention' THEN (SELECT child_id FROM case_file WHERE id = (record ->> 'case_id')::uuid)
                    ELSE (record ->> 'child_id')::uuid END,
                before, after, nullif(current_setting('service.access', true), '')::bigint);
    END IF;
    RETURN NULL;
END $$
"""
RECORD_HISTORY_BEFORE = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY INVOKER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{version,created_at,updated_at,name_key}'::text[];
    after jsonb := to_jsonb(NEW) - '{version,created_at,updated_at,name_key}'::text[];
BEGIN
    IF after IS DISTINCT FROM before THEN
        INSERT INTO history (record, record_id, child_id, before, after)
        VALUES (TG_TABLE_NAME, OLD.id,
                CASE TG_TABLE_NAME
                    WHEN 'child' THEN OLD.id
                    WHEN 'intervention' THEN (SELECT child_id FROM case_file WHERE id = (before ->> 'case_id')::uuid)
                    ELSE (before ->> 'child_id')::uuid END,
                before, after);
    END IF;
    RETURN NULL;
END $$
"""
KEEP = """
CREATE FUNCTION keep_record() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is on record is neither altered nor deleted';
END $$
"""
RECORDS_WITH_HISTORY = ("child", "residence", "circumstance", "case_file", "intervention", "site", "site_stage")
PEOPLE_WITH_HISTORY = ("agency", "account", "assignment")
KEPT = ("access", "history")


def upgrade() -> None:
    for script in (PEOPLE, SIGNING_IN, RECORDS):
        for statement in script.split(";\n"):
            op.execute(statement)
    op.execute(RECORD_HISTORY)
    for table in PEOPLE_WITH_HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION record_history()"
        )
    for table in RECORDS_WITH_HISTORY + PEOPLE_WITH_HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_created AFTER INSERT ON {table} FOR EACH ROW "
            "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()"
        )
    op.execute(KEEP)
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION keep_record()"
        )


def downgrade() -> None:
    """Who saw and changed what is lost with the tables that hold it: an operator who goes back exports them first."""
    # The functions that are installed after the migrations, as far as they hold on to what goes away.
    op.execute("DROP TYPE IF EXISTS asking, caller CASCADE")
    op.execute("DROP FUNCTION IF EXISTS place_json, residence_json, intervention_json, counted_json, access_json")
    op.execute("DROP FUNCTION IF EXISTS taken CASCADE")
    op.execute("DROP FUNCTION IF EXISTS ledger_post")  # by which is known that all of them are installed
    op.execute("DROP POLICY IF EXISTS taken ON intervention")
    for table in ("site", "site_stage"):
        op.execute(f"DROP POLICY IF EXISTS seen ON {table}")
    for table in RECORDS_WITH_HISTORY:
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in RECORDS_WITH_HISTORY:
        op.execute(f"DROP TRIGGER {table}_created ON {table}")
    op.execute("DROP TRIGGER history_kept ON history")
    op.execute(RECORD_HISTORY_BEFORE)
    op.execute("DELETE FROM history WHERE before IS NULL OR record = ANY ('{agency,account,assignment}')")
    op.execute("ALTER TABLE history DROP COLUMN access")
    op.execute("ALTER TABLE history ALTER COLUMN before SET NOT NULL")
    op.execute("ALTER TABLE register DROP COLUMN demonstration")
    op.execute("ALTER TABLE intervention DROP COLUMN agency_id")
    op.execute("ALTER TABLE category DROP COLUMN section")
    op.execute(
        "DROP TABLE home, access, sign_in_delay, refresh_token, sign_in, assignment_child, assignment_area, "
        "assignment, role, credential, account, agency"
    )
    op.execute("DROP FUNCTION keep_record")
