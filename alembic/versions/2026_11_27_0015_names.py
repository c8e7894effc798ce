"""Names are found by their words, marks or no marks, and sorted as Vietnamese are.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"

# As service/domain/names/spelling.py. The columns are made of these: what changes them has to make the columns anew.
# The search path may be another when a dump is loaded: RETURN and BEGIN ATOMIC bind names when they are made.
SEPARATORS = r"\t\n !-/:-@\[-`{-~\u00A0\u00B7\u02BC\u2013\u2014\u2018\u2019\u3000"
UNSEEN = r"\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF"
SPELLED = (
    (
        r"""
CREATE FUNCTION name_spelled(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN btrim(normalize(regexp_replace(translate(
    regexp_replace(normalize(lower(name), NFD), '[{separators}][{separators}{unseen}]*', ' ', 'g'),
    U&'\0300\0309\0303\0301\0323\00AD\200B\200C\200D\200E\200F\202A\202B\202C\202D\202E'
    || U&'\2060\2061\2062\2063\2064\2066\2067\2068\2069\FEFF',
    'FRXSJ'), '([FRXSJ])([^ ]*)', '\2\1', 'g'), NFC))
"""
    )
    .replace("{separators}", SEPARATORS)
    .replace("{unseen}", UNSEEN)
)
FOLDED = r"""
CREATE FUNCTION name_folded(spelling text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN regexp_replace(translate(spelling, 'ăâđêôơưFRXSJ', 'aadeoou'), '\m(qu|[^aeiouy ]*)y\M', '\1i', 'g')
"""
WORDS = r"""
CREATE FUNCTION name_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_to_tsvector(
        spelled || folded || ('=' || left(array_to_string(array_sort(spelled COLLATE "C"), ' '), 150))
        || ('=' || left(array_to_string(array_sort(folded COLLATE "C"), ' '), 150)))
    FROM (
        SELECT string_to_array(spelling, ' ') AS spelled,
               array_remove(string_to_array(name_folded(spelling), ' '), '') AS folded
        FROM (SELECT regexp_replace(name_spelled(name), '([^ ]{50})[^ ]+', '\1', 'g') AS spelling OFFSET 0) s
        OFFSET 0
    ) word;
END
"""
ORDER = r"""
CREATE FUNCTION name_order(name text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN left(translate(regexp_replace(name_spelled(name), '^(.*) ([^ ]*)$', '\2 \1'),
    'aăâbcdđeêfghijklmnoôơpqrstuưvwxyzFRXSJ', 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg12345'), 150)
"""
# As in 0014, without the columns that are made of others.
RECORD_HISTORY = """
CREATE OR REPLACE FUNCTION record_history() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    before jsonb := to_jsonb(OLD) - '{{{derived}}}'::text[];
    after jsonb := to_jsonb(NEW) - '{{{derived}}}'::text[];
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
    SPELLED,
    FOLDED,
    WORDS,
    ORDER,
    """
    ALTER TABLE child DROP COLUMN name_key,
        ADD COLUMN name_words tsvector NOT NULL GENERATED ALWAYS AS (name_words(full_name)) STORED,
        ADD COLUMN name_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (name_order(full_name)) STORED
    """,
    "CREATE INDEX child_name_words ON child USING gin (name_words)",
    # With the words beside it, walking along the order of names needs no look at the children.
    "CREATE INDEX child_name_order ON child (name_order, id) INCLUDE (name_words)",
    """
    ALTER TABLE area_version DROP COLUMN name_key,
        ADD COLUMN name_words tsvector NOT NULL GENERATED ALWAYS AS (name_words(name)) STORED
    """,
    RECORD_HISTORY.format(derived="version,created_at,updated_at,name_words,name_order"),
]
KEY = r"translate(normalize(lower({}), NFD), U&'\0111\0300\0301\0302\0303\0306\0309\031B\0323', 'd')"
STATEMENTS_BACK = [
    RECORD_HISTORY.format(derived="version,created_at,updated_at,name_key"),
    "ALTER TABLE child DROP COLUMN name_words, DROP COLUMN name_order, "
    f"ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS ({KEY.format('full_name')}) STORED",
    "CREATE INDEX child_name_key ON child USING gin (name_key gin_trgm_ops)",
    "ALTER TABLE area_version DROP COLUMN name_words, "
    f"ADD COLUMN name_key text NOT NULL GENERATED ALWAYS AS ({KEY.format('name')}) STORED",
    "DROP FUNCTION name_order, name_words, name_folded, name_spelled",
]


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for statement in STATEMENTS_BACK:
        op.execute(statement)
