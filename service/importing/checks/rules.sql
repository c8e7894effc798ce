-- A rule is named by its programme and its number: hung-yen-2016-2020/2.
INSERT INTO fault SELECT 'rules.csv', line, 'rule', 'rule_taken'
FROM (SELECT line, rule, row_number() OVER (PARTITION BY rule ORDER BY line) FROM staged_rules WHERE rule IS NOT NULL) s
WHERE row_number > 1
   OR EXISTS (SELECT FROM counting_rule r WHERE r.programme_code || '/' || r.number = s.rule);

INSERT INTO fault SELECT 'rules.csv', line, 'rule', 'rule_form'
FROM staged_rules s
WHERE rule IS NOT NULL AND NOT EXISTS (
    SELECT FROM programme p WHERE s.rule ~ '/[1-9][0-9]{0,3}$' AND p.code = regexp_replace(s.rule, '/[0-9]+$', ''));

INSERT INTO fault SELECT 'rules.csv', line, 'from', 'rule_in_force'
FROM staged_rules WHERE state IS NOT NULL AND (state = 'draft') <> ("from" IS NULL);

INSERT INTO fault SELECT DISTINCT 'rules.csv', line, 'categories', 'category_unknown'
FROM staged_rules CROSS JOIN LATERAL unnest(string_to_array(categories, ' ')) AS c (code)
WHERE NOT EXISTS (SELECT FROM category k WHERE k.code = c.code);

INSERT INTO fault SELECT DISTINCT 'rules.csv', line, 'case_kinds', 'not_one_of', 'protection, support'
FROM staged_rules CROSS JOIN LATERAL unnest(string_to_array(case_kinds, ' ')) AS c (code)
WHERE code NOT IN ('protection', 'support');

INSERT INTO fault SELECT DISTINCT 'rules.csv', line, 'assisting_measures', 'measure_unknown'
FROM staged_rules CROSS JOIN LATERAL unnest(string_to_array(assisting_measures, ' ')) AS c (code)
WHERE NOT EXISTS (SELECT FROM intervention_measure m WHERE m.code = c.code);

INSERT INTO fault SELECT 'rules.csv', line, 'first_posting', 'posting_unknown'
FROM staged_rules s
WHERE first_posting IS NOT NULL AND EXISTS (SELECT FROM staged_postings)
  AND NOT EXISTS (SELECT FROM staged_postings p WHERE p.number = s.first_posting);

INSERT INTO fault SELECT 'age_bands.csv', line, 'rule', 'rule_unknown'
FROM staged_age_bands b
WHERE rule IS NOT NULL AND NOT EXISTS (SELECT FROM staged_rules s WHERE s.rule = b.rule);

INSERT INTO fault SELECT 'age_bands.csv', line, 'until_age', 'age_bands_overlap'
FROM staged_age_bands b
WHERE from_age >= until_age OR code = 'all' OR EXISTS (
    SELECT FROM staged_age_bands a WHERE a.rule = b.rule AND a.line < b.line
    AND (a.code = b.code OR a.from_age < b.until_age AND b.from_age < a.until_age))
