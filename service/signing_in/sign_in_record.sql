-- Every attempt to sign in, or to stay so, is on record: of which account, if it is known, and in which assignment, if it
-- went so far. What it is for is said with each request.
DROP FUNCTION IF EXISTS record_sign_in(uuid, uuid, text, text, text, boolean);
CREATE OR REPLACE FUNCTION record_sign_in(
    action text, account uuid, assignment uuid, role text, address text, request text, refused boolean
) RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    INSERT INTO access (account_id, assignment_id, role, purpose, address, request, action, refused, subjects)
    VALUES (account, assignment, role, '', address, request, action, refused,
            CASE WHEN account IS NOT NULL THEN ARRAY[account] END)
$$;
