-- The doors to the children that a number consists of. What is counted is said by the ledger; who is shown, by reach.

DROP TYPE IF EXISTS number_asked CASCADE;
DROP FUNCTION IF EXISTS counted_json, posting_json, entries, shown_of_counted;


-- Which number: who counts for a measure and (where that is given) not for another, in a part of the children, on a day, as
-- known now or at the close of the day `known_then`. From each area of records (source) in which commune of a map (target):
-- all of them, or, where it is divided, those from one rank to another in the order of their ids.
CREATE TYPE number_asked AS (
    rule smallint, measure text, without text, category text, sex text, age_band text,
    sources integer[], targets integer[], after_ranks bigint[], until_ranks bigint[], on_map date, on_day date, known_then date);

-- Who counts in an area of records: posted by then, and not withdrawn yet.
CREATE FUNCTION counting_in(n number_asked, area integer)
RETURNS TABLE (spell bigint, subject_id uuid, during daterange)
LANGUAGE sql STABLE AS $$
SELECT s.id, s.subject_id, s.during
FROM spell s
WHERE s.area_id = area AND s.rule = n.rule AND s.measure = n.measure AND s.category = n.category AND s.during @> n.on_day
  AND (s.withdrawn IS NULL
       OR n.known_then IS NOT NULL AND s.withdrawn >= (SELECT k.first_unknown FROM known_until(n.known_then) k)
          AND (SELECT day FROM posting WHERE number = s.withdrawn) > n.known_then)
  AND (n.known_then IS NULL OR (SELECT day FROM posting WHERE number = s.posted) <= n.known_then)
  AND n.sex IN ('all', s.sex)
  AND (n.age_band = 'all' OR EXISTS (
      SELECT FROM age_band b WHERE b.rule = n.rule AND b.code = n.age_band
      AND birthday(s.born, b.from_age) <= n.on_day AND birthday(s.born, b.until_age) > n.on_day))
  AND (n.without IS NULL OR NOT EXISTS (
      SELECT FROM spell o
      WHERE o.subject_id = s.subject_id AND o.rule = n.rule AND o.measure = n.without AND o.category = n.category
        AND o.during @> n.on_day
        AND CASE WHEN n.known_then IS NULL THEN o.withdrawn IS NULL
            ELSE (SELECT day FROM posting WHERE number = o.posted) <= n.known_then
                 AND coalesce((SELECT day FROM posting WHERE number = o.withdrawn) > n.known_then, true) END))
$$;

-- By commune of the map, in the order of communes: a first page is sorted within the first of them, and not the province.
CREATE FUNCTION counting(n number_asked)
RETURNS TABLE (subject_id uuid, area_id integer, during daterange, entry bigint, apportioned boolean)
LANGUAGE sql STABLE AS $$
SELECT s.subject_id, p.target, s.during, s.spell, p.after_rank IS NOT NULL
FROM (SELECT u.* FROM unnest(n.sources, n.targets, n.after_ranks, n.until_ranks)
      AS u (source, target, after_rank, until_rank) ORDER BY u.target) p
CROSS JOIN LATERAL (
    SELECT i.subject_id, i.during, i.spell FROM counting_in(n, p.source) i WHERE p.after_rank IS NULL
    UNION ALL
    SELECT r.subject_id, r.during, r.spell
    FROM (SELECT i.*, row_number() OVER (ORDER BY i.subject_id) AS rank FROM counting_in(n, p.source) i) r
    WHERE p.after_rank IS NOT NULL AND r.rank > p.after_rank AND r.rank <= p.until_rank
) s
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
CREATE FUNCTION counted_json(child_id uuid, x child, commune json, during daterange, apportioned boolean, entry json)
RETURNS text
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'child_id', child_id, 'full_name', (x).full_name, 'sex', (x).sex, 'date_of_birth', (x).date_of_birth,
    'withdrawn', (x).id IS NULL, 'commune', commune, 'apportioned', apportioned,
    'counts', json_build_object('from', lower(during), 'until', upper(during)), 'entry', entry)::text
$$;

-- Whether somebody who counts is shown to who reaches these areas. Of a child whose record has been withdrawn there is
-- nothing to show but that it counted.
CREATE FUNCTION shown_of_counted(subject uuid, reached integer[]) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT EXISTS (SELECT FROM home h WHERE h.child_id = subject AND h.area_id = ANY (reached))
    OR NOT EXISTS (SELECT FROM child x WHERE x.id = subject)
$$;

-- A page by commune: item, area and child, one row more than `size`.
CREATE FUNCTION list_counted(who asking, n number_asked, after_area integer, after_child uuid, size integer)
RETURNS TABLE (item text, area_id integer, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT r.*, r.subject_id AS id
            FROM counting(n) r
            WHERE (after_area IS NULL OR r.area_id >= after_area AND (r.area_id, r.subject_id) > (after_area, after_child))
              AND (c.everywhere OR shown_of_counted(r.subject_id, reached))
            ORDER BY r.area_id, r.subject_id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT counted_json(p.id, x, place_json(v), p.during, p.apportioned, e.entry), p.area_id, p.id
        FROM noted, page p JOIN entries() e ON e.spell = p.entry
        LEFT JOIN child x ON x.id = p.id
        JOIN area_version v ON v.area_id = p.area_id AND v.during @> n.on_map
        ORDER BY p.area_id, p.id;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- Candidates: those with an open case come first, they are nearest to being helped (or to leaving their circumstances); then
-- those who have waited longest. Whether a case was open is told by the records as they are now.
CREATE FUNCTION list_candidates(who asking, n number_asked, after_rank integer, after_since date, after_child uuid,
                                size integer)
RETURNS TABLE (item text, rank integer, since date, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN QUERY
        WITH candidate AS (
            SELECT r.*, lower(r.during) AS since,
                   (NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = r.subject_id AND f.opened_on <= n.on_day
                                AND (f.closed_on IS NULL OR f.closed_on > n.on_day)))::integer AS rank
            FROM counting(n) r
        ),
        page AS MATERIALIZED (
            SELECT r.*, r.subject_id AS id
            FROM candidate r
            WHERE (after_rank IS NULL OR (r.rank, r.since, r.subject_id) > (after_rank, after_since, after_child))
              AND (c.everywhere OR shown_of_counted(r.subject_id, reached))
            ORDER BY r.rank, r.since, r.subject_id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT counted_json(p.id, x, place_json(v), p.during, p.apportioned, e.entry), p.rank, p.since, p.id
        FROM noted, page p JOIN entries() e ON e.spell = p.entry
        LEFT JOIN child x ON x.id = p.id
        JOIN area_version v ON v.area_id = p.area_id AND v.during @> n.on_map
        ORDER BY p.rank, p.since, p.id;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- How many there are, wherever they live now.
CREATE FUNCTION count_counting(who asking, n number_asked) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN (SELECT count(*) FROM counting(n));
END $$;

-- How many of them the caller is not shown, because they live elsewhere now.
CREATE FUNCTION count_outside(who asking, n number_asked) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN CASE WHEN c.everywhere THEN 0 ELSE (
        SELECT count(*)
        FROM counting(n) r JOIN child x ON x.id = r.subject_id
        WHERE NOT EXISTS (SELECT FROM home h WHERE h.child_id = x.id AND h.area_id = ANY (reached))) END;
END $$;

-- Which sites count: of a commune made of several, the one that has counted longest. They are about nobody.
CREATE FUNCTION counting_sites(n number_asked) RETURNS TABLE (site_id uuid, area_id integer, during daterange, entry json)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT DISTINCT ON (r.area_id) r.subject_id, r.area_id, r.during, e.entry
FROM counting(n) r
JOIN entries() e ON e.spell = r.entry
ORDER BY r.area_id, lower(r.during), r.subject_id
$$;
