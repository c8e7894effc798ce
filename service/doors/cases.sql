-- The doors to case files: one, a list, a number of them.

-- Whether the caller reaches one of some areas.
CREATE FUNCTION reaches_one(who asking, areas integer[]) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
BEGIN
    RETURN EXISTS (SELECT FROM unnest(areas) area WHERE reaches_area(c, area));
END $$;

CREATE FUNCTION read_case(who asking, wanted uuid) RETURNS TABLE (version integer, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    child uuid;
BEGIN
    SELECT f.version, item, f.child_id INTO version, record, child
    FROM case_file f, case_json(c, f) item WHERE f.id = wanted AND reaches_case(c, f);
    PERFORM note(who, c, version IS NULL, ARRAY[
        coalesce(child, (SELECT child_id FROM case_file WHERE id = wanted), wanted)]);
    IF version IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$;

-- What a file is folded from, for whoever meets the case.
CREATE FUNCTION read_file(who asking, wanted uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    child uuid;
    record text;
BEGIN
    SELECT item, f.child_id INTO record, child
    FROM case_file f, file_json(c, f) item WHERE f.id = wanted AND reaches_case(c, f);
    PERFORM note(who, c, record IS NULL, ARRAY[
        coalesce(child, (SELECT child_id FROM case_file WHERE id = wanted), wanted)]);
    RETURN record;
END $$;

-- $1 caller · $2 its areas · $3 status · $4 areas in one of which the child lives on $5 · $6 child · $7 kind · $8, $9 opened
-- from, until · $10 officer · $11 due before: of those whose clock runs, one is due by then. The cases of an agency (which
-- reaches the child by the very case), of who lives in a few areas, or is met because of a few, and those opened in some days
-- that are listed by id, are found first (by an array: the planner expects few of it, and begins there); whatever else is asked
-- is looked at with each (OFFSET 0), until the page is full. `place` is the order of the page: where those found first are not
-- in it, and where they live is asked, they are brought into it before that.
CREATE FUNCTION cases_matching(c caller, status text, areas integer[], of_child uuid, kind text, opened_from date,
                               opened_until date, officer uuid, due_before timestamptz, place text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    few CONSTANT integer := 8;  -- areas
    opened CONSTANT text := nullif(concat_ws(' AND ', CASE WHEN opened_from IS NOT NULL THEN 'f.opened_on >= $8' END,
        CASE WHEN opened_until IS NOT NULL THEN 'f.opened_on < $9' END), '');
    given CONSTANT text := 'f.closed_on IS NULL AND f.id = ANY (ARRAY(
        SELECT i.case_id FROM intervention i WHERE i.agency_id = ($1).agency_id))';
    begun CONSTANT text := CASE WHEN c.reach = 'agency' THEN 'agency' WHEN cardinality(areas) <= few THEN 'residence'
        WHEN c.reach = 'area' AND NOT c.everywhere AND cardinality(reached_areas(c)) <= few THEN 'reached'
        WHEN place = 'f.id' AND opened IS NOT NULL THEN 'opened' ELSE 'order' END;
BEGIN
    RETURN concat_ws(' AND ',
        CASE WHEN begun = 'agency' AND cardinality(areas) > few AND place <> 'f.id' THEN format('FROM (
                 SELECT f.id, f.opened_on FROM case_file f WHERE %s ORDER BY %s OFFSET 0) g
             JOIN case_file f ON f.id = g.id AND f.opened_on = g.opened_on WHERE true', given, place)
        ELSE 'FROM case_file f WHERE ' || CASE begun
            WHEN 'agency' THEN given
            WHEN 'residence' THEN 'f.child_id = ANY (ARRAY(
                SELECT child_id FROM residence WHERE area_id = ANY ($4) AND during @> $5))'
            WHEN 'reached' THEN 'f.id = ANY (ARRAY(
                SELECT g.id FROM case_file g WHERE g.child_id = ANY (ARRAY(SELECT child_id FROM home WHERE area_id = ANY ($2)))
                UNION ALL SELECT g.id FROM case_file g WHERE g.closed_on IS NULL AND g.incident_area_id = ANY ($2)
                UNION ALL SELECT g.id FROM case_file g WHERE g.closed_on IS NULL AND g.residence_area_id = ANY ($2)))'
            WHEN 'opened' THEN format('f.id = ANY (ARRAY(SELECT f.id FROM case_file f WHERE %s))', opened)
            ELSE 'true' END END,
        CASE WHEN begun <> 'reached' THEN reaching_case(c, begun = 'agency') END,
        CASE status WHEN 'open' THEN 'f.closed_on IS NULL' WHEN 'closed' THEN 'f.closed_on IS NOT NULL' END,
        CASE WHEN of_child IS NOT NULL THEN 'f.child_id = $6' END,
        CASE WHEN kind IS NOT NULL THEN 'f.kind = $7' END,
        CASE WHEN begun <> 'opened' THEN opened END,
        CASE WHEN officer IS NOT NULL THEN 'f.officer = $10' END,
        CASE WHEN due_before IS NOT NULL THEN 'f.id IN (
            SELECT d.case_id FROM deadline d
            WHERE d.met_at IS NULL AND d.lifted_at IS NULL AND d.paused_at IS NULL AND d.due_at <= $11)' END,
        -- Whoever lives in a few areas is told apart at once (IS TRUE keeps the planner from joining, for it expects few cases).
        CASE WHEN begun = 'agency' AND cardinality(areas) <= few THEN '(f.child_id IN (
            SELECT child_id FROM residence WHERE area_id = ANY ($4) AND during @> $5)) IS TRUE'
        WHEN areas IS NOT NULL AND begun <> 'residence' THEN 'EXISTS (
            SELECT FROM (SELECT area_id, during FROM residence WHERE child_id = f.child_id OFFSET 0) r
            WHERE r.during @> $5 AND r.area_id = ANY ($4) OFFSET 0)' END);
END $$;

-- Cases as a list shows them, in the order given, with the number of each. A function of its own keeps its plan.
CREATE FUNCTION shown_cases(c caller, met uuid[]) RETURNS TABLE (nth bigint, item text, opened_on date, id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT p.nth, (SELECT record FROM case_json(c, f) record)::text, f.opened_on, f.id
        FROM unnest(met) WITH ORDINALITY p (id, nth) JOIN case_file f ON f.id = p.id ORDER BY p.nth;
END $$;

-- A page: item, day of opening and id, one row more than `size`. By `sort`: id, opened_on or, the latest first, -opened_on.
CREATE FUNCTION list_cases(who asking, status text, areas integer[], on_day date, of_child uuid, kind text, opened_from date,
                           opened_until date, officer uuid, due_before timestamptz, sort text, after_day date, after uuid,
                           size integer) RETURNS TABLE (item text, opened_on date, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    place CONSTANT text := CASE sort WHEN 'opened_on' THEN 'f.opened_on, f.id'
        WHEN '-opened_on' THEN 'f.opened_on DESC, f.id DESC' ELSE 'f.id' END;
    later CONSTANT text := CASE WHEN after IS NULL THEN '' WHEN sort = 'opened_on' THEN ' AND (f.opened_on, f.id) > ($12, $13)'
        WHEN sort = '-opened_on' THEN ' AND (f.opened_on, f.id) < ($12, $13)' ELSE ' AND f.id > $13' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH met AS MATERIALIZED (SELECT f.id, f.child_id %s%s ORDER BY %s LIMIT $14 + 1),
        noted AS (SELECT note($15, $1, false, (
            SELECT array_agg(DISTINCT m.child_id) FROM (SELECT m.child_id FROM met m LIMIT $14) m))
                  WHERE EXISTS (TABLE met))
        SELECT page.item, page.opened_on, page.id
        FROM noted, shown_cases($1, ARRAY(SELECT m.id FROM met m)) page
        ORDER BY page.nth
    $statement$, cases_matching(c, status, areas, of_child, kind, opened_from, opened_until, officer, due_before, place), later,
        place)
    USING c, reached_areas(c), status, areas, on_day, of_child, kind, opened_from, opened_until, officer, due_before, after_day,
          after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_cases(who asking, status text, areas integer[], on_day date, of_child uuid, kind text,
                            opened_from date, opened_until date, officer uuid, due_before timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || cases_matching(c, status, areas, of_child, kind, opened_from, opened_until, officer,
                                                 due_before)
    INTO number
    USING c, reached_areas(c), status, areas, on_day, of_child, kind, opened_from, opened_until, officer, due_before;
    RETURN number;
END $$;
