"""Areas with their history; the records of children, cases and sites; what changed in them.

Revision ID: 0001
"""

from alembic import op

revision = "0001"
down_revision = None

AREAS = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;

-- A territory whose boundary never changes. A new boundary is a new area, even under the same code and name.
CREATE TABLE area (
    id integer PRIMARY KEY,
    level text NOT NULL CONSTRAINT area_level CHECK (level IN ('province', 'district', 'commune')),
    covered boolean NOT NULL  -- whether the register has ever covered it
);

-- What an area was called, and what it belonged to, during a period.
CREATE TABLE area_version (
    area_id integer NOT NULL REFERENCES area,
    code text NOT NULL,
    name text NOT NULL,
    name_key text NOT NULL GENERATED ALWAYS AS (
        translate(normalize(lower(name), NFD), U&'\\0111\\0300\\0301\\0302\\0303\\0306\\0309\\031B\\0323', 'd')) STORED,
    kind text NOT NULL,
    parent_id integer REFERENCES area,
    during daterange NOT NULL,
    CONSTRAINT area_version_no_overlap PRIMARY KEY (area_id, during WITHOUT OVERLAPS),
    CONSTRAINT area_code_no_overlap UNIQUE (code, during WITHOUT OVERLAPS)
);

-- What became of an area, and what it was made of, by which resolution.
CREATE TABLE area_change (
    id integer PRIMARY KEY,
    effective_on date NOT NULL,
    predecessor_id integer NOT NULL REFERENCES area,
    successor_id integer REFERENCES area,
    change text NOT NULL
        CONSTRAINT area_change_kind CHECK (change IN ('upgraded', 'merged_into', 'split_into', 'abolished')),
    share numeric CONSTRAINT area_change_share CHECK (share BETWEEN 0 AND 1),
    inferred boolean NOT NULL,
    legal_basis text NOT NULL,
    source text NOT NULL
);
CREATE INDEX area_change_predecessor ON area_change (predecessor_id);
CREATE INDEX area_change_successor ON area_change (successor_id);

-- Every area within itself and within each of its ancestors, while both links hold. Derived from area_version.
CREATE TABLE area_within (
    area_id integer NOT NULL REFERENCES area,
    ancestor_id integer NOT NULL REFERENCES area,
    area_level text NOT NULL,
    ancestor_level text NOT NULL,
    during daterange NOT NULL,
    CONSTRAINT area_within_no_overlap PRIMARY KEY (area_id, ancestor_id, during WITHOUT OVERLAPS)
);
CREATE INDEX area_within_ancestor ON area_within (ancestor_id, area_level);
CREATE INDEX area_within_area ON area_within (area_id, ancestor_level)
"""

REFERENCE = """
CREATE TABLE category_scheme (
    code text PRIMARY KEY,
    kind text NOT NULL CONSTRAINT category_scheme_kind CHECK (kind IN ('special', 'at_risk')),
    name_vi text NOT NULL,
    name_en text NOT NULL,
    legal_basis text NOT NULL
);

-- A group of a scheme, or a sub-group (with a parent). `during`: on which days a circumstance may begin in it.
CREATE TABLE category (
    code text PRIMARY KEY,
    position integer NOT NULL,
    scheme_code text NOT NULL REFERENCES category_scheme,
    parent_code text REFERENCES category,
    kind text NOT NULL CONSTRAINT category_kind CHECK (kind IN ('special', 'at_risk')),
    name_vi text NOT NULL,
    name_en text NOT NULL,
    legal_basis text NOT NULL,
    during daterange NOT NULL
);

-- What may be given to the child of a case: three levels and their measures, Law on Children Art. 48-50.
CREATE TABLE intervention_measure (
    code text PRIMARY KEY,
    position integer NOT NULL,
    parent_code text REFERENCES intervention_measure,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    legal_basis text NOT NULL
)
"""

RECORDS = """
CREATE TABLE child (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    full_name text NOT NULL
        CONSTRAINT child_name_normalised CHECK (full_name IS NFC NORMALIZED AND full_name = btrim(full_name)
            AND full_name <> ''),
    name_key text NOT NULL GENERATED ALWAYS AS (
        translate(normalize(lower(full_name), NFD), U&'\\0111\\0300\\0301\\0302\\0303\\0306\\0309\\031B\\0323', 'd'))
        STORED,
    sex text NOT NULL CONSTRAINT child_sex CHECK (sex IN ('male', 'female', 'unknown')),
    date_of_birth date NOT NULL
        CONSTRAINT child_birth_in_range CHECK (date_of_birth >= '1900-01-01' AND date_of_birth < '2101-01-01'),
    date_of_birth_precision text NOT NULL DEFAULT 'day'
        CONSTRAINT child_birth_precision CHECK (date_of_birth_precision IN ('day', 'month', 'year', 'estimated')),
    personal_id text
        CONSTRAINT child_personal_id_form CHECK (personal_id ~ '^[0-9]{12}$')
        CONSTRAINT child_personal_id_taken UNIQUE,
    ethnicity text,
    version integer NOT NULL DEFAULT 1,  -- of the whole file: every change to the child or its records adds one
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX child_name_key ON child USING gin (name_key gin_trgm_ops);

CREATE TABLE residence (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE,
    area_id integer NOT NULL REFERENCES area,
    during daterange NOT NULL
        CONSTRAINT residence_days CHECK (NOT isempty(during) AND lower(during) >= '1900-01-01'
            AND coalesce(upper(during) < '2101-01-01', true) AND NOT lower_inf(during)),
    end_reason text
        CONSTRAINT residence_end_reason CHECK (end_reason IN ('moved', 'died', 'left', 'corrected')),
    CONSTRAINT residence_reason_of_an_end CHECK (end_reason IS NULL OR NOT upper_inf(during)),
    CONSTRAINT residence_no_overlap UNIQUE (child_id, during WITHOUT OVERLAPS)
);
CREATE INDEX residence_child ON residence (child_id);
CREATE INDEX residence_area ON residence (area_id);

CREATE TABLE circumstance (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE,
    category_code text NOT NULL REFERENCES category,
    during daterange NOT NULL
        CONSTRAINT circumstance_days CHECK (NOT isempty(during) AND lower(during) >= '1900-01-01'
            AND coalesce(upper(during) < '2101-01-01', true) AND NOT lower_inf(during)),
    evidence text,
    CONSTRAINT circumstance_no_overlap UNIQUE (child_id, category_code, during WITHOUT OVERLAPS)
);
CREATE INDEX circumstance_child ON circumstance (child_id);
CREATE INDEX circumstance_category ON circumstance (category_code);

-- Not a range: a case may be empty (opened and closed on one day), and an empty range forgets its bounds.
CREATE TABLE case_file (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE,
    kind text NOT NULL CONSTRAINT case_kind CHECK (kind IN ('protection', 'support')),
    opened_on date NOT NULL
        CONSTRAINT case_opened_in_range CHECK (opened_on >= '1900-01-01' AND opened_on < '2101-01-01'),
    closed_on date CONSTRAINT case_closed_in_range CHECK (closed_on < '2101-01-01'),
    outcome text,
    reason text,
    previous_case_id uuid CONSTRAINT case_previous REFERENCES case_file,
    version integer NOT NULL DEFAULT 1,
    CONSTRAINT case_closed_before_opening CHECK (closed_on >= opened_on)
);
CREATE INDEX case_file_child ON case_file (child_id);
CREATE INDEX case_file_previous ON case_file (previous_case_id);

CREATE TABLE intervention (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    case_id uuid NOT NULL REFERENCES case_file ON DELETE CASCADE,
    measure_code text NOT NULL REFERENCES intervention_measure,
    started_on date NOT NULL
        CONSTRAINT intervention_in_range CHECK (started_on >= '1900-01-01' AND started_on < '2101-01-01'),
    ended_on date CONSTRAINT intervention_ended_in_range CHECK (ended_on < '2101-01-01'),
    provider text,
    CONSTRAINT intervention_ended_before_start CHECK (ended_on >= started_on)
);
CREATE INDEX intervention_case ON intervention (case_id);

CREATE TABLE site (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    area_id integer NOT NULL REFERENCES area CONSTRAINT site_once_in_commune UNIQUE,
    version integer NOT NULL DEFAULT 1
);

CREATE TABLE site_stage (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    site_id uuid NOT NULL REFERENCES site ON DELETE CASCADE,
    stage text NOT NULL
        CONSTRAINT site_stage_kind CHECK (stage IN ('planned', 'started', 'completed', 'replicated', 'stopped')),
    during daterange NOT NULL
        CONSTRAINT site_stage_days CHECK (NOT isempty(during) AND lower(during) >= '1900-01-01'
            AND coalesce(upper(during) < '2101-01-01', true) AND NOT lower_inf(during)),
    CONSTRAINT site_stage_no_overlap UNIQUE (site_id, during WITHOUT OVERLAPS)
)
"""

HISTORY = """
-- Every record that was changed or withdrawn, as it was before and as it was left.
CREATE TABLE history (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    record text NOT NULL,
    record_id uuid NOT NULL,
    child_id uuid,
    before jsonb NOT NULL,
    after jsonb
);
CREATE INDEX history_record ON history (record_id);
CREATE INDEX history_child ON history (child_id)
"""
RECORD_HISTORY = """
CREATE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql AS $$
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
TRACKED = ("child", "residence", "circumstance", "case_file", "intervention", "site", "site_stage")


def upgrade() -> None:
    for script in (AREAS, REFERENCE, RECORDS, HISTORY):
        for statement in script.split(";\n"):
            op.execute(statement)
    op.execute(RECORD_HISTORY)
    for table in TRACKED:
        op.execute(
            f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION record_history()"
        )


def downgrade() -> None:
    op.execute(
        "DROP TABLE history, site_stage, site, intervention, case_file, circumstance, residence, child, "
        "intervention_measure, category, category_scheme, area_within, area_change, area_version, area"
    )
    op.execute("DROP FUNCTION record_history")
    # The extensions stay: a database has each of them once, and another province in it may use them.
