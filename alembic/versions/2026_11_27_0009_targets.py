"""Targets as objects: milestones, areas and revisions; programmes of the nation; official figures of population.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"

PROGRAMMES = """
ALTER TABLE programme
    ADD COLUMN level text NOT NULL DEFAULT 'province'
        CONSTRAINT programme_level CHECK (level IN ('national', 'province')),
    ADD COLUMN rules_of text REFERENCES programme,
    ADD COLUMN denominator_source text NOT NULL DEFAULT 'register'
        CONSTRAINT programme_denominator CHECK (denominator_source IN ('register', 'official')),
    ADD COLUMN definition_vi text,
    ADD COLUMN definition_en text;

-- An indicator that this register cannot measure is one without measures.
ALTER TABLE indicator ALTER COLUMN numerator DROP NOT NULL;

ALTER TABLE indicator DROP CONSTRAINT indicator_unit;

ALTER TABLE indicator
    ADD CONSTRAINT indicator_unit CHECK (unit IN ('ratio', 'per_1000', 'per_100000', 'count', 'yearly_change')),
    ADD CONSTRAINT indicator_measured CHECK (numerator IS NULL OR unit IN ('ratio', 'count'))
"""
# What it held is shipped with the service, and comes back with what has been added.
TARGETS = """
DROP TABLE target;

CREATE TABLE target (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    programme_code text NOT NULL REFERENCES programme,
    indicator_code text NOT NULL REFERENCES indicator,
    area_id integer REFERENCES area,
    place integer GENERATED ALWAYS AS (coalesce(area_id, 0)) STORED,
    direction text NOT NULL CONSTRAINT target_direction CHECK (direction IN ('below', 'at_most', 'at_least')),
    unit text NOT NULL
        CONSTRAINT target_unit CHECK (unit IN ('ratio', 'per_1000', 'per_100000', 'count', 'yearly_change')),
    value numeric NOT NULL CONSTRAINT target_value CHECK (CASE unit WHEN 'yearly_change' THEN value > -1
        WHEN 'count' THEN value >= 0 AND value = trunc(value) ELSE value >= 0 END AND value < 1e12),
    baseline_value numeric,
    baseline_on date,
    due_on date NOT NULL,
    legal_basis text NOT NULL,
    revision integer NOT NULL CONSTRAINT target_revision CHECK (revision > 0),
    decided_on date NOT NULL,
    during daterange NOT NULL CONSTRAINT target_not_empty CHECK (NOT isempty(during)),
    allocated_from uuid REFERENCES target,
    CONSTRAINT target_baseline CHECK ((baseline_value IS NULL) = (baseline_on IS NULL)),
    CONSTRAINT target_below_something CHECK (direction <> 'below' OR unit = 'yearly_change' OR value > 0),
    CONSTRAINT target_no_overlap
        UNIQUE (programme_code, indicator_code, place, due_on, during WITHOUT OVERLAPS)
);

CREATE INDEX target_indicator ON target (indicator_code, programme_code, area_id);

CREATE INDEX target_allocated_from ON target (allocated_from);

CREATE TABLE official_population (
    id uuid PRIMARY KEY DEFAULT uuidv7(),
    area_id integer NOT NULL REFERENCES area,
    on_date date NOT NULL,
    population integer NOT NULL CONSTRAINT population_positive CHECK (population > 0),
    children_under_16 integer
        CONSTRAINT children_of_population CHECK (children_under_16 BETWEEN 0 AND population),
    source text NOT NULL,
    CONSTRAINT population_taken UNIQUE (area_id, on_date, source)
)
"""
TRACKED = ("target", "official_population")
DOWN = """
DELETE FROM history WHERE record IN ('target', 'official_population');

CREATE TEMPORARY TABLE present_target ON COMMIT DROP AS
SELECT programme_code, indicator_code, direction, value, due_on
FROM target JOIN programme p ON p.code = programme_code AND p.level = 'province'
WHERE area_id IS NULL AND upper_inf(target.during) AND direction <> 'at_most'
  AND unit IN ('ratio', 'count') AND value > 0;

DROP TABLE target, official_population;

DELETE FROM programme WHERE level = 'national';

DELETE FROM indicator WHERE numerator IS NULL;

ALTER TABLE indicator DROP CONSTRAINT indicator_measured, DROP CONSTRAINT indicator_unit;

ALTER TABLE indicator
    ALTER COLUMN numerator SET NOT NULL,
    ADD CONSTRAINT indicator_unit CHECK (unit IN ('ratio', 'count'));

ALTER TABLE programme
    DROP COLUMN level, DROP COLUMN rules_of, DROP COLUMN denominator_source,
    DROP COLUMN definition_vi, DROP COLUMN definition_en;

CREATE TABLE target (
    programme_code text NOT NULL REFERENCES programme,
    indicator_code text NOT NULL REFERENCES indicator,
    direction text NOT NULL CONSTRAINT target_direction CHECK (direction IN ('below', 'at_least')),
    value numeric NOT NULL CONSTRAINT target_positive CHECK (value > 0),
    due_on date NOT NULL,
    PRIMARY KEY (programme_code, indicator_code, due_on)
);

INSERT INTO target SELECT * FROM present_target
"""


def upgrade() -> None:
    for script in (PROGRAMMES, TARGETS):
        for statement in script.split(";\n"):
            op.execute(statement)
    for table in TRACKED:
        op.execute(
            f"CREATE TRIGGER {table}_history AFTER UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION record_history()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_created AFTER INSERT ON {table} FOR EACH ROW "
            "WHEN (current_setting('service.access', true) <> '') EXECUTE FUNCTION record_history()"
        )


def downgrade() -> None:
    """Only the targets of the province that hold now are kept: an operator who goes back exports the others first."""
    op.execute("ALTER TABLE history DISABLE TRIGGER history_kept")
    for statement in DOWN.split(";\n"):
        op.execute(statement)
    op.execute("ALTER TABLE history ENABLE TRIGGER history_kept")
