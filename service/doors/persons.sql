-- The doors to the persons around a child, and to its household on one page.
--
-- Whoever an assessment names as harming the child is no one's contact, gives no consent and receives no plan. So how a
-- person is reached, and who is on these lists, tells of harm: it is for whoever receives the section `abuse`.

DROP FUNCTION IF EXISTS harming;


-- The persons whom an assessment of any of the child's cases names as harming it.
CREATE FUNCTION harming(of_child uuid) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
SELECT DISTINCT named::uuid
FROM case_file f
JOIN case_step s ON s.case_id = f.id AND s.withdrawn_at IS NULL
CROSS JOIN jsonb_array_elements_text(s.content -> 'harming') named
WHERE f.child_id = of_child
$$;

-- Whether the caller meets the child, put on record: its persons are of what an open case needs, for whoever assesses it there
-- names who harms.
CREATE FUNCTION look_around(who asking, child uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    met CONSTANT boolean := EXISTS (SELECT FROM child x WHERE x.id = look_around.child) AND meets_child(c, look_around.child);
BEGIN
    PERFORM note(who, c, NOT met, ARRAY[child]);
    RETURN met;
END $$;

-- Locks a child for a change of whoever is around it, and adds one to its version. False where the caller does not meet it.
CREATE FUNCTION take_around(who asking, wanted uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'persons.write');
BEGIN
    IF NOT meets_child(c, wanted) THEN
        RETURN false;
    END IF;
    UPDATE child SET version = version + 1, updated_at = now() WHERE id = wanted;
    -- The child may have moved away, or the case ended, while we waited for it.
    IF NOT FOUND OR NOT meets_child(c, wanted) THEN
        RETURN false;
    END IF;
    PERFORM declare_change(who, c, ARRAY[wanted]);
    RETURN true;
END $$;

-- A sibling who is a child of the register is named to whoever meets that child.
CREATE FUNCTION person_json(c caller, p person) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', p.id, 'full_name', p.full_name, 'relation', p.relation, 'birth_year', p.birth_year,
    'sibling_id', CASE WHEN p.sibling_id IS NOT NULL AND reaches_child(c, p.sibling_id) THEN p.sibling_id END,
    'phone', CASE WHEN k.told AND NOT k.harms THEN p.phone END,
    'address', CASE WHEN k.told AND NOT k.harms THEN p.address END,
    'note', CASE WHEN k.told THEN p.note END,
    'harming', CASE WHEN k.told THEN k.harms END,
    'withheld', CASE WHEN NOT k.told THEN '["phone","address","note","harming"]'
                WHEN k.harms THEN '["phone","address"]' ELSE '[]' END::json)
FROM (SELECT 'abuse' = ANY (c.sections) AS told, p.id IN (SELECT harming(p.child_id)) AS harms) k
$$;

-- `met`: whether the caller meets the child.
CREATE FUNCTION read_person(who asking, of_child uuid, wanted uuid) RETURNS TABLE (met boolean, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    met := EXISTS (SELECT FROM child WHERE id = of_child) AND meets_child(c, of_child);
    IF met THEN
        SELECT item INTO record FROM person p, person_json(c, p) item WHERE p.id = wanted AND p.child_id = of_child;
    END IF;
    PERFORM note(who, c, record IS NULL, ARRAY[of_child]);
    RETURN NEXT;
END $$;

-- A page, by id: one row more than `size`. Of a child that the caller does not meet, nobody.
CREATE FUNCTION list_persons(who asking, of_child uuid, after uuid, size integer) RETURNS TABLE (item text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    IF meets_child(c, of_child) THEN
        RETURN QUERY
            SELECT shown::text, p.id FROM person p, person_json(c, p) shown
            WHERE p.child_id = of_child AND (after IS NULL OR p.id > after) ORDER BY p.id LIMIT size + 1;
    END IF;
END $$;

CREATE FUNCTION count_persons(who asking, of_child uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    RETURN CASE WHEN meets_child(c, of_child)
                THEN (SELECT count(*) FROM person p WHERE p.child_id = of_child) ELSE 0 END;
END $$;

-- A child of a household: who it is, in which circumstances on the day, and its open cases. An agency learns of those in
-- which it gives something that they are open, and not how they go.
CREATE FUNCTION household_child_json(c caller, x child, on_day date) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
    'date_of_birth_precision', x.date_of_birth_precision,
    'commune', (SELECT place FROM residence r, place_on(r.area_id, on_day) place
                WHERE r.child_id = x.id AND r.during @> on_day),
    'circumstances', coalesce((
        SELECT json_agg(json_build_object('category', s.category, 'kind', s.kind) ORDER BY s.kind DESC, s.category)
        FROM (SELECT DISTINCT k.kind, CASE WHEN k.section IS NULL OR k.section = ANY (c.sections) THEN k.code
                                      ELSE 'restricted' END AS category
              FROM circumstance m JOIN category k ON k.code = m.category_code
              WHERE m.child_id = x.id AND m.during @> on_day) s), '[]'),
    'open_cases', CASE WHEN 'case' = ANY (c.sections) THEN coalesce((
        SELECT json_agg(json_build_object(
            'id', f.id, 'kind', f.kind, 'opened_on', f.opened_on,
            'stage', CASE WHEN c.reach <> 'agency' THEN f.stage END,
            'risk', CASE WHEN c.reach <> 'agency' THEN f.risk END,
            'officer', f.officer) ORDER BY f.opened_on, f.id)
        FROM case_file f WHERE f.child_id = x.id AND f.closed_on IS NULL AND reaches_case(c, f)), '[]') END)
$$;

-- The child, its siblings in the register whom the caller meets (named here, or naming it), and the persons around it. Who
-- may be called, who may consent (parents and guardian) and who receives the plan (these and the carer): nobody who harms.
CREATE FUNCTION household(who asking, of_child uuid, on_day date) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    siblings uuid[];
    record json;
BEGIN
    IF reaches_child(c, of_child) THEN
        siblings := ARRAY(
            SELECT s FROM (
                SELECT p.sibling_id FROM person p WHERE p.child_id = of_child AND p.sibling_id IS NOT NULL
                UNION
                SELECT p.child_id FROM person p WHERE p.sibling_id = of_child) named (s)
            WHERE reaches_child(c, s));
        SELECT json_build_object(
            'child', own, 'siblings', coalesce((
                SELECT json_agg(item ORDER BY y.date_of_birth, y.id)
                FROM child y, household_child_json(c, y, on_day) item WHERE y.id = ANY (siblings)), '[]'),
            'persons', coalesce((
                SELECT json_agg(item ORDER BY p.id)
                FROM person p, person_json(c, p) item WHERE p.child_id = of_child), '[]'),
            'contacts', unharming(c, of_child, '{father,mother,guardian,carer,relative,other}'),
            'consenters', unharming(c, of_child, '{father,mother,guardian}'),
            'recipients', unharming(c, of_child, '{father,mother,guardian,carer}'))
        INTO record
        FROM child x, household_child_json(c, x, on_day) own WHERE x.id = of_child;
    END IF;
    PERFORM note(who, c, record IS NULL, of_child || siblings);
    RETURN record;
END $$;

-- The ids of a child's persons of these relations who do not harm it; null to whoever does not receive who does.
CREATE FUNCTION unharming(c caller, of_child uuid, relations text[]) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT CASE WHEN 'abuse' = ANY (c.sections) THEN coalesce((
    SELECT json_agg(p.id ORDER BY p.id) FROM person p
    WHERE p.child_id = of_child AND p.relation = ANY (relations) AND p.id NOT IN (SELECT harming(of_child))), '[]') END
$$;

-- Whether the caller meets a child whom somebody is to be named a sibling of.
CREATE FUNCTION meets_sibling(who asking, sibling uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'persons.write');
BEGIN
    RETURN EXISTS (SELECT FROM child WHERE id = sibling) AND reaches_child(c, sibling);
END $$;
