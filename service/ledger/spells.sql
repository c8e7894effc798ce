-- The meaning of the ledger: in which periods each child (or site) counts, for which measure, in which area.

DROP FUNCTION IF EXISTS birthday, day_of, measures, episodes, derived_spells;

-- The day on which someone reaches an age: 29 February falls on 28 February in other years.
CREATE FUNCTION birthday(born date, age integer) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (born + make_interval(years => age))::date $$;

-- The day of a moment, where the register is kept. A day is as it stands at its end, so what is done or missed on it counts.
CREATE FUNCTION day_of(moment timestamptz) RETURNS date
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT (moment AT TIME ZONE 'Asia/Ho_Chi_Minh')::date $$;

-- Every measure that there is.
CREATE FUNCTION measures() RETURNS TABLE (measure text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT unnest('{children,clocked,clocked_in_time,model}'::text[])
UNION ALL
SELECT k.kind || h.help
FROM (SELECT DISTINCT kind FROM category) k
CROSS JOIN (
    SELECT unnest('{"",_managed,_assisted}'::text[]) UNION ALL
    SELECT '_' || code FROM intervention_measure WHERE parent_code IS NULL) h (help)
$$;

-- While a case of these children is open: from its opening until it ends; and, where it is led by steps, again from each one
-- that reopens it.
CREATE FUNCTION episodes(subjects uuid[])
RETURNS TABLE (case_id uuid, id uuid, kind text, reopened boolean, since date, until date)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
SELECT f.id, f.child_id, f.kind, false, f.opened_on, f.closed_on
FROM (SELECT DISTINCT unnest(subjects) AS id) t
JOIN case_file f ON f.child_id = t.id
WHERE f.stage IS NULL AND (f.opened_on < f.closed_on) IS NOT FALSE
UNION ALL
SELECT f.id, f.child_id, f.kind, o.at IS NOT NULL, o.since, u.until
FROM (SELECT DISTINCT unnest(subjects) AS id) t
JOIN case_file f ON f.child_id = t.id
CROSS JOIN LATERAL (
    SELECT f.opened_on AS since, NULL::timestamptz AS at
    UNION ALL
    SELECT day_of(s.occurred_at), s.occurred_at FROM case_step s
    WHERE s.case_id = f.id AND s.code = 'reopening' AND s.withdrawn_at IS NULL) o
CROSS JOIN LATERAL (
    SELECT coalesce(min(day_of(s.occurred_at)), f.closed_on) AS until FROM case_step s
    WHERE s.case_id = f.id AND s.code IN ('closing', 'unfounded', 'ageing_out') AND s.withdrawn_at IS NULL
      AND s.occurred_at > coalesce(o.at, '-infinity')) u
WHERE f.stage IS NOT NULL AND (o.since < u.until) IS NOT FALSE
$$;

-- What the records say now of these children and sites, by every rule that counts (posted for everyone or about to be), or by
-- the one asked about, be it a draft. Every leaf begins with the touched ones, so that one child costs a few index look-ups
-- and a whole province is a few hash joins.
CREATE FUNCTION derived_spells(subjects uuid[], of_rule smallint DEFAULT NULL)
RETURNS TABLE (subject_id uuid, area_id integer, rule smallint, measure text, category text, sex text, born date,
               during daterange)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
WITH touched AS (
    SELECT DISTINCT unnest(subjects) AS id
),
-- What each rule chooses, with all that a chosen group consists of; null is every one.
rule AS (
    SELECT r.id, r.case_kinds,
           CASE WHEN r.categories IS NOT NULL THEN ARRAY(
               SELECT code FROM category WHERE code = ANY (r.categories) OR parent_code = ANY (r.categories)) END AS categories,
           CASE WHEN r.assisting_measures IS NOT NULL THEN ARRAY(
               SELECT code FROM intervention_measure
               WHERE code = ANY (r.assisting_measures) OR parent_code = ANY (r.assisting_measures)) END AS measures
    FROM counting_rule r
    WHERE CASE WHEN of_rule IS NULL THEN r.state IN ('posting', 'adopted') ELSE r.id = of_rule END
),
-- Where the child lived while being a child: from birth to the 16th birthday. Of whom nobody knows who it is, nothing counts.
stay AS (
    SELECT c.id, r.area_id, c.sex, c.date_of_birth AS born,
           range_agg(r.during * daterange(c.date_of_birth, birthday(c.date_of_birth, 16))) AS days
    FROM touched t
    JOIN child c ON c.id = t.id AND c.identified
    JOIN residence r ON r.child_id = c.id
    GROUP BY c.id, r.area_id
),
-- In which categories that the rule has chosen: each one, its group, and all of its kind together.
circumstances AS (
    SELECT c.child_id AS id, r.id AS rule, k.kind, counted.category, range_agg(c.during) AS days
    FROM touched t
    JOIN circumstance c ON c.child_id = t.id
    JOIN category k ON k.code = c.category_code
    JOIN rule r ON r.categories IS NULL OR k.code = ANY (r.categories)
    CROSS JOIN LATERAL (VALUES ('all'), (k.code), (k.parent_code)) AS counted (category)
    WHERE counted.category IS NOT NULL
    GROUP BY c.child_id, r.id, k.kind, counted.category
),
-- Special takes precedence over at-risk: beside a special category that the rule has not chosen, a child is at risk.
status AS (
    SELECT c.id, c.rule, c.kind, c.category,
           CASE c.kind WHEN 'at_risk' THEN c.days - coalesce(s.days, '{}') ELSE c.days END AS days
    FROM circumstances c
    LEFT JOIN circumstances s ON s.id = c.id AND s.rule = c.rule AND s.kind = 'special' AND s.category = 'all'
),
episode AS (
    SELECT * FROM episodes(subjects)
),
-- Managed: a case (of a kind that the rule has chosen) is open. Assisted: and at least one of its interventions (by a measure
-- that the rule has chosen) has started, of a reopened one since then; of prevention, support or intervention: one of this
-- level has.
given AS (
    SELECT e.id, e.kind, 'managed' AS help, NULL AS measure, e.since, e.until FROM episode e
    UNION ALL
    SELECT e.id, e.kind, h.help, i.measure_code, greatest(e.since, i.started_on), e.until
    FROM episode e
    JOIN intervention i ON i.case_id = e.case_id AND (i.started_on >= e.since OR NOT e.reopened)
    JOIN intervention_measure m ON m.code = i.measure_code
    CROSS JOIN LATERAL (VALUES ('assisted'), (coalesce(m.parent_code, m.code))) h (help)
    WHERE (greatest(e.since, i.started_on) < e.until) IS NOT FALSE
),
helped AS (
    SELECT g.id, r.id AS rule, g.help, range_agg(daterange(g.since, g.until)) AS days
    FROM given g
    JOIN rule r ON (r.case_kinds IS NULL OR g.kind = ANY (r.case_kinds))
        AND (r.measures IS NULL OR g.measure IS NULL OR g.measure = ANY (r.measures))
    GROUP BY g.id, r.id, g.help
),
-- The clock of the law, while a case of protection is open: from when on one of its deadlines has been kept or missed, and from
-- when on one has been missed (of a reopened one, since then). Met, lifted or paused in time, it is not missed; it is by the
-- passing of its moment alone, be that still to come. Lifted or paused, and not met, it is neither.
clock AS (
    SELECT e.id, range_agg(daterange(greatest(e.since, d.since), e.until)) AS days,
           range_agg(daterange(greatest(e.since, d.since), e.until)) FILTER (WHERE d.missed) AS missed
    FROM episode e
    CROSS JOIN LATERAL (
        SELECT m.missed, day_of(CASE WHEN m.missed THEN l.due_at ELSE l.met_at END) AS since
        FROM deadline l CROSS JOIN LATERAL (
            SELECT coalesce(least(l.met_at, l.lifted_at, l.paused_at) > l.due_at, true) AS missed) m
        WHERE l.case_id = e.case_id AND l.source = 'law') d
    WHERE e.kind = 'protection' AND d.since IS NOT NULL AND (d.since >= e.since OR NOT e.reopened)
      AND (greatest(e.since, d.since) < e.until) IS NOT FALSE
    GROUP BY e.id
),
model AS (
    SELECT s.id, s.area_id, range_agg(g.during) AS days
    FROM touched t
    JOIN site s ON s.id = t.id
    JOIN site_stage g ON g.site_id = s.id
    WHERE g.stage IN ('completed', 'replicated')
    GROUP BY s.id
),
counted AS (
    SELECT s.id, s.area_id, r.id AS rule, 'children' AS measure, 'all' AS category, s.sex, s.born, s.days
    FROM stay s CROSS JOIN rule r
    UNION ALL
    SELECT s.id, s.area_id, t.rule, t.kind, t.category, s.sex, s.born, s.days * t.days
    FROM stay s JOIN status t ON t.id = s.id
    UNION ALL
    -- Counted by category is who is assisted; the rest, of all categories together.
    SELECT s.id, s.area_id, t.rule, t.kind || '_' || h.help, t.category, s.sex, s.born, s.days * t.days * h.days
    FROM stay s JOIN status t ON t.id = s.id JOIN helped h ON h.id = s.id AND h.rule = t.rule
    WHERE h.help = 'assisted' OR t.category = 'all'
    UNION ALL
    SELECT s.id, s.area_id, r.id, k.measure, 'all', s.sex, s.born, s.days * k.days
    FROM stay s
    JOIN clock c ON c.id = s.id
    CROSS JOIN rule r
    CROSS JOIN LATERAL (VALUES ('clocked', c.days), ('clocked_in_time', c.days - coalesce(c.missed, '{}'))) AS k (measure, days)
    UNION ALL
    SELECT m.id, m.area_id, r.id, 'model', 'all', NULL, NULL, m.days FROM model m CROSS JOIN rule r
)
SELECT id, area_id, rule, measure, category, sex, born, unnest(days) FROM counted
$$;
