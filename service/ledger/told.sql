-- How many children were told where they live after a change of areas: counted in an area until its last day, and from then
-- on in one that was made of it. As known at the close of a day, at a posting, or now.

DROP FUNCTION IF EXISTS children_told;

CREATE FUNCTION children_told(of_rule smallint, predecessors integer[], successors integer[], days date[], known_on date,
                              known_posting bigint DEFAULT NULL)
RETURNS TABLE (predecessor integer, successor integer, day date, told bigint)
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET plan_cache_mode = force_generic_plan
SET enable_hashjoin = off SET enable_mergejoin = off AS $$
SELECT t.predecessor, t.successor, t.day, count(*)
FROM known_until(known_on, known_posting) k
CROSS JOIN unnest(predecessors, successors, days) AS t (predecessor, successor, day)
JOIN spell b ON b.area_id = t.successor AND lower(b.during) = t.day AND b.measure = 'children' AND b.rule = of_rule
JOIN spell a ON a.subject_id = b.subject_id AND a.area_id = t.predecessor AND upper(a.during) = t.day
    AND a.measure = 'children' AND a.rule = of_rule
WHERE CASE WHEN known_on IS NULL AND known_posting IS NULL THEN a.withdrawn IS NULL AND b.withdrawn IS NULL
      ELSE is_known(a.posted, k.last_known, k.strays) AND is_known(b.posted, k.last_known, k.strays)
           AND NOT coalesce(is_known(a.withdrawn, k.last_known, k.strays), false)
           AND NOT coalesce(is_known(b.withdrawn, k.last_known, k.strays), false) END
GROUP BY t.predecessor, t.successor, t.day
$$;
