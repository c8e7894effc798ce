"""Who does not see the records of an area is told rounded figures of closed quarters, as known at their close."""

from collections.abc import AsyncIterator
from datetime import date
from uuid import UUID

import asyncpg
import httpx
import pytest

from service.domain.procedure.conditions import WhyNot
from service.domain.small_numbers import Reason
from service.reasons import REASONS
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, opened, registered
from tests.signed_in import COMMUNE, DISTRICT, PROVINCE, made

CLOSE, LAST_CLOSE = "2018-06-30", "2020-09-30"
SPECIAL = "/v1/indicators/special_rate/attainment"
ASSISTED = "/v1/indicators/special_assisted_rate/attainment"
SERIES = "/v1/indicators/special_rate/series"
RECORDS = "/v1/indicators/special_rate/records"
SCOREBOARD = "/v1/programmes/hung-yen-2016-2020/scoreboard"
FIRST_OF_2016 = date(2016, 1, 1)
Signed = dict[str, str]


async def known_since(connection: asyncpg.Connection, day: date) -> None:
    """As if everything had been posted on a day."""
    await connection.execute("ALTER TABLE posting DISABLE TRIGGER posting_kept")
    await connection.execute("UPDATE posting SET day = $1", day)
    await connection.execute("SELECT remake_touches()")
    await connection.execute("ALTER TABLE posting ENABLE TRIGGER posting_kept")


@pytest.fixture
async def connected(empty_database: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(empty_database)
    yield connection
    await connection.close()


@pytest.fixture
async def province(client: httpx.AsyncClient, connected: asyncpg.Connection) -> httpx.AsyncClient:
    """Eight special children in Phù Ủng, three of them assisted, and four others in Lam Sơn; all known since 2016."""
    for n in range(12):
        address = await registered(client, full_name=f"Trẻ Số {n}", commune=PHU_UNG if n < 8 else LAM_SON)
        if n < 8:
            await client.post(f"{address}/circumstances", json={"category": "d", "from": "2017-07-01"})
        if n < 3:
            case = await opened(client, address)
            await client.post(f"{case}/interventions", json={"measure": "support.1", "started_on": "2018-03-01"})
    site = (await client.post("/v1/sites", json={"commune": BAC_SON})).headers["location"]
    await client.post(f"{site}/stages", json={"stage": "completed", "from": "2018-01-01"})
    await known_since(connected, FIRST_OF_2016)
    return client


@pytest.fixture
async def analyst(connected: asyncpg.Connection) -> Signed:
    return await made(connected, UUID(int=2), "analyst", PROVINCE)


@pytest.fixture
async def worker(connected: asyncpg.Connection) -> Signed:
    return await made(connected, UUID(int=3), "commune_worker", COMMUNE)


def figures(told: dict[str, object]) -> tuple[object, ...]:
    return tuple(told[name] for name in ("numerator", "denominator", "value", "status", "gap"))


async def reason(client: httpx.AsyncClient, path: str, signed: Signed) -> str:
    """Why it is refused, in a problem document that says so in both languages."""
    answers = [await client.get(path, headers={**signed, "Accept-Language": language}) for language in ("vi", "en")]
    assert [(a.status_code, a.json()["type"]) for a in answers] == [(403, "/problems/aggregates_only")] * 2, path
    (code,) = {a.json()["reason"] for a in answers}
    assert {"vi": answers[0].json()["detail"], "en": answers[1].json()["detail"]} == REASONS[code]
    return code


async def test_an_analyst_is_told_rounded_counts_and_what_follows_from_them(
    province: httpx.AsyncClient, analyst: Signed
) -> None:
    exact = (await province.get(f"{ASSISTED}?on={CLOSE}&by=commune")).json()
    told = (await province.get(f"{ASSISTED}?on={CLOSE}&by=commune", headers=analyst)).json()
    assert (exact["rounded"], *figures(exact)) == (False, 3, 8, "0.375000", "behind", 5)
    assert (told["rounded"], *figures(told)) == (True, 5, 10, "0.500000", "behind", 4)
    assert (told["on"], told["map"], told["known"]) == (CLOSE, CLOSE, CLOSE)
    rows = {row["area"]["code"]: figures(row) for row in told["by"]}
    assert len(rows) == 161
    assert rows[PHU_UNG] == figures(told)
    assert rows[LAM_SON] == (0, 0, None, "not_measurable", None)
    whole = (await province.get(f"{SPECIAL}?on={CLOSE}&by=commune", headers=analyst)).json()
    rows = {row["area"]["code"]: figures(row)[:2] for row in whole["by"]}
    assert (figures(whole)[:2], rows[PHU_UNG], rows[LAM_SON]) == ((10, 10), (10, 10), (0, 5)), "rows need not add up"


async def test_counts_of_communes_are_rounded_too(province: httpx.AsyncClient, analyst: Signed) -> None:
    path = f"/v1/indicators/model_communes/attainment?on={CLOSE}"
    assert figures((await province.get(path)).json()) == (1, None, "1", "behind", 29)
    assert figures((await province.get(path, headers=analyst)).json()) == (0, None, "0", "behind", 30)


async def test_no_day_is_the_last_closed_quarter(province: httpx.AsyncClient, analyst: Signed) -> None:
    for path in (SPECIAL, SCOREBOARD):
        told, named = [(await province.get(path + on, headers=analyst)).json() for on in ("", f"?on={LAST_CLOSE}")]
        assert told == named
        assert (told["on"], told["known"], told["rounded"]) == (LAST_CLOSE, LAST_CLOSE, True)
    assert (await province.get(SPECIAL)).json()["on"] == "2020-12-31"


async def test_the_scoreboard_is_rounded(province: httpx.AsyncClient, analyst: Signed) -> None:
    items = (await province.get(f"{SCOREBOARD}?on={CLOSE}", headers=analyst)).json()["items"]
    for item in items:
        one = await province.get(f"/v1/indicators/{item['indicator']}/attainment?on={CLOSE}", headers=analyst)
        assert one.json() == item | {"rounded": True, "known": CLOSE}
    assert [figures(item)[:2] for item in items] == [(10, 10), (0, 10), (5, 10), (0, 0), (0, None)]


async def test_a_series_is_of_closed_quarters_each_as_known_at_its_close(
    province: httpx.AsyncClient, analyst: Signed
) -> None:
    told = (await province.get(SERIES, headers=analyst)).json()
    assert (told["rounded"], told["known"], told["map"]) == (True, "on", "2016-01-01")
    assert [item["on"] for item in told["items"]][0::18] == ["2016-03-31", LAST_CLOSE]
    for item in told["items"][3:12:4]:
        one = (await province.get(f"{SPECIAL}?on={item['on']}", headers=analyst)).json()
        assert {name: one[name] for name in item} == item
    years = (await province.get(f"{SERIES}?every=year", headers=analyst)).json()["items"]
    assert [item["on"] for item in years] == [f"{year}-12-31" for year in range(2016, 2020)]
    until = (await province.get(f"{SERIES}?every=quarter&until=2020-12-31", headers=analyst)).json()["items"]
    assert until == told["items"], "the day on which a range ends is not in it"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"{SPECIAL}?on=2018-06-29", Reason.NOT_A_QUARTER_END),
        (f"{SCOREBOARD}?on=2018-05-31", Reason.NOT_A_QUARTER_END),
        (f"{SPECIAL}?on=2020-12-31", Reason.QUARTER_NOT_CLOSED),
        (f"{SPECIAL}?on={CLOSE}&map=2018-07-01", Reason.OTHER_MAP),
        (f"{SPECIAL}?on={CLOSE}&known=2020-12-31", Reason.KNOWN_OTHERWISE),
        (f"{SPECIAL}?on={CLOSE}&by=commune&sex=male", Reason.TWO_BREAKDOWNS),
        (f"{SPECIAL}?on={CLOSE}&area={PHU_UNG}&category=d", Reason.TWO_BREAKDOWNS),
        (f"{SPECIAL}?on={CLOSE}&sex=male&age_band=6-10", Reason.TWO_BREAKDOWNS),
        (f"{SERIES}?every=quarter&sex=male&area=329", Reason.TWO_BREAKDOWNS),
        (f"{SERIES}?every=month", Reason.NOT_QUARTERLY),
        (f"{SERIES}?every=quarter&until=2021-01-01", Reason.QUARTER_NOT_CLOSED),
        (f"{SERIES}?every=quarter&known=2020-12-31", Reason.KNOWN_OTHERWISE),
        (f"{SERIES}?from=2018-01-01&until=2018-01-31&area=329&sex=male", Reason.TWO_BREAKDOWNS),
    ],
)
async def test_anything_else_is_refused_with_the_reason(
    client: httpx.AsyncClient, analyst: Signed, path: str, expected: Reason
) -> None:
    assert await reason(client, path, analyst) == expected


@pytest.mark.parametrize(
    "asked",
    [
        f"area={PHU_UNG}&by=commune",
        "by=district",
        "sex=female",
        "age_band=6-10",
        "category=d",
        f"area={PROVINCE}&sex=male",
        f"map={CLOSE}&known={CLOSE}",
    ],
)
async def test_one_breakdown_is_answered(client: httpx.AsyncClient, analyst: Signed, asked: str) -> None:
    answer = await client.get(f"{SPECIAL}?on={CLOSE}&{asked}", headers=analyst)
    assert (answer.status_code, answer.json()["rounded"]) == (200, True)


async def test_a_part_is_rounded_as_it_was_known(province: httpx.AsyncClient, analyst: Signed) -> None:
    for part, expected in (("sex=female", (10, 10)), ("sex=male", (0, 0)), ("age_band=6-10", (10, 10))):
        told = (await province.get(f"{SPECIAL}?on={CLOSE}&{part}", headers=analyst)).json()
        assert figures(told)[:2] == expected


async def test_a_worker_is_told_everything_of_the_own_commune_and_aggregates_of_others(
    province: httpx.AsyncClient, worker: Signed
) -> None:
    own = await province.get(f"{ASSISTED}?on=2018-06-29&area={PHU_UNG}&by=commune&sex=female", headers=worker)
    assert (own.json()["rounded"], own.json()["known"], *figures(own.json())[:2]) == (False, "2020-12-31", 3, 8)
    today = (await province.get(f"{ASSISTED}?area={PHU_UNG}", headers=worker)).json()
    assert (today["on"], today["rounded"]) == ("2020-12-31", False)
    for area in ("", f"&area={LAM_SON}", "&area=329"):
        told = await province.get(f"{SPECIAL}?on={CLOSE}{area}", headers=worker)
        assert (told.status_code, told.json()["rounded"]) == (200, True)
        assert await reason(province, f"{SPECIAL}?on=2018-06-29{area}", worker) == Reason.NOT_A_QUARTER_END
    assert (await province.get(SPECIAL, headers=worker)).json()["on"] == LAST_CLOSE
    months = (await province.get(f"{SERIES}?area={PHU_UNG}", headers=worker)).json()
    assert (months["rounded"], len(months["items"])) == (False, 60)
    assert (await province.get(f"{SCOREBOARD}?area={PHU_UNG}", headers=worker)).json()["rounded"] is False


@pytest.mark.parametrize(
    ("role", "assigned", "asked", "rounded"),
    [
        ("province_officer", PROVINCE, LAM_SON, False),
        ("inspector", DISTRICT, PHU_UNG, False),
        ("district_officer", DISTRICT, DISTRICT, False),
        ("district_officer", DISTRICT, PROVINCE, True),
        ("district_officer", DISTRICT, LAM_SON, True),
        ("commune_chair", COMMUNE, COMMUNE, False),
        ("commune_chair", COMMUNE, DISTRICT, True),
        ("police", PROVINCE, COMMUNE, True),
        ("school", COMMUNE, COMMUNE, True),
        ("village_collaborator", COMMUNE, COMMUNE, True),
        ("administrator", PROVINCE, PROVINCE, True),
    ],
)
async def test_figures_are_exact_for_who_sees_the_records_within_the_assignment(
    client: httpx.AsyncClient, connected: asyncpg.Connection, role: str, assigned: str, asked: str, rounded: bool
) -> None:
    signed = await made(connected, UUID(int=4), role, assigned)
    answer = await client.get(f"{SPECIAL}?on={CLOSE}&area={asked}", headers=signed)
    assert (answer.status_code, answer.json()["rounded"]) == (200, rounded)


async def test_records_are_shown_of_the_own_area_alone(province: httpx.AsyncClient, worker: Signed) -> None:
    own = await province.get(f"{RECORDS}?on={CLOSE}&area={PHU_UNG}", headers=worker)
    assert len(own.json()["items"]) == 8
    for asked in (f"?on={CLOSE}", "", f"?on=2018-06-29&area={LAM_SON}"):
        assert await reason(province, RECORDS + asked, worker) == Reason.RECORDS_OF_ANOTHER_AREA


async def test_what_is_posted_after_the_close_changes_no_rounded_figure(
    province: httpx.AsyncClient, analyst: Signed
) -> None:
    paths = [f"{SPECIAL}?on={CLOSE}&by=commune", f"{SCOREBOARD}?on={CLOSE}", SERIES]
    before = [(await province.get(path, headers=analyst)).json() for path in paths]
    for _ in range(5):
        address = await registered(province, commune=LAM_SON)
        await province.post(f"{address}/circumstances", json={"category": "d", "from": "2017-07-01"})
    address = (await province.get(f"{RECORDS}?on={CLOSE}")).json()["items"][0]["child_id"]
    await province.delete(f"/v1/children/{address}", headers={"If-Match": "*"})
    assert figures((await province.get(f"{SPECIAL}?on={CLOSE}")).json())[:2] == (12, 16)
    assert [(await province.get(path, headers=analyst)).json() for path in paths] == before


async def test_an_etag_is_of_what_the_caller_may_see(
    province: httpx.AsyncClient, analyst: Signed, worker: Signed
) -> None:
    path = f"{SPECIAL}?on={CLOSE}"
    etags = []
    for signed in ({}, analyst, worker):
        etags.append((await province.get(path, headers=signed)).headers["etag"])
        again = await province.get(path, headers={**signed, "If-None-Match": etags[-1]})
        assert (again.status_code, again.headers["vary"]) == (304, "Accept-Language, Authorization, Accept-Encoding")
    assert len(set(etags)) == 3
    assert (await province.get(path, headers={**analyst, "If-None-Match": etags[0]})).status_code == 200


def test_every_reason_has_its_words() -> None:
    assert set(REASONS) == {*Reason, *WhyNot}
    assert all(set(words) == {"vi", "en"} and all(words.values()) for words in REASONS.values())
