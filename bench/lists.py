"""The first page of every combination of filters over HTTP, against a child by its id, for callers of several roles."""

import random
import statistics
import time
from collections.abc import Iterator, Mapping
from itertools import combinations
from urllib.parse import urlencode

import httpx

from bench.measuring import ratio
from bench.over_http import UNHINDERED, WITH_A_CASE, served, signed_in
from bench.province import COMMUNE, DAY, Province

ROUNDS = 5  # after one to warm up; the median of them
MORE = 60  # combinations of three to five filters, drawn
WANTED = 5
OF_CASES = {"assisted", "without_case", "without_intervention", "changed_since", "sort"}
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
    "sort": ("changed",),
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
# By role, whether it receives cases.
ROLES = {"province_officer": True, "district_officer": True, "commune_worker": True, "village_collaborator": False}
AGENCY = "service_provider"


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


def seconds(client: httpx.Client, path: str) -> float:
    """Of one request, the median of some."""
    taken = []
    for _ in range(ROUNDS + 1):
        begun = time.perf_counter()
        answer = client.get(path)
        taken.append(time.perf_counter() - begun)
        assert answer.status_code == 200, f"{path}: {answer.text}"
    return statistics.median(taken[1:])


async def lists(province: Province) -> None:
    """GET /v1/children and /v1/cases, the first page of each combination of filters, against a child by its id"""
    connection = await province.connected()
    ids = [row[0] for row in await connection.fetch(WITH_A_CASE)][:100]
    await connection.close()
    with served(province, **UNHINDERED) as address:
        officer = await signed_in(province)
        with httpx.Client(base_url=address, headers=officer) as client:
            by_id = statistics.median(seconds(client, f"/v1/children/{id_}") for id_ in ids)
        print(f"  a child by its id: {by_id * 1000:.2f} ms", flush=True)
        worst_of_all = 0.0
        for role in (*ROLES, AGENCY):
            receives = ROLES.get(role, False)
            questions = [f"/v1/children?{urlencode(asked | {'on': str(DAY)})}"
                         for asked in drawn(CHILDREN, set() if receives else OF_CASES)]  # fmt: skip
            if receives or role == AGENCY:
                questions += [f"/v1/cases?{urlencode(asked | {'on': str(DAY)})}" for asked in drawn(CASES, set())]
            with httpx.Client(base_url=address, headers=await signed_in(province, role)) as client:
                taken = sorted(((seconds(client, path), path) for path in questions), reverse=True)
            median = statistics.median(figure for figure, _ in taken)
            over = sum(figure > WANTED * by_id for figure, _ in taken)
            print(f"  {role}: {len(taken)} combinations, median {median * 1000:.2f} ms, {over} over {WANTED} x")
            for figure, path in taken[:5]:
                print(f"    {figure * 1000:8.2f} ms  {path}", flush=True)
            worst_of_all = max(worst_of_all, taken[0][0])
    ratio(worst_of_all / by_id, f"at most {WANTED} x, the worst of all combinations")
