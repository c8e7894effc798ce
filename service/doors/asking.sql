-- Who asks, whether they may, whom they reach, and the record of it: what every door begins with.

DROP TYPE IF EXISTS asking, caller CASCADE;


-- What the service says of a request: who (the assignment), for what, from where, on which request, doing what.
CREATE TYPE asking AS (assignment_id uuid, purpose text, address text, request text, action text);

-- What the database knows of who asks. `everywhere`: the whole province, so that no area need be compared.
CREATE TYPE caller AS (
    assignment_id uuid, account_id uuid, role text, agency_id uuid, reach text, everywhere boolean, sections text[]);

-- The caller, if the assignment holds today, its account is not disabled, its role has the permission, and the purpose
-- needs it.
CREATE FUNCTION admitted(who asking, permission text) RETURNS caller
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_caller caller;
BEGIN
    SELECT a.id, a.account_id, a.role, a.agency_id, r.reach, place.level = 'province' AND place.covered, r.sections
    INTO found_caller
    FROM assignment a
    JOIN account u ON u.id = a.account_id AND u.disabled_at IS NULL
    JOIN role r ON r.code = a.role AND permission = ANY (r.permissions)
    JOIN purpose p ON p.code = who.purpose AND permission = ANY (p.permissions)
    JOIN area place ON place.id = a.area_id
    WHERE a.id = who.assignment_id AND a.during @> (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
    IF NOT FOUND THEN
        RAISE insufficient_privilege USING MESSAGE = 'not admitted';
    END IF;
    RETURN found_caller;
END $$;

-- The areas that the caller reaches.
CREATE FUNCTION reached_areas(c caller) RETURNS integer[]
LANGUAGE sql STABLE AS $$
SELECT coalesce(array_agg(area_id), '{}') FROM assignment_area WHERE assignment_id = c.assignment_id
$$;

CREATE FUNCTION reaches_area(c caller, area integer) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT c.everywhere OR EXISTS (
    SELECT FROM assignment_area WHERE assignment_id = c.assignment_id AND area_id = area)
$$;

-- Whether the caller meets this child at all. Unknown children and those of others are told apart by nothing.
CREATE FUNCTION reaches_child(c caller, child uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT (c.everywhere OR EXISTS (
            SELECT FROM home h JOIN assignment_area s ON s.area_id = h.area_id AND s.assignment_id = c.assignment_id
            WHERE h.child_id = child))
   AND CASE c.reach
       WHEN 'area' THEN true
       WHEN 'list' THEN EXISTS (
            SELECT FROM assignment_child l WHERE l.assignment_id = c.assignment_id AND l.child_id = child)
       WHEN 'agency' THEN EXISTS (
            SELECT FROM case_file f JOIN intervention i ON i.case_id = f.id
            WHERE f.child_id = child AND f.closed_on IS NULL AND i.agency_id = c.agency_id)
       ELSE false END
$$;

-- The communes in charge of a case meet it while it is open, wherever the child is registered: that of the incident, and
-- that where the child lives. It is for whoever receives cases; of an agency, where it gives something.
CREATE FUNCTION in_charge(c caller, f case_file) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT f.closed_on IS NULL AND 'case' = ANY (c.sections)
   AND (reaches_area(c, f.incident_area_id) OR reaches_area(c, f.residence_area_id))
   AND CASE c.reach
       WHEN 'area' THEN true
       WHEN 'agency' THEN EXISTS (SELECT FROM intervention i WHERE i.case_id = f.id AND i.agency_id = c.agency_id)
       ELSE false END
$$;

-- Whether the caller meets the child at home, or through an open case that it is not at home in: then what the case needs.
CREATE FUNCTION meets_child(c caller, child uuid) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT reaches_child(c, child) OR EXISTS (SELECT FROM case_file f WHERE f.child_id = child AND in_charge(c, f))
$$;

-- Of a child at home the whole of its cases; an agency meets the open cases in which it gives something.
CREATE FUNCTION reaches_case(c caller, f case_file) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT reaches_child(c, f.child_id) AND (c.reach <> 'agency' OR f.closed_on IS NULL AND EXISTS (
           SELECT FROM intervention i WHERE i.case_id = f.id AND i.agency_id = c.agency_id))
    OR in_charge(c, f)
$$;

-- The same as a condition on an expression that names a child, for statements put together by a door; $1 is the caller,
-- $2 the areas that it reaches. Where the statement asks for a single commune, nearly all who are found are reached: the
-- planner, to whom the two conditions have nothing to do with each other, expects hardly any, and would sort them all for
-- the first fifty. OFFSET 0 has it look at each instead. `member`: who is of the caller's list, or of its agency, is known already.
CREATE FUNCTION reaching(c caller, child text, in_commune boolean, member boolean DEFAULT false) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT concat_ws(' AND ',
    CASE WHEN NOT c.everywhere THEN format(
        CASE WHEN in_commune THEN 'EXISTS (SELECT FROM home h WHERE h.child_id = %s AND h.area_id = ANY ($2) OFFSET 0)'
        ELSE '%s IN (SELECT child_id FROM home WHERE area_id = ANY ($2))' END, child) END,
    CASE
    WHEN member OR c.reach = 'area' THEN 'true'
    WHEN c.reach = 'list' THEN format('%s IN (SELECT child_id FROM assignment_child WHERE assignment_id = ($1).assignment_id)', child)
    WHEN c.reach = 'agency' THEN format('%s IN (SELECT f.child_id FROM case_file f JOIN intervention i ON i.case_id = f.id
                                       WHERE f.closed_on IS NULL AND i.agency_id = ($1).agency_id)', child)
    ELSE 'false' END)
$$;

-- The same of cases `f`: of children at home, and those that the caller is in charge of. Each case that is found is looked at.
CREATE FUNCTION reaching_case(c caller, member boolean DEFAULT false) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT CASE WHEN c.everywhere THEN reaching(c, 'f.child_id', true, member)
    ELSE format('(%s OR f.closed_on IS NULL AND (f.incident_area_id = ANY ($2) OR f.residence_area_id = ANY ($2)))',
                reaching(c, 'f.child_id', true, member)) END
$$;

-- Puts a look (or its refusal) on record; answers its number.
CREATE FUNCTION note(who asking, c caller, refused boolean, subjects uuid[]) RETURNS bigint
LANGUAGE sql AS $$
INSERT INTO access (account_id, assignment_id, role, agency_id, purpose, address, request, action, refused, subjects)
VALUES (c.account_id, c.assignment_id, c.role, c.agency_id, who.purpose, who.address, who.request, who.action, refused,
        subjects)
RETURNING number
$$;

-- Puts a request on record that was refused: by the ids that its path or its body named; of a case, its child.
CREATE FUNCTION note_refusal(who asking, named uuid[]) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
SELECT note(who, admitted(who, 'map.read'), true, ARRAY(
    SELECT DISTINCT coalesce((SELECT f.child_id FROM case_file f WHERE f.id = n), n) FROM unnest(named) n))
$$;

-- Puts a change on record, before it is made: the history of this transaction refers to it.
CREATE FUNCTION declare_change(who asking, c caller, subjects uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL service.access = %L', note(who, c, false, subjects));
END $$;
