INSERT INTO fault SELECT 'cases.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_cases WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'cases.csv', line, 'child_id', 'child_unknown'
FROM staged_cases f
WHERE child_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_children c WHERE c.id = f.child_id);

INSERT INTO fault SELECT 'cases.csv', line, 'from', 'date_in_future'
FROM staged_cases WHERE "from" > (SELECT day FROM living_on);

INSERT INTO fault SELECT 'cases.csv', line, 'until', 'date_in_future'
FROM staged_cases WHERE "until" > (SELECT day FROM living_on);

-- A case may be empty: opened and closed on one day.
INSERT INTO fault SELECT 'cases.csv', line, 'until', 'case_closed_before_opening'
FROM staged_cases WHERE "until" < "from";

INSERT INTO fault SELECT 'cases.csv', line, 'outcome', 'outcome_of_an_open_case'
FROM staged_cases WHERE "until" IS NULL AND outcome IS NOT NULL;

INSERT INTO fault SELECT 'cases.csv', f.line, 'previous_case_id', 'previous_case_of_another_child'
FROM staged_cases f LEFT JOIN staged_cases before ON before.id = f.previous_case_id
WHERE f.previous_case_id IS NOT NULL AND (before.id IS NULL OR before.child_id <> f.child_id);

INSERT INTO fault SELECT 'cases.csv', f.line, 'previous_case_id', 'previous_case_open'
FROM staged_cases f JOIN staged_cases before ON before.id = f.previous_case_id
WHERE before.child_id = f.child_id AND before.id <> f.id AND (before."until" <= f."from") IS NOT TRUE;

-- Cases that continue one another in a circle are all empty, and of one day: every other circle has an open one.
INSERT INTO fault
WITH RECURSIVE chain AS (
    SELECT f.id AS first, f.previous_case_id AS id FROM staged_cases f WHERE f.previous_case_id IS NOT NULL
    AND (f."from" = f."until" OR f.previous_case_id = f.id)
    UNION
    SELECT c.first, f.previous_case_id
    FROM chain c JOIN staged_cases f ON f.id = c.id AND f."from" = f."until" AND f.previous_case_id IS NOT NULL
)
SELECT 'cases.csv', f.line, 'previous_case_id', 'previous_case_of_itself'
FROM chain c JOIN staged_cases f ON f.id = c.first WHERE c.first = c.id
