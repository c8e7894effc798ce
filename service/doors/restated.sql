-- What has become known of the figures of a day between two closes: a posting put a child (or site) in, or took it out.

DROP FUNCTION IF EXISTS restated, restated_causes, causes_between;


-- Each posting's changes to the stocks of a day, by child (or site), area of the records (of `sources`) and measure. A spell that took another's place in
-- the same posting has changed nothing on a day that lies in both. The sum is what the figures differ by.
CREATE FUNCTION restated(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                         sources integer[], on_day date, from_known date, until_known date)
RETURNS TABLE (posting bigint, subject_id uuid, measure text, area_id integer, change bigint)
LANGUAGE sql STABLE AS $$
SELECT m.number, m.subject_id, m.measure, m.area_id, sum(m.change)
FROM (
    SELECT p.number, s.subject_id, s.measure, s.category, s.area_id, s.rule, s.sex, s.born, s.during, 1 AS change
    FROM posting p JOIN spell s ON s.posted = p.number
    WHERE p.day > from_known AND p.day <= until_known
    UNION ALL
    SELECT p.number, s.subject_id, s.measure, s.category, s.area_id, s.rule, s.sex, s.born, s.during, -1
    FROM posting p JOIN spell s ON s.withdrawn = p.number
    WHERE p.day > from_known AND p.day <= until_known
) m
JOIN unnest(of_measures, of_categories) AS w (measure, category) ON w.measure = m.measure AND w.category = m.category
WHERE m.area_id = ANY (sources) AND m.rule = of_rule AND m.during @> on_day AND of_sex IN ('all', m.sex)
  AND (of_band = 'all' OR EXISTS (
      SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
      AND birthday(m.born, b.from_age) <= on_day AND birthday(m.born, b.until_age) > on_day))
GROUP BY m.number, m.subject_id, m.measure, m.area_id
HAVING sum(m.change) <> 0
$$;

-- How many went in and out, by measure and by what the posting was made for. It tells of nobody.
CREATE FUNCTION restated_causes(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                                sources integer[], on_day date, from_known date, until_known date)
RETURNS TABLE (cause text, measure text, entered bigint, gone bigint)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT p.cause, r.measure, coalesce(sum(r.change) FILTER (WHERE r.change > 0), 0)::bigint,
       coalesce(-sum(r.change) FILTER (WHERE r.change < 0), 0)::bigint
FROM restated(of_rule, of_measures, of_categories, of_sex, of_band, sources, on_day, from_known, until_known) r
JOIN posting p ON p.number = r.posting
GROUP BY p.cause, r.measure ORDER BY p.cause, r.measure
$$;

-- The same of everyone, by area of the records, for what was posted after one posting and up to another.
CREATE FUNCTION causes_between(of_rule smallint, of_measures text[], sources integer[], on_day date, after_posting bigint,
                               until_posting bigint)
RETURNS TABLE (cause text, measure text, area_id integer, entered bigint, gone bigint)
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT p.cause, m.measure, m.area_id, coalesce(sum(m.change) FILTER (WHERE m.change > 0), 0)::bigint,
       coalesce(-sum(m.change) FILTER (WHERE m.change < 0), 0)::bigint
FROM (
    SELECT c.number, c.subject_id, c.measure, c.area_id, sum(c.change) AS change
    FROM (
        SELECT s.posted AS number, s.subject_id, s.measure, s.category, s.area_id, s.rule, s.during, 1 AS change
        FROM spell s WHERE s.posted > after_posting AND s.posted <= until_posting
        UNION ALL
        SELECT s.withdrawn, s.subject_id, s.measure, s.category, s.area_id, s.rule, s.during, -1
        FROM spell s WHERE s.withdrawn > after_posting AND s.withdrawn <= until_posting
    ) c
    WHERE c.rule = of_rule AND c.measure = ANY (of_measures) AND c.category = 'all' AND c.area_id = ANY (sources)
      AND c.during @> on_day
    GROUP BY c.number, c.subject_id, c.measure, c.area_id HAVING sum(c.change) <> 0
) m
JOIN posting p ON p.number = m.number
GROUP BY p.cause, m.measure, m.area_id ORDER BY p.cause, m.measure, m.area_id
$$;

-- A page of them in the order of postings: item, posting, subject, measure and area, one row more than `size`.
CREATE FUNCTION list_restated(who asking, of_rule smallint, of_measures text[], of_categories text[], of_sex text,
                              of_band text, sources integer[], on_day date, from_known date, until_known date,
                              after_posting bigint, after_subject uuid, after_measure text, after_area integer, size integer)
RETURNS TABLE (item text, posting bigint, subject_id uuid, measure text, area_id integer)
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
BEGIN
    RETURN QUERY
        WITH page AS MATERIALIZED (
            SELECT r.*, x AS child
            FROM restated(of_rule, of_measures, of_categories, of_sex, of_band, sources, on_day, from_known,
                          until_known) r
            LEFT JOIN child x ON x.id = r.subject_id
            WHERE (after_posting IS NULL OR (r.posting, r.subject_id, r.measure, r.area_id)
                   > (after_posting, after_subject, after_measure, after_area))
              AND (c.everywhere OR x.id IS NULL
                   OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached_areas(c))))
            ORDER BY r.posting, r.subject_id, r.measure, r.area_id LIMIT size + 1
        ),
        noted AS (SELECT note(who, c, false, (
                      SELECT array_agg(DISTINCT p.subject_id) FROM (SELECT p.subject_id FROM page p LIMIT size) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT json_build_object(
                   CASE p.measure WHEN 'model' THEN 'site_id' ELSE 'child_id' END, p.subject_id,
                   'full_name', (p.child).full_name,
                   'withdrawn', CASE WHEN p.measure <> 'model' THEN (p.child).id IS NULL END,
                   'commune', place_at(p.area_id, on_day),
                   'side', CASE p.measure WHEN of_measures[1] THEN 'numerator' ELSE 'denominator' END,
                   'change', CASE WHEN p.change > 0 THEN 'in' ELSE 'out' END,
                   'posting', posting_json(g.number, g.day, g.cause))::text,
               p.posting, p.subject_id, p.measure, p.area_id
        FROM noted, page p
        JOIN posting g ON g.number = p.posting
        ORDER BY p.posting, p.subject_id, p.measure, p.area_id;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

-- How many of them the caller is shown, on all pages.
CREATE FUNCTION count_restated(who asking, of_rule smallint, of_measures text[], of_categories text[], of_sex text,
                               of_band text, sources integer[], on_day date, from_known date, until_known date)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN (
        SELECT count(*)
        FROM restated(of_rule, of_measures, of_categories, of_sex, of_band, sources, on_day, from_known, until_known) r
        LEFT JOIN child x ON x.id = r.subject_id
        WHERE c.everywhere OR x.id IS NULL
           OR x.id IN (SELECT h.child_id FROM home h WHERE h.area_id = ANY (reached)));
END $$;

-- How many of them the caller is not shown, because they live elsewhere now.
CREATE FUNCTION count_restated_outside(who asking, of_rule smallint, of_measures text[], of_categories text[], of_sex text,
                                       of_band text, sources integer[], on_day date, from_known date, until_known date)
RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'records.read');
    reached CONSTANT integer[] := reached_areas(c);
BEGIN
    RETURN CASE WHEN c.everywhere THEN 0 ELSE (
        SELECT count(*)
        FROM restated(of_rule, of_measures, of_categories, of_sex, of_band, sources, on_day, from_known, until_known) r
        JOIN child x ON x.id = r.subject_id
        WHERE NOT EXISTS (SELECT FROM home h WHERE h.child_id = x.id AND h.area_id = ANY (reached))) END;
END $$;
