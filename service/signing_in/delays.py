"""How long to wait between attempts to sign in: kept in the database, where no restart and no other process forgets it.

An attempt is a failure until the password was right: however many come at once, only so many are let through. Whether
an account of the name exists makes no difference.
"""

from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service.domain.refusal import Refusal

FREE = 5  # failures after which nobody waits
LONGEST_FOR_NAME = 60  # seconds: whoever guesses must not lock an officer out
LONGEST_FOR_ADDRESS = 900
FORGOTTEN = "interval '1 hour'"  # without an attempt

# One subject's attempt, unless it has to wait: who must wait is not counted again.
COUNTED = f"""
INSERT INTO sign_in_delay AS d (subject, failures, last_at, until) SELECT {{subject}}, 1, now(), now() {{rows}}
ON CONFLICT (subject) DO UPDATE SET (failures, last_at, until) = (
    SELECT n, now(), now() + interval '1 second'
           * CASE WHEN n > {FREE} THEN least(2 ^ least(n - {FREE} - 1, 20), {{longest}}) ELSE 0 END
    FROM (SELECT CASE WHEN d.last_at < now() - {FORGOTTEN} THEN 1 ELSE d.failures + 1 END AS n) counted)
WHERE d.until <= now()
RETURNING subject
"""
BY_ADDRESS = COUNTED.format(subject="CAST(:address AS bytea)", rows="", longest=LONGEST_FOR_ADDRESS)
BY_NAME = COUNTED.format(subject="CAST(:name AS bytea)", rows="FROM by_address", longest=LONGEST_FOR_NAME)
# The address first, everywhere: so no two attempts wait for each other, and who waits there burdens no name.
ATTEMPT = text(f"WITH by_address AS ({BY_ADDRESS}), by_name AS ({BY_NAME}) SELECT EXISTS (SELECT FROM by_name)")
WAIT = text("SELECT extract(epoch FROM max(until) - now()) FROM sign_in_delay WHERE subject IN (:address, :name)")
ADDRESS_SUCCEEDED = text("""
    UPDATE sign_in_delay SET failures = greatest(failures - 1, 0), until = least(until, now()) WHERE subject = :address
""")
NAME_SUCCEEDED = text("UPDATE sign_in_delay SET failures = 0, until = least(until, now()) WHERE subject = :name")
FORGET = f"DELETE FROM sign_in_delay WHERE last_at < now() - {FORGOTTEN}"


def subjects(name: str, address: str) -> dict[str, bytes]:
    return {
        "name": sha256(f"name {name}".encode()).digest(),
        "address": sha256(f"address {neighbourhood(address)}".encode()).digest(),
    }


def neighbourhood(address: str) -> str:
    """What one client has of addresses: of IPv6, a whole network."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if isinstance(found, IPv6Address) else str(found)


async def attempt(session: AsyncSession, name: str, address: str) -> Refusal | None:
    """Counts an attempt, or answers why there may be none now. To be committed before the password is looked at."""
    connection, both = await session.connection(), subjects(name, address)
    if (await connection.execute(ATTEMPT, both)).scalar_one():
        return None
    seconds = (await connection.execute(WAIT, both)).scalar_one()
    return Refusal("too_many_attempts", retry_after=str(max(1, ceil(seconds or 0))))


async def succeeded(session: AsyncSession, name: str, address: str) -> None:
    """Forgets the failures of the account, and of the address the one that was none."""
    connection, both = await session.connection(), subjects(name, address)
    await connection.execute(ADDRESS_SUCCEEDED, {"address": both["address"]})
    await connection.execute(NAME_SUCCEEDED, {"name": both["name"]})
