INSERT INTO fault SELECT 'persons.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_persons WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'persons.csv', line, 'child_id', 'child_unknown'
FROM staged_persons p
WHERE child_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_children c WHERE c.id = p.child_id);

INSERT INTO fault SELECT 'persons.csv', line, 'sibling_id', CASE
    WHEN NOT EXISTS (SELECT FROM staged_children c WHERE c.id = p.sibling_id) THEN 'child_unknown'
    WHEN relation <> 'sibling' THEN 'relation_not_sibling'
    ELSE 'sibling_of_itself' END
FROM staged_persons p
WHERE sibling_id IS NOT NULL AND (sibling_id = child_id OR relation <> 'sibling'
                                  OR NOT EXISTS (SELECT FROM staged_children c WHERE c.id = p.sibling_id));

INSERT INTO fault SELECT 'notes.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_notes WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'notes.csv', line, 'case_id', 'case_unknown'
FROM staged_notes n
WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_cases f WHERE f.id = n.case_id);

INSERT INTO fault SELECT 'flags.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_flags WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'flags.csv', line, 'case_id', 'case_unknown'
FROM staged_flags g
WHERE case_id IS NOT NULL AND NOT EXISTS (SELECT FROM staged_cases f WHERE f.id = g.case_id);

INSERT INTO fault SELECT 'flags.csv', line, 'cleared_by', 'cleared_by_nobody'
FROM staged_flags WHERE (cleared_at IS NULL) <> (cleared_by IS NULL);

-- Whom a step names is around the child of its case.
INSERT INTO fault SELECT DISTINCT 'case_steps.csv', s.line, 'content', 'person_unknown'
FROM placed_steps s
JOIN staged_cases f ON f.id = s.case_id
CROSS JOIN LATERAL (
    SELECT s.content ->> 'carer' WHERE s.content ->> 'carer' IS NOT NULL
    UNION ALL
    SELECT jsonb_array_elements_text(s.content -> 'harming') WHERE jsonb_typeof(s.content -> 'harming') = 'array') named (id)
WHERE NOT EXISTS (SELECT FROM staged_persons p WHERE p.id::text = lower(named.id) AND p.child_id = f.child_id)
