-- Records as JSON, as much of them as a caller receives. What is left out is named in `withheld`.
--
-- What reads further tables is a set of one in FROM, and what does not is STABLE like all that it calls: so PostgreSQL
-- plans each with the statement that asks for it. Starting a function anew for each record costs as much as reading it.

DROP FUNCTION IF EXISTS place_at, place_json, made_into, became, place_on, place_lived, residence_json, intervention_json,
    step_json;


CREATE FUNCTION place_json(v area_version) RETURNS json
LANGUAGE sql STABLE AS $$ SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind) $$;

-- What an area was called on a day, or last.
CREATE FUNCTION place_at(area integer, day date) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT place_json(v) FROM area_version v
WHERE v.area_id = area AND coalesce(lower(v.during) <= day, true) ORDER BY v.during DESC LIMIT 1
$$;

-- The areas that had become an area by a day, each as a whole, and itself: whoever is recorded in one of them lives there.
-- Of what was split, nobody knows who lives in which part until it is told.
CREATE FUNCTION made_into(area integer, on_day date) RETURNS SETOF integer
LANGUAGE sql STABLE AS $$
WITH RECURSIVE part AS (
    SELECT area AS id
    UNION
    SELECT c.predecessor_id FROM part p JOIN area_change c ON c.successor_id = p.id
    WHERE c.effective_on <= on_day AND (c.change = 'merged_into' OR c.share = 1)
)
TABLE part
$$;

-- What an area had become by a day, as far as it became one thing as a whole.
CREATE FUNCTION became(area integer, on_day date) RETURNS integer
LANGUAGE sql STABLE AS $$
WITH RECURSIVE chain AS (
    SELECT area AS id, 0 AS step
    UNION ALL
    SELECT c.successor_id, step + 1 FROM chain JOIN area_change c ON c.predecessor_id = chain.id
    WHERE c.effective_on <= on_day AND (c.change = 'merged_into' OR c.share = 1)
)
SELECT id FROM chain ORDER BY step DESC LIMIT 1
$$;

-- How the place of an area was called on a day; after its end, the place that it became; before its beginning, or if it
-- became several, as it was called last.
CREATE FUNCTION place_on(area integer, on_day date) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT coalesce(
    (SELECT place_json(v) FROM area_version v WHERE v.area_id = area AND v.during @> on_day),
    (SELECT place_json(v) FROM area_version v WHERE v.area_id = became(area, on_day)
     ORDER BY v.during @> on_day DESC, lower(v.during) DESC NULLS LAST LIMIT 1))
$$;

-- Where a child lived on a day. Its few residences are found by the child (OFFSET 0) and looked at: the index that keeps them
-- apart, by child and period, takes ten times as long.
CREATE FUNCTION place_lived(child uuid, on_day date) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT place FROM (SELECT area_id, during FROM residence WHERE child_id = child OFFSET 0) r, place_on(r.area_id, on_day) place
WHERE r.during @> on_day
$$;

CREATE FUNCTION residence_json(r residence) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object('id', r.id, 'commune', place, 'from', lower(r.during), 'until', upper(r.during),
                         'end_reason', r.end_reason)
FROM place_on(r.area_id, lower(r.during)) place
$$;

-- A category of a section that the caller does not receive is `restricted`; that the child is special or at risk is not.
CREATE FUNCTION circumstance_json(c caller, m circumstance) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', m.id,
    'category', CASE WHEN k.section IS NULL OR k.section = ANY (c.sections) THEN k.code ELSE 'restricted' END,
    'kind', k.kind, 'from', lower(m.during), 'until', upper(m.during),
    'evidence', CASE WHEN 'evidence' = ANY (c.sections) THEN m.evidence END)
FROM category k WHERE k.code = m.category_code
$$;

CREATE FUNCTION intervention_json(i intervention) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT json_build_object('id', i.id, 'measure', i.measure_code, 'started_on', i.started_on, 'ended_on', i.ended_on,
                         'provider', i.provider, 'agency', i.agency_id)
$$;

-- An agency receives of a case what it gives itself, and not how the case ended.
CREATE FUNCTION case_json(c caller, f case_file) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', f.id, 'child_id', f.child_id, 'kind', f.kind,
    'status', CASE WHEN f.closed_on IS NULL THEN 'open' ELSE 'closed' END,
    'opened_on', f.opened_on, 'closed_on', f.closed_on,
    'outcome', CASE WHEN c.reach <> 'agency' THEN f.outcome END,
    'reason', CASE WHEN c.reach <> 'agency' THEN f.reason END,
    'previous_case_id', CASE WHEN c.reach <> 'agency' THEN f.previous_case_id END,
    'officer', f.officer,
    'interventions', coalesce((
        SELECT json_agg(intervention_json(i) ORDER BY i.started_on, i.id)
        FROM intervention i WHERE i.case_id = f.id AND (c.reach <> 'agency' OR i.agency_id = c.agency_id)), '[]'),
    'withheld', CASE WHEN c.reach = 'agency'
                THEN '["outcome","reason","previous_case_id","interventions"]'::json ELSE '[]' END)
$$;

-- A step with the places that it names, as they were called on its day.
CREATE FUNCTION step_json(s case_step) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', s.id, 'code', s.code, 'occurred_at', s.occurred_at, 'recorded_at', s.recorded_at, 'actor', s.actor,
    'account', (SELECT name FROM account WHERE id = s.actor),
    'in_place_of', (SELECT name FROM account WHERE id = s.in_place_of), 'content', s.content, 'reason', s.reason,
    'incident', CASE WHEN s.content ? 'incident' THEN (
        SELECT place FROM place_on((s.content ->> 'incident')::integer, day) place) END,
    'residence', CASE WHEN s.content ->> 'residence' IS NOT NULL THEN (
        SELECT place FROM place_on((s.content ->> 'residence')::integer, day) place) END)
FROM (SELECT (s.occurred_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day) d
$$;

-- What the file of a case is folded from. An agency, which is named here, receives its own part of what comes of it.
CREATE FUNCTION file_json(c caller, f case_file) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'case_id', f.id, 'child_id', f.child_id, 'full_name', x.full_name, 'date_of_birth', x.date_of_birth, 'kind', f.kind,
    'version', f.version, 'closed_on', f.closed_on, 'agency', CASE WHEN c.reach = 'agency' THEN c.agency_id END,
    'steps', coalesce((
        SELECT json_agg(item) FROM case_step s, step_json(s) item
        WHERE s.case_id = f.id AND s.withdrawn_at IS NULL), '[]'))
FROM child x WHERE x.id = f.child_id
$$;

-- Whoever meets the child only through what happened within their reach receives who it is, where it lives, and the cases of
-- that: not the `whole`.
CREATE FUNCTION child_json(c caller, x child, whole boolean DEFAULT true) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', x.id, 'identified', x.identified, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
    'date_of_birth_precision', x.date_of_birth_precision, 'personal_id', CASE WHEN whole THEN x.personal_id END,
    'ethnicity', CASE WHEN whole AND 'ethnicity' = ANY (c.sections) THEN x.ethnicity END,
    'residences', coalesce((
        SELECT json_agg(item ORDER BY lower(r.during))
        FROM residence r, residence_json(r) item WHERE r.child_id = x.id), '[]'),
    'circumstances', coalesce((
        SELECT json_agg(item ORDER BY lower(m.during), k.position)
        FROM circumstance m JOIN category k ON k.code = m.category_code, circumstance_json(c, m) item
        WHERE m.child_id = x.id AND whole), '[]'),
    'open_cases', CASE WHEN 'case' = ANY (c.sections) THEN coalesce((
        SELECT json_agg(item ORDER BY f.opened_on, f.id)
        FROM case_file f, case_json(c, f) item WHERE f.child_id = x.id AND f.closed_on IS NULL
          AND (whole OR in_charge(c, f))
          AND (c.reach <> 'agency' OR EXISTS (
              SELECT FROM intervention i WHERE i.case_id = f.id AND i.agency_id = c.agency_id))), '[]') END,
    'withheld', to_json(array_remove(ARRAY[
        CASE WHEN NOT whole THEN 'personal_id' END,
        CASE WHEN NOT whole OR NOT 'ethnicity' = ANY (c.sections) THEN 'ethnicity' END,
        CASE WHEN NOT whole THEN 'circumstances' END,
        CASE WHEN NOT 'evidence' = ANY (c.sections) THEN 'circumstances.evidence' END,
        CASE WHEN NOT whole OR NOT 'case' = ANY (c.sections) THEN 'open_cases' END], NULL)))
$$;
