-- What ledger_post_all does, for a ledger in which there is nothing to withdraw: every spell is new, and of one posting.
-- Every rule is known as long as everything else.
UPDATE counting_rule r SET state = 'adopted'
FROM staged_rules s WHERE r.programme_code || '/' || r.number = s.rule AND s.state = 'adopted';

CREATE TEMPORARY TABLE derived ON COMMIT DROP AS SELECT * FROM derived_spells(every_subject());

INSERT INTO posting (day, actor, cause)
SELECT day, 'operator', 'import' FROM living_on WHERE EXISTS (SELECT FROM derived);

INSERT INTO spell (subject_id, area_id, rule, measure, category, sex, born, during, posted)
SELECT d.subject_id, d.area_id, d.rule, d.measure, d.category, d.sex, d.born, d.during, p.number
FROM derived d CROSS JOIN posting p
ORDER BY d.subject_id, d.measure, d.category, lower(d.during);

ANALYZE posting, spell
