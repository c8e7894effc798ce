-- Do records, spells and pages say the same? No row, as long as the ledger is sound. By a rule that is being posted, not
-- everyone is in the ledger yet.

DROP FUNCTION IF EXISTS ledger_differences;

CREATE FUNCTION ledger_differences()
RETURNS TABLE (difference text, area_id integer, rule smallint, measure text, category text, sex text, age_band text,
               month date, subjects bigint)
LANGUAGE sql STABLE SET work_mem = '256MB' AS $$
SELECT CASE WHEN gone THEN 'in the ledger, not in the records' ELSE 'in the records, not in the ledger' END, area_id, rule,
       measure, category, NULL, NULL, NULL::date, count(*)
FROM all_changed_spells()
WHERE gone OR rule NOT IN (SELECT p.rule FROM rule_posting p)
GROUP BY gone, area_id, rule, measure, category
UNION ALL
SELECT 'the home is not where the records say', coalesce(h.area_id, l.area_id), NULL::smallint, NULL, NULL, NULL, NULL,
       NULL::date, count(*)
FROM home h FULL JOIN told_homes() l USING (child_id)
WHERE (h.area_id, h.born, h.changed) IS DISTINCT FROM (l.area_id, l.born, l.changed)
GROUP BY 2
UNION ALL
SELECT 'what the child is found by is not what the records say', NULL, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
FROM child_name n FULL JOIN told_names() t USING (child_id)
WHERE (n.full_name, n.areas) IS DISTINCT FROM (t.full_name, t.areas) OR n.child_id IS NULL OR t.child_id IS NULL
HAVING count(*) > 0
UNION ALL
SELECT 'the care is not what the cases say', h.area_id, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
FROM care k
FULL JOIN care_given(ARRAY(SELECT f.child_id FROM case_file f)) g USING (child_id)
LEFT JOIN home h USING (child_id)
WHERE (k.born, k.open, k.assisted, k.given_on) IS DISTINCT FROM (g.born, g.open, g.assisted, g.given_on)
GROUP BY 2
UNION ALL
-- A total may begin with months of nothing; a missing page of such a month says the same.
SELECT 'the page is not what the spells say', area_id, rule, measure, category, sex, age_band, month, NULL
FROM all_expected_pages() e
FULL JOIN (
    SELECT area_id, rule, measure, category, sex, age_band, month, opening, running, false AS total
    FROM page JOIN cell ON cell.id = page.cell_id
    UNION ALL
    SELECT area_id, rule, measure, 'all', 'all', 'all', month, opening, running, true FROM total_page
) p USING (area_id, rule, measure, category, sex, age_band, month)
WHERE (coalesce(e.opening, 0), coalesce(e.running, array_fill(0, ARRAY[31])))
      IS DISTINCT FROM (coalesce(p.opening, 0), coalesce(p.running, array_fill(0, ARRAY[31])))
   OR p.opening IS NULL
   OR (e.opening IS NULL AND NOT p.total)
UNION ALL
SELECT 'the touch is not what the postings say', coalesce(t.area_id, p.area_id), NULL, NULL, NULL, NULL, NULL,
       coalesce(t.day, p.day), NULL
FROM touch t FULL JOIN posted_touches() p USING (area_id, day)
WHERE t.day IS NULL OR p.day IS NULL
$$;
