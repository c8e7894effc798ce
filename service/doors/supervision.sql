-- The doors to what is said beside a case: notes of who supervises, flags with a day. They are in the case's file, and
-- not for agencies.

DROP FUNCTION IF EXISTS note_json, flag_json;


CREATE FUNCTION note_json(n case_note) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT json_build_object('id', n.id, 'case_id', n.case_id, 'written_at', n.written_at, 'author', n.author, 'role', n.role,
                         'content', n.content)
$$;

CREATE FUNCTION flag_json(g case_flag) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT json_build_object('id', g.id, 'case_id', g.case_id, 'label', g.label, 'on', g.on_day, 'note', g.note,
                         'author', g.author, 'made_at', g.made_at, 'cleared', g.cleared_at IS NOT NULL,
                         'cleared_at', g.cleared_at, 'cleared_by', g.cleared_by)
$$;

-- Of a case, the newest first: one row more than `size`.
CREATE FUNCTION list_notes(who asking, of_case uuid, before_moment timestamptz, before uuid, size integer)
RETURNS TABLE (item text, moment timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'notes.read');
BEGIN
    RETURN QUERY
        SELECT note_json(n)::text, n.written_at, n.id
        FROM case_note n JOIN case_file f ON f.id = n.case_id AND reaches_case(c, f)
        WHERE n.case_id = of_case AND (before IS NULL OR (n.written_at, n.id) < (before_moment, before))
        ORDER BY n.written_at DESC, n.id DESC LIMIT size + 1;
END $$;

CREATE FUNCTION count_notes(who asking, of_case uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'notes.read');
BEGIN
    RETURN (SELECT count(*) FROM case_note n JOIN case_file f ON f.id = n.case_id AND reaches_case(c, f)
            WHERE n.case_id = of_case);
END $$;

-- $1 caller · $2 its areas · $3 case · $4 officer · $5 the first day that is no longer asked for. Whom the caller meets is said as
-- in reaches_case, of whoever reaches areas, and in the words that the planner asks once and not of each flag.
CREATE FUNCTION flags_matching(c caller, of_case uuid, officer uuid, until_day date) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT concat_ws(' AND ',
    'FROM case_flag g JOIN case_file f ON f.id = g.case_id WHERE true',
    CASE WHEN c.reach <> 'area' THEN 'false' WHEN NOT c.everywhere THEN '(
        f.child_id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY ($2))
        OR f.closed_on IS NULL AND (f.incident_area_id = ANY ($2) OR f.residence_area_id = ANY ($2)))' END,
    CASE WHEN of_case IS NULL THEN 'g.cleared_at IS NULL' ELSE 'g.case_id = $3' END,
    CASE WHEN officer IS NOT NULL THEN 'f.officer = $4' END,
    CASE WHEN until_day IS NOT NULL THEN 'g.on_day < $5' END)
$$;

-- By day: those of a case, or all that are not cleared; one row more than `size`. Of all cases, whom
-- the list showed is on record; a case is looked at before.
CREATE FUNCTION list_flags(who asking, of_case uuid, officer uuid, until_day date, after_day date, after uuid, size integer)
RETURNS TABLE (item text, on_day date, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'notes.read');
    later CONSTANT text := CASE WHEN after IS NULL THEN '' ELSE ' AND (g.on_day, g.id) > ($6, $7)' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH page AS MATERIALIZED (
            SELECT flag_json(g)::text AS item, g.on_day, g.id, f.child_id %s%s ORDER BY g.on_day, g.id LIMIT $8 + 1
        ),
        noted AS (SELECT CASE WHEN $3 IS NULL THEN note($9, $1, false, (
            SELECT array_agg(DISTINCT p.child_id) FROM (SELECT p.child_id FROM page p LIMIT $8) p)) END
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.on_day, page.id FROM page, noted ORDER BY page.on_day, page.id
    $statement$, flags_matching(c, of_case, officer, until_day), later)
    USING c, reached_areas(c), of_case, officer, until_day, after_day, after, size, who;
    IF NOT FOUND AND of_case IS NULL THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_flags(who asking, of_case uuid, officer uuid, until_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'notes.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || flags_matching(c, of_case, officer, until_day)
    INTO number USING c, reached_areas(c), of_case, officer, until_day;
    RETURN number;
END $$;
