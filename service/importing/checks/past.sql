INSERT INTO fault SELECT 'postings.csv', line, 'number', 'posting_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY number ORDER BY line) FROM staged_postings WHERE number IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'spells.csv', line, 'commune', CASE
    WHEN EXISTS (SELECT FROM area_version e WHERE e.code = s.commune) THEN 'area_not_on_map' ELSE 'area_unknown' END
FROM staged_spells s
LEFT JOIN area_version v ON v.code = s.commune AND lower(v.during) IS NOT DISTINCT FROM s.commune_since
WHERE s.commune IS NOT NULL AND v.area_id IS NULL;

INSERT INTO fault SELECT 'spells.csv', line, 'rule', 'rule_unknown'
FROM staged_spells s
WHERE rule IS NOT NULL
  AND NOT EXISTS (SELECT FROM counting_rule r WHERE r.programme_code || '/' || r.number = s.rule)
  AND NOT EXISTS (SELECT FROM staged_rules r WHERE r.rule = s.rule);

INSERT INTO fault SELECT 'spells.csv', line, 'measure', 'counted_unknown'
FROM staged_spells s
WHERE measure NOT IN (SELECT m.measure FROM measures() m);

INSERT INTO fault SELECT 'spells.csv', line, 'category', 'category_unknown'
FROM staged_spells s
WHERE category <> 'all' AND NOT EXISTS (SELECT FROM category k WHERE k.code = s.category);

INSERT INTO fault SELECT 'spells.csv', line, 'until', 'period_empty'
FROM staged_spells WHERE "until" <= "from";

INSERT INTO fault SELECT 'spells.csv', line, n.name, 'posting_unknown'
FROM staged_spells s CROSS JOIN LATERAL (VALUES ('posted', posted), ('withdrawn', withdrawn)) AS n (name, number)
WHERE n.number IS NOT NULL AND NOT EXISTS (SELECT FROM staged_postings p WHERE p.number = n.number);

INSERT INTO fault SELECT 'spells.csv', line, 'withdrawn', 'spell_withdrawn_later'
FROM staged_spells WHERE withdrawn <= posted;

-- At every posting, a subject counts for the same at most once on a day.
INSERT INTO fault SELECT DISTINCT 'spells.csv', b.line, NULL, 'spell_known_twice', format('line %s', min(a.line))
FROM staged_spells a
JOIN staged_spells b ON b.subject_id = a.subject_id AND b.rule = a.rule AND b.measure = a.measure AND b.category = a.category
    AND b.line > a.line AND a."from" < coalesce(b."until", 'infinity') AND b."from" < coalesce(a."until", 'infinity')
    AND a.posted < coalesce(b.withdrawn, 9223372036854775807) AND b.posted < coalesce(a.withdrawn, 9223372036854775807)
GROUP BY b.line
