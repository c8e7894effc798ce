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
-- $2 its areas · $3 on · $4 areas · $5 category · $6 kind · $7 assisted · $8 sex · $9, $10 ages · $11 words of the name · $12
-- without an open case · $13 without an intervention · $14 changed since
CREATE FUNCTION children_matching(c caller, on_day date, areas integer[], category text, kind text, assisted boolean,
                                  sex text, age_from integer, age_until integer, name text, without_case boolean,
                                  without_intervention boolean, changed_since timestamptz, by_name boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    -- One place nearly always: which of them the planner need not know, or it takes another way than for a commune at large.
    place CONSTANT text := CASE WHEN cardinality(areas) > 1 THEN 'ANY ($4)' ELSE '(SELECT ($4)[1])' END;
    -- Of whoever reaches a few areas and asks for none, these few hold whom they meet. Else each found is looked at.
    each CONSTANT boolean := areas IS NOT NULL OR cardinality(reached_areas(c)) > 8;
    -- By every rule alike, a child who lives somewhere on a day has one spell of it that holds then, with all that is asked
    -- of most: so one index gives them in order, and no other record is read. Of its kind it has one by each rule.
    rules CONSTANT smallint[] := ARRAY(SELECT id FROM counting_rule WHERE state = 'adopted' ORDER BY id);
    rule CONSTANT text := CASE WHEN kind IS NULL OR cardinality(rules) = 1
        THEN format('s.rule = %s', rules[1]) ELSE 's.rule IN (SELECT id FROM counting_rule)' END;
    counted CONSTANT text := format(
        's.withdrawn IS NULL AND s.measure = %L AND s.category = %L AND s.during @> $3 AND %s',
        coalesce(kind, 'children'), coalesce(category, 'all'), rule);
    whole CONSTANT boolean := by_name OR name IS NOT NULL OR changed_since IS NOT NULL;  -- what the spells do not say
    -- What holds of most is looked at with each (OFFSET 0 keeps the planner from all others); what holds of few is begun
    -- with, in the order of the list.
    open_case CONSTANT text := 'f.opened_on <= $3 AND (f.closed_on IS NULL OR f.closed_on > $3)';
    begun CONSTANT text := 'EXISTS (SELECT FROM intervention i WHERE i.case_id = f.id AND i.started_on <= $3 OFFSET 0)';
    assisting CONSTANT text := open_case || ' AND ' || begun;
    beside CONSTANT text := 'NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = x.id AND %s OFFSET 0)';
    among CONSTANT text := ' JOIN (SELECT DISTINCT f.child_id FROM case_file f WHERE %2$s) %1$s ON %1$s.child_id = x.id';
    begin_with CONSTANT text := concat(
        CASE WHEN assisted THEN format(among, 'assisted', assisting) END,
        CASE WHEN NOT without_case THEN format(among, 'managed', open_case) END,
        CASE WHEN NOT without_intervention THEN format(among, 'given', begun) END);
BEGIN
    RETURN concat_ws(' AND ',
        CASE WHEN on_day IS NULL THEN 'FROM child x'
        ELSE format('FROM (SELECT %s FROM spell s %s WHERE %s%s) x',
            CASE WHEN whole THEN 'y.*, s.area_id' ELSE 's.subject_id AS id, s.sex, s.born AS date_of_birth, s.area_id' END,
            CASE WHEN whole THEN 'JOIN child y ON y.id = s.subject_id' END,
            counted,
            CASE WHEN kind IS NOT NULL AND cardinality(rules) <> 1 THEN ' AND NOT EXISTS (
                SELECT FROM spell o WHERE o.subject_id = s.subject_id AND o.withdrawn IS NULL AND o.measure = s.measure
                AND o.category = s.category AND o.during @> $3 AND o.rule < s.rule)' END)
        END || begin_with || ' WHERE ' || reaching(c, 'x.id', each),
        CASE WHEN areas IS NOT NULL THEN 'x.area_id = ' || place END,
        CASE WHEN sex IS NOT NULL THEN format('x.sex = %L', sex) END,
        CASE WHEN name IS NOT NULL THEN 'x.name_words @@ $11::tsquery' END,
        CASE WHEN age_from IS NOT NULL THEN 'birthday(x.date_of_birth, $9) <= $3' END,
        CASE WHEN age_until IS NOT NULL THEN 'birthday(x.date_of_birth, $10) > $3' END,
        CASE WHEN NOT assisted THEN format(beside, assisting) END,
        CASE WHEN without_case THEN format(beside, open_case) END,
        CASE WHEN without_intervention THEN format(beside, begun) END,
        CASE WHEN changed_since IS NOT NULL THEN 'x.updated_at >= $14' END);
END $$;

-- When something of a child's file was last changed, for whoever receives all of it: to others, the moment would tell of
-- cases.
CREATE FUNCTION told_change(c caller, x child) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN 'case' = ANY (c.sections) AND c.reach <> 'agency' THEN x.updated_at END $$;

-- A page: item, the moment of the last change (of a page by id, none) and id, one row more than `size`. By id, or of those
-- changed since a moment, the oldest change first. The commune shown is the one on `shown_on`.
CREATE FUNCTION list_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, without_case boolean,
                              without_intervention boolean, changed_since timestamptz, shown_on date,
                              after_moment timestamptz, after uuid, size integer)
RETURNS TABLE (item text, moment timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET jit = off AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until,
                                                name, without_case, without_intervention, changed_since);
    by_change CONSTANT boolean := changed_since IS NOT NULL;
    place CONSTANT text := CASE WHEN by_change THEN 'x.updated_at, x.id' ELSE 'x.id' END;
    later CONSTANT text := CASE WHEN after IS NULL THEN ''
        WHEN by_change THEN ' AND (x.updated_at, x.id) > ($16, $17)' ELSE ' AND x.id > $17' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH met AS MATERIALIZED (
            SELECT x.id, %s AS moment %s%s ORDER BY %s LIMIT $18 + 1
        ),
        page AS MATERIALIZED (
            SELECT json_build_object(
                'id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
                'date_of_birth_precision', x.date_of_birth_precision,
                'commune', (SELECT place FROM residence r, place_on(r.area_id, $15) place
                            WHERE r.child_id = x.id AND r.during @> $15),
                'changed_at', told_change($1, x))::text AS item, met.moment, x.id
            FROM met JOIN child x ON x.id = met.id
        ),
        noted AS (SELECT note($19, $1, false, (SELECT array_agg(m.id) FROM (TABLE met LIMIT $18) m))
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.moment, page.id FROM page, noted ORDER BY page.moment, page.id
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
