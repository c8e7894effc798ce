"""Two communes merge in mid-year: the same five targets asked before and after, on both maps, as known before and after
a late correction, explained down to the children, and sealed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from itertools import product
from typing import Any

import httpx

from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, opened, registered
from tests.signed_in import asked, served

PROGRAMME = "hung-yen-2016-2020"
BEFORE, AFTER = "2018-06-30", "2018-07-01"  # the last day of the old map, the first of the new one
EARLY, LATE = "2018-07-05", "2018-07-20"  # what was known before the correction, and after it
NEW = {"code": "12999", "name": "Phù Sơn", "kind": "commune"}
RESOLUTION = {
    "effective_on": AFTER,
    "legal_basis": "Nghị quyết 1/NQ",
    "units": [NEW],
    "changes": [{"change": "merged_into", "from": code, "to": NEW["code"]} for code in (PHU_UNG, BAC_SON)],
}
FIVE = ("special_rate", "at_risk_rate", "special_assisted_rate", "at_risk_assisted_rate", "model_communes")
# Counted by hand: numerator and denominator as known early and late. The correction: one special child was none.
EXPECTED = {
    "special_rate": ((3, 6), (2, 6)),
    "at_risk_rate": ((1, 6), (1, 6)),
    "special_assisted_rate": ((1, 3), (1, 2)),
    "at_risk_assisted_rate": ((0, 1), (0, 1)),
    "model_communes": ((2, None), (2, None)),
}


@asynccontextmanager
async def on(dsn: str, day: str) -> AsyncIterator[httpx.AsyncClient]:
    """The service on a day."""
    async with asked(served(dsn, date.fromisoformat(day))) as client:
        yield client


async def got(client: httpx.AsyncClient, path: str, **asked: Any) -> Any:
    answer = await client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def written(client: httpx.AsyncClient, path: str, body: Any, status: int = 201) -> Any:
    answer = await client.post(path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == status, answer.text
    return answer.json()


async def registers(client: httpx.AsyncClient) -> str:
    """Six children, three of them special (one assisted), one at risk; two sites. The address of the mistake."""
    mistake = ""
    for commune, number in ((PHU_UNG, 2), (BAC_SON, 2), (LAM_SON, 2)):
        for n in range(number):
            child = await registered(client, commune=commune, date_of_birth="2012-05-01")
            if n == 0:
                await written(client, f"{child}/circumstances", {"category": "d.2", "from": "2018-01-10"})
                mistake = child if commune == BAC_SON else mistake
            if n == 0 and commune == PHU_UNG:
                case = await opened(client, child)
                await written(client, f"{case}/interventions", {"measure": "support.1", "started_on": "2018-03-01"})
            if n == 1 and commune == LAM_SON:
                await written(client, f"{child}/circumstances", {"category": "poor_household", "from": "2018-02-01"})
    for commune in (PHU_UNG, BAC_SON):
        site = await written(client, "/v1/sites", {"commune": commune})
        await written(client, f"/v1/sites/{site['id']}/stages", {"stage": "completed", "from": "2018-01-01"})
    return mistake


def figures(answer: dict[str, Any]) -> tuple[int, int | None]:
    return answer["numerator"], answer["denominator"]


async def test_two_communes_merge_in_mid_year(empty_database: str) -> None:
    async with on(empty_database, "2018-06-29") as clerk:
        mistake = await registers(clerk)
    async with on(empty_database, BEFORE) as officer:
        first = await written(officer, "/v1/reports/editions", {"programme": PROGRAMME, "on": BEFORE})
        sealed = (await officer.get(f"/v1/reports/editions/{first['id']}/content")).content
    async with on(empty_database, "2018-07-02") as officer:
        tried = await written(officer, "/v1/areas/reforms?dry_run=true", RESOLUTION, 200)
        assert [(e["area"]["code"], e["children"]) for e in tried["effects"]] == [(PHU_UNG, 2), (BAC_SON, 2)]
        await written(officer, "/v1/areas/reforms", RESOLUTION)
    async with on(empty_database, "2018-07-10") as clerk:
        (circumstance,) = (await got(clerk, mistake))["circumstances"]
        gone = await clerk.delete(f"{mistake}/circumstances/{circumstance['id']}", headers={"If-Match": "*"})
        assert gone.status_code == 204, gone.text

    async with on(empty_database, LATE) as director:
        for day, on_map, (then, known) in product((BEFORE, AFTER), (BEFORE, AFTER), enumerate((EARLY, LATE))):
            asked = {"on": day, "map": on_map, "known": known}
            board = await got(director, f"/v1/programmes/{PROGRAMME}/scoreboard", **asked)
            told = {item["indicator"]: figures(item) for item in board["items"]}
            expected = {code: EXPECTED[code][then] for code in FIVE}
            if on_map == AFTER:
                expected["model_communes"] = (1, None)  # both sites lie in one commune now, which counts once
            assert told == expected
            for code in FIVE:
                await explained(director, code, asked)

        again = await got(director, f"/v1/reports/editions/{first['id']}/verify")
        assert (again["verified"], again["signature_valid"], again["differences"]) == (True, True, [])
        assert (await director.get(f"/v1/reports/editions/{first['id']}/content")).content == sealed
        second = await written(director, "/v1/reports/editions", {"programme": PROGRAMME, "on": BEFORE})
        changes = second["content"]["changes"]
        assert changes["since"]["id"] == first["id"]
        rate = next(indicator for indicator in changes["indicators"] if indicator["code"] == "special_rate")
        assert (figures(rate["before"]), figures(rate["after"])) == ((3, 6), (2, 6))
        assert [row["area"]["code"] for row in rate["communes"]] == [BAC_SON]
        assert [(c["cause"], c["out"]) for c in rate["causes"]] == [("delete_circumstance", 1)]


async def explained(director: httpx.AsyncClient, code: str, asked: dict[str, str]) -> None:
    """The rows add up to the whole, and each figure is as many children (or communes) as it says."""
    told = await got(director, f"/v1/indicators/{code}/attainment", by="commune", **asked)
    assert told["exact"]
    rows = {row["area"]["code"]: figures(row) for row in told["by"] if row["numerator"] or row["denominator"]}
    for side, name in enumerate(("numerator", "denominator")):
        if told[name] is None:
            continue
        assert sum(row[side] or 0 for row in rows.values()) == told[name]
        records = await got(director, f"/v1/indicators/{code}/records", side=name, count="true", **asked)
        assert records["total"] == len(records["items"]) == told[name]
        by_commune = [item["commune"]["code"] for item in records["items"]]
        assert {commune: by_commune.count(commune) for commune in by_commune} == {
            commune: row[side] for commune, row in rows.items() if row[side]
        }
        for item in records["items"]:
            assert item["entry"]["rule"] == f"{PROGRAMME}/1"
            assert item["entry"]["posted"]["day"] <= asked["known"]
    reasons = await got(director, f"/v1/indicators/{code}/explain", **asked)
    assert figures(reasons) == figures(told)
    assert reasons["why"]["steps"]
