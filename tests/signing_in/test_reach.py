"""Which areas an assignment reaches, through the reforms that really happened."""

import asyncpg
import pytest

BEFORE, AFTER = "2016-01-01", "2025-07-01"


async def reached(connection: asyncpg.Connection, code: str, day: str) -> set[int]:
    area = "(SELECT area_id FROM area_version WHERE code = $1 AND during @> $2::text::date)"
    rows = [row[0] for row in await connection.fetch(f"SELECT * FROM reach_of({area})", code, day)]
    assert len(set(rows)) == len(rows)
    return set(rows)


async def areas(connection: asyncpg.Connection, day: str, *codes: str) -> set[int]:
    statement = "SELECT area_id FROM area_version WHERE code = ANY($1) AND during @> $2::text::date"
    found = {row[0] for row in await connection.fetch(statement, codes, day)}
    assert len(found) == len(codes)
    return found


async def within(connection: asyncpg.Connection, code: str, day: str) -> set[int]:
    statement = """
    SELECT w.area_id FROM area_within w JOIN area_version v ON v.area_id = w.ancestor_id
    WHERE v.code = $1 AND v.during @> $2::text::date AND w.during @> $2::text::date
    """
    return {row[0] for row in await connection.fetch(statement, code, day)}


async def successors(connection: asyncpg.Connection, of: set[int]) -> set[int]:
    statement = "SELECT successor_id FROM area_change WHERE predecessor_id = ANY($1) AND successor_id IS NOT NULL"
    return {row[0] for row in await connection.fetch(statement, of)}


async def test_a_commune_reaches_what_it_was_merged_into_and_none_of_the_others_merged(
    connection: asyncpg.Connection,
) -> None:
    own = await areas(connection, BEFORE, "12145")
    assert await reached(connection, "12145", BEFORE) == own | await successors(connection, own)
    assert not await reached(connection, "12145", BEFORE) & await areas(connection, BEFORE, "12148", "12151", "12154")


async def test_a_merged_commune_reaches_all_that_it_was_made_of(connection: asyncpg.Connection) -> None:
    parts = await areas(connection, BEFORE, "12145", "12148", "12151", "12154")
    (whole,) = await successors(connection, parts)
    code = await connection.fetchval("SELECT code FROM area_version WHERE area_id = $1", whole)
    assert await reached(connection, code, AFTER) == parts | {whole}


async def test_a_district_that_is_no_more_reaches_its_communes_and_what_became_of_them(
    connection: asyncpg.Connection,
) -> None:
    district = await within(connection, "329", BEFORE)
    assert len(district) == 22
    found = await reached(connection, "329", BEFORE)
    assert found == district | await successors(connection, district)
    assert len(found) > len(district)
    assert not found & await areas(connection, BEFORE, "33", "330")


@pytest.mark.parametrize(("day", "both"), [(BEFORE, False), (AFTER, True)])
async def test_a_province_reaches_the_other_that_it_was_merged_with_only_as_the_merged_one(
    connection: asyncpg.Connection, day: str, both: bool
) -> None:
    found = await reached(connection, "33", day)
    assert await within(connection, "33", BEFORE) <= found
    assert await within(connection, "33", day) <= found
    other = await areas(connection, "2025-06-30", "34")
    assert (other <= found) is both
    communes = await within(connection, "34", "2025-06-30") - other
    assert communes
    assert (communes <= found) is both
    assert bool(communes & found) is both
