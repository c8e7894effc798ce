-- The doors to changes. A transaction takes what it is about to change: from then on it sees these records (wall.sql), and
-- its history refers to the access that the door put on record.

DROP FUNCTION IF EXISTS taken CASCADE;  -- with the policies that ask it
DROP FUNCTION IF EXISTS id_to_make;


-- Whether this transaction has taken the child (or site): the access that it declared names it, is of its own making,
-- and was not refused.
CREATE FUNCTION taken(subject uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER AS $$
SELECT EXISTS (
    SELECT FROM access
    WHERE number = nullif(current_setting('service.access', true), '')::bigint
      AND xmin = pg_current_xact_id_if_assigned()::xid AND NOT refused AND subject = ANY (subjects))
$$;

-- The id of a child or site about to be made: the client's own, if it gave one. Of one that is there already, refused: to
-- begin it anew would be to take it.
CREATE FUNCTION id_to_make(given uuid) RETURNS uuid
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM child WHERE id = given) OR EXISTS (SELECT FROM site WHERE id = given) THEN
        RAISE unique_violation USING MESSAGE = 'the id is taken', CONSTRAINT = 'child_pkey';
    END IF;
    RETURN coalesce(given, uuidv7());
END $$;

-- Locks the child and adds one to its version, which is answered; null where there is none that the caller reaches.
CREATE FUNCTION take_child(who asking, permission text, wanted uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
    new_version integer;
BEGIN
    IF reaches_child(c, wanted) THEN
        UPDATE child SET version = version + 1, updated_at = now() WHERE id = wanted RETURNING version INTO new_version;
    END IF;
    -- The child may have moved away while we waited for it.
    IF new_version IS NULL OR NOT reaches_child(c, wanted) THEN
        RETURN NULL;
    END IF;
    PERFORM declare_change(who, c, ARRAY[wanted]);
    RETURN new_version;
END $$;

-- Whether the caller may change a case: whoever reaches the child; and who is in charge of it takes its steps.
CREATE FUNCTION works_on(c caller, permission text, f case_file) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT reaches_child(c, f.child_id) OR permission <> 'cases.write' AND in_charge(c, f)
$$;

-- The child of a case, taken for a change to both; null where there is none that the caller works on.
CREATE FUNCTION take_for_case(c caller, who asking, permission text, wanted uuid) RETURNS uuid
LANGUAGE plpgsql AS $$
DECLARE
    of_child CONSTANT uuid := (SELECT f.child_id FROM case_file f WHERE f.id = wanted AND works_on(c, permission, f));
BEGIN
    UPDATE child SET version = version + 1, updated_at = now() WHERE id = of_child;
    -- The child may have moved away, or the case been handed on, while we waited for it.
    IF NOT EXISTS (SELECT FROM case_file f JOIN child x ON x.id = f.child_id
                   WHERE f.id = wanted AND x.id = of_child AND works_on(c, permission, f)) THEN
        RETURN NULL;
    END IF;
    PERFORM declare_change(who, c, ARRAY[of_child]);
    RETURN of_child;
END $$;

CREATE FUNCTION take_child_of_case(who asking, permission text, wanted uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    RETURN take_for_case(admitted(who, permission), who, permission, wanted);
END $$;

-- Whether an assignment can work on the cases of a child that this transaction has taken (`officer`), and meets it.
CREATE FUNCTION suits_child(who asking, named uuid, child uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM admitted(who, 'cases.write');
    RETURN taken(child) AND coalesce(meets_child(officer(named), child), false);
END $$;

-- The id of a child about to be registered in an area (the client's own, if it gave one); null where the caller does not
-- reach the area. A collaborator has the child on the own list at once.
CREATE FUNCTION begin_child(who asking, area integer, given uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.write');
    new_id CONSTANT uuid := id_to_make(given);
BEGIN
    IF NOT reaches_area(c, area) THEN
        RETURN NULL;
    END IF;
    PERFORM declare_change(who, c, ARRAY[new_id]);
    IF c.reach = 'list' THEN
        INSERT INTO assignment_child (assignment_id, child_id) VALUES (c.assignment_id, new_id);
    END IF;
    RETURN new_id;
END $$;

-- A record of a child that this transaction has taken (or made), as the caller receives it.
CREATE FUNCTION written(who asking, kind text, wanted uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    CASE kind
        WHEN 'child' THEN RETURN (
            SELECT item FROM child x, child_json(c, x) item WHERE x.id = wanted AND taken(x.id));
        WHEN 'residence' THEN RETURN (
            SELECT item FROM residence r, residence_json(r) item WHERE r.id = wanted AND taken(r.child_id));
        WHEN 'circumstance' THEN RETURN (
            SELECT item FROM circumstance m, circumstance_json(c, m) item WHERE m.id = wanted AND taken(m.child_id));
        WHEN 'case' THEN RETURN (
            SELECT item FROM case_file f, case_json(c, f) item WHERE f.id = wanted AND taken(f.child_id));
        WHEN 'file' THEN RETURN (
            SELECT item FROM case_file f, file_json(c, f) item WHERE f.id = wanted AND taken(f.child_id));
        WHEN 'intervention' THEN RETURN (
            SELECT intervention_json(i) FROM intervention i JOIN case_file f ON f.id = i.case_id
            WHERE i.id = wanted AND taken(f.child_id));
        WHEN 'person' THEN RETURN (
            SELECT item FROM person p, person_json(c, p) item WHERE p.id = wanted AND taken(p.child_id));
        WHEN 'note' THEN RETURN (
            SELECT note_json(n) FROM case_note n JOIN case_file f ON f.id = n.case_id
            WHERE n.id = wanted AND taken(f.child_id));
        WHEN 'flag' THEN RETURN (
            SELECT flag_json(g) FROM case_flag g JOIN case_file f ON f.id = g.case_id
            WHERE g.id = wanted AND taken(f.child_id));
    END CASE;
END $$;

-- Locks a site and adds one to its version, which is answered; null where there is none that the caller reaches.
CREATE FUNCTION take_site(who asking, wanted uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'sites.write');
    new_version integer;
BEGIN
    UPDATE site SET version = version + 1 WHERE id = wanted AND reaches_area(c, area_id)
    RETURNING version INTO new_version;
    IF new_version IS NOT NULL THEN
        PERFORM declare_change(who, c, ARRAY[wanted]);
    END IF;
    RETURN new_version;
END $$;

-- The id of a site about to be made in an area; null where the caller does not reach it.
CREATE FUNCTION begin_site(who asking, area integer, given uuid) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'sites.write');
    new_id CONSTANT uuid := id_to_make(given);
BEGIN
    IF NOT reaches_area(c, area) THEN
        RETURN NULL;
    END IF;
    PERFORM declare_change(who, c, ARRAY[new_id]);
    RETURN new_id;
END $$;

-- A change to accounts, assignments or agencies: no child and no site is taken by it.
CREATE FUNCTION begin_change(who asking, permission text, subjects uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM declare_change(who, admitted(who, permission), ARRAY(
        SELECT s FROM unnest(subjects) s
        WHERE NOT EXISTS (SELECT FROM child WHERE id = s) AND NOT EXISTS (SELECT FROM site WHERE id = s)));
END $$;

-- Puts a child on a collaborator's list, or takes it off. False where the caller does not reach the child, or the
-- assignment is not a collaborator's within reach.
CREATE FUNCTION list_child(who asking, child uuid, collaborator uuid, listed boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'lists.write');
BEGIN
    IF NOT reaches_child(c, child) OR NOT EXISTS (SELECT FROM child x WHERE x.id = child) OR NOT EXISTS (
        SELECT FROM assignment a JOIN role r ON r.code = a.role AND r.reach = 'list'
        WHERE a.id = collaborator AND reaches_area(c, a.area_id)) THEN
        RETURN false;
    END IF;
    PERFORM declare_change(who, c, ARRAY[child]);
    IF listed THEN
        INSERT INTO assignment_child VALUES (collaborator, child) ON CONFLICT DO NOTHING;
    ELSE
        DELETE FROM assignment_child WHERE assignment_id = collaborator AND child_id = child;
    END IF;
    RETURN true;
END $$;
