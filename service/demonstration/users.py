"""The users of the demonstration: one for each role, named after it, all with one password."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from service.demonstration import agencies
from service.demonstration.agencies import (
    CENTRE,
    COMMITTEE,
    DEPARTMENT,
    INSPECTORATE,
    OFFICE,
    POLICE,
    REGISTRY,
    SCHOOL,
    STATION,
    Agency,
)
from service.domain.access import ROLES
from service.signing_in.passwords import ARGON2ID, matches, normalised

PROVINCE, DISTRICT, COMMUNE = "33", "329", "12145"  # Hưng Yên, Ân Thi, Phù Ủng


@dataclass(frozen=True)
class User:
    """Who has a role in the demonstration."""

    full_name: str
    area: str
    agency: Agency
    kind: str = "person"


USERS = {
    "administrator": User("Nguyễn Quang Vinh", PROVINCE, DEPARTMENT),
    "province_officer": User("Trần Thị Minh Nguyệt", PROVINCE, DEPARTMENT),
    "district_officer": User("Lê Văn Thắng", DISTRICT, OFFICE),
    "commune_worker": User("Phạm Thị Hoa", COMMUNE, COMMITTEE),
    "commune_chair": User("Hoàng Văn Bình", COMMUNE, COMMITTEE),
    "village_collaborator": User("Vũ Thị Lan", COMMUNE, COMMITTEE),
    "police": User("Đặng Đình Cường", COMMUNE, POLICE),
    "health": User("Bùi Thị Thu Hà", COMMUNE, STATION),
    "school": User("Đỗ Thị Kim Oanh", COMMUNE, SCHOOL),
    "justice": User("Ngô Văn Sơn", COMMUNE, REGISTRY),
    "service_provider": User("Dương Thị Hạnh", PROVINCE, CENTRE),
    "inspector": User("Phan Đức Long", PROVINCE, INSPECTORATE),
    "analyst": User("Đinh Thị Thanh Tâm", PROVINCE, DEPARTMENT),
    "integration": User("Trục liên thông dữ liệu tỉnh Hưng Yên", PROVINCE, DEPARTMENT, "client"),
}
assert USERS.keys() == ROLES.keys()

USER = """
WITH made AS (INSERT INTO account (name, kind, full_name) VALUES ($1, $2, $3) RETURNING id),
proof AS (INSERT INTO credential (account_id, hash) SELECT id, $4 FROM made),
assigned AS (
    INSERT INTO assignment (account_id, role, area_id, agency_id, during)
    SELECT made.id, $1, v.area_id, (SELECT id FROM agency WHERE id = $6 OR name = $7 LIMIT 1), '[2016-01-01,)'
    FROM made, area_version v WHERE v.code = $5 AND v.during @> '2016-01-01'::date
    RETURNING id, area_id
)
INSERT INTO assignment_area (assignment_id, area_id) SELECT id, reach_of(area_id) FROM assigned
"""
# The own list of the collaborator: children who live in the commune today.
LIST = """
INSERT INTO assignment_child (assignment_id, child_id)
SELECT a.id, c.id
FROM account u
JOIN assignment a ON a.account_id = u.id
JOIN assignment_area s ON s.assignment_id = a.id
JOIN home h ON h.area_id = s.area_id
JOIN child c ON c.id = h.child_id
JOIN residence r ON r.child_id = c.id AND upper_inf(r.during)
CROSS JOIN register
WHERE u.name = 'village_collaborator' AND birthday(c.date_of_birth, 16) > coalesce(fixed_today, current_date)
ORDER BY c.id LIMIT 30
"""
# A name alone does not tell: a real account may have the same.
PRESENT = """
SELECT id FROM account JOIN unnest($1::text[], $2::text[]) AS made (name, full_name) USING (name, full_name)
WHERE disabled_at IS NULL
"""
HASHES = "SELECT DISTINCT hash FROM credential WHERE account_id = ANY($1)"
SET = "UPDATE credential SET hash = $2, changed_at = now() WHERE account_id = ANY($1)"


async def add(connection: asyncpg.Connection, password: str) -> None:
    """Makes the users of a register that holds the demonstration's records and has no accounts."""
    await agencies.add(connection)
    proof = ARGON2ID.hash(normalised(password))  # once: each costs as much as thousands of children
    rows = [(role, u.kind, u.full_name, proof, u.area, u.agency.id, u.agency.name) for role, u in USERS.items()]
    await connection.executemany(USER, rows)
    await connection.execute(LIST)


async def present(connection: asyncpg.Connection) -> list[UUID]:
    """The accounts of the demonstration that can sign in."""
    full_names = [user.full_name for user in USERS.values()]
    return [row["id"] for row in await connection.fetch(PRESENT, list(USERS), full_names)]


async def set_password(connection: asyncpg.Connection, password: str) -> bool:
    """Gives the users this password. Answers whether it was another."""
    accounts = await present(connection)
    hashes = await connection.fetch(HASHES, accounts)
    if all(matches(row["hash"], normalised(password)) for row in hashes):
        return False
    await connection.execute(SET, accounts, ARGON2ID.hash(normalised(password)))
    return True
