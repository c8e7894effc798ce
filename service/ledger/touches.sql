-- On which days the register of an area was touched: a posting put something in there, or took it out.

DROP FUNCTION IF EXISTS posted_touches, remake_touches, last_touches, last_touches_at;

-- As the spells and their postings say. Who adopts another counting rule touches no register.
CREATE FUNCTION posted_touches() RETURNS TABLE (area_id integer, day date)
LANGUAGE sql STABLE AS $$
SELECT t.area_id, p.day
FROM (SELECT s.area_id, s.posted AS number FROM spell s
      UNION SELECT s.area_id, s.withdrawn FROM spell s WHERE s.withdrawn IS NOT NULL) t
JOIN posting p ON p.number = t.number AND p.cause <> 'adopt_rule'
GROUP BY t.area_id, p.day
$$;

-- After postings in bulk.
CREATE FUNCTION remake_touches() RETURNS void
LANGUAGE sql AS $$
DELETE FROM touch t WHERE NOT EXISTS (SELECT FROM posted_touches() p WHERE (p.area_id, p.day) = (t.area_id, t.day));
INSERT INTO touch SELECT area_id, day FROM posted_touches() ON CONFLICT DO NOTHING
$$;

-- When each area was last touched by the close of a day, and by that of another. Two look-ups an area.
CREATE FUNCTION last_touches(in_areas integer[], period_end date, known_on date)
RETURNS TABLE (area_id integer, in_period date, by_day date)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 200 AS $$
SELECT a.id,
       (SELECT t.day FROM touch t WHERE t.area_id = a.id AND t.day <= period_end ORDER BY t.day DESC LIMIT 1),
       (SELECT t.day FROM touch t WHERE t.area_id = a.id AND t.day <= known_on ORDER BY t.day DESC LIMIT 1)
FROM unnest(in_areas) a (id)
$$;

-- The same of what was posted up to a posting. It reads every spell of the areas: who publishes has the time.
CREATE FUNCTION last_touches_at(in_areas integer[], period_end date, known_on date, known_posting bigint)
RETURNS TABLE (area_id integer, in_period date, by_day date)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 200 AS $$
SELECT a.id, max(p.day) FILTER (WHERE p.day <= period_end), max(p.day) FILTER (WHERE p.day <= known_on)
FROM unnest(in_areas) a (id)
LEFT JOIN (
    SELECT s.area_id, s.posted AS number FROM spell s WHERE s.area_id = ANY (in_areas)
    UNION SELECT s.area_id, s.withdrawn FROM spell s WHERE s.area_id = ANY (in_areas)
) t ON t.area_id = a.id AND t.number <= known_posting
LEFT JOIN posting p ON p.number = t.number AND p.cause <> 'adopt_rule'
GROUP BY a.id
$$;
