"""The document of the API, told once."""

import httpx

ADDRESS = "/openapi.json"


async def test_who_has_the_document_is_told_that_it_is_unchanged(client: httpx.AsyncClient) -> None:
    del client.headers["Authorization"]
    told = await client.get(ADDRESS)
    assert told.json()["openapi"].startswith("3.1")
    assert told.headers["cache-control"] == "public, no-cache"
    again = await client.get(ADDRESS, headers={"If-None-Match": told.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = await client.get(ADDRESS, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, told.content)
