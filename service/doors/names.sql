-- The door to children by name: those that are looked for, the best matches first, or all of them; then as names are sorted.

DROP FUNCTION IF EXISTS place_by_name, named;


-- How many rows the planner expects. $1 to $14: as in children_matching.
CREATE FUNCTION expected_children(matching text, c caller, on_day date, areas integer[], category text, kind text,
                                  assisted boolean, sex text, age_from integer, age_until integer, name text,
                                  without_case boolean, without_intervention boolean, changed_since timestamptz)
RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT JSON) SELECT ' || matching INTO plan
    USING c, reached_areas(c), on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
          without_intervention, changed_since;
    RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::float8;
END $$;

-- That a condition on the words of a name holds: by their index; or where `others`, a wider one, is given, by the index for that,
-- and then it is looked at with each. Of a word begun and of a slip, the index would gather whoever has any such word.
CREATE FUNCTION named(condition text, others text DEFAULT NULL) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN others IS NULL THEN format('x.words @@ %L::tsquery', condition)
    ELSE concat(CASE WHEN others <> '' THEN format('x.words @@ %L::tsquery AND ', others) END,
                format('ts_match_vq(x.words, %L)', condition)) END
$$;

-- Where a page begins behind a child. Of one that was withdrawn meanwhile, by what its history holds.
CREATE FUNCTION place_by_name(child uuid) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT n.place FROM child_name n WHERE n.child_id = child),
    (SELECT name_order(coalesce(h.before ->> 'full_name', '')) FROM history h WHERE h.record = 'child' AND h.record_id = child
     AND h.after IS NULL ORDER BY h.number DESC LIMIT 1))
$$;

-- A page by rank and name: item, rank and id, one row more than `size`. `ranks`: what service/domain/names/search.py makes of
-- what was typed, the last of which, `name`, holds for all that the others hold for; `slips`: others of the same form, any of which
-- may hold, that are looked at where fewer than `few` are found without. Without ranks everybody is looked for. The commune shown
-- is the one on `shown_on`.
--
-- The few that a search is true for are found by their words and sorted: by whole words first, and if these do not fill the
-- page, by a word begun. Of the many, the page is filled rank by rank by walking along the order of names, or through the
-- stretches of it in which the given name stands: so no question has to sort the tens of thousands that it is true for. How
-- many they are is asked of the planner; OFFSET 0 keeps it from walking past those who are few.
CREATE FUNCTION find_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, without_case boolean,
                              without_intervention boolean, changed_since timestamptz, ranks json, slips json,
                              few integer, shown_on date, after_rank integer, after uuid, size integer)
RETURNS TABLE (item text, rank integer, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET max_parallel_workers_per_gather = 0 SET jit = off AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    reached CONSTANT integer[] := reached_areas(c);
    -- Rows that are sorted in the time that walking for a page of them takes: along the order of names; and with all of a search,
    -- where it begins with those of one given name, who stand together.
    several CONSTANT float8 := 3000;
    together CONSTANT float8 := 800;
    everyone CONSTANT float8 := (SELECT reltuples FROM pg_class WHERE oid = 'child_name'::regclass);
    conditions CONSTANT text[] := ARRAY(SELECT r ->> 'condition' FROM json_array_elements(ranks) r);
    others CONSTANT text[] := ARRAY(SELECT r ->> 'others' FROM json_array_elements(ranks) r);
    complete CONSTANT integer := cardinality(array_positions(others, NULL));  -- the last rank of whole words
    last CONSTANT integer := greatest(cardinality(conditions), 1);
    first CONSTANT integer := coalesce(after_rank, 1);
    place CONSTANT text := place_by_name(after);
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name,
                                                without_case, without_intervention, changed_since, true);
    -- Those of a few areas are no more than are sorted in one go.
    bounded boolean := coalesce(cardinality(areas) <= 8, false) OR NOT c.everywhere AND cardinality(reached) <= 8;
    found uuid[] := '{}';
    found_ranks integer[] := '{}';
    more_ids uuid[];
    more_ranks integer[];
    step integer := first;
    until integer;  -- the last rank that is looked for with it
    expected float8;
    called text;
    earlier text;
    low text[];
    high text[];
    known bigint;
BEGIN
    IF others[last] <> '' AND NOT bounded THEN  -- or because of all words but the one that is begun
        bounded := expected_children(matching, c, on_day, areas, category, kind, assisted, sex, age_from, age_until, others[last],
                                     without_case, without_intervention, changed_since) <= several;
    END IF;
    WHILE step <= last + 1 AND cardinality(found) <= size LOOP
        IF step = last + 1 THEN
            EXIT WHEN slips IS NULL;
            IF first <= last THEN
                known := cardinality(found);
                IF after IS NOT NULL AND known < few THEN
                    EXECUTE format('SELECT count(*) FROM (SELECT %s LIMIT %s) f', matching, few) INTO known
                    USING c, reached, on_day, areas, category, kind, assisted, sex, age_from, age_until, name,
                          without_case, without_intervention, changed_since;
                END IF;
                EXIT WHEN known >= few;
            END IF;
        END IF;
        until := CASE WHEN step > last THEN step WHEN bounded THEN last ELSE greatest(step, complete) END;
        expected := CASE WHEN bounded OR step > last THEN 0 WHEN step > complete THEN everyone ELSE expected_children(
            matching, c, on_day, areas, category, kind, assisted, sex, age_from, age_until, conditions[until], without_case,
            without_intervention, changed_since) END;
        called := named(conditions[until], others[until]);
        low := NULL;
        IF expected > (CASE WHEN until > step THEN together ELSE several END) THEN
            until := step;
            SELECT array_agg(s ->> 0), array_agg(s ->> 1) INTO low, high
            FROM json_array_elements(nullif((ranks -> step - 1 -> 'stretches')::text, 'null')::json) s;
            IF conditions[step] LIKE '%=%' THEN
                expected := 0;  -- who has just these words is seldom more than one
            ELSIF low IS NULL AND step <> complete AND ranks IS NOT NULL THEN
                expected := expected_children(matching, c, on_day, areas, category, kind, assisted, sex, age_from, age_until,
                                              conditions[step], without_case, without_intervention, changed_since);
            END IF;
            IF low IS NULL AND expected > several THEN
                low := ARRAY[coalesce(CASE WHEN step = first THEN place END, '')];
                high := ARRAY[NULL];
            END IF;
            called := named(conditions[step], CASE WHEN low IS NOT NULL THEN '' END);
        END IF;
        IF step > last THEN
            SELECT '(' || string_agg(named(s ->> 'condition', CASE WHEN bounded OR expected_rows(format(
                'SELECT FROM child_name WHERE words @@ %L::tsquery', sound), NULL, NULL) < several THEN sound END), ' OR ') || ')'
            INTO called FROM json_array_elements(slips) s, nullif(s ->> 'others', '') sound;
        END IF;
        earlier := CASE WHEN step > last THEN name ELSE array_to_string(conditions[:step - 1], ') | (') END;
        EXECUTE format($statement$
            SELECT array_agg(p.id ORDER BY p.rank, p.place, p.id), array_agg(p.rank ORDER BY p.rank, p.place, p.id)
            FROM (SELECT f.* FROM %s LIMIT $17) p
            $statement$, format(
            CASE WHEN low IS NULL THEN '(SELECT x.id, x.place, %1$s AS rank %2$s%3$s OFFSET 0) f %5$s ORDER BY f.rank, f.place, f.id'
                ELSE 'unnest($18, $19) WITH ORDINALITY stretch (low, high, n) CROSS JOIN LATERAL (
                          SELECT x.id, x.place, %1$s AS rank %2$s%3$s%4$s ORDER BY x.place, x.id LIMIT $17) f
                      ORDER BY stretch.n, f.place, f.id' END,
            CASE WHEN until = step THEN step::text ELSE 'CASE ' || (
                SELECT string_agg(format('WHEN x.words @@ %L::tsquery THEN %s', conditions[n], n), ' ' ORDER BY n)
                FROM generate_series(step, until - 1) n) || format(' ELSE %s END', until) END,
            replace(CASE WHEN low IS NULL THEN matching ELSE replace(matching, 'x.areas && $2', 'true') END,
                    'x.words @@ $11::tsquery', called),
            CASE WHEN earlier <> '' THEN format(' AND NOT x.words @@ %L::tsquery', '(' || earlier || ')') END,
            concat(' AND x.place >= stretch.low', CASE WHEN high[1] IS NOT NULL THEN ' AND x.place < stretch.high' END,
                   CASE WHEN place IS NOT NULL AND step = first THEN ' AND (x.place, x.id) > ($15, $16)' END),
            CASE WHEN place IS NOT NULL AND step = first THEN format('WHERE (f.rank, f.place, f.id) > (%s, $15, $16)', first) END))
        INTO more_ids, more_ranks
        USING c, reached, on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
              without_intervention, changed_since, place, after, size + 1 - cardinality(found), low, high;
        found := found || more_ids;
        found_ranks := found_ranks || more_ranks;
        step := until + 1;
    END LOOP;
    PERFORM note(who, c, false, found[:size]);
    RETURN QUERY SELECT page.item, found_ranks[page.nth], page.id FROM shown_children(c, found, NULL, shown_on) page;
END $$;
