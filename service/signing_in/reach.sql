-- Which areas an assignment reaches: what ever lay within its area, what these were made of, and what they became. Not
-- what else became part of the same successor: who is responsible for a commune that was merged is now responsible for
-- the whole, and still not for the others that it was made of. With all communes of a district or a province that was,
-- that one too.
CREATE OR REPLACE FUNCTION reach_of(area integer) RETURNS SETOF integer LANGUAGE sql STABLE AS $$
    WITH RECURSIVE
    own AS (
        SELECT area AS id
        UNION
        SELECT w.area_id FROM area_within w WHERE w.ancestor_id = area
    ),
    later AS (
        TABLE own
        UNION
        SELECT c.successor_id FROM later l JOIN area_change c ON c.predecessor_id = l.id
        WHERE c.successor_id IS NOT NULL
    ),
    earlier AS (
        TABLE own
        UNION
        SELECT c.predecessor_id FROM earlier e JOIN area_change c ON c.successor_id = e.id
    ),
    reached AS (TABLE later UNION TABLE earlier)
    TABLE reached
    UNION
    SELECT w.ancestor_id FROM area_within w WHERE w.area_level = 'commune'
    GROUP BY w.ancestor_id HAVING bool_and(w.area_id IN (TABLE reached))
$$;

-- The same for every assignment, after the map has been redrawn.
CREATE OR REPLACE FUNCTION remake_reach() RETURNS void
LANGUAGE sql AS $$
DELETE FROM assignment_area;
INSERT INTO assignment_area (assignment_id, area_id)
SELECT m.id, reached
FROM (SELECT DISTINCT area_id FROM assignment) place
CROSS JOIN LATERAL reach_of(place.area_id) reached
JOIN assignment m ON m.area_id = place.area_id
$$;
