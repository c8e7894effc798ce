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

-- That one of some conditions on the words of a name holds. Each for itself, the index finds by its rarest word; and many in one
-- by every word. Behind two whole words that not too many have, a word begun is looked at with each who has these: the index
-- would gather whoever has a word that begins so.
CREATE FUNCTION named(conditions text[]) RETURNS text
LANGUAGE sql AS $$
SELECT '(' || string_agg(CASE
    WHEN part IS NOT NULL AND expected_rows(format('SELECT FROM child WHERE name_words @@ %L::tsquery', part[1]), NULL, NULL) < 6000
    THEN format('x.name_words @@ %L::tsquery AND (x.name_words || '''') @@ %L::tsquery', part[1], part[2])
    ELSE format('x.name_words @@ %L::tsquery', condition) END, ' OR ') || ')'
FROM unnest(conditions) condition, regexp_match(condition, $re$^(.+ & .+) & (\([^()]*:\*\)|'[^']*':\*)$re$) part
$$;

-- Where a page begins behind a child. Of one that was withdrawn meanwhile, by what its history holds.
CREATE FUNCTION place_by_name(child uuid) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT x.name_order FROM child x WHERE x.id = child),
    (SELECT name_order(coalesce(h.before ->> 'full_name', '')) FROM history h WHERE h.record = 'child' AND h.record_id = child
     AND h.after IS NULL ORDER BY h.number DESC LIMIT 1))
$$;

-- A page by rank and name: item, rank and id, one row more than `size`. `ranks`: conditions on the words of a name, the
-- last of which, `name`, holds for all that the others hold for; `slips`: others, any of which may hold, that are looked at where
-- fewer than `few` are found without. Without ranks everybody is looked for. The commune shown is the one on `shown_on`.
--
-- The few that a name has are found by their words and sorted. Of the many, the page is filled by walking along the order of
-- names, rank by rank: so no question has to sort the tens of thousands that it is true for. A page of those in between is
-- looked for in a stretch of that order that would hold two of it, if they lay there as everywhere; where it does not, they are
-- sorted. Where the lines are drawn depends on what the planner expects; OFFSET 0 keeps it from walking past those who are few.
CREATE FUNCTION find_children(who asking, on_day date, areas integer[], category text, kind text, assisted boolean, sex text,
                              age_from integer, age_until integer, name text, without_case boolean,
                              without_intervention boolean, changed_since timestamptz, ranks text[], slips text[],
                              few integer, shown_on date, after_rank integer, after uuid, size integer)
RETURNS TABLE (item text, rank integer, id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET max_parallel_workers_per_gather = 0 AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    reached CONSTANT integer[] := reached_areas(c);
    several CONSTANT float8 := 5000;  -- rows that are sorted in the time that looking for a page of them in a stretch takes
    many CONSTANT float8 := 10000;  -- rows that are sorted in the time that walking for a page of them may take
    everyone CONSTANT float8 := (SELECT reltuples FROM pg_class WHERE oid = 'child'::regclass);
    last CONSTANT integer := coalesce(cardinality(ranks), 1);
    matching CONSTANT text := children_matching(c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name,
                                                without_case, without_intervention, changed_since, true);
    place CONSTANT text := place_by_name(after);
    first CONSTANT integer := coalesce(after_rank, 1);
    bounded CONSTANT boolean := coalesce(cardinality(areas) <= 8, false) OR expected_children(  -- no more than are sorted in one go
        matching, c, on_day, areas, category, kind, assisted, sex, age_from, age_until, name, without_case,
        without_intervention, changed_since) <= several;
    expected float8;
    stretch text;  -- where it ends
    stretches text[];
    found uuid[] := '{}';
    found_ranks integer[] := '{}';
    more_ids uuid[];
    more_ranks integer[];
    step integer;
    until integer;
    sought text;
    earlier text;
    known bigint;
BEGIN
    step := first;
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
        until := step;
        sought := ranks[step];
        expected := CASE WHEN bounded OR step > last THEN 0 ELSE expected_children(
            matching, c, on_day, areas, category, kind, assisted, sex, age_from, age_until, sought, without_case,
            without_intervention, changed_since) END;
        IF bounded AND step < last THEN
            until := last;
            sought := name;
        END IF;
        stretches := ARRAY[NULL];
        IF expected > several THEN
            stretches := (
                SELECT n.name_order FROM child n WHERE place IS NULL OR step <> first OR n.name_order > place
                ORDER BY n.name_order OFFSET (2 * size * everyone / expected)::bigint LIMIT 1) || stretches;
        END IF;
        earlier := CASE WHEN step > last THEN name ELSE array_to_string(ranks[:step - 1], ') | (') END;
        FOREACH stretch IN ARRAY stretches LOOP
            EXECUTE format($statement$
                SELECT array_agg(p.id ORDER BY p.rank, p.name_order, p.id), array_agg(p.rank ORDER BY p.rank, p.name_order, p.id)
                FROM (SELECT * FROM (SELECT x.id, x.name_order, %s AS rank %s%s %s) f %s
                      ORDER BY f.rank, f.name_order, f.id LIMIT $17) p
                $statement$,
                CASE WHEN until = step THEN step::text ELSE 'CASE ' || (
                    SELECT string_agg(format('WHEN x.name_words @@ %L::tsquery THEN %s', ranks[n], n), ' ' ORDER BY n)
                    FROM generate_series(step, until - 1) n) || format(' ELSE %s END', until) END,
                replace(matching, 'x.name_words @@ $11::tsquery', named(CASE WHEN step > last THEN slips ELSE ARRAY[sought] END)),
                concat(CASE WHEN stretch IS NOT NULL THEN ' AND x.name_order <= $18' END,
                       CASE WHEN earlier <> '' THEN format(' AND NOT x.name_words @@ %L::tsquery', '(' || earlier || ')') END),
                CASE WHEN stretch IS NULL AND expected <= many THEN 'OFFSET 0' END,
                CASE WHEN place IS NULL OR step <> first THEN ''
                     WHEN until = step THEN 'WHERE (f.name_order, f.id) > ($15, $16)'
                     ELSE format('WHERE (f.rank, f.name_order, f.id) > (%s, $15, $16)', first) END)
            INTO more_ids, more_ranks
            USING c, reached, on_day, areas, category, kind, assisted, sex, age_from, age_until, sought, without_case,
                  without_intervention, changed_since, place, after, size + 1 - cardinality(found), stretch;
            EXIT WHEN cardinality(more_ids) > size - cardinality(found);
        END LOOP;
        found := found || more_ids;
        found_ranks := found_ranks || more_ranks;
        step := until + 1;
    END LOOP;
    PERFORM note(who, c, false, found[:size]);
    RETURN QUERY SELECT page.item, found_ranks[page.nth], page.id FROM shown_children(c, found, NULL, shown_on) page;
END $$;
