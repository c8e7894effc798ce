-- What the ledger says: the stock of some measures on some days, by commune.

DROP FUNCTION IF EXISTS stocks;

-- `of_measures` and `of_categories` go in pairs. Three ways to the same number, of which a question takes one:
-- totals have a page for every month; split cells only for months that moved, so the last page up to the day holds;
-- days beyond the last page are counted from the spells. A commune without a page counts nothing and has no row.
CREATE FUNCTION stocks(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                       within_area integer, on_map date, on_days date[])
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT c.area_id, c.measure, d.day, (p.opening + p.running[extract(day FROM d.day)::integer])::bigint
FROM area_within i
JOIN cell c ON c.area_id = i.area_id AND c.rule = of_rule AND c.measure = ANY (of_measures)
    AND c.category = 'all' AND c.sex = 'all' AND c.age_band = 'all'
JOIN page p ON p.cell_id = c.id
    AND p.month = ANY (ARRAY(SELECT DISTINCT u.day - (extract(day FROM u.day)::integer - 1) FROM unnest(on_days) u (day)))
JOIN unnest(on_days) d (day) ON p.month = d.day - (extract(day FROM d.day)::integer - 1)
WHERE i.ancestor_id = within_area AND i.area_level = 'commune' AND i.during @> on_map
  AND of_sex = 'all' AND of_band = 'all' AND of_categories <@ ARRAY['all']

UNION ALL

SELECT c.area_id, c.measure, d.day,
       CASE WHEN p.month = d.day - (extract(day FROM d.day)::integer - 1)
            THEN p.opening + p.running[extract(day FROM d.day)::integer]
            ELSE p.opening + p.running[31] END
FROM area_within i
CROSS JOIN unnest(of_measures, of_categories) AS w (measure, category)
JOIN cell c ON c.area_id = i.area_id AND c.rule = of_rule AND c.measure = w.measure AND c.category = w.category
    AND c.sex = of_sex AND c.age_band = of_band
CROSS JOIN unnest(on_days) d (day)
CROSS JOIN LATERAL (
    SELECT q.month, q.opening, q.running FROM page q
    WHERE q.cell_id = c.id AND q.month <= d.day ORDER BY q.month DESC LIMIT 1
) p
WHERE i.ancestor_id = within_area AND i.area_level = 'commune' AND i.during @> on_map
  AND NOT (of_sex = 'all' AND of_band = 'all' AND of_categories <@ ARRAY['all'])
  AND d.day < (SELECT page_horizon FROM register)

UNION ALL

SELECT s.area_id, s.measure, d.day, count(*)
FROM unnest(on_days) d (day)
CROSS JOIN LATERAL (
    SELECT s.area_id, s.measure
    FROM spell s
    JOIN unnest(of_measures, of_categories) AS w (measure, category)
        ON s.measure = w.measure AND s.category = w.category
    JOIN area_within i ON i.area_id = s.area_id AND i.ancestor_id = within_area AND i.during @> on_map
    WHERE s.withdrawn IS NULL AND s.rule = of_rule AND s.during @> d.day AND of_sex IN ('all', s.sex)
      AND (of_band = 'all' OR EXISTS (
          SELECT FROM age_band b WHERE b.rule = of_rule AND b.code = of_band
          AND d.day >= birthday(s.born, b.from_age) AND d.day < birthday(s.born, b.until_age)))
) s
WHERE d.day >= (SELECT page_horizon FROM register)
GROUP BY s.area_id, s.measure, d.day
$$;
