-- The commune is read on the day `on`, else on the day `from`, else today.
CREATE TEMPORARY TABLE placed_sites ON COMMIT DROP AS
SELECT s.line, s.id, s.commune, s.version, v.area_id, a.level
FROM staged_sites s
LEFT JOIN area_version v
    ON v.code = s.commune AND v.during @> coalesce(s."on", s."from", (SELECT day FROM living_on))
LEFT JOIN area a ON a.id = v.area_id;

INSERT INTO fault SELECT 'sites.csv', line, 'commune', CASE
    WHEN level <> 'commune' THEN 'not_a_commune'
    WHEN EXISTS (SELECT FROM area_version e WHERE e.code = commune) THEN 'area_not_on_map' ELSE 'area_unknown' END
FROM placed_sites WHERE commune IS NOT NULL AND level IS DISTINCT FROM 'commune';

INSERT INTO fault SELECT 'sites.csv', line, 'commune', 'site_in_two_communes'
FROM placed_sites s
WHERE area_id <> (
    SELECT area_id FROM placed_sites o WHERE o.id = s.id AND o.area_id IS NOT NULL ORDER BY line LIMIT 1);

INSERT INTO fault SELECT 'sites.csv', line, 'version', 'site_of_two_versions'
FROM placed_sites s
WHERE coalesce(version, 1) <> (
    SELECT coalesce(version, 1) FROM placed_sites o WHERE o.id = s.id AND o.commune IS NOT NULL ORDER BY line LIMIT 1)
AND commune IS NOT NULL;

INSERT INTO fault SELECT 'sites.csv', line, 'commune', 'site_once_in_commune'
FROM placed_sites s
WHERE id <> (SELECT id FROM placed_sites o WHERE o.area_id = s.area_id AND o.id IS NOT NULL ORDER BY line LIMIT 1);

INSERT INTO fault SELECT 'sites.csv', line, 'id', 'id_taken'
FROM staged_sites s WHERE EXISTS (SELECT FROM staged_children c WHERE c.id = s.id);

INSERT INTO fault SELECT 'sites.csv', line, 'stage_id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY stage_id ORDER BY line) FROM staged_sites WHERE stage_id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'sites.csv', line, CASE WHEN stage IS NULL THEN 'stage' ELSE 'from' END, 'stage_incomplete'
FROM staged_sites
WHERE (stage IS NULL) <> ("from" IS NULL) OR stage IS NULL AND ("until" IS NOT NULL OR stage_id IS NOT NULL);

INSERT INTO fault SELECT 'sites.csv', line, 'until', 'period_empty'
FROM staged_sites WHERE "until" <= "from";

INSERT INTO fault SELECT 'sites.csv', line, 'from', 'site_stage_no_overlap'
FROM (
    SELECT line, "from", max(coalesce("until", 'infinity')) OVER (
        PARTITION BY id ORDER BY "from", line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
    FROM staged_sites WHERE id IS NOT NULL AND "from" IS NOT NULL AND ("until" <= "from") IS NOT TRUE
)
WHERE "from" < taken_until
