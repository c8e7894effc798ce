-- The doors to the children that a number consists of. What is counted is said by the ledger; who is shown, by reach.

DROP FUNCTION IF EXISTS counting, counting_without, counted_json, counting_sites;


-- Who counts for a measure, in a part, in an area, on a day.
CREATE FUNCTION counting(of_rule smallint, of_measure text, of_category text, of_sex text, of_band text, within_area integer,
                         on_day date)
RETURNS TABLE (subject_id uuid, area_id integer, during daterange, commune json)
LANGUAGE sql STABLE AS $$
SELECT s.subject_id, s.area_id, s.during, place_json(v)
FROM area_within i
JOIN area_version v ON v.area_id = i.area_id AND v.during @> on_day
JOIN spell s ON s.area_id = i.area_id AND s.rule = of_rule AND s.measure = of_measure AND s.category = of_category
    AND s.withdrawn IS NULL AND s.during @> on_day
WHERE i.ancestor_id = within_area AND i.area_level = 'commune' AND i.during @> on_day
  AND of_sex IN ('all', s.sex)
  AND (of_band = 'all' OR EXISTS (
      SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
      AND birthday(s.born, b.from_age) <= on_day AND birthday(s.born, b.until_age) > on_day))
$$;

CREATE FUNCTION counted_json(x child, commune json, during daterange) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'child_id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth, 'commune', commune,
    'counts', json_build_object('from', lower(during), 'until', upper(during)))::text
$$;

-- A page by commune: item, area and child, one row more than `size`.
CREATE FUNCTION list_counted(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                             within_area integer, on_day date, after_area integer, after_child uuid, size integer)
RETURNS TABLE (item text, area_id integer, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT counted_json(x, n.commune, n.during) AS item, n.area_id, x.id
            FROM counting(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day) n
            JOIN child x ON x.id = n.subject_id
            WHERE (after_area IS NULL OR (n.area_id, x.id) > (after_area, after_child))
              AND (c.everywhere OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached_areas(c))))
            ORDER BY n.area_id, x.id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.area_id, page.id FROM page, noted;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- Candidates: who counts for a measure and not for another as well. Those with an open case come first, they are nearest
-- to being helped (or to leaving their circumstances); then those who have waited longest.
CREATE FUNCTION counting_without(of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                 within_area integer, on_day date, without text)
RETURNS TABLE (subject_id uuid, rank integer, since date, commune json, during daterange)
LANGUAGE sql STABLE AS $$
SELECT n.subject_id,
       (NOT EXISTS (SELECT FROM case_file f WHERE f.child_id = n.subject_id AND f.opened_on <= on_day
                    AND (f.closed_on IS NULL OR f.closed_on > on_day)))::integer,
       lower(n.during), n.commune, n.during
FROM counting(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day) n
WHERE NOT EXISTS (SELECT FROM spell o WHERE o.subject_id = n.subject_id AND o.withdrawn IS NULL AND o.rule = of_rule
                  AND o.measure = without AND o.category = of_category AND o.during @> on_day)
$$;

CREATE FUNCTION list_candidates(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                within_area integer, on_day date, without text, after_rank integer, after_since date,
                                after_child uuid, size integer)
RETURNS TABLE (item text, rank integer, since date, child_id uuid)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT counted_json(x, n.commune, n.during) AS item, n.rank, n.since, x.id
            FROM counting_without(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, without) n
            JOIN child x ON x.id = n.subject_id
            WHERE (after_rank IS NULL OR (n.rank, n.since, x.id) > (after_rank, after_since, after_child))
              AND (c.everywhere OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached_areas(c))))
            ORDER BY n.rank, n.since, x.id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT page.item, page.rank, page.since, page.id FROM page, noted;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- How many candidates there are, wherever they live now.
CREATE FUNCTION count_candidates(who asking, of_rule smallint, of_measure text, of_category text, of_sex text, of_band text,
                                 within_area integer, on_day date, without text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN (SELECT count(*)
            FROM counting_without(of_rule, of_measure, of_category, of_sex, of_band, within_area, on_day, without));
END $$;

-- Which sites count for a measure, in an area, on a day. They are about nobody.
CREATE FUNCTION counting_sites(of_rule smallint, of_measure text, within_area integer, on_day date)
RETURNS TABLE (site_id uuid, area_id integer, during daterange)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT s.subject_id, s.area_id, s.during
FROM area_within i
JOIN spell s ON s.area_id = i.area_id AND s.rule = of_rule AND s.measure = of_measure AND s.category = 'all'
    AND s.withdrawn IS NULL AND s.during @> on_day
JOIN site t ON t.id = s.subject_id
WHERE i.ancestor_id = within_area AND i.area_level = 'commune' AND i.during @> on_day
$$;
