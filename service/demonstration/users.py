"""The users of the demonstration: one for each role, named after it, all with one password."""

from dataclasses import dataclass

import asyncpg
from argon2.exceptions import VerificationError

from service.domain.access import ROLES
from service.register import RegisterNotEmptyError
from service.signing_in.passwords import ARGON2ID, normalised

PROVINCE, DISTRICT, COMMUNE = "33", "329", "12145"  # Hưng Yên, Ân Thi, Phù Ủng

AGENCIES = {
    "Sở Lao động - Thương binh và Xã hội tỉnh Hưng Yên": "department",
    "Phòng Lao động - Thương binh và Xã hội huyện Ân Thi": "department",
    "Ủy ban nhân dân xã Phù Ủng": "people_committee",
    "Công an xã Phù Ủng": "police",
    "Trạm Y tế xã Phù Ủng": "health",
    "Trường Tiểu học và Trung học cơ sở Phù Ủng": "school",
    "Bộ phận Tư pháp - Hộ tịch xã Phù Ủng": "justice",
    "Trung tâm Công tác xã hội tỉnh Hưng Yên": "service_provider",
    "Thanh tra tỉnh Hưng Yên": "inspectorate",
}
DEPARTMENT, OFFICE, COMMITTEE, POLICE, STATION, SCHOOL, REGISTRY, CENTRE, INSPECTORATE = AGENCIES


@dataclass(frozen=True)
class User:
    """Who has a role in the demonstration."""

    full_name: str
    area: str
    agency: str
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

AGENCY = "INSERT INTO agency (name, kind, during) VALUES ($1, $2, '[2016-01-01,)')"
USER = """
WITH made AS (INSERT INTO account (name, kind, full_name) VALUES ($1, $2, $3) RETURNING id),
proof AS (INSERT INTO credential (account_id, hash) SELECT id, $4 FROM made),
assigned AS (
    INSERT INTO assignment (account_id, role, area_id, agency_id, during)
    SELECT made.id, $1, v.area_id, (SELECT id FROM agency WHERE name = $6), '[2016-01-01,)'
    FROM made, area_version v WHERE v.code = $5 AND v.during @> '2016-01-01'::date
    RETURNING id, area_id
)
INSERT INTO assignment_area (assignment_id, area_id) SELECT id, reach_of(area_id) FROM assigned
"""
HASHES = "SELECT DISTINCT hash FROM credential JOIN account ON id = account_id WHERE name = ANY($1)"
SET = "UPDATE credential SET hash = $2, changed_at = now() FROM account WHERE id = account_id AND name = ANY($1)"
PRESENT = (
    "SELECT count(*) FROM account JOIN unnest($1::text[], $2::text[]) AS made (name, full_name) USING (name, full_name)"
)


async def add(connection: asyncpg.Connection, password: str) -> None:
    """Makes the users, in a register without accounts, and says that it is the demonstration's."""
    if await connection.fetchval("SELECT EXISTS (SELECT FROM account)"):
        raise RegisterNotEmptyError
    await connection.execute("UPDATE register SET demonstration = true")
    await connection.executemany(AGENCY, AGENCIES.items())
    proof = ARGON2ID.hash(normalised(password))  # once: each costs as much as thousands of children
    rows = [(role, user.kind, user.full_name, proof, user.area, user.agency) for role, user in USERS.items()]
    await connection.executemany(USER, rows)


async def set_password(connection: asyncpg.Connection, password: str) -> None:
    """Gives the users this password, unless it is theirs."""
    for row in await connection.fetch(HASHES, list(USERS)):
        try:
            ARGON2ID.verify(row["hash"], normalised(password))
        except VerificationError:
            await connection.execute(SET, list(USERS), ARGON2ID.hash(normalised(password)))
            return


async def are_present(connection: asyncpg.Connection) -> bool:
    """Whether accounts of the demonstration can sign in."""
    present: bool = await connection.fetchval(PRESENT, list(USERS), [user.full_name for user in USERS.values()])
    return present
