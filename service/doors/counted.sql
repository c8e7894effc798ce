-- The doors to the children that a number consists of. What is counted is said by the ledger; who is shown, by reach.

DROP FUNCTION IF EXISTS counting, counting_without, counted_json, posting_json, entries, counting_sites;


-- Who counts for a measure, in a part, in an area, on a day; as known now, or at the close of the day `known_then`: posted by
-- then, and not withdrawn yet.
CREATE FUNCTION counting(of_rule smallint, of_measure text, of_category text, of_sex text, of_band text, within_area integer,
                         on_day date, known_then date)
RETURNS TABLE (subject_id uuid, area_id integer, during daterange, commune json, entry bigint)
LANGUAGE sql STABLE AS $$
SELECT s.subject_id, s.area_id, s.during, place_json(v), s.id
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> on_day
JOIN spell s ON s.area_id = i.area_id AND s.rule = of_rule AND s.measure = of_measure AND s.category = of_category
    AND s.during @> on_day
    AND (s.withdrawn IS NULL
         OR known_then IS NOT NULL AND s.withdrawn >= (SELECT k.first_unknown FROM known_until(known_then) k)
            AND (SELECT day FROM posting WHERE number = s.withdrawn) > known_then)
    AND (known_then IS NULL OR (SELECT day FROM posting WHERE number = s.posted) <= known_then)
WHERE i.ancestor_id = within_area AND i.area_level = 'commune' AND i.during @> on_day
  AND of_sex IN ('all', s.sex)
  AND (of_band = 'all' OR EXISTS (
      SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
      AND birthday(s.born, b.from_age) <= on_day AND birthday(s.born, b.until_age) > on_day))
$$;

CREATE FUNCTION posting_json(number bigint, day date, cause text) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT CASE WHEN number IS NOT NULL THEN json_build_object('number', number, 'day', day, 'cause', cause) END
$$;

-- What put a subject there: the spell, the rule, and the posting; and the posting that has withdrawn it since.
CREATE FUNCTION entries() RETURNS TABLE (spell bigint, entry json)
LANGUAGE sql STABLE AS $$
SELECT s.id, json_build_object('spell', s.id, 'rule', r.programme_code || '/' || r.number,
                               'posted', posting_json(p.number, p.day, p.cause),
                               'withdrawn', posting_json(w.number, w.day, w.cause))
FROM spell s
JOIN counting_rule r ON r.id = s.rule
JOIN posting p ON p.number = s.posted
LEFT JOIN posting w ON w.number = s.withdrawn
$$;

-- Of a child whose record has been withdrawn since there is only the id.
CREATE FUNCTION counted_json(child_id uuid, x child, commune json, during daterange, entry json) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'child_id', child_id, 'full_name', (x).full_name, 'sex', (x).sex, 'date_of_birth', (x).date_of_birth,
    'withdrawn', (x).id IS NULL, 'commune', commune,
    'counts', json_build_object('from', lower(during), 'until', upper(during)), 'entry', entry)::text
$$;

-- A page by commune: item, area and child, one row more than `size`.
CREATE FUNCTION list_counted(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                             within_area integer, on_day date, known_then date, after_area integer, after_child uuid,
                             size integer)
RETURNS TABLE (item text, area_id integer, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT n.*, n.subject_id AS id, x AS child
            FROM counting(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, known_then) n
            LEFT JOIN child x ON x.id = n.subject_id
            WHERE (after_area IS NULL OR (n.area_id, n.subject_id) > (after_area, after_child))
              AND (c.everywhere OR x.id IS NULL
                   OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached_areas(c))))
            ORDER BY n.area_id, n.subject_id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT counted_json(p.id, p.child, p.commune, p.during, e.entry), p.area_id, p.id
        FROM noted, page p JOIN entries() e ON e.spell = p.entry
        ORDER BY p.area_id, p.id;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- Candidates: who counts for a measure and not for another as well. Those with an open case come first, they are nearest
-- to being helped (or to leaving their circumstances); then those who have waited longest. Whether a case was open is told by
-- the records as they are now.
CREATE FUNCTION counting_without(of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                 within_area integer, on_day date, without text, known_then date)
RETURNS TABLE (subject_id uuid, rank integer, since date, commune json, during daterange, entry bigint)
LANGUAGE sql STABLE AS $$
SELECT n.subject_id,
       (NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = n.subject_id AND f.opened_on <= on_day
                    AND (f.closed_on IS NULL OR f.closed_on > on_day)))::integer,
       lower(n.during), n.commune, n.during, n.entry
FROM counting(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, known_then) n
WHERE NOT EXISTS (
    SELECT FROM spell o
    WHERE o.subject_id = n.subject_id AND o.rule = of_rule AND o.measure = without AND o.category = of_category
      AND o.during @> on_day
      AND CASE WHEN known_then IS NULL THEN o.withdrawn IS NULL
          ELSE (SELECT day FROM posting WHERE number = o.posted) <= known_then
               AND coalesce((SELECT day FROM posting WHERE number = o.withdrawn) > known_then, true) END)
$$;

CREATE FUNCTION list_candidates(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                within_area integer, on_day date, without text, known_then date, after_rank integer,
                                after_since date, after_child uuid, size integer)
RETURNS TABLE (item text, rank integer, since date, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT n.*, n.subject_id AS id, x AS child
            FROM counting_without(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, without,
                                  known_then) n
            LEFT JOIN child x ON x.id = n.subject_id
            WHERE (after_rank IS NULL OR (n.rank, n.since, n.subject_id) > (after_rank, after_since, after_child))
              AND (c.everywhere OR x.id IS NULL
                   OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached_areas(c))))
            ORDER BY n.rank, n.since, n.subject_id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT counted_json(p.id, p.child, p.commune, p.during, e.entry), p.rank, p.since, p.id
        FROM noted, page p JOIN entries() e ON e.spell = p.entry
        ORDER BY p.rank, p.since, p.id;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- How many candidates there are, wherever they live now.
CREATE FUNCTION count_candidates(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                 within_area integer, on_day date, without text, known_then date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN (SELECT count(*) FROM counting_without(
        of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, without, known_then));
END $$;

-- How many of them the caller is not shown, because they live elsewhere now.
CREATE FUNCTION count_outside(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                              within_area integer, on_day date, without text, known_then date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN CASE WHEN c.everywhere THEN 0 ELSE (
        SELECT count(*)
        FROM counting_without(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, without, known_then) n
        JOIN child x ON x.id = n.subject_id
        WHERE NOT EXISTS (SELECT FROM home h WHERE h.child_id = x.id AND h.area_id = ANY (reached))) END;
END $$;

-- Which sites count for a measure, in an area, on a day, as known then (or now). They are about nobody.
CREATE FUNCTION counting_sites(of_rule smallint, of_measure text, within_area integer, on_day date, known_then date)
RETURNS TABLE (site_id uuid, area_id integer, during daterange, entry json)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT n.subject_id, n.area_id, n.during, e.entry
FROM counting(of_rule, of_measure, 'all', 'all', 'all', within_area, on_day, known_then) n
JOIN entries() e ON e.spell = n.entry
$$;
