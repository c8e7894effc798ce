"""A province of thirty thousand invented people, to look for somebody in."""

from collections.abc import AsyncIterator
from datetime import date

import asyncpg
import httpx
import pytest

from service import ledger
from service.embedded import Server
from tests.conftest import TODAY, clone
from tests.names.golden import population
from tests.signed_in import asked, served

BORN = date(2012, 5, 1)
FILL = """
WITH person AS (
    INSERT INTO child (id, full_name, sex, date_of_birth)
    SELECT lpad(to_hex(n), 32, '0')::uuid, name, 'unknown', $3 FROM unnest($1::text[]) WITH ORDINALITY p (name, n)
),
home AS (
    INSERT INTO home (child_id, area_id, born, changed)
    SELECT lpad(to_hex(n), 32, '0')::uuid, v.area_id, $3, now() FROM unnest($2::text[]) WITH ORDINALITY p (code, n)
    JOIN area_version v ON v.code = p.code AND v.during @> $3
)
INSERT INTO residence (child_id, area_id, during)
SELECT lpad(to_hex(n), 32, '0')::uuid, v.area_id, '[2012-05-01,)' FROM unnest($2::text[]) WITH ORDINALITY p (code, n)
JOIN area_version v ON v.code = p.code AND v.during @> $3
"""


@pytest.fixture(scope="session")
async def people(server: Server, template: str) -> str:
    """A province of thirty thousand invented people, for reading."""
    dsn = await clone(server, template, "people")
    connection = await asyncpg.connect(dsn)
    names, codes = zip(*population(), strict=True)
    await connection.execute(FILL, names, codes, BORN)
    await ledger.rebuild(connection, TODAY)
    await connection.execute("VACUUM ANALYZE child, child_name, residence, home, spell")
    await connection.close()
    return dsn


@pytest.fixture
async def among_people(people: str) -> AsyncIterator[httpx.AsyncClient]:
    async with asked(served(people, TODAY)) as client:
        yield client
