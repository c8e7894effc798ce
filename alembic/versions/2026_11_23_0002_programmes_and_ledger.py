"""Programmes with their targets, and the ledger: postings, spells, cells and pages.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"

PROGRAMMES = """
CREATE TABLE programme (
    code text PRIMARY KEY,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    legal_basis text NOT NULL,
    area_code text NOT NULL,
    during daterange NOT NULL
);

-- Which categories count and what "assisted" requires. Adopted rules are never edited.
CREATE TABLE counting_rule (
    id smallint PRIMARY KEY,
    programme_code text NOT NULL REFERENCES programme,
    number smallint NOT NULL,
    name_vi text NOT NULL,
    name_en text NOT NULL,
    CONSTRAINT counting_rule_number UNIQUE (programme_code, number)
);

CREATE TABLE age_band (
    rule smallint NOT NULL REFERENCES counting_rule,
    code text NOT NULL,
    from_age integer NOT NULL,
    until_age integer NOT NULL,
    PRIMARY KEY (rule, code)
);

CREATE TABLE indicator (
    code text PRIMARY KEY,
    position integer NOT NULL,
    numerator text NOT NULL,
    denominator text,
    unit text NOT NULL CONSTRAINT indicator_unit CHECK (unit IN ('ratio', 'count')),
    name_vi text NOT NULL,
    name_en text NOT NULL,
    definition_vi text NOT NULL,
    definition_en text NOT NULL,
    legal_basis text NOT NULL
);

CREATE TABLE target (
    programme_code text NOT NULL REFERENCES programme,
    indicator_code text NOT NULL REFERENCES indicator,
    direction text NOT NULL CONSTRAINT target_direction CHECK (direction IN ('below', 'at_least')),
    value numeric NOT NULL CONSTRAINT target_positive CHECK (value > 0),
    due_on date NOT NULL,
    PRIMARY KEY (programme_code, indicator_code, due_on)
)
"""

LEDGER = """
-- A change of the ledger.
CREATE TABLE posting (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    actor text NOT NULL,
    cause text NOT NULL
);
CREATE INDEX posting_day ON posting (day, number);

-- One child (or site) counts for one measure in one area during one period: known from the posting that inserted it
-- until the posting that withdrew it. No foreign key to the child: the ledger outlives a record withdrawn as an error.
CREATE TABLE spell (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subject_id uuid NOT NULL,
    area_id integer NOT NULL REFERENCES area,
    rule smallint NOT NULL REFERENCES counting_rule,
    measure text NOT NULL,
    category text NOT NULL,
    sex text,
    born date,
    during daterange NOT NULL CONSTRAINT spell_not_empty CHECK (NOT isempty(during)),
    posted bigint NOT NULL REFERENCES posting,
    withdrawn bigint REFERENCES posting CONSTRAINT spell_withdrawn_later CHECK (withdrawn > posted)
);
CREATE INDEX spell_subject ON spell (subject_id);
CREATE INDEX spell_place ON spell (rule, measure, category, area_id, subject_id) WHERE withdrawn IS NULL;
CREATE INDEX spell_posted ON spell (posted);
CREATE INDEX spell_withdrawn ON spell (withdrawn) WHERE withdrawn IS NOT NULL;

-- A page is one month of what is counted together, as known now: the stock before it, and the change since then up to
-- the end of each day. Rewritten often, never indexed on what is rewritten: hence the room for heap-only updates.

-- Totals (every category, sex and age band) have a page for every month, in the order of months: one day of a measure
-- in all communes is one stretch of them.
CREATE TABLE total_page (
    rule smallint NOT NULL REFERENCES counting_rule,
    measure text NOT NULL,
    month date NOT NULL CONSTRAINT total_page_month_first_day CHECK (extract(day FROM month) = 1),
    area_id integer NOT NULL REFERENCES area,
    opening integer NOT NULL,
    running integer[] NOT NULL CONSTRAINT total_page_running_days CHECK (array_length(running, 1) = 31),
    PRIMARY KEY (rule, measure, month, area_id)
) WITH (fillfactor = 70);

-- A part of what is counted, by category, sex or age band; 'all' stands for every one of them.
CREATE TABLE cell (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    area_id integer NOT NULL REFERENCES area,
    rule smallint NOT NULL REFERENCES counting_rule,
    measure text NOT NULL,
    category text NOT NULL,
    sex text NOT NULL,
    age_band text NOT NULL,
    CONSTRAINT cell_key UNIQUE (rule, measure, category, sex, age_band, area_id),
    CONSTRAINT cell_is_a_part CHECK (NOT (category = 'all' AND sex = 'all' AND age_band = 'all'))
);

-- Parts have pages only for the months in which something moved.
CREATE TABLE page (
    cell_id integer NOT NULL REFERENCES cell,
    month date NOT NULL CONSTRAINT page_month_first_day CHECK (extract(day FROM month) = 1),
    opening integer NOT NULL,
    running integer[] NOT NULL CONSTRAINT page_running_days CHECK (array_length(running, 1) = 31),
    PRIMARY KEY (cell_id, month)
) WITH (fillfactor = 70);

-- The one row of what this register is: the day it carries (null: the calendar's) and how far its pages reach.
CREATE TABLE register (
    one boolean PRIMARY KEY DEFAULT true CONSTRAINT register_one_row CHECK (one),
    fixed_today date,
    page_horizon date NOT NULL
)
"""

# The ledger is kept as an accountant keeps it, whoever writes: a spell is withdrawn once, and nothing else is altered.
KEEP = """
CREATE FUNCTION keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is neither altered nor deleted';
END $$
"""
KEPT = """
CREATE TRIGGER posting_kept BEFORE UPDATE OR DELETE ON posting FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER spell_kept BEFORE DELETE ON spell FOR EACH ROW EXECUTE FUNCTION keep_ledger();
CREATE TRIGGER spell_withdrawn_once BEFORE UPDATE ON spell FOR EACH ROW
WHEN (OLD.withdrawn IS NOT NULL OR (to_jsonb(OLD) - 'withdrawn') <> (to_jsonb(NEW) - 'withdrawn'))
EXECUTE FUNCTION keep_ledger()
"""


def upgrade() -> None:
    for script in (PROGRAMMES, LEDGER):
        for statement in script.split(";\n"):
            op.execute(statement)
    op.execute(KEEP)
    for statement in KEPT.split(";\n"):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE register, page, cell, total_page, spell, posting")
    op.execute("DROP FUNCTION keep_ledger")
    op.execute("DROP TABLE target, indicator, age_band, counting_rule, programme")
