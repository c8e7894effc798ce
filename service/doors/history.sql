-- The doors to what is on record about a child: who changed what, and who looked.

DROP FUNCTION IF EXISTS access_json;


-- Whether the caller reaches the child, put on record either way. A child withdrawn as an error has a history too:
-- whoever reaches everywhere reads it.
CREATE FUNCTION look(who asking, permission text, at_child uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
    seen CONSTANT boolean := reaches_child(c, at_child)
        AND (EXISTS (SELECT FROM child WHERE id = at_child) OR EXISTS (SELECT FROM history WHERE child_id = at_child));
BEGIN
    PERFORM note(who, c, NOT seen, ARRAY[at_child]);
    RETURN seen;
END $$;

-- Who did it, on which request: of an access. Operators' commands leave none.
CREATE FUNCTION access_json(a access) RETURNS jsonb
LANGUAGE sql STABLE AS $$
SELECT jsonb_build_object(
    'account', u.name, 'name', u.full_name, 'role', a.role, 'agency', g.name, 'purpose', a.purpose, 'address', a.address,
    'request', a.request, 'action', a.action)
FROM (VALUES (1)) one
LEFT JOIN account u ON u.id = a.account_id
LEFT JOIN agency g ON g.id = a.agency_id
$$;

-- What has changed of a thing since the version that the caller holds, the newest first, fifty at most: which fields, when,
-- by whom. Not from what to what: that is the history's. Null where the caller does not meet the thing. On record as a look.
CREATE FUNCTION changes_since(who asking, kind text, wanted uuid, held integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, CASE kind WHEN 'child' THEN 'children.read' WHEN 'case' THEN 'cases.read'
                                      WHEN 'site' THEN 'sites.read' ELSE 'accounts.read' END);
    of_child CONSTANT uuid := CASE kind WHEN 'child' THEN wanted
                              WHEN 'case' THEN (SELECT f.child_id FROM case_file f WHERE f.id = wanted) END;
BEGIN
    IF kind IN ('child', 'case') THEN
        IF NOT coalesce(reaches_child(c, of_child) OR kind = 'case' AND (
            SELECT reaches_case(c, f) FROM case_file f WHERE f.id = wanted), false) THEN
            RETURN NULL;
        END IF;
        who.action := 'stale_' || who.action;
        PERFORM note(who, c, false, ARRAY[of_child]);
    END IF;
    RETURN (
        SELECT coalesce(json_agg(json_build_object(
            'at', h.at, 'account', u.name, 'role', a.role, 'record', h.record,
            'change', CASE WHEN h.before IS NULL THEN 'made' WHEN h.after IS NULL THEN 'withdrawn' ELSE 'changed' END,
            'fields', (SELECT coalesce(json_agg(f ORDER BY f), '[]')
                       FROM jsonb_object_keys(coalesce(h.before, '{}') || coalesce(h.after, '{}')) f
                       WHERE h.before -> f IS DISTINCT FROM h.after -> f)) ORDER BY h.number DESC), '[]')
        FROM (
            SELECT * FROM history x
            WHERE CASE kind WHEN 'child' THEN x.child_version > held ELSE x.version > held END
              AND x.number IN (
                  SELECT n.number FROM history n WHERE kind = 'child' AND n.child_id = wanted
                  UNION ALL SELECT n.number FROM history n WHERE kind <> 'child' AND n.record_id = wanted
                  UNION ALL SELECT n.number FROM history n WHERE kind <> 'child' AND n.file_id = wanted)
            ORDER BY x.number DESC LIMIT 50) h
        LEFT JOIN access a ON a.number = h.access LEFT JOIN account u ON u.id = a.account_id)::text;
END $$;

-- Newest first: item and number, one row more than `size`. How to reach whoever harms the child is told to nobody, nor how it once
-- was.
CREATE FUNCTION list_history(who asking, of_child uuid, before_number bigint, size integer)
RETURNS TABLE (item text, number bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'history.read');
    harm CONSTANT uuid[] := ARRAY(SELECT harming(of_child));
BEGIN
    IF reaches_child(c, of_child) THEN
        RETURN QUERY
            SELECT json_build_object(
                'at', h.at, 'record', h.record, 'record_id', h.record_id,
                'change', CASE WHEN h.before IS NULL THEN 'made' WHEN h.after IS NULL THEN 'withdrawn' ELSE 'changed' END,
                'fields', (
                    SELECT coalesce(json_agg(json_build_object(
                        'field', f, 'from', CASE WHEN NOT withheld THEN h.before -> f END,
                        'to', CASE WHEN NOT withheld THEN h.after -> f END, 'withheld', withheld) ORDER BY f), '[]')
                    FROM jsonb_object_keys(coalesce(h.before, '{}') || coalesce(h.after, '{}')) f,
                        coalesce(h.record = 'person' AND f IN ('phone', 'address') AND h.record_id = ANY (harm), false) withheld
                    WHERE h.before -> f IS DISTINCT FROM h.after -> f),
                'whose', CASE WHEN h.record = 'assignment_child' THEN (
                    SELECT u.name FROM assignment m JOIN account u ON u.id = m.account_id WHERE m.id = h.record_id) END,
                'by', CASE WHEN a.number IS NOT NULL THEN access_json(a) END)::text, h.number
            FROM history h LEFT JOIN access a ON a.number = h.access
            WHERE h.child_id = of_child AND (before_number IS NULL OR h.number < before_number)
            ORDER BY h.number DESC LIMIT size + 1;
    END IF;
END $$;

CREATE FUNCTION count_history(who asking, of_child uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'history.read');
BEGIN
    RETURN CASE WHEN reaches_child(c, of_child)
                THEN (SELECT count(*) FROM history h WHERE h.child_id = of_child) ELSE 0 END;
END $$;

-- Who has seen (or changed, or was refused) this child's file. Operators' exports and backups of everyone are among them.
CREATE FUNCTION list_accesses(who asking, of_child uuid, before_number bigint, size integer)
RETURNS TABLE (item text, number bigint)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'accesses.read');
BEGIN
    IF reaches_child(c, of_child) THEN
        RETURN QUERY
            SELECT (jsonb_build_object('at', a.at, 'refused', a.refused) || access_json(a))::text, a.number
            FROM access a
            -- Each of the two has an index of its own; materialised, for else the first page is looked for from the end
            -- of the whole record.
            WHERE a.number IN (
                WITH about AS MATERIALIZED (SELECT o.number FROM access o WHERE o.subjects @> ARRAY[of_child])
                SELECT about.number FROM about
                UNION
                SELECT o.number FROM access o WHERE o.action IN ('export', 'backup', 'restore') AND o.subjects IS NULL)
              AND (before_number IS NULL OR a.number < before_number)
            ORDER BY a.number DESC LIMIT size + 1;
    END IF;
END $$;

CREATE FUNCTION count_accesses(who asking, of_child uuid) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'accesses.read');
BEGIN
    RETURN CASE WHEN reaches_child(c, of_child)
                THEN (SELECT count(*) FROM access o WHERE o.subjects @> ARRAY[of_child])
                     + (SELECT count(*) FROM access o
                        WHERE o.action IN ('export', 'backup', 'restore') AND o.subjects IS NULL) ELSE 0 END;
END $$;

-- Whether the caller meets a thing (a child at home, or at all; a case, a report as who reads or as who sent it, its
-- informant, an area), for who asks why. Told alike of what is not there.
CREATE FUNCTION meets(who asking, kind text, subject uuid, area integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'map.read');
    met CONSTANT boolean := coalesce(CASE kind
        WHEN 'child' THEN (SELECT reaches_child(c, x.id) FROM child x WHERE x.id = subject)
        WHEN 'child_met' THEN (SELECT meets_child(c, x.id) FROM child x WHERE x.id = subject)
        WHEN 'case' THEN (SELECT reaches_case(c, f) FROM case_file f WHERE f.id = subject)
        WHEN 'report' THEN (SELECT reaches_report(c, r) FROM case_report r WHERE r.id = subject)
        WHEN 'own_report' THEN (SELECT is_sender(c, r) FROM case_report r WHERE r.id = subject)
        WHEN 'any_report' THEN (SELECT reaches_report(c, r) OR is_sender(c, r) FROM case_report r WHERE r.id = subject)
        WHEN 'informant' THEN (SELECT reaches_informant(c, r) FROM case_report r WHERE r.id = subject)
        WHEN 'area' THEN reaches_area(c, area) END, false);
BEGIN
    IF subject IS NOT NULL THEN
        PERFORM note(who, c, NOT met, ARRAY[subject]);
    END IF;
    RETURN met;
END $$;
