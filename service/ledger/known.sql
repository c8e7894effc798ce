-- What the ledger said once a day had closed, or at a posting: the present stock without what has become known since, and
-- with what was known then and has been withdrawn since.

DROP FUNCTION IF EXISTS known_stocks, is_known, known_until;

-- The postings known at the close of a day, as the last of them and the strays: days and numbers of postings need not be in
-- the same order, and the strays were posted on later days than some that have a higher number. `first_unknown` is where
-- to begin to look for what was not known. With `known_posting`, those up to this number instead: by the order in which they
-- were posted, there are no strays.
CREATE FUNCTION known_until(known_on date, known_posting bigint DEFAULT NULL, OUT last_known bigint, OUT strays bigint[], OUT first_unknown bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF known_posting IS NULL THEN
        last_known := coalesce((SELECT max(p.number) FROM posting p WHERE p.day <= known_on), 0);
        strays := ARRAY(SELECT p.number FROM posting p WHERE p.day > known_on AND p.number < last_known ORDER BY p.number);
    ELSE
        last_known := known_posting;
        strays := '{}';
    END IF;
    first_unknown := coalesce(strays[1], last_known + 1);
END $$;

CREATE FUNCTION is_known(posting bigint, last_known bigint, strays bigint[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT posting <= last_known AND posting <> ALL (strays) $$;

-- Like stocks(), as known at the close of a day, or at a posting. However many days are asked about, what was posted since is read once, and
-- summed up by the first and the last of these days that a spell holds on. Areas are told apart after that: they are many, and
-- comparing each spell with them costs more than reading it. Held to one plan, which reads what counts from a posting on
-- (spell_since, spell_gone): planning would cost more than a month of postings, and so would sorting years of them.
CREATE FUNCTION known_stocks(of_rule smallint, of_measures text[], of_categories text[], of_sex text, of_band text,
                             of_areas integer[], on_days date[], known_on date, known_posting bigint DEFAULT NULL)
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER ROWS 2000
SET plan_cache_mode = force_generic_plan SET enable_sort = off AS $$
#variable_conflict use_column
DECLARE
    days CONSTANT date[] := ARRAY(SELECT DISTINCT u.day FROM unnest(on_days) u (day) ORDER BY u.day);
    span CONSTANT daterange := daterange(days[1], days[cardinality(days)], '[]');
    from_age integer;
    until_age integer;
    last_known bigint;
    strays bigint[];
    first_unknown bigint;
BEGIN
    SELECT k.last_known, k.strays, k.first_unknown INTO last_known, strays, first_unknown
    FROM known_until(known_on, known_posting) k;
    IF of_band <> 'all' THEN
        SELECT b.from_age, b.until_age INTO STRICT from_age, until_age
        FROM age_band b WHERE b.rule = of_rule AND b.code = of_band;
    END IF;
    RETURN QUERY
    WITH since AS (
        SELECT s.area_id, s.measure, s.sex, s.born, s.during, -1 AS correction
        FROM unnest(of_measures, of_categories) AS w (measure, category)
        JOIN spell s ON s.rule = of_rule AND s.measure = w.measure AND s.category = w.category
            AND s.withdrawn IS NULL AND s.posted >= first_unknown
        WHERE s.during && span AND NOT is_known(s.posted, last_known, strays)
        UNION ALL
        SELECT s.area_id, s.measure, s.sex, s.born, s.during, is_known(s.posted, last_known, strays)::integer
        FROM unnest(of_measures, of_categories) AS w (measure, category)
        JOIN spell s ON s.rule = of_rule AND s.measure = w.measure AND s.category = w.category
            AND s.withdrawn >= first_unknown
        WHERE s.during && span AND NOT is_known(s.withdrawn, last_known, strays)
    ),
    correction AS MATERIALIZED (  -- between which of the days: after the one, up to the other
        SELECT p.area_id, p.measure, width_bucket(lower(p.during) - 1, days) AS after,
               coalesce(width_bucket(upper(p.during) - 1, days), cardinality(days)) AS up_to, sum(p.correction) AS change
        FROM (
            SELECT s.area_id, s.measure, s.correction,
                   CASE WHEN of_band = 'all' THEN s.during
                   ELSE s.during * daterange(birthday(s.born, from_age), birthday(s.born, until_age)) END AS during
            FROM since s
            WHERE of_sex IN ('all', s.sex) AND (of_band = 'all' OR s.born IS NOT NULL)
        ) p
        WHERE NOT isempty(p.during)
        GROUP BY 1, 2, 3, 4
    )
    SELECT a.area_id, a.measure, a.day, sum(a.stock)::bigint
    FROM (
        SELECT * FROM stocks(of_rule, of_measures, of_categories, of_sex, of_band, of_areas, days)
        UNION ALL
        SELECT c.area_id, c.measure, days[g.place], c.change
        FROM unnest(of_areas) w (area_id)
        JOIN correction c ON c.area_id = w.area_id
        CROSS JOIN LATERAL generate_series(c.after + 1, c.up_to) AS g (place)
    ) a
    GROUP BY a.area_id, a.measure, a.day;
END $$;
