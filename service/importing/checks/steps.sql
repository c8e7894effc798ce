-- With the areas that are named, each by its first code and the first day of that.
CREATE TEMPORARY TABLE placed_steps ON COMMIT DROP AS
SELECT s.line, s.id, s.case_id, s.step, s.occurred_at, s.recorded_at, s.actor, s.reason, s.withdrawn_at,
       s.incident, s.residence, i.area_id AS incident_area, r.area_id AS residence_area,
       nullif(coalesce(s.content, '{}') || CASE
           WHEN s.step IN ('report', 'need') THEN jsonb_build_object('incident', i.area_id, 'residence', r.area_id)
           WHEN s.step = 'transfer' THEN jsonb_build_object('residence', r.area_id) ELSE '{}' END, '{}') AS content
FROM staged_case_steps s
LEFT JOIN area_version i ON i.code = s.incident AND lower(i.during) IS NOT DISTINCT FROM s.incident_since
LEFT JOIN area_version r ON r.code = s.residence AND lower(r.during) IS NOT DISTINCT FROM s.residence_since;

INSERT INTO fault SELECT 'case_steps.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_case_steps WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'case_steps.csv', line, 'case_id', 'case_unknown'
FROM staged_case_steps s
WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_cases f WHERE f.id = s.case_id);

INSERT INTO fault SELECT 'case_steps.csv', line, 'occurred_at', 'step_in_future'
FROM staged_case_steps WHERE occurred_at > recorded_at;

INSERT INTO fault SELECT 'case_steps.csv', line, 'incident', 'area_unknown'
FROM placed_steps WHERE incident_area IS NULL AND (incident IS NOT NULL OR step IN ('report', 'need'));

INSERT INTO fault SELECT 'case_steps.csv', line, 'residence', 'area_unknown'
FROM placed_steps WHERE residence_area IS NULL AND (residence IS NOT NULL OR step = 'transfer');

INSERT INTO fault SELECT 'case_steps.csv', s.line, 'content', 'measure_unknown'
FROM placed_steps s, jsonb_path_query(s.content, '$.items[*].measure') m
WHERE s.step = 'plan' AND NOT EXISTS (SELECT FROM intervention_measure k WHERE k.code = m #>> '{}');

INSERT INTO fault SELECT 'case_steps.csv', s.line, 'content', 'agency_unknown'
FROM placed_steps s, jsonb_path_query(s.content, '$.items[*].agency ? (@ != null)') a
WHERE s.step = 'plan' AND NOT EXISTS (SELECT FROM staged_agencies g WHERE g.id::text = a #>> '{}')
