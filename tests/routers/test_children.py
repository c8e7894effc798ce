"""Children, residences and circumstances over HTTP."""

import asyncpg
import httpx
import pytest

from tests.routers.api import BAC_SON, PHU_UNG, child, figures, refusal, registered


async def test_a_registered_child_is_read_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/children", json=child(full_name="Đỗ Thị Mận", ethnicity="Kinh"))
    assert answer.status_code == 201
    again = await client.get(answer.headers["location"])
    assert again.json() == answer.json()
    assert again.headers["etag"] == answer.headers["etag"]
    assert again.json()["residences"][0]["commune"] == {"code": PHU_UNG, "name": "Phù Ủng", "kind": "commune"}


async def test_a_client_may_bring_its_own_id_once(client: httpx.AsyncClient) -> None:
    own = "019a0000-0000-7000-8000-000000000001"
    assert await registered(client, id=own) == f"/v1/children/{own}"
    assert refusal(await client.post("/v1/children", json=child(id=own)))[:2] == (409, "id_taken")


async def test_a_name_is_stored_composed(client: httpx.AsyncClient) -> None:
    address = await registered(client, full_name="Nguye\u0302\u0303n Va\u0306n An")
    assert (await client.get(address)).json()["full_name"] == "Nguyễn Văn An"


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"date_of_birth": "2021-01-01"}, "/date_of_birth", "date_in_future"),
        ({"date_of_birth": "1899-12-31"}, "/date_of_birth", "date_out_of_range"),
        ({"date_of_birth": "2101-01-01"}, "/date_of_birth", "date_out_of_range"),
        ({"date_of_birth": "2019-02-29"}, "/date_of_birth", "date_form"),
        ({"date_of_birth": 0}, "/date_of_birth", "date_form"),
        ({"date_of_birth": "2012-W09-3"}, "/date_of_birth", "date_form"),
        ({"full_name": "\U000105d2\u0307"}, "/full_name", "text_unprintable"),  # newer than this Python's tables
        ({"id": "urn:019a00000000700080000000000000001"}, "/id", "identifier_form"),
        ({"full_name": "a\u0000b"}, "/full_name", "text_unprintable"),
        ({"full_name": "   "}, "/full_name", "string_too_short"),
        ({"full_name": None}, "/full_name", "string_type"),
        ({"full_name": "x" * 201}, "/full_name", "string_too_long"),
        ({"sex": "m"}, "/sex", "literal_error"),
        ({"personal_id": "12345"}, "/personal_id", "string_pattern_mismatch"),
        ({"id": "1"}, "/id", "identifier_form"),
        ({"surname": "x"}, "/surname", "extra_forbidden"),
        ({"commune": "99999"}, "/residence/commune", "area_unknown"),
        ({"commune": "12160", "since": "2025-08-01"}, "/residence/commune", "area_not_on_map"),
        ({"commune": "329"}, "/residence/commune", "not_a_commune"),
        ({"commune": "1"}, "/residence/commune", "string_pattern_mismatch"),
    ],
)
async def test_a_bad_field_is_named_with_its_rule_and_nothing_is_written(
    client: httpx.AsyncClient, fields: dict[str, object], pointer: str, code: str
) -> None:
    answer = await client.post("/v1/children", json=child(**fields))
    status, _, pointers = refusal(answer)
    assert (status, pointers) == (422, [pointer])
    assert answer.json()["errors"][0]["code"] == code
    assert (await client.get("/v1/children?count=true")).json()["total"] == 0


async def test_an_unpaired_surrogate_is_refused(client: httpx.AsyncClient) -> None:
    body = b'{"full_name": "\\ud800", "sex": "male", "date_of_birth": "2010-01-01", "residence": {}}'
    answer = await client.post("/v1/children", content=body, headers={"content-type": "application/json"})
    assert "/full_name" in refusal(answer)[2]


@pytest.mark.parametrize(
    ("content", "media_type", "expected"),
    [
        (b"{", "application/json", (400, "unreadable")),
        (b"{}", "text/plain", (415, "unsupported_media_type")),
        (b'"' + b"x" * 10_000_000 + b'"', "application/json", (413, "too_large")),
        (b"[" * 100_000, "application/json", (400, "unreadable")),
        (b"null", "application/json", (422, "invalid")),
    ],
)
async def test_a_bad_body_is_refused(
    client: httpx.AsyncClient, content: bytes, media_type: str, expected: tuple[int, str]
) -> None:
    answer = await client.post("/v1/children", content=content, headers={"content-type": media_type})
    assert refusal(answer)[:2] == expected


async def test_two_children_cannot_have_one_personal_number(client: httpx.AsyncClient) -> None:
    await registered(client, personal_id="033210123456")
    answer = await client.post("/v1/children", json=child(personal_id="033210123456"))
    assert refusal(answer)[:2] == (409, "child_personal_id_taken")


async def test_a_change_needs_the_version_that_was_read(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    assert refusal(await client.patch(address, json={"sex": "male"}))[:2] == (428, "precondition_required")
    assert (await client.patch(address, json={"sex": "male"}, headers={"If-Match": '"1"'})).json()["sex"] == "male"
    stale = await client.patch(address, json={"sex": "female"}, headers={"If-Match": '"1"'})
    assert refusal(stale)[:2] == (412, "stale")
    assert stale.json()["current"] == '"2"'
    for tag in ('W/"2"', "abc*", '"1", "3"'):
        assert refusal(await client.patch(address, json={"sex": "female"}, headers={"If-Match": tag}))[0] == 412
    listed = await client.patch(address, json={"sex": "female"}, headers={"If-Match": '"1", "2"'})
    assert listed.status_code == 200


async def test_an_unchanged_child_is_not_sent_again(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    etag = (await client.get(address)).headers["etag"]
    answer = await client.get(address, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_null_is_refused_where_a_value_is_needed(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    answer = await client.patch(address, json={"date_of_birth": None}, headers={"If-Match": "*"})
    assert refusal(answer) == (422, "invalid", ["/date_of_birth"])


async def test_a_move_ends_the_present_residence(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    moved = await client.post(f"{address}/residences", json={"commune": BAC_SON, "from": "2018-07-01"})
    assert moved.status_code == 201
    first, second = (await client.get(address)).json()["residences"]
    assert (first["until"], first["end_reason"]) == ("2018-07-01", "moved")
    assert (second["commune"]["code"], second["from"], second["until"]) == (BAC_SON, "2018-07-01", None)
    assert await figures(client, "special_rate", "2018-06-30", area=PHU_UNG) == (0, 1)
    assert await figures(client, "special_rate", "2018-07-01", area=PHU_UNG) == (0, 0)
    assert await figures(client, "special_rate", "2018-07-01", area=BAC_SON) == (0, 1)


async def test_residences_do_not_overlap(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    body = {"commune": BAC_SON, "from": "2013-01-01", "until": "2014-01-02"}
    answer = await client.post(f"{address}/residences", json=body)
    assert refusal(answer)[:2] == (409, "residence_no_overlap")
    assert len((await client.get(address)).json()["residences"]) == 1


async def test_a_death_ends_the_residence(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    record = (await client.get(address)).json()["residences"][0]["id"]
    change = {"until": "2019-03-01", "reason": "died"}
    answer = await client.patch(f"{address}/residences/{record}", json=change, headers={"If-Match": "*"})
    assert (answer.json()["until"], answer.json()["end_reason"]) == ("2019-03-01", "died")
    assert await figures(client, "special_rate", "2019-03-01") == (0, 0)


async def test_a_reason_needs_an_end_and_an_area_its_days(client: httpx.AsyncClient) -> None:
    address = await registered(client, commune="11953", since="2025-08-01", date_of_birth="2020-01-01")
    record = f"{address}/residences/{(await client.get(address)).json()['residences'][0]['id']}"
    open_ended = await client.patch(record, json={"reason": "died"}, headers={"If-Match": "*"})
    assert refusal(open_ended) == (422, "residence_reason_of_an_end", ["/until"])
    before_the_area = await client.patch(record, json={"from": "2020-02-01"}, headers={"If-Match": "*"})
    assert refusal(before_the_area) == (422, "area_not_on_map", ["/from"])


async def test_a_residence_of_no_day_is_refused(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    body = {"commune": BAC_SON, "from": "2018-01-01", "until": "2018-01-01"}
    assert refusal(await client.post(f"{address}/residences", json=body)) == (422, "period_empty", ["/until"])


async def test_a_circumstance_counts_from_its_first_day(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    body = {"category": "d.2", "from": "2018-05-02", "evidence": "Giấy xác nhận"}
    answer = await client.post(f"{address}/circumstances", json=body)
    assert (answer.status_code, answer.json()["kind"]) == (201, "special")
    assert await figures(client, "special_rate", "2018-05-01") == (0, 1)
    assert await figures(client, "special_rate", "2018-05-02") == (1, 1)
    assert await figures(client, "special_rate", "2018-05-02", category="d") == (1, 1)
    assert await figures(client, "special_rate", "2018-05-02", category="d.1") == (0, 1)
    assert await figures(client, "special_rate", "2018-05-02", sex="male") == (0, 0)
    assert await figures(client, "special_rate", "2018-05-02", age_band="6-10") == (1, 1)


@pytest.mark.parametrize(
    ("category", "begins", "in_force"),
    [
        ("2", "2017-05-31", True),
        ("2", "2017-06-01", False),
        ("d", "2017-05-31", False),
        ("d", "2017-06-01", True),
        ("đ", "2017-06-01", True),
        ("d.2", "2017-06-30", False),
        ("d.2", "2017-07-01", True),
        ("poor_household", "2015-01-01", True),
    ],
)
async def test_a_circumstance_begins_only_in_a_category_in_force(
    client: httpx.AsyncClient, category: str, begins: str, in_force: bool
) -> None:
    address = await registered(client)
    answer = await client.post(f"{address}/circumstances", json={"category": category, "from": begins})
    if in_force:
        assert answer.status_code == 201
    else:
        assert refusal(answer) == (422, "category_not_in_force", ["/category"])


async def test_an_unknown_category_and_a_double_entry_are_refused(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    unknown = await client.post(f"{address}/circumstances", json={"category": "z", "from": "2018-01-01"})
    assert refusal(unknown) == (422, "category_unknown", ["/category"])
    body = {"category": "d", "from": "2018-01-01"}
    assert (await client.post(f"{address}/circumstances", json=body)).status_code == 201
    assert refusal(await client.post(f"{address}/circumstances", json=body))[:2] == (409, "circumstance_no_overlap")


async def test_a_circumstance_is_ended_and_withdrawn(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    made = await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
    record = f"{address}/circumstances/{made.json()['id']}"
    ended = await client.patch(record, json={"until": "2019-01-01"}, headers={"If-Match": made.headers["etag"]})
    assert ended.json()["until"] == "2019-01-01"
    assert await figures(client, "special_rate", "2019-01-01") == (0, 1)
    gone = await client.delete(record, headers={"If-Match": ended.headers["etag"]})
    assert gone.status_code == 204
    assert await figures(client, "special_rate", "2018-06-30") == (0, 1)
    assert refusal(await client.delete(record, headers={"If-Match": "*"}))[:2] == (404, "circumstance_unknown")


async def test_a_withdrawn_child_leaves_lists_and_counts(client: httpx.AsyncClient) -> None:
    address = await registered(client)
    await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})
    assert (await client.delete(address, headers={"If-Match": "*"})).status_code == 204
    assert refusal(await client.get(address))[:2] == (404, "child_unknown")
    assert await figures(client, "special_rate", "2018-06-30") == (0, 0)
    assert (await client.get("/v1/children?count=true")).json() == {"items": [], "next": None, "total": 0}


async def test_children_are_found_by_what_a_front_end_asks(client: httpx.AsyncClient) -> None:
    address = await registered(client, full_name="Đỗ Thị Mận")
    await registered(client, full_name="Trần Văn Ổi", sex="male", commune=BAC_SON, date_of_birth="2003-01-01")
    await client.post(f"{address}/circumstances", json={"category": "d", "from": "2018-01-01"})

    async def names(query: str) -> list[str]:
        return [item["full_name"] for item in (await client.get(f"/v1/children?{query}")).json()["items"]]

    assert await names("") == ["Đỗ Thị Mận", "Trần Văn Ổi"]
    assert await names("q=do thi man") == ["Đỗ Thị Mận"]
    assert await names("q=%25 man") == ["Đỗ Thị Mận"]
    assert await names(f"commune={BAC_SON}&on=2018-06-30") == ["Trần Văn Ổi"]
    assert await names("commune=12145&on=2024-12-31") == ["Đỗ Thị Mận"]
    assert await names("commune=12148&on=2025-07-01") == ["Đỗ Thị Mận"]  # what it became
    assert await names("on=2018-06-30&kind=special") == ["Đỗ Thị Mận"]
    assert await names("on=2018-06-30&category=d") == ["Đỗ Thị Mận"]
    assert await names("on=2018-06-30&assisted=true") == []
    assert await names("on=2018-06-30&sex=male") == ["Trần Văn Ổi"]
    assert await names("on=2018-06-30&age_from=15") == ["Trần Văn Ổi"]
    assert await names("on=2018-06-30&age_until=15") == ["Đỗ Thị Mận"]
    assert await names("on=2019-01-01") == ["Đỗ Thị Mận"]  # the other is 16 that day
    assert refusal(await client.get("/v1/children?commune=12160&on=2025-08-01"))[1] == "area_not_on_map"
    assert refusal(await client.get("/v1/children?village=1"))[2] == ["/village"]
    assert refusal(await client.get("/v1/children?category=zzz"))[1] == "category_unknown"
    assert refusal(await client.get("/v1/children?q=%CC%81"))[2] == ["/q"]


async def test_pages_show_every_child_once(client: httpx.AsyncClient) -> None:
    addresses = {await registered(client) for _ in range(7)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        answer = await client.get("/v1/children", params={"limit": 3} | ({"cursor": cursor} if cursor else {}))
        seen += [item["id"] for item in answer.json()["items"]]
        cursor = answer.json()["next"]
        await registered(client) if len(seen) == 3 else None
    assert len(seen) == len(set(seen)) == 8
    assert addresses <= {f"/v1/children/{child_id}" for child_id in seen}
    for forged in ("x", "WzFd", "W10", "bnVsbA"):
        assert refusal(await client.get("/v1/children", params={"cursor": forged})) == (
            422,
            "cursor_invalid",
            ["/cursor"],
        )


async def test_every_answer_has_a_request_id_and_speaks_the_callers_language(client: httpx.AsyncClient) -> None:
    headers = {"X-Request-ID": "phone-7", "Accept-Language": "en"}
    answer = await client.get("/v1/children/019a0000-0000-7000-8000-000000000001", headers=headers)
    assert answer.headers["x-request-id"] == answer.json()["instance"] == "phone-7"
    assert answer.json()["title"] == "There is no such child."
    unsound = await client.get("/health/live", headers={"X-Request-ID": "a b"})
    assert unsound.headers["x-request-id"] != "a b"


async def test_what_changed_is_in_the_history(client: httpx.AsyncClient, empty_database: str) -> None:
    address = await registered(client, full_name="Đỗ Thị Mận")
    await client.patch(address, json={"full_name": "Đỗ Thị Mơ"}, headers={"If-Match": "*"})
    await client.delete(address, headers={"If-Match": "*"})
    connection = await asyncpg.connect(empty_database)
    rows = await connection.fetch("SELECT record, before->>'full_name', after->>'full_name' FROM history")
    await connection.close()
    assert {tuple(row) for row in rows} == {
        ("child", None, "Đỗ Thị Mận"),
        ("child", "Đỗ Thị Mận", "Đỗ Thị Mơ"),
        ("child", "Đỗ Thị Mơ", None),
        ("residence", None, None),
    }
