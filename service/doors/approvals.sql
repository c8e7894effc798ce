-- The door to what is submitted, and waits for the chair who is in charge of it.

DROP FUNCTION IF EXISTS approvals_matching;


-- $1 caller · $2 its areas · $3 areas in one of which the case is led
CREATE FUNCTION approvals_matching(areas integer[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT concat_ws(' AND ',
    'FROM case_file f WHERE f.stage = ''submitted'' AND reaches_case($1, f)',
    '(($1).everywhere OR coalesce(f.residence_area_id, f.incident_area_id) = ANY ($2))',
    CASE WHEN areas IS NOT NULL THEN 'coalesce(f.residence_area_id, f.incident_area_id) = ANY ($3)' END)
$$;

-- A page, what is due first first: item, due moment (of what no law says when, the end of all days) and id, one row more than
-- `size`. `own`: the caller drafted or submitted it, and four eyes are needed.
CREATE FUNCTION list_approvals(who asking, areas integer[], on_day date, now_is timestamptz, after_due timestamptz, after uuid,
                               size integer)
RETURNS TABLE (item text, due timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'decisions.write');
    later CONSTANT text := CASE WHEN after IS NULL THEN '' ELSE 'WHERE (w.due, w.id) > ($6, $7)' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH waiting AS MATERIALIZED (
            SELECT f.id, f.child_id, f.kind, f.risk, coalesce(f.residence_area_id, f.incident_area_id) AS area_id, (
                SELECT coalesce(min(d.due_at), timestamptz '9999-12-31 00:00:00Z') FROM deadline d
                WHERE d.case_id = f.id AND d.code = 'approval' AND d.met_at IS NULL AND d.lifted_at IS NULL) AS due
            %s
        ),
        page AS MATERIALIZED (SELECT w.* FROM waiting w %s ORDER BY w.due, w.id LIMIT $8 + 1),
        noted AS (SELECT note($9, $1, false, (
            SELECT array_agg(DISTINCT p.child_id) FROM (SELECT p.child_id FROM page p ORDER BY p.due, p.id LIMIT $8) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT json_build_object(
                   'case_id', p.id, 'child_id', p.child_id, 'full_name', x.full_name, 'kind', p.kind, 'risk', p.risk,
                   'commune', (SELECT place FROM place_on(p.area_id, $4) place),
                   'submitted_at', s.occurred_at,
                   'submitted_by', (SELECT u.full_name FROM account u WHERE u.id = s.actor),
                   'own', ($1).account_id IN (s.actor, drafted.actor),
                   'due_at', nullif(p.due, timestamptz '9999-12-31 00:00:00Z'),
                   'hours_left', CASE WHEN p.due < timestamptz '9999-12-31 00:00:00Z'
                                 THEN floor(extract(epoch FROM p.due - $5) / 3600)::integer END,
                   'overdue', p.due < $5)::text,
               p.due, p.id
        FROM page p
        CROSS JOIN noted
        JOIN child x ON x.id = p.child_id
        CROSS JOIN LATERAL (
            SELECT t.actor, t.occurred_at FROM case_step t
            WHERE t.case_id = p.id AND t.code = 'submission' AND t.withdrawn_at IS NULL
            ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1) s
        CROSS JOIN LATERAL (
            SELECT t.actor FROM case_step t
            WHERE t.case_id = p.id AND t.code = 'plan' AND t.withdrawn_at IS NULL
            ORDER BY t.occurred_at DESC, t.id DESC LIMIT 1) drafted
        ORDER BY p.due, p.id
    $statement$, approvals_matching(areas), later)
    USING c, reached_areas(c), areas, on_day, now_is, after_due, after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_approvals(who asking, areas integer[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'decisions.write');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || approvals_matching(areas) INTO number USING c, reached_areas(c), areas;
    RETURN number;
END $$;
