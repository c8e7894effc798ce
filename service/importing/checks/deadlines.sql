-- A list that a file brings stands for the whole list of that file: the rules, the calendar.
INSERT INTO fault SELECT 'deadline_rules.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_deadline_rules WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'deadline_rules.csv', line, 'until', 'period_empty'
FROM staged_deadline_rules WHERE "until" <= "from";

INSERT INTO fault SELECT 'deadline_rules.csv', line, 'from', 'deadline_rule_no_overlap'
FROM (
    SELECT line, "from", max(coalesce("until", 'infinity')) OVER (
        PARTITION BY deadline ORDER BY "from" NULLS FIRST, line
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS taken_until
    FROM staged_deadline_rules WHERE deadline IS NOT NULL AND ("until" <= "from") IS NOT TRUE
)
WHERE coalesce("from", '-infinity') < taken_until;

INSERT INTO fault SELECT 'holidays.csv', line, 'day', 'holiday_once'
FROM (SELECT line, row_number() OVER (PARTITION BY day ORDER BY line) FROM staged_holidays WHERE day IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'deadlines.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_deadlines WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'deadlines.csv', line, 'case_id', 'case_unknown'
FROM staged_deadlines d
WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_cases f WHERE f.id = d.case_id);

INSERT INTO fault SELECT 'deadlines.csv', line, NULL, 'deadline_twice'
FROM (SELECT line, row_number() OVER (PARTITION BY case_id, deadline, nth, starts_at, item ORDER BY line)
      FROM staged_deadlines WHERE case_id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'deadlines.csv', line, 'rule', 'deadline_rule_unknown'
FROM staged_deadlines d
WHERE (d.rule IS NULL) <> (d.item IS NOT NULL) AND d.id IS NOT NULL
   OR d.rule IS NOT NULL AND NOT EXISTS (SELECT FROM staged_deadline_rules r WHERE r.id = d.rule AND r.deadline = d.deadline)
      AND (EXISTS (SELECT FROM staged_deadline_rules)
           OR NOT EXISTS (SELECT FROM deadline_rule r WHERE r.id = d.rule AND r.code = d.deadline));

INSERT INTO fault SELECT 'deadlines.csv', line, 'pause_reason', 'reason_missing'
FROM staged_deadlines WHERE (paused_at IS NULL) <> (pause_reason IS NULL);

-- As the table has them. Who is in charge, and how they ended, the steps tell.
CREATE TEMPORARY TABLE placed_deadlines ON COMMIT DROP AS
SELECT line, id, case_id, deadline AS code, coalesce(nth, 0) AS nth, starts_at, due_at, NULL::timestamptz AS met_at,
       NULL::timestamptz AS lifted_at, paused_at, pause_reason, 0 AS area_id, NULL::uuid AS officer,
       CASE WHEN rule IS NULL THEN 'plan' ELSE 'law' END AS source, item, rule
FROM staged_deadlines;

CREATE INDEX ON placed_deadlines (case_id)
