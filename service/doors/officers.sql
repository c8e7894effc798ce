-- The doors to what officers have to do: how much it is, and handing all of it to another.

DROP FUNCTION IF EXISTS has_open_cases;


-- An assignment that can work on cases today, as a caller; null where it cannot: it holds, its account is not disabled, and
-- its role writes cases.
CREATE FUNCTION officer(assignment_id uuid) RETURNS caller
LANGUAGE sql STABLE AS $$
SELECT ROW(a.id, a.account_id, a.role, a.agency_id, r.reach, place.level = 'province' AND place.covered, r.sections)::caller
FROM assignment a
JOIN account u ON u.id = a.account_id AND u.disabled_at IS NULL
JOIN role r ON r.code = a.role AND 'cases.write' = ANY (r.permissions)
JOIN area place ON place.id = a.area_id
WHERE a.id = assignment_id AND a.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;

-- Whether the caller looks after an assignment: it is the own one, or it is for an area that the caller reaches. It may have
-- ended: what it left open is still there.
CREATE FUNCTION oversees(c caller, wanted uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT EXISTS (SELECT FROM assignment a WHERE a.id = wanted AND (a.id = c.assignment_id OR reaches_area(c, a.area_id)))
$$;

-- Who works on cases in the caller's areas: those who can today, and those who no longer can and left some open.
CREATE FUNCTION officers_matching(c caller) RETURNS TABLE (assignment assignment, account account, open_cases bigint)
LANGUAGE sql STABLE AS $$
SELECT a, u, n.open_cases
FROM assignment a
JOIN account u ON u.id = a.account_id
JOIN role r ON r.code = a.role
CROSS JOIN LATERAL (SELECT count(*) AS open_cases FROM case_file f WHERE f.officer = a.id AND f.closed_on IS NULL) n
WHERE 'cases.write' = ANY (r.permissions) AND reaches_area(c, a.area_id)
  AND (n.open_cases > 0 OR u.disabled_at IS NULL AND a.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date)
$$;

-- A page, by assignment: item and id, one row more than `size`.
CREATE FUNCTION list_officers(who asking, after uuid, size integer) RETURNS TABLE (item text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.assign');
BEGIN
    RETURN QUERY
        SELECT json_build_object(
            'assignment', (o.assignment).id, 'account_id', (o.account).id, 'account', (o.account).name,
            'name', (o.account).full_name, 'role', (o.assignment).role,
            'area', place_at((o.assignment).area_id, (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date),
            'from', lower((o.assignment).during), 'until', upper((o.assignment).during),
            'open', o.open_cases)::text, (o.assignment).id
        FROM officers_matching(c) o WHERE after IS NULL OR (o.assignment).id > after
        ORDER BY (o.assignment).id LIMIT size + 1;
END $$;

CREATE FUNCTION count_officers(who asking) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.assign');
BEGIN
    RETURN (SELECT count(*) FROM officers_matching(c));
END $$;

-- Counts and nobody's name. A deadline is overdue that runs at `now_is` and was due before.
CREATE FUNCTION caseload(who asking, wanted uuid, now_is timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.assign');
    seen CONSTANT boolean := oversees(c, wanted);
BEGIN
    PERFORM note(who, c, NOT seen, ARRAY[wanted]);
    IF NOT seen THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT json_build_object(
            'assignment', a.id, 'account', u.name, 'name', u.full_name, 'role', a.role, 'from', lower(a.during),
            'until', upper(a.during),
            'open', count(f.id),
            'by_kind', json_build_object(
                'protection', count(f.id) FILTER (WHERE f.kind = 'protection'),
                'support', count(f.id) FILTER (WHERE f.kind = 'support')),
            'by_risk', json_build_object(
                'high', count(f.id) FILTER (WHERE f.risk = 'high'), 'medium', count(f.id) FILTER (WHERE f.risk = 'medium'),
                'low', count(f.id) FILTER (WHERE f.risk = 'low'), 'none', count(f.id) FILTER (WHERE f.risk = 'none'),
                'unknown', count(f.id) FILTER (WHERE f.risk IS NULL)),
            'overdue', count(f.id) FILTER (WHERE EXISTS (
                SELECT FROM deadline d WHERE d.case_id = f.id AND d.met_at IS NULL AND d.lifted_at IS NULL
                  AND d.paused_at IS NULL AND d.due_at < now_is)))
        FROM assignment a
        JOIN account u ON u.id = a.account_id
        LEFT JOIN case_file f ON f.officer = a.id AND f.closed_on IS NULL
        WHERE a.id = wanted
        GROUP BY a.id, u.id)::text;
END $$;

-- Whether somebody still has open cases: for who ends an assignment, and receives no numbers.
CREATE FUNCTION has_open_cases(wanted uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT EXISTS (SELECT FROM case_file f WHERE f.officer = wanted AND f.closed_on IS NULL)
$$;

-- Gives all open cases of an officer to another: `handed` of them. What runs in a case goes with it (hand_over_deadlines). Nothing where `problem` is
-- told: the caller does not look after the one (assignment_unknown), or the other cannot work on cases in the caller's areas
-- (officer_unsuitable), or does not reach some of the cases, or the caller does not (hand_over_out_of_reach): how many.
CREATE FUNCTION hand_over(who asking, from_officer uuid, to_officer uuid)
RETURNS TABLE (problem text, handed bigint, out_of_reach bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'cases.assign');
    other CONSTANT caller := officer(to_officer);
    children uuid[];
BEGIN
    problem := CASE WHEN NOT oversees(c, from_officer) THEN 'assignment_unknown'
               WHEN other IS NULL OR NOT oversees(c, to_officer) OR to_officer = from_officer THEN 'officer_unsuitable' END;
    IF problem IS NULL THEN
        -- In the order of ids, as everyone takes several children; then it is looked anew whose cases these are.
        PERFORM FROM child x WHERE x.id IN (
            SELECT f.child_id FROM case_file f WHERE f.officer = from_officer AND f.closed_on IS NULL)
        ORDER BY x.id FOR UPDATE;
        SELECT coalesce(array_agg(DISTINCT f.child_id), '{}'), count(*),
               count(*) FILTER (WHERE NOT (reaches_case(other, f) AND reaches_case(c, f)))
        INTO children, handed, out_of_reach
        FROM case_file f WHERE f.officer = from_officer AND f.closed_on IS NULL;
        problem := CASE WHEN out_of_reach > 0 THEN 'hand_over_out_of_reach' END;
    END IF;
    IF problem IS NULL THEN
        PERFORM declare_change(who, c, from_officer || children);
        UPDATE child SET version = version + 1, updated_at = now() WHERE id = ANY (children);
        UPDATE case_file SET officer = to_officer, version = version + 1
        WHERE officer = from_officer AND closed_on IS NULL;
    END IF;
    RETURN NEXT;
END $$;
