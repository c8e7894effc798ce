INSERT INTO fault SELECT 'interventions.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_interventions WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'interventions.csv', line, 'case_id', 'case_unknown'
FROM staged_interventions i
WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_cases f WHERE f.id = i.case_id);

INSERT INTO fault SELECT 'interventions.csv', line, 'measure', 'measure_unknown'
FROM staged_interventions i
WHERE measure IS NOT NULL AND NOT EXISTS (SELECT FROM intervention_measure m WHERE m.code = i.measure);

INSERT INTO fault SELECT 'interventions.csv', line, 'until', 'intervention_ended_before_start'
FROM staged_interventions WHERE "until" < "from";

INSERT INTO fault SELECT 'interventions.csv', line, 'agency', 'agency_unknown'
FROM staged_interventions i
WHERE agency IS NOT NULL AND NOT EXISTS (SELECT FROM staged_agencies g WHERE g.id = i.agency)
