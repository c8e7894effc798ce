-- An agency that is there already stays as it is: its name and kind are as they are now.
INSERT INTO agency (id, name, kind, during, version)
SELECT id, name, kind, daterange("from", "until"), coalesce(version, 1) FROM staged_agencies
ON CONFLICT (id) DO NOTHING;

-- Rules come as drafts, with their age bands; those that were more than that are adopted when there are postings (past.sql,
-- new_past.sql). One that was being posted is posted anew, by whoever serves next.
INSERT INTO counting_rule (id, programme_code, number, name_vi, name_en, categories, case_kinds, assisting_measures,
                           drafted_by, drafted_at, version)
SELECT greatest((SELECT max(id) FROM counting_rule), 100) + row_number() OVER (ORDER BY line),
       regexp_replace(rule, '/[0-9]+$', ''), substring(rule FROM '[0-9]+$')::smallint, name_vi, name_en,
       string_to_array(categories, ' '), string_to_array(case_kinds, ' '), string_to_array(assisting_measures, ' '),
       drafted_by, drafted_at, coalesce(version, 1)
FROM staged_rules;

INSERT INTO age_band (rule, code, from_age, until_age)
SELECT r.id, b.code, b.from_age, b.until_age
FROM staged_age_bands b JOIN counting_rule r ON r.programme_code || '/' || r.number = b.rule;

UPDATE counting_rule r SET state = 'posting', adopted_from = s."from"
FROM staged_rules s WHERE r.programme_code || '/' || r.number = s.rule AND s.state <> 'draft';

INSERT INTO rule_posting (rule, actor, total)
SELECT r.id, 'operator', (SELECT count(*) FROM staged_children) + (SELECT count(DISTINCT id) FROM staged_sites)
                         + (SELECT count(*) FROM area WHERE level = 'commune')
FROM staged_rules s JOIN counting_rule r ON r.programme_code || '/' || r.number = s.rule AND s.state = 'posting';

ANALYZE counting_rule, age_band;

-- The rules and the calendar are those of their files, where these are there.
DELETE FROM deadline_rule r WHERE EXISTS (SELECT FROM staged_deadline_rules)
    AND NOT EXISTS (SELECT FROM staged_deadline_rules s WHERE s.id = r.id);

UPDATE deadline_rule r SET during = daterange(s."from", s."until")
FROM staged_deadline_rules s WHERE s.id = r.id AND r.during <> daterange(s."from", s."until");

INSERT INTO deadline_rule (id, code, name_vi, name_en, kind, part, during, amounts, every, unit, starts, met_by, receipt,
                           concluded, legal_basis)
SELECT id, deadline, name_vi, name_en, kind, part, daterange("from", "until"), string_to_array(amounts, ' ')::integer[],
       every, unit, string_to_array(starts, ' '), string_to_array(met_by, ' '), receipt, concluded, legal_basis
FROM staged_deadline_rules s WHERE NOT EXISTS (SELECT FROM deadline_rule r WHERE r.id = s.id);

DELETE FROM holiday h WHERE EXISTS (SELECT FROM staged_holidays) AND NOT EXISTS (
    SELECT FROM staged_holidays s
    WHERE (s.day, s.kind, s.name_vi, s.name_en, s.source) = (h.day, h.kind, h.name_vi, h.name_en, h.source)
      AND coalesce(s.id, h.id) = h.id);

INSERT INTO holiday (id, day, kind, name_vi, name_en, source, version)
SELECT coalesce(id, uuidv7()), day, kind, name_vi, name_en, source, coalesce(version, 1)
FROM staged_holidays s WHERE NOT EXISTS (SELECT FROM holiday h WHERE h.day = s.day);

-- What ships with the service is there already: a target of it may have been superseded.
UPDATE target t SET during = daterange(s."from", s."until") FROM staged_targets s WHERE s.id = t.id;

INSERT INTO target (id, programme_code, indicator_code, area_id, direction, unit, value, baseline_value, baseline_on,
                    due_on, legal_basis, revision, decided_on, during, allocated_from)
SELECT s.id, s.programme, s.indicator, v.area_id, s.direction, s.unit, s.value, s.baseline_value, s.baseline_on,
       s.due_on, s.legal_basis, s.revision, s.decided_on, daterange(s."from", s."until"), s.allocated_from
FROM staged_targets s
LEFT JOIN area_version v ON v.code = s.area AND lower(v.during) IS NOT DISTINCT FROM s.area_since
WHERE NOT EXISTS (SELECT FROM target t WHERE t.id = s.id);

INSERT INTO official_population (id, area_id, on_date, population, children_under_16, source)
SELECT s.id, v.area_id, s."on", s.population, s.children_under_16, s.source
FROM staged_populations s
JOIN area_version v ON v.code = s.area AND lower(v.during) IS NOT DISTINCT FROM s.area_since
ON CONFLICT (id) DO NOTHING;

INSERT INTO child (id, full_name, sex, date_of_birth, date_of_birth_precision, identified, personal_id, ethnicity, version,
                   created_at, updated_at)
SELECT id, full_name, sex, date_of_birth, date_of_birth_precision, coalesce(identified, true), personal_id, ethnicity,
       coalesce(version, 1), coalesce(created_at, now()), coalesce(updated_at, created_at, now())
FROM staged_children;

INSERT INTO residence (id, child_id, area_id, during, end_reason)
SELECT coalesce(r.id, uuidv7()), r.child_id, v.area_id, daterange(r."from", r."until"), r.end_reason
FROM staged_residences r JOIN area_version v ON v.code = r.commune AND v.during @> coalesce(r."on", r."from");

INSERT INTO circumstance (id, child_id, category_code, during, evidence)
SELECT coalesce(id, uuidv7()), child_id, category, daterange("from", "until"), evidence FROM staged_circumstances;

INSERT INTO case_file (id, child_id, kind, opened_on, closed_on, outcome, reason, previous_case_id, version, stage,
                       incident_area_id, residence_area_id, risk)
SELECT f.id, f.child_id, f.kind, f."from", f."until", f.outcome, f.reason, f.previous_case_id, coalesce(f.version, 1),
       o.stage, o.incident, o.residence, o.risk
FROM staged_cases f LEFT JOIN folded_cases o ON o.case_id = f.id;

INSERT INTO case_step (id, case_id, code, occurred_at, recorded_at, actor, content, reason, withdrawn_at)
SELECT id, case_id, step, occurred_at, recorded_at, actor, content, reason, withdrawn_at FROM placed_steps;

INSERT INTO intervention (id, case_id, measure_code, started_on, ended_on, provider, agency_id)
SELECT coalesce(id, uuidv7()), case_id, measure, "from", "until", provider, agency FROM staged_interventions;

INSERT INTO case_report (id, area_id, place, sender, reference, said, receiving_code, year, number, receiving_place, source,
                         channel, received_at, recorded_at, concern, condition, likely_harm, steps_taken, anonymous,
                         passed_on_at, unfounded_at, unfounded_reason, version)
SELECT id, area_id, place, sender, reference, decode(coalesce(said, ''), 'hex'), receiving_code, year, number,
       receiving_place, source, channel, received_at, coalesce(recorded_at, received_at), concern, condition, likely_harm,
       steps_taken, anonymous, passed_on_at, unfounded_at, unfounded_reason, coalesce(version, 1)
FROM placed_reports;

-- Numbers go on where they ended.
INSERT INTO report_series (code, year, last)
SELECT receiving_code, year, max(number) FROM staged_case_reports GROUP BY receiving_code, year;

INSERT INTO case_report_child (id, report_id, n, child_id, case_id, full_name, sex, date_of_birth, estimated_age,
                               residence_area_id, father, mother, carer)
SELECT coalesce(id, uuidv7()), report_id, number, child_id, case_id, full_name, sex, date_of_birth, estimated_age, area_id,
       father, mother, carer
FROM placed_reported_children;

INSERT INTO site (id, area_id, version)
SELECT DISTINCT id, area_id, coalesce(version, 1) FROM placed_sites;

INSERT INTO site_stage (id, site_id, stage, during)
SELECT coalesce(stage_id, uuidv7()), id, stage, daterange("from", "until") FROM staged_sites WHERE stage IS NOT NULL;

ANALYZE child, residence, circumstance, case_file, case_step, case_report, case_report_child, intervention, site, site_stage
