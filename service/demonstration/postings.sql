-- What the records say, posted as if it had become known over the years: each event on its own day plus a delay.
-- An event is a day on which something of a child (or site) begins or ceases to count. Whatever happened to a child on one
-- day becomes known at once, nothing of it before it is registered, and nothing before what happened earlier. So what was
-- known of a child on any day holds together.

CREATE TEMPORARY TABLE derived ON COMMIT DROP AS
SELECT d.*, birthday(d.born, 16) AS grown FROM derived_spells(every_subject()) d;

-- The delay is mostly under ten days and never over 45: 46 times the sixth power of a number drawn from 0 to 1.
CREATE TEMPORARY TABLE known ON COMMIT DROP AS
SELECT subject_id, day, max(least(known_on, today)) OVER (PARTITION BY subject_id ORDER BY day) AS known_on
FROM (
    SELECT e.subject_id, e.day, r.fixed_today AS today,
           CASE WHEN e.day <= c.registered_on THEN c.registered_on ELSE e.day + floor(46 * power(
               (uuid_hash_extended(e.subject_id, e.day - date '2000-01-01') & 1048575) / 1048576.0::float8, 6))::integer
           END AS known_on
    FROM (
        SELECT subject_id, lower(during) AS day FROM derived
        UNION
        SELECT subject_id, upper(during) FROM derived WHERE upper(during) IS DISTINCT FROM grown
    ) e
    CROSS JOIN register r
    LEFT JOIN (
        SELECT id, (created_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date AS registered_on FROM child
    ) c ON c.id = e.subject_id
    WHERE e.day <= r.fixed_today
) event;

INSERT INTO posting (number, day, at, actor, cause) OVERRIDING SYSTEM VALUE
SELECT row_number() OVER (ORDER BY known_on), known_on, (known_on + time '17:00') AT TIME ZONE 'Asia/Ho_Chi_Minh',
       'demonstration', 'demonstration'
FROM (SELECT DISTINCT known_on FROM known) days;

DO $$ BEGIN
    EXECUTE format('ALTER TABLE posting ALTER number RESTART WITH %s', (SELECT max(number) + 1 FROM posting));
END $$;

-- A spell that an event ended was first known with the end that it would have had otherwise: the 16th birthday, or none.
INSERT INTO spell (subject_id, area_id, rule, measure, category, sex, born, during, posted, withdrawn)
SELECT d.subject_id, d.area_id, d.rule, d.measure, d.category, d.sex, d.born, v.during, p.number, w.number
FROM derived d
JOIN known begun ON begun.subject_id = d.subject_id AND begun.day = lower(d.during)
LEFT JOIN known ended ON ended.subject_id = d.subject_id AND ended.day = upper(d.during)
    AND upper(d.during) IS DISTINCT FROM d.grown
CROSS JOIN LATERAL (
    SELECT daterange(lower(d.during), d.grown) AS during, begun.known_on AS posted_on, ended.known_on AS withdrawn_on
    WHERE begun.known_on < ended.known_on
    UNION ALL
    SELECT d.during, coalesce(ended.known_on, begun.known_on), NULL
) v
JOIN posting p ON p.day = v.posted_on
LEFT JOIN posting w ON w.day = v.withdrawn_on
ORDER BY p.number, d.subject_id, d.measure, d.category, lower(d.during);
