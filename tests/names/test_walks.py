"""Whether a page is sorted or walked to, it is that of sorting everybody: thirty thousand people, page by page."""

import asyncpg
import httpx
import pytest

from service.domain.names import search

HERE, DAY = "12145", "2018-06-30"
ALL = """
SELECT c.full_name, (
    SELECT min(r.n) FROM unnest($1::text[]) WITH ORDINALITY r (condition, n)
    WHERE name_words(c.full_name) @@ r.condition::tsquery) AS rank
FROM child c
JOIN residence r ON r.child_id = c.id
JOIN area_version v ON v.area_id = r.area_id AND v.during @> date '2018-06-30'
WHERE $2::text IS NULL OR v.code = $2
ORDER BY rank, name_order(c.full_name), c.id LIMIT 120
"""
# Of each way through: few and many, by a given name that fills a page or does not, whole, begun, alone and beside
# others, with marks and without.
TYPED = [
    "dung", "thi", "nguyen", "nguyen thi", "nguyen van", "tran minh", "le thi anh", "Nguyễn Thị", "Anh", "ly",
    "h", "n", "nguyen h", "nguyen thi h", "tran ngoc nh", "nguyen thi ng", "Nguyễn thị d", "q", "thi nguyen",
    "hoang hoang q",
]  # fmt: skip


@pytest.mark.parametrize("commune", [None, HERE])
@pytest.mark.parametrize("typed", TYPED)
async def test_pages_are_those_of_sorting_everybody(
    among_people: httpx.AsyncClient, people: str, typed: str, commune: str | None
) -> None:
    owner = await asyncpg.connect(people)
    ranks = [rank.condition for rank in search(typed).ranks]
    everybody = await owner.fetch(ALL, ranks, commune)
    await owner.close()
    shown: list[str] = []
    cursor: dict[str, str] = {}
    where = {"commune": commune, "on": DAY} if commune else {}
    for limit in (7, 43, 50):
        answer = await among_people.get("/v1/children", params={"q": typed, "limit": limit} | where | cursor)
        shown += [item["full_name"] for item in answer.json()["items"]]
        if answer.json()["next"] is None:
            break
        cursor = {"cursor": answer.json()["next"]}
    assert shown == [row["full_name"] for row in everybody if row["rank"] is not None][: len(shown)]
    assert len(shown) == min(100, sum(row["rank"] is not None for row in everybody))
