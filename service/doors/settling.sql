-- The doors to the children of communes that were split: of each, a person tells in which part it lives.

DROP FUNCTION IF EXISTS split_areas;


-- The communes that were split by a day without its being known who went where, and those that had gone into one of them
-- as a whole before.
CREATE FUNCTION split_areas(on_day date) RETURNS TABLE (area_id integer, split_id integer, split_on date)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE part AS (
    SELECT c.predecessor_id AS area_id, c.predecessor_id AS split_id, c.effective_on AS split_on
    FROM area_change c JOIN area a ON a.id = c.predecessor_id AND a.level = 'commune'
    WHERE c.change = 'split_into' AND c.effective_on <= on_day
    GROUP BY c.predecessor_id, c.effective_on HAVING coalesce(max(c.share), 0) < 1
    UNION
    SELECT c.predecessor_id, p.split_id, p.split_on
    FROM part p JOIN area_change c ON c.successor_id = p.area_id AND (c.change = 'merged_into' OR c.share = 1)
)
TABLE part
$$;

-- Whose residence holds on the day of a split or later: once a child, with the first such split. $1 caller · $2 its areas
-- · $3 day · $4 the child after which the page begins
CREATE FUNCTION unsettled(c caller, after uuid) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
SELECT 'SELECT DISTINCT ON (x.id) x.id, p.split_id, p.split_on FROM split_areas($3) p
    JOIN residence r ON r.area_id = p.area_id AND coalesce(upper(r.during) > p.split_on, true)
    JOIN child x ON x.id = r.child_id AND x.identified AND birthday(x.date_of_birth, 16) > p.split_on
    WHERE ' || reaching(c, 'x.id', false) || CASE WHEN after IS NULL THEN '' ELSE ' AND x.id > $4' END
    || ' ORDER BY x.id, p.split_on, p.split_id'
$$;

-- A page by id: item and id, one row more than `size`.
CREATE FUNCTION list_unsettled(who asking, on_day date, after uuid, size integer) RETURNS TABLE (item text, id uuid)
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
BEGIN
    RETURN QUERY EXECUTE format($statement$
        WITH page AS MATERIALIZED (%s LIMIT $5 + 1),
        noted AS (SELECT note($6, $1, false, (SELECT array_agg(p.id) FROM (SELECT p.id FROM page p LIMIT $5) p))
                  WHERE EXISTS (SELECT FROM page))
        SELECT json_build_object(
            'id', x.id, 'full_name', x.full_name, 'sex', x.sex, 'date_of_birth', x.date_of_birth,
            'commune', (SELECT place_json(v) FROM area_version v WHERE v.area_id = p.split_id AND upper(v.during) = p.split_on),
            'split_on', p.split_on,
            'communes', (
                SELECT json_agg(place_json(v) ORDER BY v.code)
                FROM area_change s JOIN area_version v ON v.area_id = s.successor_id AND v.during @> s.effective_on
                WHERE s.predecessor_id = p.split_id AND s.effective_on = p.split_on))::text, x.id
        FROM noted, page p JOIN child x ON x.id = p.id ORDER BY x.id
    $statement$, unsettled(c, after))
    USING c, reached_areas(c), on_day, after, size, who;
    IF NOT FOUND THEN
        PERFORM note(who, c, false, '{}');  -- a look that met nobody
    END IF;
END $$;

CREATE FUNCTION count_unsettled(who asking, on_day date) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    c CONSTANT caller := admitted(who, 'children.read');
    number bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (%s) u', unsettled(c, NULL)) INTO number
    USING c, reached_areas(c), on_day;
    RETURN number;
END $$;
