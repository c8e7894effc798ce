"""Figures as they were published: sealed, proved again to the byte, and followed by editions that say what changed."""

import asyncio
import csv
import io
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from service.signing_in.keys import new_keys
from service.signing_in.tokens import Tokens
from tests.routers.api import LAM_SON, PHU_UNG, figures, refusal, registered
from tests.routers.test_known import CORRECTED, ON
from tests.routers.test_known import first as first
from tests.routers.test_populations import OFFICIAL, figure
from tests.routers.test_reforms import MERGER, NEW, SPLIT, applied
from tests.routers.test_rules import adopted, drafted
from tests.routers.test_targets import target
from tests.signed_in import OFFICER, PROVINCE, TOKENS, asked, headers, made, served

EDITIONS, PROGRAMME = "/v1/reports/editions", "hung-yen-2016-2020"
REFORM = "2025-07-01"
FIVE = ["special_rate", "at_risk_rate", "special_assisted_rate", "at_risk_assisted_rate", "model_communes"]


async def sealed(client: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await client.post(EDITIONS, json={"programme": PROGRAMME, "on": ON} | body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{EDITIONS}/{answer.json()['id']}"
    found: dict[str, Any] = answer.json()
    return found


async def verified(client: httpx.AsyncClient, edition: dict[str, Any]) -> dict[str, Any]:
    answer = await client.get(f"{EDITIONS}/{edition['id']}/verify")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def bytes_of(client: httpx.AsyncClient, edition: dict[str, Any]) -> bytes:
    return (await client.get(f"{EDITIONS}/{edition['id']}/content")).content


async def correct(dsn: str, first: list[str]) -> None:
    """In 2018, the circumstance of the first proves wrong, the second an error, and another was special too."""
    async with asked(served(dsn, date.fromisoformat(CORRECTED))) as clerk:
        (circumstance,) = (await clerk.get(first[0])).json()["circumstances"]
        for address in (f"{first[0]}/circumstances/{circumstance['id']}", first[1]):
            assert (await clerk.delete(address, headers={"If-Match": "*"})).status_code == 204
        late = await registered(clerk, commune=LAM_SON)
        await clerk.post(f"{late}/circumstances", json={"category": "d.2", "from": "2017-07-01"})


async def test_a_scoreboard_is_sealed_with_its_communes(client: httpx.AsyncClient, first: list[str]) -> None:
    edition = await sealed(client, note="Báo cáo sơ kết")
    content = edition["content"]
    assert (edition["number"], edition["previous"], content["changes"]) == (1, None, None)
    assert (content["on"], content["map"], content["note"], content["sealed_by"]) == (
        ON,
        ON,
        "Báo cáo sơ kết",
        "officer",
    )
    assert [indicator["code"] for indicator in content["indicators"]] == FIVE
    board = (await client.get(f"/v1/programmes/{PROGRAMME}/scoreboard?on={ON}")).json()
    for indicator, item in zip(content["indicators"], board["items"], strict=True):
        assert indicator["whole"] == {name: item[name] for name in indicator["whole"]}
        assert content["completeness"] == item["completeness"]
        assert indicator["target"] == item["target"]
        by = f"/v1/indicators/{item['indicator']}/attainment?on={ON}&by=commune"
        assert indicator["communes"] == (await client.get(by)).json()["by"]
    assert content["counting_rule"] == board["items"][0]["counting_rule"]
    assert (await client.get(f"{EDITIONS}/{edition['id']}")).json() == edition


async def test_a_sealed_edition_is_the_same_byte_for_byte_after_later_corrections(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    edition = await sealed(client)
    before = await bytes_of(client, edition)
    await correct(empty_database, first)
    assert await figures(client, "special_rate", ON) == (2, 5)
    told = await verified(client, edition)
    assert told == {
        "verified": True,
        "hash": edition["hash"],
        "content_hash": edition["hash"],
        "recomputed_hash": edition["hash"],
        "signature_valid": True,
        "key_published": True,
        "differences": [],
    }
    assert await bytes_of(client, edition) == before


@pytest.mark.parametrize(
    "body",
    [
        {"map": REFORM},
        {"area": PHU_UNG},
        {"area": "329"},
        {"area": "12148", "map": REFORM},
        {"on": "2020-12-31", "map": "2013-08-06"},
        {"on": "2020-12-31"},
    ],
)
async def test_it_is_proved_on_every_map_and_for_every_area(
    client: httpx.AsyncClient, empty_database: str, first: list[str], body: dict[str, str]
) -> None:
    for commune in ("11989", "12004", "12235"):  # divided, or into what no text says
        await client.post(
            f"{await registered(client, commune=commune)}/circumstances", json={"category": "d", "from": "2017-07-01"}
        )
    edition = await sealed(client, **body)
    await correct(empty_database, first)
    told = await verified(client, edition)
    assert (told["verified"], told["differences"]) == (True, [])
    assert (await verified(client, await sealed(client, **body)))["verified"]


async def test_the_next_edition_lists_what_changed_and_why(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    one = await sealed(client)
    await correct(empty_database, first)
    two = await sealed(client)
    changes = two["content"]["changes"]
    assert (two["number"], two["previous"]) == (2, one["id"])
    assert changes["since"] == {"id": one["id"], "number": 1, "posting": one["posting"], "hash": one["hash"]}
    assert changes["inputs"] == []
    (rate, *others) = changes["indicators"]
    assert {other["code"] for other in others} == {"at_risk_rate", "special_assisted_rate"}  # over the same children
    assert (rate["code"], rate["before"], rate["after"]) == (
        "special_rate",
        {"numerator": 3, "denominator": 5},
        {"numerator": 2, "denominator": 5},
    )
    assert {(c["cause"], c["side"]): (c["in"], c["out"]) for c in rate["causes"]} == {
        ("delete_circumstance", "numerator"): (0, 1),
        ("delete_child", "numerator"): (0, 1),
        ("delete_child", "denominator"): (0, 1),
        ("create_child", "denominator"): (1, 0),
        ("create_circumstance", "numerator"): (1, 0),
    }
    lam_son, phu_ung = rate["communes"]
    assert (lam_son["area"]["code"], lam_son["before"], lam_son["after"]) == (
        LAM_SON,
        {"numerator": 0, "denominator": 2},
        {"numerator": 1, "denominator": 3},
    )
    assert phu_ung["area"]["code"] == PHU_UNG
    for row in (rate, *rate["communes"]):
        for side in ("numerator", "denominator"):
            told = sum(cause["in"] - cause["out"] for cause in row["causes"] if cause["side"] == side)
            assert row["after"][side] - row["before"][side] == told
    assert (await verified(client, one))["verified"]
    assert (await verified(client, two))["verified"]
    three = await sealed(client)
    assert three["content"]["changes"]["indicators"] == []
    assert (await sealed(client, area=PHU_UNG))["number"] == 1, "of another area it is the first"


async def test_a_target_revised_since_is_told_and_leaves_the_sealed_edition_as_it_was(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    one = await sealed(client)
    owner = await asyncpg.connect(empty_database)
    await owner.execute("UPDATE target SET value = 0.5 WHERE indicator_code = 'special_rate'")
    await owner.execute("UPDATE area_version SET name = 'Khác' WHERE code = $1", PHU_UNG)
    await owner.close()
    assert (await verified(client, one))["verified"]
    (changed,) = (await sealed(client))["content"]["changes"]["inputs"]
    assert changed == {"path": "/indicators/special_rate/target/value", "before": "0.004", "after": "0.5"}


async def test_every_programme_that_ships_is_sealed_and_proved(client: httpx.AsyncClient, first: list[str]) -> None:
    programmes = [item["code"] for item in (await client.get("/v1/programmes")).json()["items"]]
    assert len(programmes) > 1
    for code in programmes:
        edition = await sealed(client, programme=code, area="33", on="2018-06-30")
        told = await verified(client, edition)
        assert (told["verified"], told["differences"]) == (True, []), code


async def test_targets_of_communes_and_official_figures_are_sealed_with_it(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    owner = await asyncpg.connect(empty_database)
    await owner.execute(OFFICIAL)
    await owner.close()
    for population in (figure(on="2018-01-01"), figure(area=PHU_UNG, on="2018-01-01", children_under_16=10)):
        assert (await client.post("/v1/populations", json=population)).status_code == 201
    own = target(area=PHU_UNG, unit="count", value="2")
    assert (await client.post(f"/v1/programmes/{PROGRAMME}/targets", json=own)).status_code == 201
    one = await sealed(client)
    rate = one["content"]["indicators"][0]
    assert (rate["whole"]["denominator"], rate["official"]["whole"]) == (1000, {"now": 1000, "before": None})
    (row,) = [row for row in rate["communes"] if row["numerator"]]
    assert (row["area"]["code"], row["numerator"], row["denominator"], row["gap"]) == (PHU_UNG, 3, 10, 2)
    by = f"/v1/indicators/special_rate/attainment?on={ON}&by=commune"
    assert rate["communes"] == (await client.get(by)).json()["by"]
    assert (
        await client.post("/v1/populations", json=figure(on="2018-02-01", children_under_16=2000))
    ).status_code == 201
    assert (await verified(client, one))["verified"]
    two = await sealed(client)
    assert {"path": "/indicators/special_rate/official/whole/now", "before": 1000, "after": 2000} in two["content"][
        "changes"
    ]["inputs"]
    assert (await verified(client, two))["verified"]
    table = (await client.get(f"{EDITIONS}/{two['id']}/content?format=csv")).text
    (line,) = [
        r for r in csv.DictReader(io.StringIO(table)) if (r["indicator"], r["area"]) == ("special_rate", PHU_UNG)
    ]
    assert (line["target"], line["gap"]) == ("2", "2")


async def test_a_rule_adopted_since_counts_in_the_next_edition_and_not_in_this_one(
    client: httpx.AsyncClient, first: list[str]
) -> None:
    one = await sealed(client)
    rule = (await drafted(client)).headers["location"]
    await adopted(client, rule)
    assert (await verified(client, one))["verified"]
    two = await sealed(client)
    assert {"path": "/counting_rule", "before": f"{PROGRAMME}/1", "after": f"{PROGRAMME}/2"} in two["content"][
        "changes"
    ]["inputs"]
    assert two["content"]["indicators"][0]["whole"]["numerator"] == 0
    assert (await verified(client, two))["verified"]
    three = await sealed(client, rule="1")
    assert three["content"]["counting_rule"] == f"{PROGRAMME}/1"
    assert (await verified(client, three))["verified"]
    answer = await client.post(EDITIONS, json={"programme": PROGRAMME, "on": ON, "rule": "9"})
    assert refusal(answer) == (422, "rule_unknown", ["/rule"])


async def test_a_reform_applied_since_leaves_the_sealed_edition_as_it_was(
    client: httpx.AsyncClient, first: list[str]
) -> None:
    """The communes merge on a day before the one that was published: the next edition shows them so, and says it."""
    on = "2018-09-30"
    one, of_split = await sealed(client, on=on), await sealed(client, on="2020-09-30", area=LAM_SON)
    before = await bytes_of(client, one)
    await applied(client, MERGER)
    await registered(client, commune=LAM_SON)
    for edition in (one, of_split):
        assert (await verified(client, edition))["verified"]
    assert await bytes_of(client, one) == before
    two = await sealed(client, on=on)
    assert (await verified(client, two))["verified"]
    codes = {row["area"]["code"]: row for row in two["content"]["changes"]["indicators"][0]["communes"]}
    assert (codes[PHU_UNG]["after"], codes[NEW]["before"]) == (None, None)
    assert codes[NEW]["after"] == {"numerator": 3, "denominator": 3}
    paths = {change["path"] for change in two["content"]["changes"]["inputs"]}
    assert f"/changes/{PHU_UNG} into {NEW}@2018-07-01" in paths


async def test_told_children_of_a_split_commune_are_those_of_the_posting(
    client: httpx.AsyncClient, first: list[str]
) -> None:
    parts = [line | {"share": None} for line in SPLIT["changes"]]
    await applied(client, SPLIT | {"effective_on": "2018-03-01", "changes": [_without(line) for line in parts]})
    one = await sealed(client)
    (indicator, *_) = one["content"]["indicators"]
    assert [row["reasons"] for row in indicator["communes"] if row["numerator"]] == [["split"], ["split"]]
    answer = await client.post(f"{first[0]}/residences", json={"commune": NEW, "from": "2018-03-01"})
    assert answer.status_code == 201, answer.text
    told = await verified(client, one)
    assert (told["verified"], told["differences"]) == (True, [])
    assert (await verified(client, await sealed(client)))["verified"]


def _without(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if value is not None}


async def test_who_writes_while_it_is_sealed_is_waited_for(client: httpx.AsyncClient, empty_database: str) -> None:
    await registered(client)
    writer, other = await asyncpg.connect(empty_database), await asyncpg.connect(empty_database)
    writing = writer.transaction()
    await writing.start()
    number = await writer.fetchval(
        "INSERT INTO posting (day, actor, cause) VALUES ('2020-12-31', 'x', 'x') RETURNING number"
    )
    sealing = asyncio.create_task(sealed(client))
    for _ in range(1000):
        if await other.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"):
            break
        await asyncio.sleep(0.01)
    assert not sealing.done()
    await writing.commit()
    edition = await sealing
    assert edition["posting"] == number, "what was under way is in it"
    await registered(client)
    assert (await verified(client, edition))["verified"]
    await writer.close()
    await other.close()


async def test_editions_sealed_at_once_follow_one_another(client: httpx.AsyncClient) -> None:
    await registered(client)
    editions = await asyncio.gather(
        *(sealed(client) for _ in range(5)), *(registered(client, full_name=f"T {n}") for n in range(5))
    )
    chain = sorted((e for e in editions if isinstance(e, dict)), key=lambda edition: edition["number"])
    assert [edition["number"] for edition in chain] == [1, 2, 3, 4, 5]
    assert [edition["previous"] for edition in chain] == [None, *(edition["id"] for edition in chain[:-1])]
    for edition in chain:
        assert (await verified(client, edition))["verified"]


OTHER = """replace(content, '"numerator":3', '"numerator":4')"""
TAMPERED = {
    "a figure": (f"content = {OTHER}", False),
    "a figure, and the hash": (f"content = {OTHER}, hash = encode(sha256(convert_to({OTHER}, 'UTF8')), 'hex')", False),
    "a space": ("content = content || ' '", False),
    "what is no edition": ("content = '{}'", False),
    "what is no JSON": ("content = '{'", False),
    "a day that is none": ("""content = replace(content, '"on":"2018-06-30"', '"on":"2018-06-31"')""", False),
    "a target that is none": ("""content = replace(content, '"value":"0.004"', '"value":"1/0"')""", False),
    "the hash": ("hash = repeat('0', 64)", True),
    "the signature": ("signature = overlay(signature placing 'AAAA' from length(signature) - 9)", False),
    "no signature": ("signature = ''", False),
    "the key": ("""key = jsonb_set(key, '{kid}', '"other"')""", False),
    "no key": ("key = '{}'", False),
    "the posting": ("posting = 1", True),
    "the note": ("note = 'x'", True),
}


@pytest.mark.parametrize("what", TAMPERED)
async def test_what_was_tampered_with_does_not_verify(
    client: httpx.AsyncClient, empty_database: str, first: list[str], what: str
) -> None:
    change, signature_valid = TAMPERED[what]
    edition = await sealed(client)
    owner = await asyncpg.connect(empty_database)
    await owner.execute("ALTER TABLE edition DISABLE TRIGGER edition_kept")
    await owner.execute(f"UPDATE edition SET {change}")
    await owner.close()
    told = await verified(client, edition)
    assert (told["verified"], told["signature_valid"]) == (False, signature_valid)
    if what == "a figure":
        assert {"path": "/indicators/0/whole/numerator", "sealed": 4, "recomputed": 3} in told["differences"]


async def test_who_signs_anew_with_a_key_of_his_own_is_not_published(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    edition = await sealed(client)
    forger = served(empty_database, date(2020, 12, 31))
    forger.state.tokens = Tokens(KeySet([*new_keys().keys, *TOKENS.keys.keys]))
    async with asked(forger) as forged:
        other = await sealed(forged)
    told = await verified(client, other)
    assert (told["verified"], told["key_published"]) == (True, False)
    assert (await verified(client, edition))["key_published"]


async def test_after_a_new_key_the_old_edition_verifies_and_the_new_key_signs_the_next(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    old = await sealed(client)
    rotated = Tokens(new_keys(TOKENS.keys))
    app = served(empty_database, date(2020, 12, 31))
    app.state.tokens = rotated
    async with asked(app) as after:
        after.headers.update(headers(OFFICER, "province_officer", rotated))
        told = await verified(after, old)
        assert (told["verified"], told["key_published"]) == (True, True)
        new = await sealed(after)
        assert new["key"]["kid"] == rotated.keys.keys[0].kid != old["key"]["kid"]
        app.state.tokens = Tokens(KeySet(rotated.keys.keys[:1]))
        told = await verified(after, old)
        assert (told["verified"], told["key_published"]) == (True, False), "its key is kept with it"


async def test_anybody_verifies_the_bytes_by_the_published_keys(client: httpx.AsyncClient, first: list[str]) -> None:
    edition = await sealed(client)
    answer = await client.get(f"{EDITIONS}/{edition['id']}/content")
    assert answer.headers["etag"] == f'"{edition["hash"]}"'
    assert answer.headers["content-type"] == "application/json"
    keys = KeySet.import_key_set((await client.get("/.well-known/jwks.json")).json())
    found = jws.deserialize_compact(answer.headers["edition-signature"], keys, ["ES256"], payload=answer.content)
    assert found.headers()["kid"] == edition["key"]["kid"]
    again = await client.get(f"{EDITIONS}/{edition['id']}/content", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_table_has_a_row_for_each_indicator_and_area(client: httpx.AsyncClient, first: list[str]) -> None:
    edition = await sealed(client)
    answer = await client.get(f"{EDITIONS}/{edition['id']}/content?format=csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert ".csv" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert len(rows) == 5 * (1 + 161)
    of = {(row["indicator"], row["area"]): row for row in rows}
    row = of["special_rate", PHU_UNG]
    told = (row["name"], row["numerator"], row["denominator"], row["value"], row["exact"], row["covered"])
    assert told == ("Phù Ủng", "3", "3", "1.000000", "true", "true")
    assert (row["direction"], row["target"], row["on"], row["map"]) == ("below", "0.004", ON, ON)
    assert (of["special_rate", "33"]["numerator"], of["model_communes", PHU_UNG]["denominator"]) == ("3", "")
    on_a_later_map = await sealed(client, map=REFORM, area="33")
    answer = await client.get(f"{EDITIONS}/{on_a_later_map['id']}/content?format=csv")
    assert len(answer.text.splitlines()) == 1 + 5 * (1 + 104)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"on": "2021-01-01"}, (422, "edition_of_the_future", ["/on"])),
        ({"map": "2013-08-05"}, (422, "map_before_first", ["/map"])),
        ({"programme": "x"}, (422, "programme_unknown", ["/programme"])),
        ({"area": "99999"}, (422, "area_not_on_map", ["/area"])),
        ({"when": "x"}, (422, "invalid", ["/when"])),
        ({"note": ""}, (422, "invalid", ["/note"])),
    ],
)
async def test_what_cannot_be_sealed_is_refused(
    client: httpx.AsyncClient, first: list[str], body: dict[str, str], expected: tuple[int, str, list[str]]
) -> None:
    answer = await client.post(EDITIONS, json={"programme": PROGRAMME, "on": ON} | body)
    assert refusal(answer) == expected
    assert (await client.get(f"{EDITIONS}?count=true")).json()["total"] == 0


async def test_nothing_is_sealed_where_nothing_was_posted_or_twice_under_one_id(client: httpx.AsyncClient) -> None:
    body = {"programme": PROGRAMME, "on": ON, "id": "01434b35-0000-7000-8000-0000000000e1"}
    assert refusal(await client.post(EDITIONS, json=body))[:2] == (409, "edition_of_nothing")
    await registered(client)
    assert (await client.post(EDITIONS, json=body)).json()["id"] == body["id"]
    assert refusal(await client.post(EDITIONS, json=body))[:2] == (409, "id_taken")
    for part in ("", "/content", "/verify"):
        unknown = await client.get(f"{EDITIONS}/{UUID(int=9)}{part}")
        assert refusal(unknown)[:2] == (404, "edition_unknown")


async def test_only_who_sees_the_records_of_the_area_reads_its_editions(
    client: httpx.AsyncClient, empty_database: str, first: list[str]
) -> None:
    connection = await asyncpg.connect(empty_database)
    worker = await made(connection, UUID(int=5), "commune_worker", PHU_UNG)
    analyst = await made(connection, UUID(int=6), "analyst", PROVINCE)
    await connection.close()
    own, whole = await sealed(client, area=PHU_UNG), await sealed(client)
    listed = [(await client.get(EDITIONS, headers=who)).json()["items"] for who in ({}, worker, analyst)]
    assert [[item["id"] for item in items] for items in listed] == [[whole["id"], own["id"]], [own["id"]], []]
    for part in ("", "/content", "/verify"):
        assert (await client.get(f"{EDITIONS}/{own['id']}{part}", headers=worker)).status_code == 200
        for who, edition in ((worker, whole), (analyst, own), (analyst, whole)):
            answer = await client.get(f"{EDITIONS}/{edition['id']}{part}", headers=who)
            assert (refusal(answer)[:2], answer.json()["reason"]) == ((403, "aggregates_only"), "editions")
    answer = await client.post(EDITIONS, json={"programme": PROGRAMME, "on": ON, "area": PHU_UNG}, headers=worker)
    assert refusal(answer)[:2] == (403, "forbidden")


async def test_editions_are_listed_newest_first_by_pages(client: httpx.AsyncClient, first: list[str]) -> None:
    made_in_order = [await sealed(client, on=on) for on in ("2018-06-30", "2018-09-30", "2018-12-31")]
    page = (await client.get(f"{EDITIONS}?limit=2&count=true")).json()
    assert page["total"] == 3
    rest = (await client.get(f"{EDITIONS}?limit=2&cursor={page['next']}")).json()
    assert [item["id"] for item in page["items"] + rest["items"]] == [e["id"] for e in reversed(made_in_order)]
    assert rest["next"] is None
    (one,) = (await client.get(f"{EDITIONS}?on=2018-09-30&programme={PROGRAMME}&area=33")).json()["items"]
    assert one == {name: made_in_order[1][name] for name in one}
    assert refusal(await client.get(f"{EDITIONS}?cursor=x"))[:2] == (422, "cursor_invalid")


@pytest.mark.parametrize("statement", ["DELETE FROM edition", "UPDATE edition SET note = 'x'"])
async def test_the_database_keeps_editions(
    client: httpx.AsyncClient, empty_database: str, first: list[str], statement: str
) -> None:
    await sealed(client)
    owner = await asyncpg.connect(empty_database)
    with pytest.raises(asyncpg.RaiseError, match="neither altered nor deleted"):
        await owner.execute(statement)
    await owner.close()
