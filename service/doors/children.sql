-- The doors to children: one, a list, a number of them.

CREATE FUNCTION read_child(who asking, wanted uuid) RETURNS TABLE (version integer, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    IF reaches_child(c, wanted) THEN
        SELECT x.version, item INTO version, record FROM child x, child_json(c, x) item WHERE x.id = wanted;
    END IF;
    PERFORM note(who, c, version IS NULL, ARRAY[wanted]);
    IF version IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$;

-- FROM and WHERE with no condition but those asked for, so that each question gets the plan that suits it. $1 caller ·
-- $2 its areas · $3 on · $4 areas · $5 category · $6 kind · $7 assisted · $8 sex · $9, $10 ages · $11 words of the name
CREATE FUNCTION children_matching(c caller, on_day date, areas integer[], category text, kind text, assisted boolean,
                                  sex text, age_from integer, age_until integer, name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    -- One place nearly always: which of them the planner need not know, or it takes another way than for a commune at large.
    place CONSTANT text := CASE WHEN cardinality(areas) > 1 THEN 'ANY ($4)' ELSE '(SELECT ($4)[1])' END;
    -- One residence at most holds a day, so that no child comes twice. IS TRUE keeps the planner from the index of
    -- periods: on any day nearly all children live somewhere, and it takes them for a few.
    lived CONSTANT text := ' JOIN residence lived ON lived.child_id = x.id AND (lived.during @> $3) IS TRUE';
BEGIN
    RETURN concat_ws(' AND ',
        'FROM child x' || CASE WHEN on_day IS NULL THEN '' ELSE lived END || ' WHERE '
            || reaching(c, 'x.id', areas IS NOT NULL),
        CASE WHEN on_day IS NOT NULL THEN 'x.date_of_birth <= $3 AND birthday(x.date_of_birth, 16) > $3' END,
        CASE WHEN areas IS NOT NULL THEN 'lived.area_id = ' || place END,
        CASE WHEN sex IS NOT NULL THEN 'x.sex = $8' END,
        CASE WHEN name IS NOT NULL THEN 'x.name_words @@ $11::tsquery' END,
        CASE WHEN age_from IS NOT NULL THEN 'birthday(x.date_of_birth, $9) <= $3' END,
        CASE WHEN age_until IS NOT NULL THEN 'birthday(x.date_of_birth, $10) > $3' END,
        CASE WHEN kind IS NOT NULL THEN 'x.id IN (
            SELECT s.subject_id FROM spell s WHERE s.withdrawn IS NULL AND s.during @> $3
            AND s.rule IN (SELECT id FROM counting_rule) AND s.measure = $6 AND s.category = coalesce($5, ''all'')'
            || CASE WHEN areas IS NOT NULL THEN ' AND s.area_id = ' || place ELSE '' END || ')' END,
        CASE WHEN assisted IS NOT NULL THEN '$7 = EXISTS (
            SELECT FROM case_file f JOIN intervention i ON i.case_id = f.id AND i.started_on <= $3
            WHERE f.child_id = x.id AND f.opened_on <= $3 AND (f.closed_on IS NULL OR f.closed_on > $3))' END);
END $$;

-- A page by id: item and id, one row more than `size`. The commune shown is the one on `shown_on`.
CREATE FUNCTION list_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, shown_on date, after uuid, size integer)
RETURNS TABLE (item text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until,
                                                name);
    later CONSTANT text := CASE WHEN after IS NULL THEN '' ELSE ' AND x.id > $13' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH page AS MATERIALIZED (
            SELECT json_build_object(
                'id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
                'date_of_birth_precision', x.date_of_birth_precision,
                'commune', (SELECT place FROM residence r, place_on(r.area_id, $12) place
                            WHERE r.child_id = x.id AND r.during @> $12))::text AS item, x.id
            %s%s ORDER BY x.id LIMIT $14 + 1
        ),
        noted AS (SELECT note($15, $1, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT $14) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.id FROM page, noted
    $statement$, matching, later)
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, shown_on, after,
          size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean,
                               sex text, age_from integer, age_until integer, name text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || children_matching(c, on_day, areas, category, kind, assisted, sex, age_from,
                                                    age_until, name)
    INTO number
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name;
    RETURN number;
END $$;
