-- The doors to the steps of a case: what the next one is judged by, and what comes of it, each in one statement.

DROP FUNCTION IF EXISTS keep_deadlines, keep_interventions, keep_case;


-- What a step of a case is judged by: the case, when its child was born, every step that was ever taken, the deadlines, and
-- which of the places that the steps name the caller reaches; the rules of the clock and its calendar.
CREATE FUNCTION judged_by(c caller, wanted uuid) RETURNS TABLE (record text, rules text, holidays text)
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
           'case', f, 'born', x.date_of_birth,
           'steps', (SELECT json_agg(s) FROM case_step s WHERE s.case_id = f.id),
           'deadlines', (SELECT json_agg(d) FROM deadline d WHERE d.case_id = f.id),
           'reached', ARRAY(
               SELECT DISTINCT area::integer
               FROM case_step s, unnest(ARRAY[s.content ->> 'incident', s.content ->> 'residence']) area
               WHERE s.case_id = f.id AND area IS NOT NULL AND reaches_area(c, area::integer)))::text,
       (SELECT json_agg(r ORDER BY r.code, r.since NULLS FIRST)::text
        FROM (SELECT *, lower(during) AS since, upper(during) AS until FROM deadline_rule) r),
       (SELECT json_agg(h)::text FROM (SELECT day AS date, kind FROM holiday ORDER BY day) h)
FROM case_file f JOIN child x ON x.id = f.child_id
WHERE f.id = wanted
$$;

-- That of a case, whose child is taken with it for a change to both. No row where there is none that the caller works on.
CREATE FUNCTION take_case(who asking, permission text, wanted uuid)
RETURNS TABLE (record text, rules text, holidays text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
BEGIN
    IF take_for_case(c, who, permission, wanted) IS NOT NULL THEN
        RETURN QUERY SELECT * FROM judged_by(c, wanted);
    END IF;
END $$;

-- That of a case whose child this transaction has taken (or made).
CREATE FUNCTION hold_case(who asking, wanted uuid) RETURNS TABLE (record text, rules text, holidays text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.read');
BEGIN
    IF (SELECT taken(f.child_id) FROM case_file f WHERE f.id = wanted) THEN
        RETURN QUERY SELECT * FROM judged_by(c, wanted);
    END IF;
END $$;

-- The deadlines of a case that are new or have changed, and those that are gone. A due moment that has begun stays.
CREATE FUNCTION keep_deadlines(of_case uuid, gone jsonb, told jsonb) RETURNS void
LANGUAGE sql AS $$
DELETE FROM deadline WHERE case_id = of_case AND id IN (SELECT d::uuid FROM jsonb_array_elements_text(gone) d);
INSERT INTO deadline (case_id, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, officer, source, rule)
SELECT of_case, code, nth, starts_at, item, due_at, met_at, lifted_at, area_id, officer, source, rule
FROM jsonb_populate_recordset(NULL::deadline, told)
ON CONFLICT ON CONSTRAINT deadline_once DO UPDATE
SET met_at = excluded.met_at, lifted_at = excluded.lifted_at, area_id = excluded.area_id, officer = excluded.officer
$$;

-- Of each measure that was begun one intervention, which has the id of the plan's item. Those that were recorded before the
-- case had steps stay as they are.
CREATE FUNCTION keep_interventions(of_case uuid, planned jsonb, told jsonb) RETURNS void
LANGUAGE sql AS $$
DELETE FROM intervention
WHERE case_id = of_case AND id IN (
    SELECT p::uuid FROM jsonb_array_elements_text(planned) p
    EXCEPT SELECT id FROM jsonb_populate_recordset(NULL::intervention, told));
INSERT INTO intervention AS i (id, case_id, measure_code, provider, agency_id, started_on, ended_on)
SELECT id, of_case, measure_code, provider, agency_id, started_on, ended_on
FROM jsonb_populate_recordset(NULL::intervention, told)
ON CONFLICT (id) DO UPDATE
SET measure_code = excluded.measure_code, provider = excluded.provider, agency_id = excluded.agency_id,
    started_on = excluded.started_on, ended_on = excluded.ended_on
WHERE i.case_id = of_case
  AND (i.measure_code, i.provider, i.agency_id, i.started_on, i.ended_on) IS DISTINCT FROM
      (excluded.measure_code, excluded.provider, excluded.agency_id, excluded.started_on, excluded.ended_on)
$$;

-- Keeps how a case stands whose child this transaction has taken, and what came of its steps: first the case, for the history
-- of what follows tells which version it made. A step is never changed, but for being withdrawn. Answers the child.
CREATE FUNCTION keep_case(told jsonb) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    stands CONSTANT case_file := jsonb_populate_record(NULL::case_file, told -> 'case');
    of_child uuid;
BEGIN
    UPDATE case_file f
    SET version = stands.version, opened_on = stands.opened_on, closed_on = stands.closed_on, outcome = stands.outcome,
        reason = stands.reason, stage = stands.stage, incident_area_id = stands.incident_area_id,
        residence_area_id = stands.residence_area_id, risk = stands.risk
    WHERE f.id = stands.id AND taken(f.child_id)
    RETURNING f.child_id INTO of_child;
    IF NOT FOUND THEN
        RAISE insufficient_privilege USING MESSAGE = 'not taken';
    END IF;
    IF told -> 'steps' <> '[]' THEN
        INSERT INTO case_step (id, case_id, code, occurred_at, recorded_at, actor, content, reason)
        SELECT id, stands.id, code, occurred_at, recorded_at, actor, content, reason
        FROM jsonb_populate_recordset(NULL::case_step, told -> 'steps');
    END IF;
    IF told ->> 'withdrawn' IS NOT NULL THEN
        UPDATE case_step SET withdrawn_at = (told ->> 'withdrawn_at')::timestamptz
        WHERE id = (told ->> 'withdrawn')::uuid AND case_id = stands.id AND withdrawn_at IS NULL;
    END IF;
    IF told -> 'planned' <> '[]' THEN
        PERFORM keep_interventions(stands.id, told -> 'planned', told -> 'given');
    END IF;
    IF told -> 'gone' <> '[]' OR told -> 'deadlines' <> '[]' THEN
        PERFORM keep_deadlines(stands.id, told -> 'gone', told -> 'deadlines');
    END IF;
    RETURN of_child;
END $$;
