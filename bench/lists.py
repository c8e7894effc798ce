"""The first page of every combination of filters over HTTP, against a child by its id, for callers of several roles."""

import random
import statistics
import time
from collections.abc import Iterator, Mapping
from itertools import combinations
from urllib.parse import urlencode

import httpx

from bench.measuring import ratio, told
from bench.over_http import UNHINDERED, WITH_A_CASE, served, signed_in
from bench.province import COMMUNE, DAY, Province

ROUNDS = 5  # after one to warm up; the median of them
MORE = 60  # combinations of three to five filters, drawn
WANTED = 5
OF_CASES = {"assisted", "without_case", "without_intervention", "changed_since"}
ONE_PLACE = {"commune", "area"}

Filters = Mapping[str, tuple[str, ...]]
CHILDREN: Filters = {
    "commune": (COMMUNE,),
    "area": ("33", "329"),
    "category": ("a", "poor_household"),
    "kind": ("special", "at_risk"),
    "assisted": ("true", "false"),
    "without_case": ("true", "false"),
    "without_intervention": ("true", "false"),
    "sex": ("female", "unknown"),
    "age_from": ("14",),
    "age_until": ("2",),
    "changed_since": ("2020-12-01T00:00:00Z", "2015-01-01T00:00:00Z"),
}
CASES: Filters = {
    "status": ("open", "closed"),
    "commune": (COMMUNE,),
    "area": ("33", "329"),
    "kind": ("protection", "support"),
    "opened_from": ("2018-06-01",),
    "opened_until": ("2014-03-01", "2018-06-15"),
    "sort": ("opened_on", "-opened_on"),
}
# By role, whether it receives cases; an agency receives its own part of some.
ROLES = {
    "province_officer": True,
    "district_officer": True,
    "commune_worker": True,
    "village_collaborator": False,
    "service_provider": False,
}


def drawn(filters: Filters, without: set[str]) -> Iterator[dict[str, str]]:
    """No filter, each alone, every two of them, and some of more: always the same."""
    every = [(name, value) for name, values in filters.items() if name not in without for value in values]
    yield {}
    chance = random.Random(1)
    more = (chance.sample(every, chance.randint(3, 5)) for _ in range(MORE))
    for chosen in (*((one,) for one in every), *combinations(every, 2), *more):
        asked = dict(chosen)
        kinds = {"a": "special", "poor_household": "at_risk"}
        of_one_kind = "category" not in asked or asked.get("kind") in (None, kinds[asked["category"]])
        if len(asked) == len(chosen) and not asked.keys() >= ONE_PLACE and of_one_kind:
            yield asked


def against(client: httpx.Client, path: str, by_id: str, officer: dict[str, str]) -> tuple[float, float, str]:
    """The page by a child, seconds of the page, and what was asked: medians of some, one after the other."""
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS + 1):
        for one, asked in zip(
            taken, (client.build_request("GET", path), client.build_request("GET", by_id, headers=officer)), strict=True
        ):
            begun = time.perf_counter()
            answer = client.send(asked)
            one.append(time.perf_counter() - begun)
            assert answer.status_code == 200, f"{asked.url.path}: {answer.text}"
    page, child = (statistics.median(one[1:]) for one in taken)
    return page / child, page, path


async def lists(province: Province) -> None:
    """GET /v1/children and /v1/cases, the first page of each combination of filters, against a child by its id"""
    connection = await province.connected()
    by_id = f"/v1/children/{await connection.fetchval(WITH_A_CASE)}"
    await connection.close()
    officer, worst = await signed_in(province), 0.0
    with served(province, **UNHINDERED) as address:
        for role, receives in ROLES.items():
            questions = [f"/v1/children?{urlencode(asked | {'on': str(DAY)})}"
                         for asked in drawn(CHILDREN, set() if receives else OF_CASES)]  # fmt: skip
            if role != "village_collaborator":
                questions += [f"/v1/cases?{urlencode(asked | {'on': str(DAY)})}" for asked in drawn(CASES, set())]
            with httpx.Client(base_url=address, headers=await signed_in(province, role)) as client:
                taken = sorted((against(client, path, by_id, officer) for path in questions), reverse=True)
            told(role, [page for _, page, _ in taken])
            over = sum(times > WANTED for times, _, _ in taken)
            middle = statistics.median(times for times, _, _ in taken)
            print(f"  {len(taken)} combinations, the median {middle:.1f} x, {over} over {WANTED} x; the slowest:")
            for times, page, path in taken[:5]:
                print(f"    {times:6.1f} x {page * 1000:8.2f} ms  {path}", flush=True)
            worst = max(worst, taken[0][0])
    ratio(worst, f"at most {WANTED} x, the worst of all combinations")
