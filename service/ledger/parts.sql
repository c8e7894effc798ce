-- What the ledger says, taken apart: the stock of each combination of parts at once, in some areas, on some days.
--
-- `of_measures` and `of_categories` go in pairs. `of_sexes` and `of_bands` are either {all} or some of their values: each
-- pair is counted in every combination of them. A combination without a cell counts nothing and has no row.

DROP FUNCTION IF EXISTS part_stocks, known_part_stocks;

-- As stocks() does it: totals have a page for every month; cells only for months that moved, so the last page up to the day
-- holds; days beyond the last page are counted from the spells.
CREATE FUNCTION part_stocks(of_rule smallint, of_measures text[], of_categories text[], of_sexes text[], of_bands text[],
                            in_areas integer[], on_days date[])
RETURNS TABLE (area_id integer, measure text, category text, sex text, age_band text, day date, stock bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5000
SET plan_cache_mode = force_generic_plan AS $$
SELECT p.area_id, p.measure, 'all', 'all', 'all', d.day, p.opening + p.running[d.day - p.month + 1]
FROM total_page p
JOIN unnest(on_days) d (day) ON p.month = d.day - (extract(day FROM d.day)::integer - 1)
WHERE p.rule = of_rule
  AND p.measure = ANY (ARRAY(SELECT w.measure FROM unnest(of_measures, of_categories) AS w (measure, category)
                             WHERE w.category = 'all' AND of_sexes = '{all}' AND of_bands = '{all}'))
  AND p.month = ANY (ARRAY(SELECT u.day - (extract(day FROM u.day)::integer - 1) FROM unnest(on_days) u (day)))
  AND p.area_id = ANY (in_areas)

UNION ALL

SELECT c.area_id, c.measure, c.category, c.sex, c.age_band, d.day, p.opening + p.running[least(d.day - p.month + 1, 31)]
FROM unnest(of_measures, of_categories) AS w (measure, category)
JOIN cell c ON c.rule = of_rule AND c.measure = w.measure AND c.category = w.category
    AND c.measure = ANY (of_measures) AND c.category = ANY (of_categories)  -- or all cells are read to find these few
    AND c.sex = ANY (of_sexes) AND c.age_band = ANY (of_bands) AND c.area_id = ANY (in_areas)
CROSS JOIN unnest(on_days) d (day)
CROSS JOIN LATERAL (
    SELECT q.month, q.opening, q.running FROM page q
    WHERE q.cell_id = c.id AND q.month <= d.day ORDER BY q.month DESC LIMIT 1
) p
WHERE d.day < (SELECT page_horizon FROM register)

UNION ALL

SELECT s.area_id, s.measure, s.category, x.sex, b.code, d.day, count(*)
FROM unnest(on_days) d (day)
JOIN unnest(of_measures, of_categories) AS w (measure, category) ON d.day >= (SELECT page_horizon FROM register)
JOIN spell s ON s.rule = of_rule AND s.measure = w.measure AND s.category = w.category AND s.area_id = ANY (in_areas)
    AND s.withdrawn IS NULL AND s.during @> d.day
JOIN unnest(of_sexes) x (sex) ON x.sex IN ('all', s.sex)
JOIN (
    SELECT 'all' AS code, NULL::integer AS from_age, NULL::integer AS until_age
    UNION ALL SELECT a.code, a.from_age, a.until_age FROM age_band a WHERE a.rule = of_rule
) b ON b.code = ANY (of_bands)
    AND (b.code = 'all' OR d.day >= birthday(s.born, b.from_age) AND d.day < birthday(s.born, b.until_age))
GROUP BY s.area_id, s.measure, s.category, x.sex, b.code, d.day
$$;

-- The same as known at the close of a day: the present, without what was posted since, and with what was withdrawn since.
-- What was posted since is read once, for all combinations (see known_stocks).
CREATE FUNCTION known_part_stocks(of_rule smallint, of_measures text[], of_categories text[], of_sexes text[], of_bands text[],
                                  in_areas integer[], on_days date[], known_on date)
RETURNS TABLE (area_id integer, measure text, category text, sex text, age_band text, day date, stock bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 5000
SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    last_known bigint;
    strays bigint[];
    first_unknown bigint;
BEGIN
    SELECT k.last_known, k.strays, k.first_unknown INTO last_known, strays, first_unknown FROM known_until(known_on) k;
    RETURN QUERY
    WITH since AS (
        SELECT s.area_id, s.measure, s.category, s.sex, s.born, s.during, -1 AS correction
        FROM unnest(of_measures, of_categories) AS w (measure, category)
        JOIN spell s ON s.rule = of_rule AND s.measure = w.measure AND s.category = w.category
            AND s.withdrawn IS NULL AND s.posted >= first_unknown
        WHERE NOT is_known(s.posted, last_known, strays)
        UNION ALL
        SELECT s.area_id, s.measure, s.category, s.sex, s.born, s.during, is_known(s.posted, last_known, strays)::integer
        FROM unnest(of_measures, of_categories) AS w (measure, category)
        JOIN spell s ON s.rule = of_rule AND s.measure = w.measure AND s.category = w.category
            AND s.withdrawn >= first_unknown
        WHERE NOT is_known(s.withdrawn, last_known, strays)
    ),
    correction AS MATERIALIZED (
        SELECT s.area_id, s.measure, s.category, CASE WHEN of_sexes = '{all}' THEN 'all' ELSE s.sex END AS sex,
               CASE WHEN of_bands = '{all}' THEN 'all' ELSE b.code END AS age_band, d.day, sum(s.correction) AS change
        FROM since s
        JOIN unnest(on_days) d (day) ON s.during @> d.day
        LEFT JOIN age_band b ON b.rule = of_rule AND b.code = ANY (of_bands)
            AND d.day >= birthday(s.born, b.from_age) AND d.day < birthday(s.born, b.until_age)
        WHERE (of_sexes = '{all}' OR s.sex = ANY (of_sexes)) AND (of_bands = '{all}' OR b.code IS NOT NULL)
        GROUP BY 1, 2, 3, 4, 5, 6
    )
    SELECT a.area_id, a.measure, a.category, a.sex, a.age_band, a.day, sum(a.stock)::bigint
    FROM (
        SELECT * FROM part_stocks(of_rule, of_measures, of_categories, of_sexes, of_bands, in_areas, on_days)
        UNION ALL
        SELECT c.area_id, c.measure, c.category, c.sex, c.age_band, c.day, c.change
        FROM unnest(in_areas) w (area_id) JOIN correction c ON c.area_id = w.area_id
    ) a
    GROUP BY a.area_id, a.measure, a.category, a.sex, a.age_band, a.day;
END $$;
