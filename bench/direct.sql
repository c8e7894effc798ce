-- The opponent: one day by commune, counted from the records themselves, by the words of the indicator.
SELECT r.area_id, count(special.child_id) AS numerator, count(*) AS denominator
FROM child c
JOIN residence r ON r.child_id = c.id AND r.during @> $1::date
LEFT JOIN (
    SELECT DISTINCT m.child_id
    FROM circumstance m JOIN category k ON k.code = m.category_code
    WHERE k.kind = 'special' AND m.during @> $1::date
) special ON special.child_id = c.id
WHERE c.date_of_birth <= $1::date AND c.date_of_birth > ($1::date - interval '16 years')
GROUP BY r.area_id
