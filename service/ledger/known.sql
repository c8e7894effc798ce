-- What the ledger said once a day had closed: the present stock without what has become known since, and with what was
-- known then and has been withdrawn since.

DROP FUNCTION IF EXISTS known_stocks;

-- Like stocks(), as known at the end of a day. Days and numbers of postings need not be in the same order: the strays were
-- posted on later days than some that have a higher number. Planned anew each time, because after a quarter few postings
-- are looked at and after five years nearly all.
CREATE FUNCTION known_stocks(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                             within_area integer, on_map date, on_days date[], known_on date)
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 2000 SET plan_cache_mode = force_custom_plan AS $$
#variable_conflict use_column
DECLARE
    communes CONSTANT integer[] := communes_within(within_area, on_map);
    last_known CONSTANT bigint := coalesce((SELECT max(p.number) FROM posting p WHERE p.day <= known_on), 0);
    strays CONSTANT bigint[] := ARRAY(SELECT p.number FROM posting p WHERE p.day > known_on AND p.number < last_known);
BEGIN
    RETURN QUERY
    WITH since AS (
        SELECT s.area_id, s.measure, s.category, s.sex, s.born, s.during, -1 AS correction
        FROM spell s
        WHERE s.rule = of_rule AND s.measure = ANY (of_measures) AND s.category = ANY (of_categories)
          AND s.area_id = ANY (communes) AND s.withdrawn IS NULL AND (s.posted > last_known OR s.posted = ANY (strays))
        UNION ALL
        SELECT s.area_id, s.measure, s.category, s.sex, s.born, s.during, 1
        FROM spell s
        WHERE s.rule = of_rule AND s.measure = ANY (of_measures) AND s.category = ANY (of_categories)
          AND s.area_id = ANY (communes) AND (s.withdrawn > last_known OR s.withdrawn = ANY (strays))
          AND s.posted <= last_known AND s.posted <> ALL (strays)
    )
    SELECT a.area_id, a.measure, a.day, sum(a.stock)::bigint
    FROM (
        SELECT * FROM stocks(of_rule, of_measures, of_categories, of_sex, of_band, within_area, on_map, on_days)
        UNION ALL
        SELECT s.area_id, s.measure, d.day, s.correction
        FROM since s
        JOIN unnest(of_measures, of_categories) AS w (measure, category)
            ON s.measure = w.measure AND s.category = w.category
        JOIN unnest(on_days) AS d (day) ON s.during @> d.day
        WHERE of_sex IN ('all', s.sex)
          AND (of_band = 'all' OR EXISTS (
              SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
              AND d.day >= birthday(s.born, b.from_age) AND d.day < birthday(s.born, b.until_age)))
    ) a
    GROUP BY a.area_id, a.measure, a.day;
END $$;
