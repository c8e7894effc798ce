-- The ledger as it was posted over the years: same numbers, days, moments, actors and causes.
INSERT INTO posting (number, day, at, actor, cause) OVERRIDING SYSTEM VALUE
SELECT number, day, at, actor, cause FROM staged_postings;

UPDATE counting_rule r SET state = 'adopted', first_posting = s.first_posting
FROM staged_rules s WHERE r.programme_code || '/' || r.number = s.rule AND s.state = 'adopted';

INSERT INTO spell (subject_id, area_id, rule, measure, category, sex, born, during, posted, withdrawn)
SELECT s.subject_id, v.area_id, r.id, s.measure, s.category, s.sex, s.born, daterange(s."from", s."until"), s.posted,
       s.withdrawn
FROM staged_spells s
JOIN area_version v ON v.code = s.commune AND lower(v.during) IS NOT DISTINCT FROM s.commune_since
JOIN counting_rule r ON r.programme_code || '/' || r.number = s.rule
ORDER BY s.line;

INSERT INTO edition (id, number, programme, area, "on", map, posting, sealed_at, sealed_by, note, previous, content, hash,
                     signature, key)
SELECT id, number, programme, area, "on", map, posting, sealed_at, sealed_by, note, previous, content, hash, signature, key
FROM staged_editions;

ANALYZE posting, spell, edition;

CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
SELECT * FROM all_changed_spells() WHERE gone OR rule NOT IN (SELECT p.rule FROM rule_posting p);

-- What a later version counts than the one that wrote the files becomes known with the import.
CREATE TEMPORARY TABLE counted_since ON COMMIT DROP AS
SELECT * FROM changed WHERE NOT gone AND measure NOT IN (SELECT measure FROM staged_spells);

INSERT INTO posting (number, day, actor, cause) OVERRIDING SYSTEM VALUE
SELECT (SELECT max(number) + 1 FROM posting), day, 'operator', 'import' FROM living_on
WHERE EXISTS (SELECT FROM counted_since);

INSERT INTO spell (subject_id, area_id, rule, measure, category, sex, born, during, posted)
SELECT c.subject_id, c.area_id, c.rule, c.measure, c.category, c.sex, c.born, c.during, (SELECT max(number) FROM posting)
FROM counted_since c;

-- What the past comes to must be what the records say now.
INSERT INTO fault
SELECT s.file, s.line, NULL, 'spell_missing', format('%s, %s, %s, from %s until %s', f.measure, f.category,
       (SELECT code FROM area_version v WHERE v.area_id = f.area_id ORDER BY v.during LIMIT 1),
       lower(f.during), coalesce(upper(f.during)::text, 'open'))
FROM changed f JOIN (
    SELECT 'children.csv' AS file, id, line FROM staged_children
    UNION ALL
    SELECT 'sites.csv', id, min(line) FROM staged_sites GROUP BY id
) s ON s.id = f.subject_id
WHERE NOT f.gone AND f.measure IN (SELECT measure FROM staged_spells)
UNION ALL
SELECT 'spells.csv', s.line, NULL, 'spell_not_in_records', NULL
FROM changed g
JOIN counting_rule r ON r.id = g.rule
JOIN staged_spells s ON (s.subject_id, s.measure, s.category, s."from") = (g.subject_id, g.measure, g.category, lower(g.during))
    AND s."until" IS NOT DISTINCT FROM upper(g.during) AND s.withdrawn IS NULL
    AND s.rule = r.programme_code || '/' || r.number
WHERE g.gone
