"""What an answer needs and nothing else: the statements of the bare opponents, for whoever may see everything."""

RESIDENCE_JSON = """json_build_object(
    'id', r.id, 'commune', json_build_object('code', v.code, 'name', v.name, 'kind', v.kind),
    'from', lower(r.during), 'until', upper(r.during), 'end_reason', r.end_reason)"""
CIRCUMSTANCE_JSON = """json_build_object(
    'id', m.id, 'category', m.category_code, 'kind', k.kind,
    'from', lower(m.during), 'until', upper(m.during), 'evidence', m.evidence)"""

CASE_JSON = """json_build_object(
    'id', f.id, 'child_id', f.child_id, 'kind', f.kind,
    'status', CASE WHEN f.closed_on IS NULL THEN 'open' ELSE 'closed' END,
    'opened_on', f.opened_on, 'closed_on', f.closed_on, 'outcome', f.outcome, 'reason', f.reason,
    'previous_case_id', f.previous_case_id,
    'interventions', coalesce((
        SELECT json_agg(json_build_object('id', i.id, 'measure', i.measure_code, 'started_on', i.started_on,
                                          'ended_on', i.ended_on, 'provider', i.provider) ORDER BY i.started_on, i.id)
        FROM intervention i WHERE i.case_id = f.id), '[]'))"""

ONE = f"""
SELECT c.version, json_build_object(
    'id', c.id, 'full_name', c.full_name, 'sex', c.sex, 'date_of_birth', c.date_of_birth,
    'date_of_birth_precision', c.date_of_birth_precision, 'personal_id', c.personal_id, 'ethnicity', c.ethnicity,
    'residences', coalesce((
        SELECT json_agg({RESIDENCE_JSON} ORDER BY lower(r.during))
        FROM residence r JOIN area_version v ON v.area_id = r.area_id AND v.during @> lower(r.during)
        WHERE r.child_id = c.id), '[]'),
    'circumstances', coalesce((
        SELECT json_agg({CIRCUMSTANCE_JSON} ORDER BY lower(m.during), k.position)
        FROM circumstance m JOIN category k ON k.code = m.category_code
        WHERE m.child_id = c.id), '[]'),
    'open_cases', coalesce((
        SELECT json_agg({CASE_JSON} ORDER BY f.opened_on, f.id)
        FROM case_file f WHERE f.child_id = c.id AND f.closed_on IS NULL), '[]')) AS record
FROM child c WHERE c.id = $1
"""

ITEM = """json_build_object(
    'id', c.id, 'full_name', c.full_name, 'sex', c.sex, 'date_of_birth', c.date_of_birth,
    'date_of_birth_precision', c.date_of_birth_precision,
    'commune', (SELECT json_build_object('code', v.code, 'name', v.name, 'kind', v.kind)
                FROM residence r JOIN area_version v ON v.area_id = r.area_id
                WHERE r.child_id = c.id AND r.during @> {shown_on}
                ORDER BY v.during @> {shown_on} DESC, lower(v.during) DESC NULLS LAST LIMIT 1))"""

# $1 day · $2 commune
PAGE = f"""
SELECT {ITEM.format(shown_on="$1::date")}, c.id
FROM child c JOIN residence home ON home.child_id = c.id AND (home.during @> $1::date) IS TRUE
WHERE c.date_of_birth <= $1 AND birthday(c.date_of_birth, 16) > $1
  AND home.area_id = (SELECT area_id FROM area_version WHERE code = $2 AND during @> $1)
ORDER BY c.id LIMIT 51
"""
