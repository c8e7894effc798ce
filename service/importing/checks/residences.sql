INSERT INTO fault SELECT 'residences.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_residences WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'residences.csv', line, 'child_id', 'child_unknown'
FROM staged_residences r
WHERE child_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_children c WHERE c.id = r.child_id);

INSERT INTO fault SELECT 'residences.csv', line, 'until', 'period_empty'
FROM staged_residences WHERE "until" <= "from";

INSERT INTO fault SELECT 'residences.csv', line, 'end_reason', 'residence_reason_of_an_end'
FROM staged_residences WHERE end_reason IS NOT NULL AND "until" IS NULL;

INSERT INTO fault SELECT 'residences.csv', line, 'commune', CASE
    WHEN EXISTS (SELECT FROM area_version e WHERE e.code = commune) THEN 'area_not_on_map' ELSE 'area_unknown' END
FROM staged_residences r
LEFT JOIN area_version v ON v.code = r.commune AND v.during @> coalesce(r."on", r."from")
WHERE r.commune IS NOT NULL AND r."from" IS NOT NULL AND v.area_id IS NULL;

INSERT INTO fault SELECT 'residences.csv', line, 'from', 'residence_no_overlap'
FROM (
    SELECT line, "from", max(coalesce("until", 'infinity')) OVER (
        PARTITION BY child_id ORDER BY "from", line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
    FROM staged_residences WHERE child_id IS NOT NULL AND ("until" <= "from") IS NOT TRUE
)
WHERE "from" < taken_until
