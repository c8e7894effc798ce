"""The golden set: what people type, and whom (or which place) they must find among the first ten."""

import csv
from collections import defaultdict

import httpx
import pytest

from tests.names.golden import FILE, population

FIRST = 10


async def test_of_the_golden_set_98_of_100_are_among_the_first_ten(
    among_people: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    """Recall: of the bearers of the name (of whom ten have room on a page), how many are shown. Precision: of those
    shown, how many bear it."""
    bearers: dict[tuple[str, str], int] = defaultdict(int)
    for name, commune in population():
        bearers[name, commune] += 1
        bearers[name, ""] += 1
    with FILE.open(encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) >= 400
    told: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for case in cases:
        place = case["way"].startswith("place_")
        where = {"commune": case["commune"], "on": "2018-06-30"} if case["commune"] else {}
        asked_for = (
            {"q": case["typed"], "limit": FIRST, "on": "2018-06-30"} if place else {"q": case["typed"], "limit": FIRST}
        )
        answer = await among_people.get("/v1/communes" if place else "/v1/children", params=asked_for | where)
        shown = [item["name" if place else "full_name"] for item in answer.json()["items"]]
        right = shown.count(case["name"])
        wanted = min(FIRST, max(right, 1) if place else bearers[case["name"], case["commune"]])
        if wanted:
            told[case["way"]].append((right / wanted, right / len(shown) if shown else 0))
    every = [result for results in told.values() for result in results]
    with capsys.disabled():
        for way, results in {**told, "all": every}.items():
            recall, precision = (sum(part) / len(results) for part in zip(*results, strict=True))
            print(  # noqa: T201 - what the set is for
                f"\n{way:16} {len(results):4} cases, recall@10 {recall:.3f}, precision {precision:.3f}",
                end="",
            )
    assert sum(recall for recall, _ in every) / len(every) >= 0.98
