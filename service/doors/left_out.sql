-- Who is left out of a figure, and why: how many, of the communes of an area on a day. It tells of nobody.

DROP FUNCTION IF EXISTS left_out_of_records, left_out_of_clock, left_out_of_ledger;

-- As the records stand now. `of_kind`: the kind of circumstance that the figure is about.
CREATE FUNCTION left_out_of_records(of_kind text, in_areas integer[], on_day date)
RETURNS TABLE (reason text, children bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
WITH resident AS MATERIALIZED (
    SELECT c.id, birthday(c.date_of_birth, 16) <= on_day AS grown
    FROM residence r JOIN child c ON c.id = r.child_id
    WHERE r.area_id = ANY (in_areas) AND r.during @> on_day AND c.date_of_birth <= on_day
),
circumstanced AS MATERIALIZED (
    SELECT DISTINCT c.child_id AS id, k.kind
    FROM circumstance c JOIN category k ON k.code = c.category_code WHERE c.during @> on_day
)
SELECT 'of_sixteen_or_older', count(*) FROM resident WHERE grown
UNION ALL
SELECT 'circumstance_of_sixteen_or_older', count(*)
FROM resident r JOIN circumstanced c ON c.id = r.id AND c.kind = of_kind WHERE r.grown
UNION ALL
-- Told of the area in which they live, or lived last.
SELECT 'circumstance_without_residence', count(*)
FROM circumstanced c
JOIN home h ON h.child_id = c.id AND h.area_id = ANY (in_areas)
JOIN child x ON x.id = c.id AND birthday(x.date_of_birth, 16) > on_day
WHERE c.kind = of_kind AND NOT EXISTS (SELECT FROM residence r WHERE r.child_id = c.id AND r.during @> on_day)
UNION ALL
SELECT 'special_takes_precedence', count(*)
FROM resident r JOIN circumstanced c ON c.id = r.id AND c.kind = 'at_risk'
WHERE of_kind = 'at_risk' AND NOT r.grown
  AND EXISTS (SELECT FROM circumstanced s WHERE s.id = r.id AND s.kind = 'special')
$$;

-- Children of an open case of protection in which no deadline of the law has been kept or missed yet: of those that follow the
-- procedure, and of those that were recorded without its steps.
CREATE FUNCTION left_out_of_clock(of_rule smallint, in_areas integer[], on_day date) RETURNS TABLE (reason text, children bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
SELECT CASE WHEN follows THEN 'no_deadline_yet' ELSE 'case_without_procedure' END, count(*)
FROM (
    SELECT bool_or(f.stage IS NOT NULL) AS follows
    FROM residence r
    JOIN child c ON c.id = r.child_id AND c.date_of_birth <= on_day AND birthday(c.date_of_birth, 16) > on_day
    JOIN case_file f ON f.child_id = c.id AND f.kind = 'protection' AND f.opened_on <= on_day
        AND (f.closed_on IS NULL OR f.closed_on > on_day)
    WHERE r.area_id = ANY (in_areas) AND r.during @> on_day AND NOT EXISTS (
        SELECT FROM spell s WHERE s.subject_id = c.id AND s.rule = of_rule AND s.measure = 'clocked' AND s.withdrawn IS NULL
        AND s.during @> on_day)
    GROUP BY c.id
) open_case
GROUP BY follows
$$;

-- Who counted for a measure on the day, at the close of an earlier day, and no longer does as known at the close of this one:
-- corrected or withdrawn between them. What was mended on the day it was posted was in no figure.
CREATE FUNCTION left_out_of_ledger(of_rule smallint, of_measure text, in_areas integer[], on_day date, known_on date)
RETURNS bigint
LANGUAGE sql STABLE SECURITY DEFINER SET plan_cache_mode = force_custom_plan AS $$
SELECT count(DISTINCT s.subject_id)
FROM spell s
JOIN posting w ON w.number = s.withdrawn AND w.day <= known_on
JOIN posting p ON p.number = s.posted AND p.day < w.day
WHERE s.rule = of_rule AND s.measure = of_measure AND s.category = 'all' AND s.area_id = ANY (in_areas) AND s.during @> on_day
  AND NOT EXISTS (
      SELECT FROM spell o
      JOIN posting q ON q.number = o.posted AND q.day <= known_on
      LEFT JOIN posting v ON v.number = o.withdrawn
      WHERE o.subject_id = s.subject_id AND o.rule = of_rule AND o.measure = of_measure AND o.category = 'all'
        AND o.area_id = ANY (in_areas) AND o.during @> on_day AND (v.day IS NULL OR v.day > known_on))
$$;
