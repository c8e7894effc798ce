-- With the areas that are named, each by its first code and the first day of that.
CREATE TEMPORARY TABLE placed_reports ON COMMIT DROP AS
SELECT s.*, v.area_id
FROM staged_case_reports s
LEFT JOIN area_version v ON v.code = s.commune AND lower(v.during) IS NOT DISTINCT FROM s.commune_since;

CREATE TEMPORARY TABLE placed_reported_children ON COMMIT DROP AS
SELECT s.*, v.area_id
FROM staged_reported_children s
LEFT JOIN area_version v ON v.code = s.commune AND lower(v.during) IS NOT DISTINCT FROM s.commune_since;

INSERT INTO fault SELECT 'case_reports.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_case_reports WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'case_reports.csv', line, 'commune', 'area_unknown'
FROM placed_reports WHERE commune IS NOT NULL AND area_id IS NULL;

INSERT INTO fault SELECT 'case_reports.csv', line, 'reference', 'case_report_reference_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY sender, reference ORDER BY line)
      FROM staged_case_reports WHERE sender IS NOT NULL AND reference IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'case_reports.csv', line, 'number', 'report_number_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY receiving_code, year, number ORDER BY line)
      FROM staged_case_reports WHERE number IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'case_reports.csv', line, 'received_at', 'report_in_future'
FROM staged_case_reports WHERE (received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date > (SELECT day FROM living_on);

INSERT INTO fault SELECT 'case_reports.csv', line, 'passed_on_at', 'passed_on_before_receipt'
FROM staged_case_reports WHERE passed_on_at < received_at;

INSERT INTO fault SELECT 'case_reports.csv', line, 'unfounded_reason', 'reason_missing'
FROM staged_case_reports WHERE (unfounded_at IS NULL) <> (unfounded_reason IS NULL);

INSERT INTO fault SELECT 'case_reports.csv', line, NULL, 'report_without_child'
FROM staged_case_reports r
WHERE id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_reported_children x WHERE x.report_id = r.id);

INSERT INTO fault SELECT 'reported_children.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_reported_children WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'reported_children.csv', line, 'report_id', 'report_unknown'
FROM staged_reported_children x
WHERE report_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_case_reports r WHERE r.id = x.report_id);

INSERT INTO fault SELECT 'reported_children.csv', line, 'number', 'reported_child_twice'
FROM (SELECT line, row_number() OVER (PARTITION BY report_id, number ORDER BY line)
      FROM staged_reported_children WHERE report_id IS NOT NULL AND number IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'reported_children.csv', line, 'child_id', 'child_unknown'
FROM staged_reported_children x
WHERE child_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_children c WHERE c.id = x.child_id);

INSERT INTO fault SELECT 'reported_children.csv', line, 'case_id', 'case_unknown'
FROM staged_reported_children x
WHERE case_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM staged_cases f WHERE f.id = x.case_id AND f.child_id IS NOT DISTINCT FROM x.child_id);

INSERT INTO fault SELECT 'reported_children.csv', line, 'commune', 'area_unknown'
FROM placed_reported_children WHERE commune IS NOT NULL AND area_id IS NULL;

INSERT INTO fault SELECT 'reported_children.csv', x.line, 'date_of_birth', 'date_in_future'
FROM staged_reported_children x JOIN staged_case_reports r ON r.id = x.report_id
WHERE x.date_of_birth > (r.received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
