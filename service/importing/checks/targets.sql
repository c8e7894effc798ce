INSERT INTO fault SELECT 'targets.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_targets WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'targets.csv', line, 'programme', 'programme_unknown'
FROM staged_targets s
WHERE programme IS NOT NULL AND NOT EXISTS (SELECT FROM programme p WHERE p.code = s.programme);

INSERT INTO fault SELECT 'targets.csv', line, 'indicator', 'indicator_unknown'
FROM staged_targets s
WHERE indicator IS NOT NULL AND NOT EXISTS (SELECT FROM indicator i WHERE i.code = s.indicator);

INSERT INTO fault SELECT 'targets.csv', line, 'area', 'area_unknown'
FROM staged_targets s
WHERE area IS NOT NULL AND NOT EXISTS (
    SELECT FROM area_version v WHERE v.code = s.area AND lower(v.during) IS NOT DISTINCT FROM s.area_since);

INSERT INTO fault SELECT 'targets.csv', line, 'until', 'period_empty'
FROM staged_targets WHERE "until" <= "from";

INSERT INTO fault SELECT 'targets.csv', line, 'value', 'target_value'
FROM staged_targets
WHERE CASE unit WHEN 'yearly_change' THEN value <= -1
                WHEN 'count' THEN value < 0 OR value <> trunc(value) ELSE value < 0 END
   OR direction = 'below' AND unit <> 'yearly_change' AND value = 0;

INSERT INTO fault SELECT 'targets.csv', line, 'baseline_on', 'missing'
FROM staged_targets WHERE (baseline_value IS NULL) <> (baseline_on IS NULL);

INSERT INTO fault SELECT 'targets.csv', line, 'allocated_from', 'target_unknown'
FROM staged_targets s
WHERE allocated_from IS NOT NULL
  AND NOT EXISTS (SELECT FROM staged_targets t WHERE t.id = s.allocated_from)
  AND NOT EXISTS (SELECT FROM target t WHERE t.id = s.allocated_from);

-- With those that are there, and not among the rows.
INSERT INTO fault SELECT 'targets.csv', line, 'from', 'target_no_overlap'
FROM (
    SELECT line, "from", max(coalesce("until", 'infinity')) OVER (
        PARTITION BY programme, indicator, area, area_since, due_on ORDER BY "from" NULLS FIRST, line
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
    FROM (
        SELECT line, programme, indicator, area, area_since, due_on, "from", "until" FROM staged_targets
        WHERE programme IS NOT NULL AND ("until" <= "from") IS NOT TRUE
        UNION ALL
        SELECT NULL, programme_code, indicator_code, NULL, NULL, due_on, lower(during), upper(during) FROM target t
        WHERE area_id IS NULL AND NOT EXISTS (SELECT FROM staged_targets s WHERE s.id = t.id)
    ) every
) one
WHERE coalesce("from", '-infinity') < taken_until AND line IS NOT NULL;

INSERT INTO fault SELECT 'populations.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_populations WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'populations.csv', line, 'area', 'area_unknown'
FROM staged_populations s
WHERE area IS NOT NULL AND NOT EXISTS (
    SELECT FROM area_version v WHERE v.code = s.area AND lower(v.during) IS NOT DISTINCT FROM s.area_since);

INSERT INTO fault SELECT 'populations.csv', line, 'children_under_16', 'children_of_population'
FROM staged_populations WHERE children_under_16 > population;

INSERT INTO fault SELECT 'populations.csv', line, 'source', 'population_taken'
FROM (
    SELECT line, row_number() OVER (PARTITION BY area, area_since, "on", source ORDER BY line NULLS FIRST)
    FROM (
        SELECT line, area, area_since, "on", source FROM staged_populations WHERE source IS NOT NULL
        UNION ALL
        SELECT NULL, v.code, v.since, o.on_date, o.source
        FROM official_population o
        JOIN (SELECT DISTINCT ON (area_id) area_id, code, lower(during) AS since FROM area_version
              ORDER BY area_id, lower(during) NULLS FIRST) v ON v.area_id = o.area_id
        WHERE NOT EXISTS (SELECT FROM staged_populations s WHERE s.id = o.id)
    ) every
) one
WHERE row_number > 1 AND line IS NOT NULL
