"""The worker of a cluster names the rule that was broken in its message alone, and that is enough."""

import asyncpg
import httpx
import pytest

from tests.routers.api import child, refusal

# As it arrives from another node: the state and the words, and no field that names the constraint.
BREAK = """
CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{message}' USING ERRCODE = '{state}';
END $$;
CREATE TRIGGER broken BEFORE INSERT ON child FOR EACH ROW EXECUTE FUNCTION broken();
"""
DUPLICATE, CHECK = (
    "duplicate key value violates unique constraint",
    'new row for relation "child_102008" violates check',
)


@pytest.mark.parametrize(
    ("state", "message", "problem"),
    [
        ("23505", f'{DUPLICATE} "child_personal_id_taken"', (409, "child_personal_id_taken", [])),
        ("23505", f'{DUPLICATE} "child_pkey"', (409, "id_taken", [])),
        ("23514", f'{CHECK} constraint "child_sex"', (422, "invalid", [])),
    ],
)
async def test_a_constraint_that_only_the_message_names_is_its_problem(
    client: httpx.AsyncClient, empty_database: str, state: str, message: str, problem: tuple[int, str, list[str]]
) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(BREAK.format(message=message, state=state))
    assert refusal(await client.post("/v1/children", json=child())) == problem
    assert await connection.fetchval("SELECT count(*) FROM child") == 0
    await connection.close()
