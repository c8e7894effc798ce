INSERT INTO fault SELECT 'circumstances.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_circumstances WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'circumstances.csv', line, 'child_id', 'child_unknown'
FROM staged_circumstances m
WHERE child_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_children c WHERE c.id = m.child_id);

INSERT INTO fault SELECT 'circumstances.csv', line, 'until', 'period_empty'
FROM staged_circumstances WHERE "until" <= "from";

INSERT INTO fault SELECT 'circumstances.csv', line, 'category', 'category_unknown'
FROM staged_circumstances m
WHERE category IS NOT NULL AND NOT EXISTS (SELECT FROM category k WHERE k.code = m.category);

INSERT INTO fault SELECT 'circumstances.csv', line, 'category', 'category_not_in_force'
FROM staged_circumstances m JOIN category k ON k.code = m.category WHERE NOT k.during @> m."from";

INSERT INTO fault SELECT 'circumstances.csv', line, 'kind', 'kind_of_other_category'
FROM staged_circumstances m JOIN category k ON k.code = m.category WHERE k.kind <> m.kind;

INSERT INTO fault SELECT 'circumstances.csv', line, 'from', 'circumstance_no_overlap'
FROM (
    SELECT line, "from", max(coalesce("until", 'infinity')) OVER (
        PARTITION BY child_id, category ORDER BY "from", line
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
    FROM staged_circumstances
    WHERE child_id IS NOT NULL AND category IS NOT NULL AND ("until" <= "from") IS NOT TRUE
)
WHERE "from" < taken_until
