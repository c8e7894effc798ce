"""By child, what its cases say on a day; children by the year of their birth.

Revision ID: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0021"

CARE = """
-- Of a child that has cases: on which days one is open, on which something has begun in it, and since when anything has
-- been given in any of them (infinity: nothing has). Derived with every posting.
CREATE TABLE care (
    child_id uuid NOT NULL REFERENCES child ON DELETE CASCADE,
    born date,
    open datemultirange NOT NULL,
    assisted datemultirange NOT NULL,
    given_on date NOT NULL,
    PRIMARY KEY (child_id) INCLUDE (born, open, assisted, given_on)
)
"""
FILL = """
INSERT INTO care
SELECT f.child_id, min(c.date_of_birth), coalesce(range_agg(daterange(f.opened_on, f.closed_on)), '{}'),
       coalesce(range_agg(daterange(greatest(f.opened_on, i.begun), f.closed_on)) FILTER (
           WHERE i.begun IS NOT NULL AND (f.closed_on IS NULL OR greatest(f.opened_on, i.begun) < f.closed_on)), '{}'),
       coalesce(min(i.begun), 'infinity')
FROM case_file f
JOIN child c ON c.id = f.child_id
CROSS JOIN LATERAL (SELECT min(started_on) AS begun FROM intervention WHERE case_id = f.id) i
GROUP BY f.child_id ORDER BY f.child_id
"""


ORDER = (
    "CREATE INDEX spell_order ON spell (rule, measure, category, subject_id) INCLUDE (area_id, sex, born, during) "
    "WHERE withdrawn IS NULL AND {}"
)
AGENCY = "CREATE INDEX intervention_agency ON intervention (agency_id) {}WHERE agency_id IS NOT NULL"


def upgrade() -> None:
    op.execute(CARE)
    op.execute(FILL)
    # Of most, the spell of a child is looked for, which has no kind: without it, an index is compared in half the time.
    op.execute("DROP INDEX spell_order")
    op.execute(ORDER.format("measure <> 'children'"))
    op.execute(
        "CREATE INDEX spell_child ON spell (rule, subject_id) INCLUDE (area_id, sex, born, during) "
        "WHERE withdrawn IS NULL AND measure = 'children' AND category = 'all'"
    )
    # A list of an age would go through all children to whom it does not apply.
    op.execute(
        "CREATE INDEX spell_born ON spell (rule, (extract(year FROM born)::smallint), subject_id) "
        "INCLUDE (area_id, sex, born, during) WHERE withdrawn IS NULL AND measure = 'children' AND category = 'all'"
    )
    op.execute("DROP INDEX child_changed")
    op.execute("CREATE INDEX child_changed ON child (updated_at, id) INCLUDE (sex, date_of_birth)")
    op.execute("DROP INDEX intervention_agency")
    op.execute(
        "CREATE INDEX intervention_agency ON intervention (agency_id) INCLUDE (case_id) WHERE agency_id IS NOT NULL"
    )
    # Where somebody lived on a day, and who lived in an area, without the residences themselves.
    op.execute("DROP INDEX residence_child")
    op.execute("DROP INDEX residence_area")
    op.execute("CREATE INDEX residence_child ON residence (child_id) INCLUDE (area_id, during)")
    op.execute("CREATE INDEX residence_area ON residence (area_id, child_id) INCLUDE (during)")
    # What the cover of these two told is in `care`.
    op.execute("DROP INDEX case_file_child")
    op.execute("DROP INDEX intervention_case")
    op.execute("CREATE INDEX case_file_child ON case_file (child_id)")
    op.execute("CREATE INDEX intervention_case ON intervention (case_id)")


def downgrade() -> None:
    op.execute("DROP INDEX residence_area")
    op.execute("DROP INDEX residence_child")
    op.execute("CREATE INDEX residence_area ON residence (area_id, child_id)")
    op.execute("CREATE INDEX residence_child ON residence (child_id)")
    op.execute("DROP INDEX intervention_agency")
    op.execute(AGENCY.format(""))
    op.execute("DROP INDEX intervention_case")
    op.execute("DROP INDEX case_file_child")
    op.execute("CREATE INDEX case_file_child ON case_file (child_id) INCLUDE (id, opened_on, closed_on)")
    op.execute("CREATE INDEX intervention_case ON intervention (case_id) INCLUDE (started_on)")
    op.execute("DROP INDEX child_changed")
    op.execute("CREATE INDEX child_changed ON child (updated_at, id)")
    op.execute("DROP INDEX spell_born")
    op.execute("DROP INDEX spell_child")
    op.execute("DROP INDEX spell_order")
    op.execute(ORDER.format("true").removesuffix(" AND true"))
    op.execute("DROP TABLE care")
