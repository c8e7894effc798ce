INSERT INTO fault SELECT 'agencies.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_agencies WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'agencies.csv', line, 'name', 'agency_name_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY name ORDER BY line) FROM staged_agencies WHERE name IS NOT NULL)
WHERE row_number > 1;

-- Agencies may be there before the records are. One with the same id is taken for the same.
INSERT INTO fault SELECT 'agencies.csv', line, 'name', 'agency_name_taken'
FROM staged_agencies s JOIN agency g ON g.name = s.name
WHERE NOT EXISTS (SELECT FROM agency same WHERE same.id = s.id);

INSERT INTO fault SELECT 'agencies.csv', line, 'until', 'period_empty'
FROM staged_agencies WHERE "until" <= "from"
