"""A client's view of the service: a few words for what the tests do over and over."""

from typing import Any

import httpx

BORN = "2010-02-28"
PHU_UNG, BAC_SON, LAM_SON = "12145", "12148", "11950"


def child(**fields: Any) -> dict[str, Any]:
    """A child to register; the test names only what matters."""
    residence = {"commune": fields.pop("commune", PHU_UNG), "from": fields.pop("since", "2014-01-01")}
    return {"full_name": "Đỗ Thị Mận", "sex": "female", "date_of_birth": BORN, "residence": residence} | fields


async def registered(client: httpx.AsyncClient, **fields: Any) -> str:
    """The address of a new child."""
    answer = await client.post("/v1/children", json=child(**fields))
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def opened(client: httpx.AsyncClient, address: str, **fields: Any) -> str:
    """The address of a new case of a child."""
    body = {"child_id": address.rpartition("/")[2], "kind": "support", "opened_on": "2018-02-01"} | fields
    answer = await client.post("/v1/cases", json=body)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


async def figures(client: httpx.AsyncClient, indicator: str, on: str, **asked: Any) -> tuple[int, int | None]:
    """Numerator and denominator of an indicator on a day."""
    answer = await client.get(f"/v1/indicators/{indicator}/attainment", params={"on": on} | asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["numerator"], answer.json()["denominator"]


def refusal(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and the pointers of a problem document, which must be whole."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["title"]
    assert body["instance"] == answer.headers["x-request-id"]
    return answer.status_code, body["type"].removeprefix("/problems/"), [e["pointer"] for e in body.get("errors", [])]
