"""What is asked of the register after every crash (tests/journeys/test_hard_kills.py) finds what it is to find."""

import asyncpg
import httpx
import pytest

from tests.journeys.killing import OFF_THE_RECORD
from tests.routers.api import opened, registered

UNSOUND = {
    "a record that is not as its history left it": """
        ALTER TABLE child DISABLE TRIGGER USER;
        UPDATE child SET sex = 'male'
    """,
    "a change by nobody": "UPDATE child SET sex = 'male'",
    "a change on record that was not made": """
        INSERT INTO access (role, purpose, action) VALUES ('inspector', 'inspection', 'create_child')
    """,
}


@pytest.mark.parametrize("unsound", UNSOUND)
async def test_a_change_without_its_record_or_a_record_without_its_change_is_found(
    client: httpx.AsyncClient, empty_database: str, unsound: str
) -> None:
    await opened(client, await registered(client))
    owner = await asyncpg.connect(empty_database)
    assert await owner.fetch(OFF_THE_RECORD) == []
    await owner.execute(UNSOUND[unsound])
    assert {row[0] for row in await owner.fetch(OFF_THE_RECORD)} == {unsound}
    await owner.close()
