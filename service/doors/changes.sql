-- The doors to what has changed, for whoever does not receive cases: they are told of changes in what they are shown.

DROP FUNCTION IF EXISTS most_changes;


-- When something of a child's file that the caller is shown was last changed. The moment of the last change to any of it
-- would tell of cases, and of what else is left out. What is not named here is not shown.
CREATE FUNCTION shown_change(c caller, x child) RETURNS timestamptz
LANGUAGE sql STABLE AS $$
SELECT greatest(x.created_at, (
    SELECT max(h.at) FROM history h
    WHERE h.child_id = x.id AND CASE h.record
        WHEN 'child' THEN EXISTS (
            SELECT FROM unnest(ARRAY['identified', 'full_name', 'sex', 'date_of_birth', 'date_of_birth_precision', 'personal_id']
                               || CASE WHEN 'ethnicity' = ANY (c.sections) THEN ARRAY['ethnicity'] END) f
            WHERE h.before -> f IS DISTINCT FROM h.after -> f)
        WHEN 'residence' THEN true
        WHEN 'circumstance' THEN
            (SELECT m::text FROM circumstance_json(c, jsonb_populate_record(NULL::circumstance, h.before)) m)
            IS DISTINCT FROM
            (SELECT m::text FROM circumstance_json(c, jsonb_populate_record(NULL::circumstance, h.after)) m)
        ELSE false END))
$$;

-- How many changed files are looked through.
CREATE FUNCTION most_changes() RETURNS integer LANGUAGE sql IMMUTABLE AS $$ SELECT 20000 $$;

-- Those who are asked for (as `children_matching` has it), with the moment of the last change shown, as a statement. No file
-- was changed before what is shown of it was, so the moment kept of the file finds them all.
CREATE FUNCTION changes_matching(c caller, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                                 age_from integer, age_until integer, name text, without_case boolean,
                                 without_intervention boolean, changed_since timestamptz) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF most_changes() < (
        SELECT count(*) FROM (SELECT FROM child WHERE updated_at >= changed_since LIMIT most_changes() + 1) found)
    THEN
        RAISE check_violation USING MESSAGE = 'too many changes', CONSTRAINT = 'changes_too_many';
    END IF;
    RETURN format($statement$
        SELECT * FROM (SELECT y.id, shown_change($1, y) AS moment
                       FROM (SELECT x.id %s OFFSET 0) m JOIN child y ON y.id = m.id OFFSET 0) changed
        WHERE moment >= $14
    $statement$, children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
                                   without_intervention, changed_since));
END $$;

-- A page of those changed since a moment, the oldest change first: item, moment and id, one row more than `size`.
CREATE FUNCTION list_changes(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                             age_from integer, age_until integer, name text, without_case boolean,
                             without_intervention boolean, changed_since timestamptz, shown_on date,
                             after_moment timestamptz, after uuid, size integer)
RETURNS TABLE (item text, moment timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET jit = off AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    matching CONSTANT text := changes_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name,
                                               without_case, without_intervention, changed_since);
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH met AS MATERIALIZED (%s %s ORDER BY moment, id LIMIT $18 + 1),
        noted AS (SELECT note($19, $1, false, (SELECT array_agg(m.id) FROM (TABLE met LIMIT $18) m)) WHERE EXISTS (TABLE met))
        SELECT page.item, met.moment, page.id
        FROM noted, shown_children($1, ARRAY(SELECT m.id FROM met m), ARRAY(SELECT m.moment FROM met m), $15) page
        JOIN met ON met.id = page.id
        ORDER BY page.nth
    $statement$, matching, CASE WHEN after IS NOT NULL THEN 'AND (moment, id) > ($16, $17)' END)
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
          without_intervention, changed_since, shown_on, after_moment, after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_changes(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, without_case boolean,
                              without_intervention boolean, changed_since timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    number bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (%s) counted', changes_matching(
        c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case, without_intervention,
        changed_since))
    INTO number
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
          without_intervention, changed_since;
    RETURN number;
END $$;
