-- Posting a rule for everyone, while others write: some children and sites at a time, each time a transaction. Whoever writes
-- meanwhile posts by the rule as well, from the moment at which it is in `rule_posting`. Then come the pages, some communes at a
-- time; until its turn has come, nobody turns a page of a commune by this rule (pages.sql).

DROP FUNCTION IF EXISTS begin_rule, subjects_after, communes_after, post_rule, post_by_rule, make_rule_pages, finish_rule, rule_stocks;

-- Adopts a draft from a day on. From now on, whoever posts posts by this rule too; a write that began before, and may not know,
-- is waited for.
CREATE FUNCTION begin_rule(of_rule smallint, from_day date, by_actor text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    LOCK TABLE child, site IN SHARE ROW EXCLUSIVE MODE;
    UPDATE counting_rule SET state = 'posting', adopted_from = from_day, version = version + 1
    WHERE id = of_rule AND state = 'draft';
    IF FOUND THEN
        INSERT INTO rule_posting (rule, actor, total)
        SELECT of_rule, by_actor, (SELECT count(*) FROM child) + (SELECT count(*) FROM site)
                                  + (SELECT count(*) FROM area WHERE level = 'commune');
    END IF;
END $$;

-- The next children and sites, and the next communes, in the order of their ids.
CREATE FUNCTION subjects_after(last uuid, at_once integer) RETURNS uuid[]
LANGUAGE sql STABLE AS $$
SELECT coalesce(array_agg(id ORDER BY id), '{}') FROM (
    SELECT id FROM (
        (SELECT id FROM child WHERE id > last ORDER BY id LIMIT at_once)
        UNION ALL
        (SELECT id FROM site WHERE id > last ORDER BY id LIMIT at_once)
    ) either ORDER BY id LIMIT at_once
) next
$$;

CREATE FUNCTION communes_after(last integer, at_once integer) RETURNS integer[]
LANGUAGE sql STABLE AS $$
SELECT coalesce(array_agg(id ORDER BY id), '{}')
FROM (SELECT id FROM area WHERE level = 'commune' AND id > last ORDER BY id LIMIT at_once) next
$$;

-- Locks some children and sites, as every write does, and posts for them by the rule alone.
CREATE FUNCTION post_by_rule(subjects uuid[], of_rule smallint, on_day date, by_actor text) RETURNS void
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    PERFORM FROM child WHERE id = ANY (subjects) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM site WHERE id = ANY (subjects) ORDER BY id FOR NO KEY UPDATE;
    PERFORM post_spells(subjects, on_day, by_actor, 'adopt_rule', of_rule);
END $$;

-- Makes the pages of some communes, which nobody turns meanwhile, from the spells.
CREATE FUNCTION make_rule_pages(of_rule smallint, of_areas integer[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO page_turn AS t (area_id, moment)
    SELECT a, now_in_microseconds() FROM unnest(of_areas) a ORDER BY a
    ON CONFLICT (area_id) DO UPDATE SET moment = greatest(excluded.moment, t.moment + 1);
    LOCK TABLE total_page, page IN ROW EXCLUSIVE MODE;  -- before the horizon is read, as whoever turns pages does
    UPDATE rule_posting SET last_area = of_areas[cardinality(of_areas)] WHERE rule = of_rule;
    WITH expected AS MATERIALIZED (
        SELECT *, category = 'all' AND sex = 'all' AND age_band = 'all' AS total FROM expected_pages(of_rule, of_areas)
    ),
    totals AS (
        INSERT INTO total_page (rule, measure, month, area_id, opening, running)
        SELECT rule, measure, month, area_id, opening, running FROM expected WHERE total ORDER BY 1, 2, 3, 4
    ),
    cells AS (
        INSERT INTO cell (area_id, rule, measure, category, sex, age_band)
        SELECT DISTINCT area_id, rule, measure, category, sex, age_band FROM expected WHERE NOT total
        ORDER BY 2, 3, 4, 5, 6, 1
        RETURNING *
    )
    INSERT INTO page (cell_id, month, opening, running)
    SELECT c.id, e.month, e.opening, e.running
    FROM expected e JOIN cells c USING (area_id, rule, measure, category, sex, age_band) ORDER BY 1, 2;
END $$;

-- All is posted, and every commune has its pages: the rule is adopted, and from this posting on it is known.
CREATE FUNCTION finish_rule(of_rule smallint, on_day date, by_actor text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    new_number bigint;
BEGIN
    INSERT INTO posting (day, actor, cause) VALUES (on_day, by_actor, 'adopt_rule') RETURNING number INTO new_number;
    UPDATE counting_rule SET state = 'adopted', first_posting = new_number, version = version + 1 WHERE id = of_rule;
    DELETE FROM rule_posting WHERE rule = of_rule;
    UPDATE register SET remade = greatest(now_in_microseconds(), remade + 1);
END $$;

-- The next step of the work, in the caller's transaction. Answers whether there is more to do. Two who work at the same rule
-- take turns.
CREATE FUNCTION post_rule(of_rule smallint, on_day date, subjects_at_once integer, areas_at_once integer) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    work rule_posting;
    subjects uuid[];
    areas integer[];
BEGIN
    SELECT * INTO work FROM rule_posting WHERE rule = of_rule FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF work.last_area IS NULL THEN
        subjects := subjects_after(coalesce(work.last_subject, '00000000-0000-0000-0000-000000000000'), subjects_at_once);
        PERFORM post_by_rule(subjects, of_rule, on_day, work.actor);
        UPDATE rule_posting
        SET done = least(done + cardinality(subjects), total), last_subject = subjects[cardinality(subjects)],
            last_area = CASE WHEN cardinality(subjects) < subjects_at_once THEN 0 END
        WHERE rule = of_rule;
        RETURN true;
    END IF;
    areas := communes_after(work.last_area, areas_at_once);
    IF areas = '{}' THEN  -- a write under way may be making a commune: when it has ended, we look once more
        LOCK TABLE child, site IN SHARE ROW EXCLUSIVE MODE;
        areas := communes_after(work.last_area, areas_at_once);
    END IF;
    IF areas = '{}' THEN
        PERFORM finish_rule(of_rule, on_day, work.actor);
        RETURN false;
    END IF;
    PERFORM make_rule_pages(of_rule, areas);
    UPDATE rule_posting SET done = least(done + cardinality(areas), total) WHERE rule = of_rule;
    RETURN true;
END $$;

-- What a rule would count, be it a draft, on some days: like stocks(), straight from the records, in some areas. Of everyone who
-- is a child on one of these days.
CREATE FUNCTION rule_stocks(of_rule smallint, of_areas integer[], on_days date[])
RETURNS TABLE (area_id integer, measure text, day date, stock bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET work_mem = '64MB' AS $$
SELECT d.area_id, d.measure, o.day, count(*)
FROM derived_spells(ARRAY(
    SELECT id FROM child
    WHERE date_of_birth <= (SELECT max(day) FROM unnest(on_days) day)
      AND date_of_birth > (SELECT (min(day) - interval '16 years 2 days')::date FROM unnest(on_days) day)
    UNION ALL SELECT id FROM site), of_rule) d
JOIN unnest(on_days) o (day) ON d.during @> o.day
WHERE d.category = 'all' AND d.area_id = ANY (of_areas)
GROUP BY d.area_id, d.measure, o.day
$$;
