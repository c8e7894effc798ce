INSERT INTO fault SELECT 'register.csv', line, NULL, 'register_one_row' FROM staged_register
WHERE line > (SELECT min(line) FROM staged_register);

INSERT INTO fault SELECT 'children.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_children WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'children.csv', line, 'personal_id', 'child_personal_id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY personal_id ORDER BY line)
      FROM staged_children WHERE personal_id IS NOT NULL)
WHERE row_number > 1;

-- Of whom it is known who it is, name and birth are known. A row with another fault has neither here.
INSERT INTO fault SELECT 'children.csv', line, missing, 'missing'
FROM staged_children, LATERAL (VALUES ('full_name', full_name IS NULL), ('date_of_birth', date_of_birth IS NULL)) m (missing, is_so)
WHERE is_so AND sex IS NOT NULL AND coalesce(identified, true);

INSERT INTO fault SELECT 'children.csv', line, 'date_of_birth', 'date_in_future'
FROM staged_children WHERE date_of_birth > (SELECT day FROM living_on)
