-- The doors to what is to be done: the deadlines of a case, the list of tasks, and how many there are.
--
-- An open task is met by whoever reaches the commune in charge of it: who does, meets its case (in_charge). What was met is
-- listed to whoever meets the case by now, and counted for those who had it in hand. An agency has no tasks here.

DROP FUNCTION IF EXISTS standing, tasks_matching;


-- How a deadline stands: service/domain/procedure/clock.py says what that means.
CREATE FUNCTION standing(d deadline, at timestamptz) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT CASE WHEN d.met_at IS NOT NULL THEN CASE WHEN d.in_time THEN 'met' ELSE 'met_late' END
            WHEN d.lifted_at IS NOT NULL THEN 'lifted'
            WHEN d.paused_at IS NOT NULL THEN 'paused'
            WHEN at <= d.due_at THEN 'due' ELSE 'overdue' END
$$;

-- A task in the words of the rule by which it is due; of the plan: of what is to be begun or ended, and which measure.
CREATE FUNCTION task_json(c caller, d deadline, at timestamptz, language text) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', d.id, 'case_id', d.case_id, 'child', json_build_object('id', x.id, 'full_name', x.full_name),
    'code', d.code, 'nth', d.nth,
    'name', CASE d.code
        WHEN 'measure_start' THEN CASE language WHEN 'en' THEN 'Beginning of a measure' ELSE 'Bắt đầu biện pháp' END
        WHEN 'measure_end' THEN CASE language WHEN 'en' THEN 'End of a measure' ELSE 'Kết thúc biện pháp' END
        ELSE CASE language WHEN 'en' THEN r.name_en ELSE r.name_vi END END,
    'source', d.source, 'item', d.item,
    'measure', CASE WHEN d.item IS NOT NULL THEN (
        SELECT i ->> 'measure' FROM case_step s, jsonb_array_elements(s.content -> 'items') i
        WHERE s.case_id = d.case_id AND s.code = 'plan' AND s.withdrawn_at IS NULL AND (i ->> 'id')::uuid = d.item
        ORDER BY s.occurred_at DESC LIMIT 1) END,
    'starts_at', d.starts_at, 'due_at', d.due_at, 'met_at', d.met_at, 'lifted_at', d.lifted_at,
    'paused_at', d.paused_at, 'pause_reason', d.pause_reason, 'standing', standing(d, at),
    'commune', place, 'officer', d.officer,
    'legal_basis', coalesce(r.legal_basis, 'Nghị định 56/2017/NĐ-CP, Điều 29'))
FROM case_file f
JOIN child x ON x.id = f.child_id
LEFT JOIN deadline_rule r ON r.id = d.rule
CROSS JOIN place_on(d.area_id, (at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) place
WHERE f.id = d.case_id
$$;

-- Whether the caller meets a case, put on record either way.
CREATE FUNCTION look_at_case(who asking, wanted uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    child uuid;
BEGIN
    SELECT f.child_id INTO child FROM case_file f WHERE f.id = wanted AND reaches_case(c, f);
    PERFORM note(who, c, child IS NULL, ARRAY[
        coalesce(child, (SELECT child_id FROM case_file WHERE id = wanted), wanted)]);
    RETURN child IS NOT NULL;
END $$;

-- The deadlines of a case, by their due moment: item, that moment and id, one row more than `size`.
CREATE FUNCTION list_deadlines(who asking, of_case uuid, at timestamptz, language text, after_due timestamptz, after uuid,
                               size integer) RETURNS TABLE (item text, due_at timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
BEGIN
    RETURN QUERY
        SELECT shown::text, d.due_at, d.id
        FROM case_file f JOIN deadline d ON d.case_id = f.id CROSS JOIN task_json(c, d, at, language) shown
        WHERE f.id = of_case AND c.reach <> 'agency' AND reaches_case(c, f)
          AND (after IS NULL OR (d.due_at, d.id) > (after_due, after))
        ORDER BY d.due_at, d.id LIMIT size + 1;
END $$;

CREATE FUNCTION count_deadlines(who asking, of_case uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
BEGIN
    RETURN (SELECT count(*) FROM case_file f JOIN deadline d ON d.case_id = f.id
            WHERE f.id = of_case AND c.reach <> 'agency' AND reaches_case(c, f));
END $$;

-- A deadline of a case that this transaction has taken.
CREATE FUNCTION written_deadline(who asking, wanted uuid, at timestamptz, language text) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
BEGIN
    RETURN (SELECT shown FROM deadline d JOIN case_file f ON f.id = d.case_id CROSS JOIN task_json(c, d, at, language) shown
            WHERE d.id = wanted AND taken(f.child_id));
END $$;

-- The areas of records among those asked for (null: all) whose tasks the caller meets.
CREATE FUNCTION areas_of_tasks(c caller, areas integer[]) RETURNS integer[]
LANGUAGE sql STABLE AS $$
SELECT coalesce(array_agg(id), '{}') FROM area
WHERE c.reach = 'area' AND (areas IS NULL OR id = ANY (areas)) AND (c.everywhere OR id = ANY (reached_areas(c)))
$$;

-- Conditions on a deadline `d`, for statements put together by a door. $1 caller · $2 areas · $3 officer · $4 code ·
-- $5, $6 due from, before · $7 now
CREATE FUNCTION tasks_matching(officer uuid, standing text, code text, due_from timestamptz, due_before timestamptz)
RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT concat_ws(' AND ',
    CASE WHEN standing IN ('met', 'met_late') THEN 'd.met_at IS NOT NULL AND EXISTS (
        SELECT FROM case_file f WHERE f.id = d.case_id AND reaches_case($1, f))'
    ELSE 'd.met_at IS NULL AND d.lifted_at IS NULL' END,
    CASE standing WHEN 'due' THEN 'd.paused_at IS NULL AND d.due_at >= $7'
        WHEN 'overdue' THEN 'd.paused_at IS NULL AND d.due_at < $7'
        WHEN 'paused' THEN 'd.paused_at IS NOT NULL'
        WHEN 'met' THEN 'd.in_time' WHEN 'met_late' THEN 'NOT d.in_time' END,
    CASE WHEN officer IS NOT NULL THEN 'd.officer = $3' END,
    CASE WHEN code IS NOT NULL THEN 'd.code = $4' END,
    CASE WHEN due_from IS NOT NULL THEN 'd.due_at > $5' END,
    CASE WHEN due_before IS NOT NULL THEN 'd.due_at <= $6' END)
$$;

-- Tasks by their due moment: item, that moment and id, one row more than `size`. Of somebody, and of everywhere, they lie in
-- this order in an index; of some areas, in each of them: the first of each are put in order.
CREATE FUNCTION list_tasks(who asking, officer uuid, areas integer[], standing text, code text, due_from timestamptz,
                           due_before timestamptz, at timestamptz, language text, after_due timestamptz, after uuid,
                           size integer) RETURNS TABLE (item text, due_at timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    places CONSTANT integer[] := areas_of_tasks(c, areas);
    everywhere CONSTANT boolean := c.everywhere AND areas IS NULL AND coalesce(standing, '') NOT LIKE 'met%';
    wanted CONSTANT text := tasks_matching(officer, standing, code, due_from, due_before)
        || CASE WHEN after IS NULL THEN '' ELSE ' AND (d.due_at, d.id) > ($8, $9)' END;
    ordered CONSTANT text := 'ORDER BY d.due_at, d.id LIMIT $10 + 1';
    chosen CONSTANT text := CASE
        WHEN officer IS NOT NULL THEN format(
            'SELECT d.due_at, d.id FROM deadline d WHERE d.area_id = ANY ($2) AND %s %s', wanted, ordered)
        WHEN everywhere THEN format('SELECT d.due_at, d.id FROM deadline d WHERE %s %s', wanted, ordered)
        ELSE format(
            'SELECT d.due_at, d.id FROM unnest($2) place CROSS JOIN LATERAL (
                SELECT d.due_at, d.id FROM deadline d WHERE d.area_id = place AND %s %s) d %s', wanted, ordered, ordered) END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH chosen AS MATERIALIZED (%s),
        page AS MATERIALIZED (
            SELECT shown::text AS item, d.due_at, d.id, f.child_id
            FROM chosen JOIN deadline d ON d.id = chosen.id JOIN case_file f ON f.id = d.case_id
            CROSS JOIN task_json($1, d, $7, $11) shown
        ),
        noted AS (SELECT note($12, $1, false, (
            SELECT array_agg(DISTINCT p.child_id)
            FROM (SELECT p.child_id FROM page p ORDER BY p.due_at, p.id LIMIT $10) p)) WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.due_at, page.id FROM page, noted ORDER BY page.due_at, page.id
    $statement$, chosen)
    USING c, places, officer, code, due_from, due_before, at, after_due, after, size, language, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_tasks(who asking, officer uuid, areas integer[], standing text, code text, due_from timestamptz,
                            due_before timestamptz, at timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) FROM deadline d WHERE d.area_id = ANY ($2) AND '
        || tasks_matching(officer, standing, code, due_from, due_before)
    INTO number USING c, areas_of_tasks(c, areas), officer, code, due_from, due_before, at;
    RETURN number;
END $$;

-- How many tasks there are now, by area of records and officer; and of those that were due in a period, how many were met.
CREATE FUNCTION summarise_tasks(who asking, areas integer[], at timestamptz, week_end timestamptz, since timestamptz,
                                until timestamptz)
RETURNS TABLE (area_id integer, officer uuid, due bigint, due_this_week bigint, overdue bigint, paused bigint, met bigint,
               met_late bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    places CONSTANT integer[] := areas_of_tasks(c, areas);
BEGIN
    RETURN QUERY
        SELECT d.area_id, d.officer,
               count(*) FILTER (WHERE d.paused_at IS NULL AND d.due_at >= at),
               count(*) FILTER (WHERE d.paused_at IS NULL AND d.due_at >= at AND d.due_at <= week_end),
               count(*) FILTER (WHERE d.paused_at IS NULL AND d.due_at < at),
               count(*) FILTER (WHERE d.paused_at IS NOT NULL), 0::bigint, 0::bigint
        FROM deadline d WHERE d.area_id = ANY (places) AND d.met_at IS NULL AND d.lifted_at IS NULL
        GROUP BY d.area_id, d.officer
        UNION ALL
        SELECT d.area_id, d.officer, 0, 0, 0, 0,
               count(*) FILTER (WHERE d.in_time), count(*) FILTER (WHERE NOT d.in_time)
        FROM deadline d
        WHERE d.area_id = ANY (places) AND d.met_at IS NOT NULL AND d.due_at > since AND d.due_at <= until
        GROUP BY d.area_id, d.officer;
END $$;
