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
-- $2 its areas · $3 on · $4 areas · $5 category · $6 kind · $7 assisted · $8 sex · $9, $10 ages · $11 name · $12 without an
-- open case · $13 without an intervention · $14 changed since
CREATE FUNCTION children_matching(c caller, on_day date, areas integer[], category text, kind text, assisted boolean,
                                  sex text, age_from integer, age_until integer, name text, without_case boolean,
                                  without_intervention boolean, changed_since timestamptz) RETURNS text
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
        CASE WHEN name IS NOT NULL THEN 'x.name_key LIKE ''%'' || $11 || ''%''' END,
        CASE WHEN age_from IS NOT NULL THEN 'birthday(x.date_of_birth, $9) <= $3' END,
        CASE WHEN age_until IS NOT NULL THEN 'birthday(x.date_of_birth, $10) > $3' END,
        CASE WHEN kind IS NOT NULL THEN 'x.id IN (
            SELECT s.subject_id FROM spell s WHERE s.withdrawn IS NULL AND s.during @> $3
            AND s.rule IN (SELECT id FROM counting_rule) AND s.measure = $6 AND s.category = coalesce($5, ''all'')'
            || CASE WHEN areas IS NOT NULL THEN ' AND s.area_id = ' || place ELSE '' END || ')' END,
        CASE WHEN assisted IS NOT NULL THEN CASE WHEN assisted THEN '' ELSE 'NOT ' END || 'EXISTS (
            SELECT FROM case_file f JOIN intervention i ON i.case_id = f.id AND i.started_on <= $3
            WHERE f.child_id = x.id AND f.opened_on <= $3 AND (f.closed_on IS NULL OR f.closed_on > $3))' END,
        CASE WHEN without_case IS NOT NULL THEN CASE WHEN without_case THEN 'NOT ' ELSE '' END || 'EXISTS (
            SELECT FROM case_file f
            WHERE f.child_id = x.id AND f.opened_on <= $3 AND (f.closed_on IS NULL OR f.closed_on > $3))' END,
        CASE WHEN without_intervention IS NOT NULL THEN CASE WHEN without_intervention THEN 'NOT ' ELSE '' END || 'EXISTS (
            SELECT FROM case_file f JOIN intervention i ON i.case_id = f.id AND i.started_on <= $3
            WHERE f.child_id = x.id)' END,
        CASE WHEN changed_since IS NOT NULL THEN 'x.updated_at >= $14' END);
END $$;

-- When something of a child's file was last changed, for whoever receives all of it: to others, the moment would tell of
-- cases.
CREATE FUNCTION told_change(c caller, x child) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN 'case' = ANY (c.sections) AND c.reach <> 'agency' THEN x.updated_at END $$;

-- A page: item, the moment of the last change (of a page by id, none) and id, one row more than `size`. By id, or
-- `by_change`: the oldest first. The commune shown is the one on `shown_on`.
CREATE FUNCTION list_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, without_case boolean,
                              without_intervention boolean, changed_since timestamptz, shown_on date, by_change boolean,
                              after_moment timestamptz, after uuid, size integer)
RETURNS TABLE (item text, moment timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until,
                                                name, without_case, without_intervention, changed_since);
    place CONSTANT text := CASE WHEN by_change THEN 'x.updated_at, x.id' ELSE 'x.id' END;
    later CONSTANT text := CASE WHEN after IS NULL THEN ''
        WHEN by_change THEN ' AND (x.updated_at, x.id) > ($16, $17)' ELSE ' AND x.id > $17' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH page AS MATERIALIZED (
            SELECT json_build_object(
                'id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
                'date_of_birth_precision', x.date_of_birth_precision,
                'commune', (SELECT place FROM residence r, place_on(r.area_id, $15) place
                            WHERE r.child_id = x.id AND r.during @> $15),
                'changed_at', told_change($1, x))::text AS item, %s AS moment, x.id
            %s%s ORDER BY %s LIMIT $18 + 1
        ),
        noted AS (SELECT note($19, $1, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT $18) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.moment, page.id FROM page, noted
    $statement$, CASE WHEN by_change THEN 'x.updated_at' ELSE 'NULL::timestamptz' END, matching, later, place)
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
          without_intervention, changed_since, shown_on, after_moment, after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean,
                               sex text, age_from integer, age_until integer, name text, without_case boolean,
                               without_intervention boolean, changed_since timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || children_matching(c, on_day, areas, category, kind, assisted, sex, age_from,
                                                    age_until, name, without_case, without_intervention,
                                                    changed_since)
    INTO number
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
          without_intervention, changed_since;
    RETURN number;
END $$;
