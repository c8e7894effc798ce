-- Posting: after the records of some children or sites have changed, brings spells and pages to what the records say.

DROP FUNCTION IF EXISTS every_subject, latest_residences, told_homes, settle_homes, remake_homes, told_names,
    remake_names, settle_names, care_given, settle_care,
    remake_care, changed_spells, all_changed_spells, post_spells, ledger_post, ledger_post_all;


-- Everyone and everything that the ledger counts, or may have to.
CREATE FUNCTION every_subject() RETURNS uuid[]
LANGUAGE sql STABLE AS $$
SELECT array_agg(id) FROM (
    SELECT id FROM child UNION SELECT id FROM site UNION SELECT subject_id FROM spell WHERE withdrawn IS NULL) s
$$;

-- Where each child lives, or lived last; of whom no residence is known, where it happened that its latest case began with. With
-- birth and last change of the child.
CREATE FUNCTION told_homes() RETURNS TABLE (child_id uuid, area_id integer, born date, changed timestamptz)
LANGUAGE sql STABLE AS $$
SELECT h.child_id, h.area_id, x.date_of_birth, x.updated_at
FROM ((SELECT DISTINCT ON (child_id) child_id, area_id FROM residence ORDER BY child_id, lower(during) DESC)
UNION ALL
(SELECT DISTINCT ON (f.child_id) f.child_id, f.incident_area_id FROM case_file f
 WHERE f.incident_area_id IS NOT NULL AND NOT EXISTS (SELECT FROM residence r WHERE r.child_id = f.child_id)
 ORDER BY f.child_id, f.opened_on DESC, f.id DESC)) h
JOIN child x ON x.id = h.child_id
$$;

CREATE FUNCTION remake_homes() RETURNS void
LANGUAGE sql AS $$
DELETE FROM home h WHERE NOT EXISTS (SELECT FROM residence WHERE child_id = h.child_id)
AND NOT EXISTS (SELECT FROM case_file WHERE child_id = h.child_id AND incident_area_id IS NOT NULL);
INSERT INTO home
SELECT l.* FROM told_homes() l LEFT JOIN home h USING (child_id)
WHERE (h.area_id, h.born, h.changed) IS DISTINCT FROM (l.area_id, l.born, l.changed)
ON CONFLICT (child_id) DO UPDATE SET area_id = excluded.area_id, born = excluded.born, changed = excluded.changed
$$;

-- The same for some children (sites have none). What stays is not even locked; birth and change follow the child by themselves.
CREATE FUNCTION settle_homes(subjects uuid[]) RETURNS void
LANGUAGE sql AS $$
DELETE FROM home WHERE child_id = ANY (subjects)
AND NOT EXISTS (SELECT FROM residence r WHERE r.child_id = home.child_id)
AND NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = home.child_id AND f.incident_area_id IS NOT NULL);
INSERT INTO home
SELECT s.id, told.area_id, s.date_of_birth, s.updated_at
FROM child s
CROSS JOIN LATERAL (SELECT coalesce(
    (SELECT area_id FROM residence WHERE child_id = s.id ORDER BY lower(during) DESC LIMIT 1),
    (SELECT incident_area_id FROM case_file WHERE child_id = s.id AND incident_area_id IS NOT NULL
     ORDER BY opened_on DESC, id DESC LIMIT 1)) AS area_id OFFSET 0) told  -- once, however often it is named
WHERE s.id = ANY (subjects) AND told.area_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM home h WHERE (h.child_id, h.area_id) = (s.id, told.area_id))
ON CONFLICT (child_id) DO UPDATE SET area_id = excluded.area_id
$$;

-- What each child is called, and every area that it lives or lived in.
CREATE FUNCTION told_names() RETURNS TABLE (child_id uuid, full_name text, areas integer[])
LANGUAGE sql STABLE AS $$
SELECT c.id, c.full_name, coalesce(lived.areas, '{}')
FROM child c LEFT JOIN (
    SELECT r.child_id, array_agg(DISTINCT r.area_id) AS areas
    FROM (SELECT child_id, area_id FROM residence UNION ALL SELECT child_id, area_id FROM home) r GROUP BY r.child_id
) lived ON lived.child_id = c.id
$$;

CREATE FUNCTION remake_names() RETURNS void
LANGUAGE sql AS $$
INSERT INTO child_name (child_id, full_name, areas)
SELECT t.* FROM told_names() t LEFT JOIN child_name n USING (child_id)
WHERE n.child_id IS NULL OR (n.full_name, n.areas) IS DISTINCT FROM (t.full_name, t.areas)
ORDER BY t.areas  -- so that those of one commune lie together
ON CONFLICT (child_id) DO UPDATE SET full_name = excluded.full_name, areas = excluded.areas
$$;

-- The same for some children, after their homes. A name that stays is not written: its words are long to index.
CREATE FUNCTION settle_names(subjects uuid[]) RETURNS void
LANGUAGE sql AS $$
INSERT INTO child_name (child_id, full_name, areas)
SELECT c.id, c.full_name, lived.areas
FROM child c
LEFT JOIN child_name n ON n.child_id = c.id
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT area_id FROM residence WHERE child_id = c.id UNION SELECT area_id FROM home WHERE child_id = c.id ORDER BY 1
) AS areas OFFSET 0) lived
WHERE c.id = ANY (subjects) AND (n.child_id IS NULL OR (n.full_name, n.areas) IS DISTINCT FROM (c.full_name, lived.areas))
ON CONFLICT (child_id) DO UPDATE SET full_name = excluded.full_name, areas = excluded.areas
$$;

-- On which days a case of a child was open, on which something had begun in it by then (in a reopened one: since then), and
-- since when something has been given in any case (for ever not: infinity). Whoever has no case has no row.
CREATE FUNCTION care_given(subjects uuid[]) RETURNS TABLE (child_id uuid, born date, open datemultirange, assisted datemultirange, given_on date)
LANGUAGE sql STABLE AS $$
SELECT f.child_id, min(c.date_of_birth), coalesce(range_agg(daterange(e.since, e.until)), '{}'),
       coalesce(range_agg(daterange(greatest(e.since, h.begun), e.until))
                FILTER (WHERE h.begun IS NOT NULL AND (greatest(e.since, h.begun) < e.until) IS NOT FALSE), '{}'),
       coalesce(min(i.begun), 'infinity')
FROM case_file f
JOIN child c ON c.id = f.child_id
CROSS JOIN LATERAL (SELECT min(started_on) AS begun FROM intervention WHERE case_id = f.id) i
LEFT JOIN episodes(subjects) e ON e.case_id = f.id
LEFT JOIN LATERAL (
    SELECT min(started_on) AS begun FROM intervention
    WHERE case_id = f.id AND (started_on >= e.since OR NOT e.reopened)) h ON true
WHERE f.child_id = ANY (subjects)
GROUP BY f.child_id
$$;

CREATE FUNCTION settle_care(subjects uuid[]) RETURNS void
LANGUAGE sql AS $$
DELETE FROM care WHERE child_id = ANY (subjects) AND NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = care.child_id);
INSERT INTO care
SELECT g.* FROM care_given(subjects) g LEFT JOIN care k USING (child_id)
WHERE (k.born, k.open, k.assisted, k.given_on) IS DISTINCT FROM (g.born, g.open, g.assisted, g.given_on)
ON CONFLICT (child_id) DO UPDATE
SET born = excluded.born, open = excluded.open, assisted = excluded.assisted, given_on = excluded.given_on
$$;

CREATE FUNCTION remake_care() RETURNS void
LANGUAGE sql AS $$
DELETE FROM care k WHERE NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = k.child_id);
SELECT settle_care(ARRAY(SELECT DISTINCT child_id FROM case_file ORDER BY child_id))
$$;

-- Where the ledger is not what the records say of these children and sites, by every rule that counts or by one of them: the
-- spells that no longer hold, and those that are new.
CREATE FUNCTION changed_spells(subjects uuid[], of_rule smallint DEFAULT NULL)
RETURNS TABLE (gone boolean, subject_id uuid, area_id integer, rule smallint, measure text, category text, sex text, born date,
               during daterange)
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10 AS $$
BEGIN
    RETURN QUERY
    WITH derived AS MATERIALIZED (
        SELECT * FROM derived_spells(subjects, of_rule)
    ),
    present AS MATERIALIZED (
        SELECT s.subject_id, s.area_id, s.rule, s.measure, s.category, s.sex, s.born, s.during
        FROM spell s WHERE s.subject_id = ANY (subjects) AND s.withdrawn IS NULL AND (of_rule IS NULL OR s.rule = of_rule)
    )
    SELECT true, g.* FROM (TABLE present EXCEPT TABLE derived) g
    UNION ALL
    SELECT false, f.* FROM (TABLE derived EXCEPT TABLE present) f;
END $$;

-- The same of everyone: of half of them by a second process, where there is one to spare.
CREATE FUNCTION all_changed_spells()
RETURNS TABLE (gone boolean, subject_id uuid, area_id integer, rule smallint, measure text, category text, sex text, born date,
               during daterange)
LANGUAGE plpgsql STABLE ROWS 10
SET work_mem = '256MB' SET parallel_setup_cost = 0 SET parallel_tuple_cost = 0 SET max_parallel_workers_per_gather = 1 AS $$
DECLARE
    subjects CONSTANT uuid[] := every_subject();
    half CONSTANT integer := cardinality(subjects) / 2;
BEGIN
    RETURN QUERY
    SELECT * FROM changed_spells(subjects[:half])
    UNION ALL
    SELECT * FROM changed_spells(subjects[half + 1:]);
END $$;

-- Withdraws the spells that no longer hold and inserts the new ones, under a new posting: of these subjects, or (null) of
-- everyone. Answers its number, or null when nothing that counts has changed.
CREATE FUNCTION post_spells(subjects uuid[], on_day date, by_actor text, for_cause text, of_rule smallint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    new_number bigint;
BEGIN
    WITH changed AS MATERIALIZED (
        SELECT * FROM changed_spells(subjects, of_rule) WHERE subjects IS NOT NULL
        UNION ALL
        SELECT * FROM all_changed_spells() WHERE subjects IS NULL
    ),
    new_posting AS (
        INSERT INTO posting (day, actor, cause)
        SELECT on_day, by_actor, for_cause WHERE EXISTS (TABLE changed)
        RETURNING number
    ),
    withdrawn AS (
        UPDATE spell s SET withdrawn = new_posting.number
        FROM new_posting, changed g
        WHERE g.gone AND s.subject_id = g.subject_id AND s.withdrawn IS NULL AND s.area_id = g.area_id AND s.rule = g.rule
          AND s.measure = g.measure AND s.category = g.category AND s.during = g.during
    ),
    inserted AS (
        INSERT INTO spell (subject_id, area_id, rule, measure, category, sex, born, during, posted)
        SELECT f.subject_id, f.area_id, f.rule, f.measure, f.category, f.sex, f.born, f.during, new_posting.number
        FROM changed f, new_posting WHERE NOT f.gone
    )
    SELECT number INTO new_number FROM new_posting;
    RETURN new_number;
END $$;

-- Posting as every write does it: the caller has locked the children (or sites) in key order and calls this once, last in
-- its transaction. Held to nested loops and one plan: a hash join here reads every spell of the province.
CREATE FUNCTION ledger_post(subjects uuid[], on_day date, by_actor text, for_cause text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    new_number CONSTANT bigint := post_spells(subjects, on_day, by_actor, for_cause);
BEGIN
    PERFORM settle_homes(subjects);
    PERFORM settle_names(subjects);
    PERFORM settle_care(subjects);
    IF new_number IS NOT NULL THEN
        -- One posting at a time in an area, in key order: no two rewrite a page at once, and none waits in a circle. Who has
        -- the turn notes that the register of the area was touched on the day.
        WITH turn AS (
            INSERT INTO page_turn AS t (area_id, moment)
            SELECT area_id, now_in_microseconds()
            FROM (SELECT area_id FROM spell WHERE posted = new_number
                  UNION SELECT area_id FROM spell WHERE withdrawn = new_number) touched
            ORDER BY area_id
            ON CONFLICT (area_id) DO UPDATE SET moment = greatest(excluded.moment, t.moment + 1)
            RETURNING area_id
        )
        INSERT INTO touch (area_id, day) SELECT area_id, on_day FROM turn ON CONFLICT DO NOTHING;
        PERFORM turn_pages(new_number);
    END IF;
    RETURN new_number;
END $$;

-- Posts where records and spells differ, over everything at once; the caller remakes the pages. Every write to a child or
-- site updates its row, so this keeps writers out until the transaction ends.
CREATE FUNCTION ledger_post_all(on_day date, by_actor text, for_cause text) RETURNS bigint
LANGUAGE plpgsql SET work_mem = '256MB' AS $$
DECLARE
    new_number bigint;
BEGIN
    LOCK TABLE child, site IN SHARE ROW EXCLUSIVE MODE;
    PERFORM remake_homes();
    PERFORM remake_names();
    PERFORM remake_care();
    new_number := post_spells(NULL, on_day, by_actor, for_cause);
    INSERT INTO touch (area_id, day)
    SELECT area_id, on_day FROM spell WHERE posted = new_number
    UNION SELECT area_id, on_day FROM spell WHERE withdrawn = new_number
    ON CONFLICT DO NOTHING;
    RETURN new_number;
END $$;
