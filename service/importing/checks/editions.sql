INSERT INTO fault SELECT 'editions.csv', line, 'id', 'id_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY id ORDER BY line) FROM staged_editions WHERE id IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'editions.csv', line, 'number', 'edition_taken'
FROM (SELECT line, row_number() OVER (PARTITION BY programme, area, "on", map, number ORDER BY line)
      FROM staged_editions WHERE number IS NOT NULL)
WHERE row_number > 1;

INSERT INTO fault SELECT 'editions.csv', line, 'programme', 'programme_unknown'
FROM staged_editions s
WHERE programme IS NOT NULL AND NOT EXISTS (SELECT FROM programme p WHERE p.code = s.programme);

INSERT INTO fault SELECT 'editions.csv', line, 'posting', 'posting_unknown'
FROM staged_editions s
WHERE posting IS NOT NULL AND NOT EXISTS (SELECT FROM staged_postings p WHERE p.number = s.posting);

INSERT INTO fault SELECT 'editions.csv', line, 'previous', 'edition_previous'
FROM staged_editions s
WHERE number = 1 AND previous IS NOT NULL OR number > 1 AND NOT EXISTS (
    SELECT FROM staged_editions b
    WHERE b.id = s.previous AND b.number = s.number - 1
      AND (b.programme, b.area, b."on", b.map) = (s.programme, s.area, s."on", s.map));

-- What was altered since it was sealed does not come in. Who signed it is for whoever verifies it.
INSERT INTO fault SELECT 'editions.csv', line, 'hash', 'edition_hash'
FROM staged_editions WHERE hash <> encode(sha256(convert_to(content, 'UTF8')), 'hex')
