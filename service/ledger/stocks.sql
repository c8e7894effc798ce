-- What the ledger says: the stock of some measures on some days, by the areas in which it was recorded.

DROP FUNCTION IF EXISTS communes_within, total_stocks, area_total_stocks, stocks;

-- The communes of an area on the map of a day.
CREATE FUNCTION communes_within(within_area integer, on_map date) RETURNS integer[]
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT array_agg(area_id ORDER BY area_id) FROM area_within
WHERE ancestor_id = within_area AND area_level = 'commune' AND during @> on_map
$$;

-- The stock of some areas on many days, everyone together: a stretch of pages for each day, added up where they lie.
-- Days beyond the last page have no row.
CREATE FUNCTION total_stocks(of_rule smallint, of_measures text[], of_areas integer[], on_days date[])
RETURNS TABLE (measure text, day date, stock bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 200 SET plan_cache_mode = force_generic_plan AS $$
SELECT w.measure, d.day, coalesce((
    SELECT sum(p.opening + p.running[d.day - p.month + 1]) FROM total_page p
    WHERE p.rule = of_rule AND p.measure = w.measure AND p.month = d.day - (extract(day FROM d.day)::integer - 1)
      AND p.area_id = ANY (of_areas)), 0)
FROM unnest(of_measures) AS w (measure) CROSS JOIN unnest(on_days) AS d (day)
WHERE d.day < (SELECT page_horizon FROM register)
$$;

-- The same by area. An area without a page counts nothing and has no row. Planned once and by itself (hence the setting,
-- which also keeps it from being inlined) and with a word on how much comes back: left to its own guess of a few rows, the
-- planner compares every page with every day, and sorts to add up.
CREATE FUNCTION area_total_stocks(of_rule smallint, of_measures text[], of_areas integer[], on_days date[])
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 2000 SET plan_cache_mode = force_generic_plan AS $$
SELECT p.area_id, p.measure, d.day, (p.opening + p.running[d.day - p.month + 1])::bigint
FROM total_page p
JOIN unnest(on_days) d (day) ON p.month = d.day - (extract(day FROM d.day)::integer - 1)
WHERE p.rule = of_rule AND p.measure = ANY (of_measures)
  AND p.month = ANY (ARRAY(SELECT u.day - (extract(day FROM u.day)::integer - 1) FROM unnest(on_days) u (day)))
  AND p.area_id = ANY (of_areas)
$$;

-- The same for parts too. `of_measures` and `of_categories` go in pairs. Three ways to the same number, of which a pair takes
-- one: totals have a page for every month; cells only for months that moved, so the last page up to the day holds; days
-- beyond the last page are counted from the spells.
CREATE FUNCTION stocks(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                       of_areas integer[], on_days date[])
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 2000 SET plan_cache_mode = force_generic_plan AS $$
SELECT t.area_id, t.measure, t.day, t.stock
FROM area_total_stocks(
    of_rule, ARRAY(SELECT w.measure FROM unnest(of_measures, of_categories) AS w (measure, category)
                   WHERE w.category = 'all' AND of_sex = 'all' AND of_band = 'all'), of_areas, on_days) t

UNION ALL

SELECT c.area_id, c.measure, d.day,
       p.opening + p.running[least(d.day - p.month + 1, 31)]
FROM unnest(of_measures, of_categories) AS w (measure, category)
JOIN cell c ON c.rule = of_rule AND c.measure = w.measure AND c.category = w.category
    AND c.sex = of_sex AND c.age_band = of_band AND c.area_id = ANY (of_areas)
CROSS JOIN unnest(on_days) d (day)
CROSS JOIN LATERAL (
    SELECT q.month, q.opening, q.running FROM page q
    WHERE q.cell_id = c.id AND q.month <= d.day ORDER BY q.month DESC LIMIT 1
) p
WHERE NOT (of_sex = 'all' AND of_band = 'all' AND of_categories <@ ARRAY['all'])
  AND d.day < (SELECT page_horizon FROM register)

UNION ALL

SELECT s.area_id, s.measure, d.day, count(*)
FROM unnest(on_days) d (day)
CROSS JOIN LATERAL (
    SELECT s.area_id, s.measure
    FROM spell s
    JOIN unnest(of_measures, of_categories) AS w (measure, category)
        ON s.measure = w.measure AND s.category = w.category
    WHERE s.area_id = ANY (of_areas)
      AND s.withdrawn IS NULL AND s.rule = of_rule AND s.during @> d.day AND of_sex IN ('all', s.sex)
      AND (of_band = 'all' OR EXISTS (
          SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
          AND d.day >= birthday(s.born, b.from_age) AND d.day < birthday(s.born, b.until_age)))
) s
WHERE d.day >= (SELECT page_horizon FROM register)
GROUP BY s.area_id, s.measure, d.day
$$;
