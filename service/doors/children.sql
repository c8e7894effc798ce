-- The doors to children: one, a list, a number of them.

DROP FUNCTION IF EXISTS expected_rows;


-- Of a record that is not the whole one there is no version: it counts what is not shown.
CREATE FUNCTION read_child(who asking, wanted uuid) RETURNS TABLE (version integer, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    whole CONSTANT boolean := reaches_child(c, wanted);
BEGIN
    IF whole OR meets_child(c, wanted) THEN
        SELECT CASE WHEN whole THEN x.version END, item INTO version, record
        FROM child x, child_json(c, x, whole) item WHERE x.id = wanted;
    END IF;
    PERFORM note(who, c, record IS NULL, ARRAY[wanted]);
    IF record IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$;

-- FROM and WHERE with no condition but those asked for, so that each question gets the plan that suits it. $1 caller ·
-- $2 its areas · $3 on · $4 areas · $5 category · $6 kind · $7 assisted · $8 sex · $9, $10 ages · $11 words of the name · $12
-- without an open case · $13 without an intervention · $14 changed since · for a page that is `begun` somewhere, also $16, $17
-- behind whom, if it is `behind` somebody.
--
-- `begun` says what is gone through in the order of the page, so that all else is looked at with each (OFFSET 0 keeps the
-- planner from other ways) until the page is full; null leaves the way to the planner. What is gone through:
--   order: the spells of the kind that is asked for, or of all children
--   area, year: the same of one area, of those born in one year: a `stretch`, of which there are several
--   home: who is at home in one of the areas reached, a stretch as well; of those changed, all areas at once
--   care: whose cases are as asked · members: whom an agency or a list holds · change: everyone, by the last change
CREATE FUNCTION children_matching(c caller, on_day date, areas integer[], category text, kind text, assisted boolean,
                                  sex text, age_from integer, age_until integer, name text, without_case boolean,
                                  without_intervention boolean, changed_since timestamptz, by_name boolean DEFAULT false,
                                  begun text DEFAULT NULL, behind boolean DEFAULT false)
RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    few_areas CONSTANT integer := 8;
    apart CONSTANT boolean := coalesce(begun IN ('home', 'care', 'members', 'change'), false);
    -- One place nearly always: which of them the planner need not know, or it takes another way than for a commune at large.
    place CONSTANT text := CASE WHEN begun = 'area' THEN 'stretch' WHEN cardinality(areas) > 1 THEN 'ANY ($4)'
        ELSE '(SELECT ($4)[1])' END;
    -- Of whoever reaches a few areas and asks for none, these few hold whom they meet. Else each found is looked at.
    each CONSTANT boolean := begun IS NOT NULL OR areas IS NOT NULL OR cardinality(reached_areas(c)) > 8;
    -- Those of a kind are few, and so are those at home in a few areas: both are found as a whole.
    at_once CONSTANT boolean := coalesce(begun = 'order' AND kind IS NOT NULL AND cardinality(reached_areas(c)) <= 8, false);
    -- By every rule alike, a child who lives somewhere on a day has one spell of it that holds then, with all that is asked
    -- of most: so one index gives them in order, and no other record is read. Of its kind it has one by each rule.
    rules CONSTANT smallint[] := ARRAY(SELECT id FROM counting_rule WHERE state = 'adopted' ORDER BY id);
    rule CONSTANT text := CASE WHEN kind IS NULL OR cardinality(rules) = 1
        THEN format('s.rule = %s', rules[1]) ELSE 's.rule IN (SELECT id FROM counting_rule)' END;
    counted CONSTANT text := concat_ws(' AND ',
        format('s.withdrawn IS NULL AND s.measure = %L AND s.category = %L AND s.during @> $3 AND %s',
               coalesce(kind, 'children'), coalesce(category, 'all'), rule),
        CASE WHEN kind IS NOT NULL AND cardinality(rules) <> 1 THEN 'NOT EXISTS (
            SELECT FROM spell o WHERE o.subject_id = s.subject_id AND o.withdrawn IS NULL AND o.measure = s.measure
            AND o.category = s.category AND o.during @> $3 AND o.rule < s.rule)' END,
        CASE WHEN sex IS NOT NULL THEN format('s.sex = %L', sex) END,
        CASE WHEN begun = 'year' THEN 'extract(year FROM s.born)::smallint = stretch' END);
    said CONSTANT text := 's.subject_id AS id, s.sex, s.born AS date_of_birth, s.area_id';
    named CONSTANT boolean := begun IS NULL AND (by_name OR name IS NOT NULL);  -- a list that begins somewhere is of no name
    -- By the spells, or by the names.
    unsaid CONSTANT boolean := changed_since IS NOT NULL OR named AND on_day IS NULL AND num_nonnulls(sex, age_from, age_until) > 0;
    cared CONSTANT text := nullif(concat_ws(' AND ', CASE WHEN assisted THEN 'k.assisted @> $3' END,
        CASE WHEN NOT without_case THEN 'k.open @> $3' END, CASE WHEN NOT without_intervention THEN 'k.given_on <= $3' END), '');
    uncared CONSTANT text := nullif(concat_ws(' OR ', CASE WHEN NOT assisted THEN 'k.assisted @> $3' END,
        CASE WHEN without_case THEN 'k.open @> $3' END, CASE WHEN without_intervention THEN 'k.given_on <= $3' END), '');
    care CONSTANT text := cared || coalesce(' AND NOT (' || uncared || ')', '');
    of_cases CONSTANT text := CASE
        WHEN begun = 'care' THEN NULL
        WHEN care IS NOT NULL AND begun IS NOT NULL THEN format(
            'EXISTS (SELECT FROM care k WHERE k.child_id = x.id AND %s OFFSET 0)', care)
        WHEN care IS NULL AND uncared IS NOT NULL THEN format(
            'NOT EXISTS (SELECT FROM care k WHERE k.child_id = x.id AND (%s) OFFSET 0)', uncared) END;
    -- Birthdays are reckoned of those alone who were born about then.
    aged CONSTANT text := nullif(concat_ws(' AND ',
        CASE WHEN age_from IS NOT NULL THEN
            'born <= ($3 - make_interval(years => $9) + interval ''1 day'')::date AND birthday(born, $9) <= $3' END,
        CASE WHEN age_until IS NOT NULL THEN
            'born >= ($3 - make_interval(years => $10) - interval ''1 day'')::date AND birthday(born, $10) > $3' END), '');
    personal CONSTANT text := nullif(concat_ws(' AND ',
        CASE WHEN sex IS NOT NULL THEN format('x.sex = %L', sex) END, replace(aged, 'born', 'x.date_of_birth')), '');
    changed CONSTANT boolean := changed_since IS NOT NULL;
    -- Of whom the file was changed, the home tells when, and whether the caller reaches them.
    by_home CONSTANT boolean := coalesce(
        changed AND on_day IS NOT NULL AND c.reach = 'area' AND begun IN ('order', 'area', 'year', 'care'), false);
    at_home CONSTANT text := 'h.changed >= $14' || CASE WHEN c.everywhere THEN '' ELSE ' AND h.area_id = ANY ($2)' END;
    members CONSTANT text := CASE c.reach
        WHEN 'list' THEN 'SELECT child_id AS id FROM assignment_child WHERE assignment_id = ($1).assignment_id'
        ELSE 'SELECT DISTINCT f.child_id AS id FROM case_file f WHERE f.closed_on IS NULL AND f.id IN (
                  SELECT i.case_id FROM intervention i WHERE i.agency_id = ($1).agency_id)' END;
    set_apart CONSTANT text := CASE begun
        WHEN 'home' THEN 'SELECT h.child_id AS id, h.born, h.changed FROM home h WHERE '
            || CASE WHEN changed THEN at_home ELSE 'h.area_id = stretch' END
        WHEN 'care' THEN CASE WHEN by_home THEN 'SELECT k.child_id AS id, k.born, h.changed FROM care k
                  JOIN home h ON h.child_id = k.child_id AND ' || at_home
            ELSE 'SELECT k.child_id AS id, k.born FROM care k' END || ' WHERE ' || care
        WHEN 'change' THEN 'SELECT id, date_of_birth AS born, sex, updated_at AS changed FROM child WHERE updated_at >= $14'
        WHEN 'members' THEN CASE WHEN changed THEN format(
            'SELECT l.id, y.updated_at AS changed FROM (%s) l JOIN child y ON y.id = l.id WHERE y.updated_at >= $14', members)
            ELSE members END END;
    gone_through CONSTANT text := CASE WHEN apart THEN format('(SELECT m.id%s FROM (%s) m WHERE %s ORDER BY %s OFFSET 0) g',
        CASE WHEN changed THEN ', m.changed' END, set_apart, concat_ws(' AND ', 'true',
            CASE WHEN begun <> 'members' THEN aged END,
            CASE WHEN begun = 'change' AND sex IS NOT NULL THEN format('m.sex = %L', sex) END,
            -- Those of a category or a few areas fill no page, and are told apart at once (IS TRUE keeps the planner from joining).
            CASE WHEN begun = 'members' AND on_day IS NOT NULL AND (category IS NOT NULL OR cardinality(areas) <= few_areas)
                THEN format('(m.id IN (SELECT s.subject_id FROM spell s WHERE %s%s)) IS TRUE', counted,
                            CASE WHEN cardinality(areas) <= few_areas THEN ' AND s.area_id = ' || place END) END,
            replace(of_cases, 'x.id', 'm.id'),
            CASE WHEN behind THEN CASE WHEN changed THEN '(m.changed, m.id) > ($16, $17)' ELSE 'm.id > $17' END END),
        CASE WHEN changed THEN 'm.changed, m.id' ELSE 'm.id' END) END;
BEGIN
    RETURN concat_ws(' AND ',
        'FROM ' || concat_ws(' CROSS JOIN LATERAL ', gone_through, CASE
            WHEN named THEN format('(SELECT n.child_id AS id, n.words, n.place, n.areas%s FROM %s) x',
                concat(CASE WHEN on_day IS NOT NULL THEN ', s.sex, s.born AS date_of_birth, s.area_id'
                            WHEN unsaid THEN ', y.sex, y.date_of_birth' END, CASE WHEN unsaid THEN ', y.updated_at' END),
                concat('child_name n', CASE WHEN on_day IS NOT NULL THEN format(
                           -- Whoever is called so in a few areas is looked up each.
                           CASE WHEN by_name AND name IS NOT NULL AND kind IS NULL AND cardinality(areas) <= few_areas
                           THEN ' CROSS JOIN LATERAL (SELECT * FROM spell s WHERE s.subject_id = n.child_id AND %s OFFSET 0) s'
                           ELSE ' JOIN spell s ON s.subject_id = n.child_id AND %s' END, counted) END,
                       CASE WHEN unsaid THEN ' JOIN child y ON y.id = n.child_id' END))
            WHEN on_day IS NULL AND apart THEN '(SELECT * FROM child y WHERE y.id = g.id OFFSET 0) x'
            WHEN on_day IS NULL THEN 'child x'
            WHEN apart THEN format('(SELECT %s FROM spell s WHERE s.subject_id = g.id AND %s OFFSET 0) x', said, counted)
            WHEN by_home THEN format('(SELECT %s, h.changed FROM spell s JOIN home h ON h.child_id = s.subject_id AND %s WHERE %s%s
                OFFSET 0) x', said, at_home, counted, ' AND s.area_id = ' || CASE WHEN areas IS NOT NULL THEN place END)
            WHEN unsaid THEN format('(SELECT y.*, s.area_id FROM spell s JOIN child y ON y.id = s.subject_id WHERE %s) x', counted)
            WHEN at_once THEN format('(SELECT %s FROM spell s WHERE %s AND %s OFFSET 0) x', said, counted,
                                     reaching(c, 's.subject_id', false))
            ELSE format('(SELECT %s FROM spell s WHERE %s) x', said, counted) END)
        || CASE WHEN begun IS NULL AND care IS NOT NULL THEN ' JOIN care k ON k.child_id = x.id AND ' || care ELSE '' END
        || ' WHERE ' || CASE WHEN begun = 'home' OR by_home OR at_once AND NOT changed THEN 'true'
            ELSE reaching(c, 'x.id', each, coalesce(begun = 'members', false)) END,
        CASE WHEN areas IS NOT NULL THEN 'x.area_id = ' || place END,
        personal,
        CASE WHEN name IS NOT NULL THEN 'x.words @@ $11::tsquery' END,
        -- So that one index finds whoever is called so and lived there: few of many.
        CASE WHEN named AND cardinality(areas) <= few_areas THEN 'x.areas && $4' END,
        CASE WHEN named AND NOT c.everywhere AND cardinality(reached_areas(c)) <= 5 * few_areas THEN 'x.areas && $2' END,
        CASE WHEN NOT apart THEN of_cases END,
        CASE WHEN changed AND NOT apart AND NOT by_home THEN 'x.updated_at >= $14' END,
        CASE WHEN behind AND NOT apart THEN CASE WHEN NOT changed THEN 'x.id > $17'
            ELSE format('(x.%s, x.id) > ($16, $17)', CASE WHEN by_home THEN 'changed' ELSE 'updated_at' END) END END);
END $$;

-- How many rows the planner expects of a statement about a day and a moment ($1, $2).
CREATE FUNCTION expected_rows(statement text, on_day date, since timestamptz) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) ' || statement INTO plan USING on_day, since;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
END $$;

-- What a page goes through: of what holds all who are asked for, that which is a few thousand at most; else everyone, of whom
-- the page is soon full. Of those changed since a moment, a kind or cases are gone through as a whole, or the changed until
-- the page is full, whichever is expected to be less.
CREATE FUNCTION children_begun(c caller, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                               age_from integer, age_until integer, without_case boolean, without_intervention boolean,
                               changed_since timestamptz, size integer) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
    few CONSTANT integer := 8;  -- areas
    in_area CONSTANT integer := 2000;  -- children, about
    communes CONSTANT bigint := (SELECT count(*) FROM area WHERE level = 'commune');
    reached CONSTANT integer[] := CASE WHEN NOT c.everywhere THEN reached_areas(c) END;
    begun CONSTANT text := CASE
        WHEN c.reach <> 'area' THEN 'members'
        WHEN cardinality(areas) <= few THEN 'area'
        WHEN sex = 'unknown' THEN 'order'
        WHEN cardinality(reached) <= few AND kind IS NULL THEN 'home'
        WHEN on_day IS NULL OR kind IS NOT NULL THEN 'order'
        WHEN assisted OR NOT without_case OR NOT without_intervention THEN 'care'
        WHEN changed_since IS NOT NULL THEN 'change'
        WHEN age_from > 0 OR age_until < 16 THEN 'year'
        ELSE 'order' END;
    changed CONSTANT float8 := CASE WHEN changed_since IS NOT NULL AND c.reach = 'area' THEN
        expected_rows('SELECT FROM child WHERE updated_at >= $2', on_day, changed_since) END;
    such float8;  -- of the kind (about twice as many as there are: it has more than one category), or with such cases
    everyone float8;
    met float8;  -- of the changed, until the page is full
BEGIN
    IF changed < in_area AND on_day IS NOT NULL THEN
        RETURN 'change';
    ELSIF on_day IS NULL OR changed_since IS NULL OR sex = 'unknown' OR cardinality(reached) <= few
        OR begun NOT IN ('order', 'care') OR kind IS NULL AND begun <> 'care' THEN
        RETURN begun;
    END IF;
    such := expected_rows(CASE begun WHEN 'care' THEN 'SELECT FROM care' ELSE format(
        'SELECT FROM spell WHERE withdrawn IS NULL AND measure = %L AND category = %L AND during @> $1', kind,
        coalesce(category, 'all')) END, on_day, changed_since);
    SELECT reltuples INTO everyone FROM pg_class WHERE oid = 'child'::regclass;
    met := size * everyone / such * greatest(
        1, communes::float8 / coalesce(cardinality(areas), cardinality(reached), communes));
    -- Who changed late is often of a kind more seldom than others: four times as many are met as expected.
    RETURN CASE WHEN least(changed, 4 * met) < such THEN 'change' ELSE begun END;
END $$;

-- When something of a child's file was last changed, for whoever receives all of it: to others, the moment would tell of
-- cases.
CREATE FUNCTION told_change(c caller, x child) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE WHEN 'case' = ANY (c.sections) AND c.reach <> 'agency' THEN x.updated_at END $$;

-- Children as a list shows them, in the order given, with the number of each. `moments`: of the changes that the list is of,
-- if it tells of them; else each tells its own. The commune is the one on `shown_on`. A function of its own keeps its plan, and
-- sees what the statement sees that calls it.
CREATE FUNCTION shown_children(c caller, met uuid[], moments timestamptz[], shown_on date)
RETURNS TABLE (nth bigint, item text, id uuid)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY
        SELECT f.position, json_build_object(
            'id', x.id, 'identified', x.identified, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
            'date_of_birth_precision', x.date_of_birth_precision,
            'commune', (SELECT place FROM place_lived(x.id, shown_on) place),
            'changed_at', coalesce(f.moment, told_change(c, x)))::text, x.id
        FROM unnest(met, moments) WITH ORDINALITY f (id, moment, position) JOIN child x ON x.id = f.id
        ORDER BY f.position;
END $$;

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
    begun CONSTANT text := children_begun(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, without_case,
                                          without_intervention, changed_since, size);
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name,
                                                without_case, without_intervention, changed_since, false, begun,
                                                after IS NOT NULL);
    by_change CONSTANT boolean := changed_since IS NOT NULL;
    told CONSTANT text := CASE WHEN begun IN ('home', 'care', 'members', 'change') THEN 'g' ELSE 'x' END;  -- from whom
    moment CONSTANT text := CASE WHEN NOT by_change THEN 'NULL::timestamptz' WHEN told = 'x' AND on_day IS NULL THEN 'x.updated_at'
        ELSE told || '.changed' END;
    place CONSTANT text := concat_ws(', ', CASE WHEN by_change THEN moment END, told || '.id');
    sought CONSTANT text := format('SELECT %s.id, %s AS moment %s ORDER BY %s LIMIT $18 + 1', told, moment, matching, place);
    stretches CONSTANT text := CASE begun
        WHEN 'area' THEN 'unnest($4)'
        WHEN 'home' THEN CASE WHEN NOT by_change THEN 'unnest($2)' END
        WHEN 'year' THEN 'generate_series(extract(year FROM $3)::integer - least($10, 16), extract(year FROM $3)::integer '
                         '- greatest($9, 0))' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH met AS MATERIALIZED (%s),
        noted AS (SELECT note($19, $1, false, (SELECT array_agg(m.id) FROM (TABLE met LIMIT $18) m)) WHERE EXISTS (TABLE met))
        SELECT page.item, met.moment, page.id
        FROM noted, shown_children($1, ARRAY(SELECT m.id FROM met m), NULL, $15) page
        JOIN met ON met.id = page.id
        ORDER BY page.nth
    $statement$, CASE WHEN stretches IS NULL THEN sought ELSE format(
        'SELECT f.id, f.moment FROM %s stretch CROSS JOIN LATERAL (%s) f ORDER BY f.moment, f.id LIMIT $18 + 1',
        stretches, sought) END)
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
