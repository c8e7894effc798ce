"""What a child is found by stands apart from the child; the given name is a word of its own.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"

# As in 0015; behind `>` the given name. As service/domain/names/spelling.py.
WORDS = r"""
CREATE OR REPLACE FUNCTION name_words(name text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT array_to_tsvector(
        spelled || folded || ('=' || left(array_to_string(array_sort(spelled COLLATE "C"), ' '), 150))
        || ('=' || left(array_to_string(array_sort(folded COLLATE "C"), ' '), 150)) || {given})
    FROM (
        SELECT string_to_array(spelling, ' ') AS spelled,
               array_remove(string_to_array(name_folded(spelling), ' '), '') AS folded
        FROM (SELECT regexp_replace(name_spelled(name), '([^ ]{{50}})[^ ]+', '\1', 'g') AS spelling OFFSET 0) s
        OFFSET 0
    ) word;
END
"""
GIVEN = """
CASE WHEN spelled[cardinality(spelled)] ~ '[FRXSJ].' THEN '{}' ELSE array_remove(ARRAY[
    '>' || spelled[cardinality(spelled)], '>' || nullif(name_folded(spelled[cardinality(spelled)]), '')], NULL) END
"""
# The words of places were made by the function as it was.
PLACES = "ALTER TABLE area_version ALTER name_words SET EXPRESSION AS (name_words(name))"
# A child's row changes with every change of its file: its name does not, nor the index of names.
NAMES = """
CREATE TABLE child_name (
    child_id uuid PRIMARY KEY REFERENCES child ON DELETE CASCADE,
    full_name text,
    areas integer[] NOT NULL,
    words tsvector NOT NULL GENERATED ALWAYS AS (name_words(coalesce(full_name, ''))) STORED,
    place text COLLATE "C" NOT NULL GENERATED ALWAYS AS (name_order(coalesce(full_name, ''))) STORED
)
"""
FILL = """
INSERT INTO child_name (child_id, full_name, areas)
SELECT c.id, c.full_name, coalesce(lived.areas, '{}')
FROM child c LEFT JOIN (
    SELECT r.child_id, array_agg(DISTINCT r.area_id) AS areas
    FROM (SELECT child_id, area_id FROM residence UNION ALL SELECT child_id, area_id FROM home) r GROUP BY r.child_id
) lived ON lived.child_id = c.id
ORDER BY lived.areas
"""


def upgrade() -> None:
    op.execute("ALTER TABLE child DROP COLUMN name_words, DROP COLUMN name_order")
    op.execute(WORDS.format(given=GIVEN))
    op.execute(PLACES)
    op.execute(NAMES)
    op.execute(FILL)
    op.execute("CREATE INDEX child_name_words ON child_name USING gin (words, areas)")
    # With the words beside it, walking along the order of names needs no look at the rows.
    op.execute("CREATE INDEX child_name_place ON child_name (place, child_id) INCLUDE (words)")
    op.execute("ANALYZE child_name, area_version")


def downgrade() -> None:
    op.execute("DROP TABLE child_name CASCADE")
    op.execute(WORDS.format(given="'{}'::text[]"))
    op.execute(PLACES)
    op.execute("""
        ALTER TABLE child
        ADD name_words tsvector NOT NULL GENERATED ALWAYS AS (name_words(coalesce(full_name, ''))) STORED,
        ADD name_order text COLLATE "C" NOT NULL GENERATED ALWAYS AS (name_order(coalesce(full_name, ''))) STORED
    """)
    op.execute("CREATE INDEX child_name_words ON child USING gin (name_words)")
    op.execute("CREATE INDEX child_name_order ON child (name_order, id) INCLUDE (name_words)")
