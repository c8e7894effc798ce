-- The opponent: one day by commune, counted from the records themselves, by the words of the indicator.
SELECT r.area_id,
       count(*) FILTER (WHERE EXISTS (
           SELECT FROM circumstance m JOIN category k ON k.code = m.category_code
           WHERE m.child_id = c.id AND k.kind = 'special' AND m.during @> $2::date)) AS numerator,
       count(*) AS denominator
FROM child c
JOIN residence r ON r.child_id = c.id AND r.during @> $2::date
JOIN area_within i ON i.area_id = r.area_id AND i.ancestor_id = $1 AND i.during @> $2::date
WHERE c.date_of_birth <= $2::date AND birthday(c.date_of_birth, 16) > $2::date
GROUP BY r.area_id
