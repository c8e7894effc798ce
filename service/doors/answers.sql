-- The doors to first answers: what a repeated request gets, if who repeats it may still have it. They hold children's data,
-- and the service's role sees none of them but here.

DROP FUNCTION IF EXISTS forget_answers;


-- Whether this request is a repeat. Of a key that is new, no row: this transaction has it now, and whoever brings it
-- meanwhile waits for our end. Of one that is not, the first answer; null where it is no longer for the caller (`kept_from`
-- is one of the children that it tells of), or where the key was of another request (`same`). The look is on record.
CREATE FUNCTION first_answer(who asking, permission text, wanted bytea, asked bytea)
RETURNS TABLE (same boolean, kept_from uuid, status integer, headers text, body text)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, permission);
    found_answer first_answer;
BEGIN
    DELETE FROM first_answer a
    WHERE a.assignment_id = c.assignment_id AND a.key = wanted AND a.at < now() - interval '1 day';
    LOOP
        INSERT INTO first_answer (assignment_id, key, request) VALUES (c.assignment_id, wanted, asked)
        ON CONFLICT DO NOTHING;
        IF FOUND THEN
            RETURN;
        END IF;
        SELECT * INTO found_answer FROM first_answer a WHERE a.assignment_id = c.assignment_id AND a.key = wanted;
        EXIT WHEN FOUND;  -- else forgotten in this very moment
    END LOOP;
    same := found_answer.request = asked;
    IF same THEN
        SELECT x INTO kept_from FROM unnest(found_answer.children) x
        WHERE NOT meets_child(c, x) OR NOT EXISTS (SELECT FROM child WHERE id = x) LIMIT 1;
        IF kept_from IS NULL THEN
            who.action := 'repeat_' || who.action;
            PERFORM note(who, c, false, found_answer.children);
            status := found_answer.status;
            headers := found_answer.headers;
            body := found_answer.body;
        END IF;
    END IF;
    RETURN NEXT;
END $$;

-- Keeps the answer of the transaction that has the key. Whom it tells of, the access says that the change declared.
CREATE FUNCTION keep_answer(who asking, wanted bytea, told integer, told_headers text, told_body text) RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
UPDATE first_answer a SET status = told, headers = told_headers::jsonb, body = told_body, children = ARRAY(
    SELECT DISTINCT s FROM access x, unnest(x.subjects) s
    WHERE x.number = nullif(current_setting('service.access', true), '')::bigint
      AND (EXISTS (SELECT FROM child WHERE id = s) OR EXISTS (SELECT FROM history h WHERE h.child_id = s)))
WHERE a.assignment_id = (who).assignment_id AND a.key = wanted AND a.status IS NULL
$$;

CREATE FUNCTION forget_answers() RETURNS void
LANGUAGE sql SECURITY DEFINER AS $$
DELETE FROM first_answer WHERE at < now() - interval '1 day'
$$;
