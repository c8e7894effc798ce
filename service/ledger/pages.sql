-- Pages: one month of a total or of a cell, as known now. A stock on a day is opening + running[day].

DROP AGGREGATE IF EXISTS running(integer, bigint);
DROP FUNCTION IF EXISTS now_in_microseconds, movements, running_after, running_sum, posting_movements, turn_pages, of_days, expected_pages, all_expected_pages, rebuild_pages, extend_pages;

-- By which it is told whether pages have changed: the calendar's, so that a restored register never counts one moment twice.
CREATE FUNCTION now_in_microseconds() RETURNS bigint
LANGUAGE sql VOLATILE AS $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$;

-- The changes that one spell makes: one more from its first day and one less from its end, in every cell of sex and
-- age band (each one, and all) that the spell belongs to. Cells of an age band see the part lived at that age.
CREATE FUNCTION movements(spell_rule smallint, spell_sex text, spell_born date, spell_during daterange)
RETURNS TABLE (sex text, age_band text, day date, change integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT x.sex, b.code, m.day, m.change
FROM (VALUES ('all'), (spell_sex)) AS x (sex)
CROSS JOIN LATERAL (
    SELECT 'all' AS code, spell_during AS part
    UNION ALL
    SELECT code, spell_during * daterange(birthday(spell_born, from_age), birthday(spell_born, until_age))
    FROM age_band WHERE rule = spell_rule AND spell_born IS NOT NULL
) b
CROSS JOIN LATERAL (VALUES (lower(b.part), 1), (upper(b.part), -1)) AS m (day, change)
WHERE x.sex IS NOT NULL AND m.day IS NOT NULL
$$;

-- Adds a change to the running totals of its day and of the days after it.
CREATE FUNCTION running_after(running integer[], day integer, change bigint) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    FOR i IN day..31 LOOP
        running[i] := running[i] + change;
    END LOOP;
    RETURN running;
END $$;

CREATE AGGREGATE running(integer, bigint) (
    SFUNC = running_after, STYPE = integer[], PARALLEL = SAFE,
    INITCOND = '{0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0}'
);

-- Two running totals of one month together; the second may be missing.
CREATE FUNCTION running_sum(a integer[], b integer[]) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    IF b IS NOT NULL THEN
        FOR i IN 1..31 LOOP
            a[i] := a[i] + b[i];
        END LOOP;
    END IF;
    RETURN a;
END $$;

-- What one posting moved: the days on which a cell's stock changed, and by how many. By a rule that is being posted, an area
-- has no pages before its turn has come.
CREATE FUNCTION posting_movements(turned bigint, horizon date)
RETURNS TABLE (area_id integer, rule smallint, measure text, category text, sex text, age_band text, day date,
               change bigint)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT s.area_id, s.rule, s.measure, s.category, m.sex, m.age_band, m.day, sum(s.sign * m.change)
FROM (
    SELECT *, 1 AS sign FROM spell WHERE posted = turned
    UNION ALL
    SELECT *, -1 AS sign FROM spell WHERE withdrawn = turned
) s
CROSS JOIN LATERAL movements(s.rule, s.sex, s.born, s.during) m
WHERE m.day < horizon AND NOT EXISTS (
    SELECT FROM rule_posting p WHERE p.rule = s.rule AND (p.last_area IS NULL OR p.last_area < s.area_id))
GROUP BY s.area_id, s.rule, s.measure, s.category, m.sex, m.age_band, m.day
HAVING sum(s.sign * m.change) <> 0
$$;

-- Moves the pages by what one posting inserted and withdrew. The caller holds the posting's areas, so nobody else turns a
-- page of these cells: what is read here is what is written over. One statement, because each one that starts costs as much
-- as ten pages.
CREATE FUNCTION turn_pages(turned bigint) RETURNS void
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    horizon date;
    zero CONSTANT integer[] := array_fill(0, ARRAY[31]);
BEGIN
    LOCK TABLE total_page, page IN ROW EXCLUSIVE MODE;  -- before the horizon is read: whoever moves it locks the pages first
    SELECT page_horizon INTO STRICT horizon FROM register;

    WITH moved AS MATERIALIZED (
        SELECT m.*, extract(day FROM day)::integer AS dom, category = 'all' AND sex = 'all' AND age_band = 'all' AS total
        FROM posting_movements(turned, horizon) m
    ),

    -- Totals: every month from the first movement until the horizon. A month without a page lies before the first page.
    total_moved AS MATERIALIZED (
        SELECT rule, measure, area_id, day - dom + 1 AS month, sum(change) AS change, running(dom, change) AS running
        FROM moved WHERE total GROUP BY rule, measure, area_id, day - dom + 1
    ),
    totals AS (
        INSERT INTO total_page AS p (rule, measure, month, area_id, opening, running)
        SELECT f.rule, f.measure, g.month::date, f.area_id,
               coalesce((SELECT sum(e.change) FROM total_moved e
                         WHERE (e.rule, e.measure, e.area_id) = (f.rule, f.measure, f.area_id) AND e.month < g.month), 0),
               coalesce(t.running, zero)
        FROM (SELECT rule, measure, area_id, min(month) AS month FROM total_moved GROUP BY rule, measure, area_id) f
        CROSS JOIN LATERAL generate_series(f.month, horizon - interval '1 month', interval '1 month') AS g (month)
        LEFT JOIN total_moved t ON (t.rule, t.measure, t.month, t.area_id) = (f.rule, f.measure, g.month::date, f.area_id)
        ORDER BY 1, 2, 3, 4
        ON CONFLICT (rule, measure, month, area_id) DO UPDATE
        SET opening = p.opening + excluded.opening, running = running_sum(p.running, nullif(excluded.running, zero))
    ),

    -- Cells: the months that moved, and every page after the first of them. What no longer moves is no page.
    part AS MATERIALIZED (
        SELECT m.*, c.id
        FROM moved m
        LEFT JOIN cell c ON (c.rule, c.measure, c.category, c.sex, c.age_band, c.area_id)
            = (m.rule, m.measure, m.category, m.sex, m.age_band, m.area_id)
        WHERE NOT m.total
    ),
    new_cell AS (
        INSERT INTO cell (area_id, rule, measure, category, sex, age_band)
        SELECT DISTINCT area_id, rule, measure, category, sex, age_band FROM part WHERE id IS NULL
        ORDER BY 1, 2, 3, 4, 5, 6
        RETURNING *
    ),
    cell_moved AS MATERIALIZED (
        SELECT cell_id, day - dom + 1 AS month, sum(change) AS change, running(dom, change) AS running
        FROM (
            SELECT id AS cell_id, day, dom, change FROM part WHERE id IS NOT NULL
            UNION ALL
            SELECT c.id, m.day, m.dom, m.change
            FROM new_cell c JOIN part m USING (area_id, rule, measure, category, sex, age_band)
        ) known
        GROUP BY cell_id, day - dom + 1
    ),
    written AS MATERIALIZED (
        SELECT p.cell_id, p.month,
               p.opening + coalesce(
                   (SELECT sum(e.change) FROM cell_moved e WHERE e.cell_id = p.cell_id AND e.month < p.month), 0) AS opening,
               running_sum(p.running, m.running) AS running
        FROM (SELECT cell_id, min(month) AS month FROM cell_moved GROUP BY cell_id) f
        JOIN page p ON p.cell_id = f.cell_id AND p.month >= f.month
        LEFT JOIN cell_moved m ON m.cell_id = p.cell_id AND m.month = p.month
        UNION ALL
        SELECT m.cell_id, m.month,
               coalesce((SELECT q.opening + q.running[31] FROM page q
                         WHERE q.cell_id = m.cell_id AND q.month < m.month ORDER BY q.month DESC LIMIT 1), 0)
               + coalesce((SELECT sum(e.change) FROM cell_moved e WHERE e.cell_id = m.cell_id AND e.month < m.month), 0),
               m.running
        FROM cell_moved m
        WHERE NOT EXISTS (SELECT FROM page q WHERE q.cell_id = m.cell_id AND q.month = m.month)
    ),
    erased AS (
        DELETE FROM page p USING written w
        WHERE p.cell_id = w.cell_id AND p.month = w.month AND w.running = zero
    )
    INSERT INTO page (cell_id, month, opening, running)
    SELECT cell_id, month, opening, running FROM written
    WHERE running <> zero
    ORDER BY cell_id, month
    ON CONFLICT (cell_id, month) DO UPDATE SET opening = excluded.opening, running = excluded.running;
END $$;

-- An expression for each day of a month.
CREATE FUNCTION of_days(expression text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT string_agg(format(expression, d), ', ' ORDER BY d) FROM generate_series(1, 31) AS d $$;

-- The pages as the spells say that they must be: all of them, or of one rule in some areas. Over a whole province the words
-- of a cell cost more than its numbers, so that it is a key of 64 bits here: area, counted (rule, measure, category), sex,
-- age band, 0 standing for all. And the running totals are thirty-one filtered sums, written by format(), first of each sex
-- and from these of all: ten times as fast as the aggregate above.
CREATE FUNCTION expected_pages(of_rule smallint DEFAULT NULL, of_areas integer[] DEFAULT NULL)
RETURNS TABLE (area_id integer, rule smallint, measure text, category text, sex text, age_band text,
               month date, opening integer, running integer[])
LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 500000 AS $$
BEGIN
    RETURN QUERY EXECUTE format($query$
        WITH spells AS (
            SELECT * FROM spell s
            WHERE withdrawn IS NULL AND ($1 IS NULL OR rule = $1) AND ($2 IS NULL OR area_id = ANY ($2))
              AND NOT EXISTS (SELECT FROM rule_posting p
                              WHERE p.rule = s.rule AND (p.last_area IS NULL OR p.last_area < s.area_id))
        ),
        horizon AS (
            SELECT page_horizon AS day FROM register
        ),
        counted AS MATERIALIZED (
            SELECT row_number() OVER () AS id, * FROM (SELECT DISTINCT rule, measure, category FROM spells) c
        ),
        sexes AS MATERIALIZED (
            SELECT row_number() OVER () AS id, sex FROM (SELECT DISTINCT sex FROM spells WHERE sex IS NOT NULL) s
        ),
        bands AS MATERIALIZED (
            SELECT row_number() OVER (PARTITION BY rule) AS id, * FROM age_band
        ),
        ages AS MATERIALIZED (  -- of everyone born on a day
            SELECT s.rule, s.born, b.id AS band, birthday(s.born, b.from_age) AS since,
                   birthday(s.born, b.until_age) AS until
            FROM (SELECT DISTINCT rule, born FROM spells WHERE born IS NOT NULL) s JOIN bands b USING (rule)
        ),
        whole AS MATERIALIZED (
            SELECT (s.area_id::bigint << 32) | (c.id << 16) | (coalesce(x.id, 0) << 8) AS key, s.rule, s.born,
                   lower(s.during) AS since, coalesce(upper(s.during), 'infinity') AS until
            FROM spells s JOIN counted c USING (rule, measure, category) LEFT JOIN sexes x USING (sex)
        ),
        part AS MATERIALIZED (
            SELECT key, since, until FROM whole
            UNION ALL
            SELECT w.key | a.band, greatest(w.since, a.since), least(w.until, a.until)
            FROM whole w JOIN ages a USING (rule, born)
            WHERE w.since < a.until AND a.since < w.until
        ),
        moved AS MATERIALIZED (
            SELECT key, day, sum(change)::integer AS change  -- or the sums below would be of numerics
            FROM (SELECT key, since AS day, 1 AS change FROM part UNION ALL SELECT key, until, -1 FROM part) m
            WHERE day < (SELECT day FROM horizon)
            GROUP BY key, day
        ),
        sex_months AS MATERIALIZED (
            SELECT key, day - dom + 1 AS month, %1$s
            FROM (
                SELECT key, day, change, extract(day FROM day)::integer AS dom FROM moved
                OFFSET 0  -- so that the day of the month is taken once and not in every sum
            ) d
            GROUP BY 1, 2
        ),
        by_month AS MATERIALIZED (
            SELECT key, month, ARRAY[%2$s] AS running FROM sex_months
            UNION ALL
            SELECT key & ~(255::bigint << 8), month, ARRAY[%3$s]::integer[] FROM sex_months
            WHERE key & (255::bigint << 8) <> 0 GROUP BY 1, 2
        ),
        cells AS MATERIALIZED (
            SELECT k.key, (k.key >> 32)::integer AS area_id, c.rule, c.measure, c.category, coalesce(x.sex, 'all') AS sex,
                   coalesce(b.code, 'all') AS age_band,
                   c.category = 'all' AND x.sex IS NULL AND b.code IS NULL AS total
            FROM (SELECT DISTINCT key FROM by_month) k
            JOIN counted c ON c.id = k.key >> 16 & 65535
            LEFT JOIN sexes x ON x.id = k.key >> 8 & 255
            LEFT JOIN bands b ON b.rule = c.rule AND b.id = k.key & 255
        ),
        quiet AS (  -- the months of totals in which nothing moved
            SELECT t.key, g.month::date AS month
            FROM (SELECT key, min(month) AS month FROM by_month JOIN cells USING (key) WHERE total GROUP BY key) t
            CROSS JOIN LATERAL generate_series(
                t.month, (SELECT day FROM horizon) - interval '1 month', interval '1 month') AS g (month)
            EXCEPT
            SELECT key, month FROM by_month
        ),
        opened AS (
            SELECT *, (sum(running[31]) OVER (PARTITION BY key ORDER BY month) - running[31])::integer AS opening
            FROM (TABLE by_month UNION ALL SELECT key, month, array_fill(0, ARRAY[31]) FROM quiet) every_month
        )
        SELECT c.area_id, c.rule, c.measure, c.category, c.sex, c.age_band, o.month, o.opening, o.running
        FROM opened o JOIN cells c USING (key)
        WHERE c.total OR o.running <> array_fill(0, ARRAY[31])
        $query$,
        of_days('coalesce(sum(change) FILTER (WHERE dom <= %1$s), 0)::integer AS d%1$s'), of_days('d%1$s'),
        of_days('sum(d%1$s)'))
    USING of_rule, of_areas;
END $$;

-- All of them: of every other area by a second process, where there is one to spare.
CREATE FUNCTION all_expected_pages()
RETURNS TABLE (area_id integer, rule smallint, measure text, category text, sex text, age_band text,
               month date, opening integer, running integer[])
LANGUAGE plpgsql STABLE ROWS 1000000
SET work_mem = '512MB' SET parallel_setup_cost = 0 SET parallel_tuple_cost = 0 SET max_parallel_workers_per_gather = 1 AS $$
BEGIN
    RETURN QUERY
    SELECT * FROM expected_pages(of_areas => ARRAY(SELECT id FROM area WHERE id % 2 = 0))
    UNION ALL
    SELECT * FROM expected_pages(of_areas => ARRAY(SELECT id FROM area WHERE id % 2 = 1));
END $$;

-- Remakes all pages from the spells, and writes those that differ. Nobody posts meanwhile; everybody reads.
CREATE FUNCTION rebuild_pages() RETURNS void
LANGUAGE plpgsql SET work_mem = '512MB' AS $$
BEGIN
    LOCK TABLE total_page, page IN SHARE ROW EXCLUSIVE MODE;
    CREATE TEMPORARY TABLE expected ON COMMIT DROP AS
    SELECT *, category = 'all' AND sex = 'all' AND age_band = 'all' AS total FROM all_expected_pages();
    ANALYZE expected (total);

    CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
    SELECT rule, measure, month, area_id, e.opening, e.running, p.opening IS NULL AS missing
    FROM (SELECT * FROM expected WHERE total) e FULL JOIN total_page p USING (rule, measure, month, area_id)
    WHERE (e.opening, e.running) IS DISTINCT FROM (p.opening, p.running);
    DELETE FROM total_page p USING differing d
    WHERE d.opening IS NULL AND (p.rule, p.measure, p.month, p.area_id) = (d.rule, d.measure, d.month, d.area_id);
    UPDATE total_page p SET opening = d.opening, running = d.running FROM differing d
    WHERE d.opening IS NOT NULL AND NOT d.missing
      AND (p.rule, p.measure, p.month, p.area_id) = (d.rule, d.measure, d.month, d.area_id);
    INSERT INTO total_page (rule, measure, month, area_id, opening, running)
    SELECT rule, measure, month, area_id, opening, running FROM differing WHERE missing ORDER BY 1, 2, 3, 4;
    DROP TABLE differing;

    INSERT INTO cell (area_id, rule, measure, category, sex, age_band)
    SELECT DISTINCT area_id, rule, measure, category, sex, age_band FROM expected WHERE NOT total
    EXCEPT SELECT area_id, rule, measure, category, sex, age_band FROM cell
    ORDER BY 2, 3, 4, 5, 6, 1;
    ANALYZE cell;
    CREATE TEMPORARY TABLE differing ON COMMIT DROP AS
    SELECT cell_id, month, e.opening, e.running, p.opening IS NULL AS missing
    FROM (
        SELECT c.id AS cell_id, e.month, e.opening, e.running
        FROM expected e JOIN cell c USING (area_id, rule, measure, category, sex, age_band) WHERE NOT e.total
    ) e
    FULL JOIN page p USING (cell_id, month)
    WHERE (e.opening, e.running) IS DISTINCT FROM (p.opening, p.running);
    DELETE FROM page p USING differing d
    WHERE d.opening IS NULL AND (p.cell_id, p.month) = (d.cell_id, d.month);
    UPDATE page p SET opening = d.opening, running = d.running FROM differing d
    WHERE d.opening IS NOT NULL AND NOT d.missing AND (p.cell_id, p.month) = (d.cell_id, d.month);
    INSERT INTO page (cell_id, month, opening, running)
    SELECT cell_id, month, opening, running FROM differing WHERE missing ORDER BY cell_id, month;
    DROP TABLE differing, expected;
    UPDATE register SET remade = greatest(now_in_microseconds(), remade + 1);
END $$;

-- Makes the pages reach to a day, if they do not. Answers whether that needed doing.
CREATE FUNCTION extend_pages(until_day date) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    UPDATE register SET page_horizon = until_day WHERE page_horizon < until_day;
    IF FOUND THEN
        PERFORM rebuild_pages();
        RETURN true;
    END IF;
    RETURN false;
END $$;
