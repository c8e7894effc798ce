-- The doors to a reform of the map: what it would change, and its being applied.

DROP FUNCTION IF EXISTS redraw_map, hand_targets_on, add_reform;


-- One reform at a time: from here on the map is as it was read, and nobody is assigned meanwhile.
CREATE FUNCTION begin_reform(who asking, reform uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    PERFORM begin_change(who, 'areas.write', ARRAY[reform]);
    LOCK TABLE reform, assignment IN SHARE ROW EXCLUSIVE MODE;
END $$;

-- Who is concerned in each of these areas, on a day: children who live there and their open cases; accounts that reach it
-- from now on; targets of programmes for it. Null where the caller does not reach one of them.
CREATE FUNCTION reform_effects(who asking, areas integer[], on_day date) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'areas.write');
BEGIN
    IF coalesce(current_setting('service.access', true), '') = '' THEN  -- tried, and not on record as a change
        PERFORM note(who, c, false, '{}');
    END IF;
    IF EXISTS (SELECT FROM unnest(areas) a WHERE NOT reaches_area(c, a)) THEN
        RETURN NULL;
    END IF;
    RETURN (
        SELECT jsonb_object_agg(a, jsonb_build_object(
            'children', living.children, 'open_cases', living.open_cases,
            'accounts', (
                SELECT count(DISTINCT m.account_id) FROM assignment_area s
                JOIN assignment m ON m.id = s.assignment_id
                    AND coalesce(upper(m.during) > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, true)
                JOIN account u ON u.id = m.account_id AND u.disabled_at IS NULL
                WHERE s.area_id = a),
            'targets', (
                SELECT count(*) FROM target t JOIN programme p ON p.code = t.programme_code
                JOIN area_version v ON v.code = p.area_code AND v.during @> lower(p.during)
                WHERE coalesce(t.area_id, v.area_id) = a AND t.during @> on_day)))
        FROM unnest(areas) a
        CROSS JOIN LATERAL (
            SELECT count(*) AS children, coalesce(sum((
                SELECT count(*) FROM case_file f WHERE f.child_id = x.id AND f.opened_on <= on_day
                AND (f.closed_on IS NULL OR f.closed_on > on_day))), 0) AS open_cases
            FROM residence r JOIN child x ON x.id = r.child_id
            WHERE r.area_id IN (
                SELECT part FROM area_within w, made_into(w.area_id, on_day) part
                WHERE w.ancestor_id = a AND w.area_level = 'commune')
              AND r.during @> on_day AND x.date_of_birth <= on_day AND birthday(x.date_of_birth, 16) > on_day
        ) living);
END $$;

-- Applies a reform: what it is, and the rows of the map by which it differs.
CREATE FUNCTION apply_reform(who asking, reform jsonb, difference jsonb) RETURNS timestamptz
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'areas.write');
BEGIN
    IF EXISTS (
        SELECT FROM jsonb_to_recordset(difference -> 'changes') AS n (predecessor_id integer, reform_id uuid)
        WHERE n.reform_id IS NOT NULL AND NOT reaches_area(c, n.predecessor_id)) THEN
        RAISE insufficient_privilege USING MESSAGE = 'not admitted';
    END IF;
    RETURN add_reform(reform, difference);
END $$;

-- The same for who needs no door: operators and imports.
CREATE FUNCTION add_reform(new_reform jsonb, difference jsonb) RETURNS timestamptz
LANGUAGE plpgsql AS $$
DECLARE
    applied timestamptz;
BEGIN
    INSERT INTO reform (id, effective_on, legal_basis, document, applied_at, account)
    SELECT n.id, n.effective_on, n.legal_basis, n.document, coalesce(n.applied_at, clock_timestamp()), n.account
    FROM jsonb_to_record(new_reform)
        AS n (id uuid, effective_on date, legal_basis text, document jsonb, applied_at timestamptz, account text)
    RETURNING reform.applied_at INTO applied;
    PERFORM redraw_map(difference), remake_reach();
    PERFORM hand_targets_on((new_reform ->> 'id')::uuid);
    UPDATE register SET reformed = greatest(now_in_microseconds(), reformed + 1);
    RETURN applied;
END $$;

-- Areas that became one hand their own targets on, where each of them had one: numbers of children add up, a rate stays where it
-- was the same. Of an area that was split, people decide anew.
CREATE FUNCTION hand_targets_on(of_reform uuid) RETURNS void
LANGUAGE sql AS $$
INSERT INTO target (programme_code, indicator_code, area_id, direction, unit, value, due_on, legal_basis, revision, decided_on,
                    during, allocated_from)
SELECT t.programme_code, t.indicator_code, c.successor_id, t.direction, t.unit,
       CASE t.unit WHEN 'count' THEN sum(t.value) ELSE min(t.value) END, t.due_on, c.legal_basis, 1, c.effective_on,
       daterange(c.effective_on, NULL), (array_agg(t.allocated_from))[1]
FROM area_change c
JOIN target t ON t.area_id = c.predecessor_id AND t.during @> c.effective_on
WHERE c.reform_id = of_reform AND c.change = 'merged_into'
GROUP BY t.programme_code, t.indicator_code, c.successor_id, t.direction, t.unit, t.due_on, c.legal_basis, c.effective_on
HAVING count(*) = (SELECT count(*) FROM area_change m
                   WHERE m.successor_id = c.successor_id AND m.effective_on = c.effective_on)
   AND (t.unit = 'count' OR min(t.value) = max(t.value))
$$;

-- What is no more goes first: a code or a period may be another's now.
CREATE FUNCTION redraw_map(difference jsonb) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO area (id, level, covered)
    SELECT n.* FROM jsonb_to_recordset(difference -> 'areas') AS n (id integer, level text, covered boolean);

    DELETE FROM area_version v
    USING jsonb_to_recordset(difference -> 'versions_gone') AS g (area_id integer, first date, until date)
    WHERE v.area_id = g.area_id AND v.during = daterange(g.first, g.until);
    INSERT INTO area_version (area_id, code, name, kind, parent_id, during)
    SELECT n.area_id, n.code, n.name, n.kind, n.parent_id, daterange(n.first, n.until)
    FROM jsonb_to_recordset(difference -> 'versions')
        AS n (area_id integer, code text, name text, kind text, parent_id integer, first date, until date);

    DELETE FROM area_change WHERE id IN (SELECT jsonb_array_elements_text(difference -> 'changes_gone')::integer);
    INSERT INTO area_change (id, effective_on, predecessor_id, successor_id, change, share, inferred, legal_basis, source,
                             reform_id)
    SELECT n.* FROM jsonb_to_recordset(difference -> 'changes')
        AS n (id integer, effective_on date, predecessor_id integer, successor_id integer, change text, share numeric,
              inferred boolean, legal_basis text, source text, reform_id uuid);

    DELETE FROM area_within w
    USING jsonb_to_recordset(difference -> 'within_gone')
        AS g (area_id integer, ancestor_id integer, first date, until date)
    WHERE w.area_id = g.area_id AND w.ancestor_id = g.ancestor_id AND w.during = daterange(g.first, g.until);
    INSERT INTO area_within (area_id, ancestor_id, area_level, ancestor_level, during)
    SELECT n.area_id, n.ancestor_id, a.level, p.level, daterange(n.first, n.until)
    FROM jsonb_to_recordset(difference -> 'within')
        AS n (area_id integer, ancestor_id integer, first date, until date)
    JOIN area a ON a.id = n.area_id
    JOIN area p ON p.id = n.ancestor_id;
END $$;
