-- The doors to reports that a child may be harmed, and, apart from them, to who informed.

DROP FUNCTION IF EXISTS report_status, receipt_number, receipt_json, told_of;


CREATE FUNCTION report_status(r case_report) RETURNS text
LANGUAGE sql STABLE AS $$
SELECT CASE
    WHEN r.unfounded_at IS NOT NULL THEN 'unfounded'
    WHEN EXISTS (SELECT FROM case_report_child x WHERE x.report_id = r.id AND x.case_id IS NOT NULL) THEN 'linked'
    WHEN r.passed_on_at IS NOT NULL THEN 'passed_on'
    ELSE 'received' END
$$;

-- As on form 01: the number in its series, the year, and the code of the receiving place.
CREATE FUNCTION receipt_number(r case_report) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT format('%s/%s/BC-%s', r.number, r.year, r.receiving_code) $$;

-- What the sender is told.
CREATE FUNCTION receipt_json(r case_report) RETURNS json
LANGUAGE sql STABLE AS $$
SELECT json_build_object('id', r.id, 'receipt', receipt_number(r), 'reference', r.reference, 'status', report_status(r),
                         'received_at', r.received_at, 'recorded_at', r.recorded_at, 'passed_on_at', r.passed_on_at)
$$;

CREATE FUNCTION is_sender(c caller, r case_report) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT r.sender = coalesce(c.agency_id, c.account_id) $$;

-- Whether a child of a report lives where the caller is responsible: as it was told, or as the register knows.
CREATE FUNCTION lives_within(c caller, x case_report_child) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT x.residence_area_id IS NOT NULL AND reaches_area(c, x.residence_area_id)
    OR x.child_id IS NOT NULL AND reaches_child(c, x.child_id)
$$;

-- Whether the caller's role reads reports, and this one happened within its reach, or a child of it lives there.
CREATE FUNCTION reaches_report(c caller, r case_report) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT c.reach = 'area' AND EXISTS (SELECT FROM role WHERE code = c.role AND 'reports.read' = ANY (permissions))
   AND (reaches_area(c, r.area_id)
        OR EXISTS (SELECT FROM case_report_child x WHERE x.report_id = r.id AND lives_within(c, x)))
$$;

-- Of who informed only where it happened.
CREATE FUNCTION reaches_informant(c caller, r case_report) RETURNS boolean
LANGUAGE sql STABLE AS $$
SELECT reaches_report(c, r) AND reaches_area(c, r.area_id)
   AND EXISTS (SELECT FROM role WHERE code = c.role AND 'informants.read' = ANY (permissions))
$$;

-- Where it happened, all of its children; elsewhere, those who live there. A case or a child that the caller does not meet is
-- not named.
CREATE FUNCTION report_json(c caller, r case_report) RETURNS SETOF json
LANGUAGE sql STABLE AS $$
SELECT json_build_object(
    'id', r.id, 'receipt', receipt_number(r), 'reference', r.reference, 'status', report_status(r), 'source', r.source,
    'channel', r.channel, 'receiving_place', r.receiving_place, 'received_at', r.received_at, 'recorded_at', r.recorded_at,
    'commune', commune, 'place', r.place, 'concern', r.concern, 'condition', r.condition, 'likely_harm', r.likely_harm,
    'steps_taken', r.steps_taken, 'anonymous', r.anonymous, 'passed_on_at', r.passed_on_at, 'unfounded_at', r.unfounded_at,
    'unfounded_reason', r.unfounded_reason,
    'children', coalesce((
        SELECT json_agg(json_build_object(
            'number', x.n, 'child_id', CASE WHEN meets_child(c, x.child_id) THEN x.child_id END,
            'case_id', (SELECT f.id FROM case_file f WHERE f.id = x.case_id AND reaches_case(c, f)),
            'linked', x.case_id IS NOT NULL, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
            'estimated_age', x.estimated_age,
            'commune', (SELECT home FROM place_on(x.residence_area_id, day) home WHERE x.residence_area_id IS NOT NULL),
            'father', x.father, 'mother', x.mother, 'carer', x.carer) ORDER BY x.n)
        FROM case_report_child x
        WHERE x.report_id = r.id AND (reaches_area(c, r.area_id) OR lives_within(c, x))), '[]'))
FROM (SELECT (r.received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS day) of_receipt, place_on(r.area_id, day) commune
$$;

-- Receives a report: one for each reference of a sender, numbered without a gap. `outcome`: `received`; `repeated`, and what
-- the first was told; `other`, when that said something else; or what is not as it must be, and of which child.
--
-- Whoever is given a number has the turn in its series until the transaction ends: the next one looks again whether the same
-- was reported by then.
CREATE FUNCTION receive_report(who asking, told jsonb, told_children jsonb, told_informant jsonb, receiving_area integer)
RETURNS TABLE (outcome text, of_child integer, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.write');
    r case_report := jsonb_populate_record(NULL::case_report, told);
    first case_report;
    day CONSTANT date := (r.received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
    receiving CONSTANT integer := coalesce(receiving_area, (SELECT a.area_id FROM assignment a WHERE a.id = c.assignment_id));
BEGIN
    r.id := coalesce(r.id, uuidv7());
    r.sender := coalesce(c.agency_id, c.account_id);
    r.year := extract(year FROM day);
    r.receiving_code := place_at(receiving, day) ->> 'code';
    r.anonymous := told_informant IS NULL;
    r.version := 1;
    FOR look IN 1..2 LOOP
        SELECT f.* INTO first FROM case_report f WHERE f.sender = r.sender AND f.reference = r.reference;
        IF FOUND THEN
            outcome := CASE WHEN first.said = r.said AND first.anonymous = r.anonymous AND NOT EXISTS (
                SELECT FROM informant i WHERE i.report_id = first.id
                AND (i.full_name, i.phone, i.address, i.note) IS DISTINCT FROM (
                    told_informant ->> 'full_name', told_informant ->> 'phone', told_informant ->> 'address',
                    told_informant ->> 'note')) THEN 'repeated' ELSE 'other' END;
            record := receipt_json(first);
            who.action := 'repeat_' || who.action;
            PERFORM note(who, c, false, ARRAY[first.id]);
            RETURN NEXT;
            RETURN;
        END IF;
        IF look = 1 THEN
            INSERT INTO report_series VALUES (r.receiving_code, r.year, 0) ON CONFLICT DO NOTHING;
            PERFORM FROM report_series s WHERE s.code = r.receiving_code AND s.year = r.year FOR UPDATE;
        END IF;
    END LOOP;
    IF receiving_area IS NOT NULL AND NOT reaches_area(c, receiving_area) THEN
        outcome := 'area_out_of_reach';
        RETURN NEXT;
        RETURN;
    END IF;
    SELECT x.n INTO of_child FROM jsonb_populate_recordset(NULL::case_report_child, told_children) x
    WHERE x.child_id IS NOT NULL
      AND NOT (reaches_child(c, x.child_id) AND EXISTS (SELECT FROM child y WHERE y.id = x.child_id)) ORDER BY x.n LIMIT 1;
    IF FOUND THEN
        outcome := 'child_unknown';
        RETURN NEXT;
        RETURN;
    END IF;
    UPDATE report_series s SET last = s.last + 1 WHERE s.code = r.receiving_code AND s.year = r.year
    RETURNING s.last INTO r.number;
    PERFORM declare_change(who, c, ARRAY[r.id]);
    INSERT INTO case_report SELECT r.*;
    INSERT INTO case_report_child
    SELECT uuidv7(), r.id, x.n, x.child_id, NULL, x.full_name, x.sex, x.date_of_birth, x.estimated_age, x.residence_area_id,
           x.father, x.mother, x.carer
    FROM jsonb_populate_recordset(NULL::case_report_child, told_children) x;
    INSERT INTO informant
    SELECT r.id, i.full_name, i.phone, i.address, i.note FROM jsonb_populate_record(NULL::informant, told_informant) i
    WHERE told_informant IS NOT NULL;
    outcome := 'received';
    record := receipt_json(r);
    RETURN NEXT;
END $$;

CREATE FUNCTION read_receipt(who asking, wanted uuid) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.write');
    found_record CONSTANT text := (SELECT receipt_json(r) FROM case_report r WHERE r.id = wanted AND is_sender(c, r));
BEGIN
    PERFORM note(who, c, found_record IS NULL, ARRAY[wanted]);
    RETURN found_record;
END $$;

-- On record as a look at the report and at whom of the register it tells of.
CREATE FUNCTION told_of(report uuid) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
SELECT report || ARRAY(SELECT DISTINCT x.child_id FROM case_report_child x WHERE x.report_id = report AND x.child_id IS NOT NULL)
$$;

CREATE FUNCTION read_report(who asking, wanted uuid) RETURNS TABLE (version integer, record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.read');
BEGIN
    SELECT r.version, item INTO version, record
    FROM case_report r, report_json(c, r) item WHERE r.id = wanted AND reaches_report(c, r);
    PERFORM note(who, c, version IS NULL, told_of(wanted));
    IF version IS NOT NULL THEN
        RETURN NEXT;
    END IF;
END $$;

-- No row where the report is not met; no record where nobody agreed to be named.
CREATE FUNCTION read_informant(who asking, wanted uuid) RETURNS TABLE (record text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'informants.read');
    met CONSTANT boolean := EXISTS (SELECT FROM case_report r WHERE r.id = wanted AND reaches_informant(c, r));
BEGIN
    PERFORM note(who, c, NOT met, told_of(wanted));
    IF met THEN
        SELECT json_build_object('full_name', i.full_name, 'phone', i.phone, 'address', i.address, 'note', i.note) INTO record
        FROM informant i WHERE i.report_id = wanted;
        RETURN NEXT;
    END IF;
END $$;

-- $1 caller · $2 its areas · $3 areas in one of which it happened · $4 status · $5 source · $6, $7 received from, until
CREATE FUNCTION reports_matching(c caller, areas integer[], status text, source text, received_from timestamptz,
                                 received_until timestamptz) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT concat_ws(' AND ',
    'FROM case_report r WHERE ' || (c.reach = 'area')::text,
    CASE WHEN NOT c.everywhere THEN '(r.area_id = ANY ($2) OR EXISTS (
        SELECT FROM case_report_child x LEFT JOIN home h ON h.child_id = x.child_id
        WHERE x.report_id = r.id AND (x.residence_area_id = ANY ($2) OR h.area_id = ANY ($2))))' END,
    CASE WHEN areas IS NOT NULL THEN 'r.area_id = ANY ($3)' END,
    CASE WHEN status IS NOT NULL THEN 'report_status(r) = $4' END,
    CASE WHEN source IS NOT NULL THEN 'r.source = $5' END,
    CASE WHEN received_from IS NOT NULL THEN 'r.received_at >= $6' END,
    CASE WHEN received_until IS NOT NULL THEN 'r.received_at < $7' END)
$$;

-- A page, the latest received first: item, moment of receipt and id, one row more than `size`. It tells of no child.
CREATE FUNCTION list_reports(who asking, areas integer[], status text, source text, received_from timestamptz,
                             received_until timestamptz, after_moment timestamptz, after uuid, size integer)
RETURNS TABLE (item text, received_at timestamptz, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.read');
    later CONSTANT text := CASE WHEN after IS NULL THEN '' ELSE ' AND (r.received_at, r.id) < ($8, $9)' END;
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH page AS MATERIALIZED (SELECT r %s%s ORDER BY r.received_at DESC, r.id DESC LIMIT $10 + 1),
        noted AS (SELECT note($11, $1, false, (SELECT array_agg((p.r).id) FROM (TABLE page LIMIT $10) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT json_build_object(
            'id', (p.r).id, 'receipt', receipt_number(p.r), 'reference', (p.r).reference, 'status', report_status(p.r),
            'source', (p.r).source, 'channel', (p.r).channel, 'received_at', (p.r).received_at, 'commune', commune,
            'concern', (p.r).concern, 'passed_on_at', (p.r).passed_on_at,
            'children', (SELECT count(*) FROM case_report_child x WHERE x.report_id = (p.r).id))::text,
            (p.r).received_at, (p.r).id
        FROM noted, page p,
             place_on((p.r).area_id, ((p.r).received_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date) commune
        ORDER BY 2 DESC, 3 DESC
    $statement$, reports_matching(c, areas, status, source, received_from, received_until), later)
    USING c, reached_areas(c), areas, status, source, received_from, received_until, after_moment, after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nothing
    END IF;
END $$;

CREATE FUNCTION count_reports(who asking, areas integer[], status text, source text, received_from timestamptz,
                              received_until timestamptz) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.read');
    number bigint;
BEGIN
    EXECUTE 'SELECT count(*) ' || reports_matching(c, areas, status, source, received_from, received_until)
    INTO number USING c, reached_areas(c), areas, status, source, received_from, received_until;
    RETURN number;
END $$;

-- Locks a report and adds one to its version, which is answered; null where there is none that the caller reads (or sent,
-- where that is enough).
CREATE FUNCTION lock_report(c caller, wanted uuid, or_sent boolean) RETURNS integer
LANGUAGE sql AS $$
UPDATE case_report r SET version = r.version + 1
WHERE r.id = wanted AND (reaches_report(c, r) OR or_sent AND is_sender(c, r)) RETURNING r.version
$$;

-- A report, taken for a change: its version, what the sender is told, whether cases came of it, and whether one is open.
CREATE FUNCTION take_report(who asking, permission text, wanted uuid, or_sent boolean)
RETURNS TABLE (version integer, receipt text, linked boolean, case_open boolean)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
BEGIN
    version := lock_report(c, wanted, or_sent);
    IF version IS NOT NULL THEN
        PERFORM declare_change(who, c, ARRAY[wanted]);
        receipt := (SELECT receipt_json(r) FROM case_report r WHERE r.id = wanted);
        SELECT count(*) > 0, coalesce(bool_or(f.closed_on IS NULL), false) INTO linked, case_open
        FROM case_report_child x JOIN case_file f ON f.id = x.case_id WHERE x.report_id = wanted;
        RETURN NEXT;
    END IF;
END $$;

-- The version of a report that is about to be changed with one of its children, which no other transaction changes meanwhile;
-- null where the caller reads none.
CREATE FUNCTION report_version(who asking, permission text, wanted uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
BEGIN
    RETURN (SELECT r.version FROM case_report r WHERE r.id = wanted AND reaches_report(c, r) FOR UPDATE);
END $$;

-- The same with one of its children: the one that `as_child` or `of_case` name, else the one that it is known to be, else one
-- that is about to be registered. No row where the report is not met; `part` is null where it tells (the caller) of no such
-- child; `child` is null where what is named is not met. A report that is met makes its child and its cases met.
CREATE FUNCTION take_reported_child(who asking, permission text, wanted uuid, of_number integer, as_child uuid, of_case uuid)
RETURNS TABLE (version integer, part uuid, child uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
    told case_report_child;
BEGIN
    version := lock_report(c, wanted, false);
    IF version IS NULL THEN
        RETURN;
    END IF;
    SELECT x.* INTO told FROM case_report_child x JOIN case_report r ON r.id = x.report_id
    WHERE x.report_id = wanted AND x.n = of_number AND (reaches_area(c, r.area_id) OR lives_within(c, x));
    part := told.id;
    child := CASE
        WHEN of_case IS NOT NULL THEN (
            SELECT f.child_id FROM case_file f WHERE f.id = of_case AND (reaches_case(c, f) OR f.child_id = told.child_id))
        WHEN as_child IS NOT NULL THEN (
            SELECT y.id FROM child y WHERE y.id = as_child AND (reaches_child(c, y.id) OR y.id = told.child_id))
        ELSE coalesce(told.child_id, uuidv7()) END;
    IF part IS NOT NULL AND child IS NOT NULL THEN
        UPDATE child y SET version = y.version + 1, updated_at = now() WHERE y.id = take_reported_child.child;
        PERFORM declare_change(who, c, ARRAY[wanted, child]);
    END IF;
    RETURN NEXT;
END $$;

-- The same with both the child of the report and the one that it turns out to be: whatever report told of the first tells of
-- the other from now on. `child` is null where nobody has registered it yet, `known` where it is not met.
CREATE FUNCTION take_identified_child(who asking, permission text, wanted uuid, of_number integer, same_as uuid)
RETURNS TABLE (version integer, part uuid, child uuid, known uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
BEGIN
    version := lock_report(c, wanted, false);
    IF version IS NULL THEN
        RETURN;
    END IF;
    SELECT x.id, x.child_id INTO part, child FROM case_report_child x JOIN case_report r ON r.id = x.report_id
    WHERE x.report_id = wanted AND x.n = of_number AND (reaches_area(c, r.area_id) OR lives_within(c, x));
    known := CASE WHEN part IS NOT NULL AND reaches_child(c, same_as) THEN (SELECT y.id FROM child y WHERE y.id = same_as) END;
    IF known IS NOT NULL THEN
        PERFORM FROM child y WHERE y.id IN (take_identified_child.child, same_as) ORDER BY y.id FOR UPDATE;
        UPDATE child y SET version = y.version + 1, updated_at = now() WHERE y.id IN (take_identified_child.child, same_as);
        PERFORM declare_change(who, c, array_remove(ARRAY[wanted, child, known], NULL));
        UPDATE case_report_child x SET child_id = same_as
        WHERE x.id = part OR x.child_id = take_identified_child.child;
    END IF;
    RETURN NEXT;
END $$;

-- A report that this transaction has taken, as the caller receives it; or as its sender does.
CREATE FUNCTION written_report(who asking, wanted uuid, as_receipt boolean) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'reports.write');
BEGIN
    RETURN CASE WHEN as_receipt THEN (SELECT receipt_json(r)::text FROM case_report r WHERE r.id = wanted AND taken(r.id))
           ELSE (SELECT item::text FROM case_report r, report_json(c, r) item
                 WHERE r.id = wanted AND taken(r.id) AND reaches_report(c, r)) END;
END $$;
