"""Reports, as those who send and those who read them do."""

from typing import Any
from uuid import UUID

import asyncpg
import httpx

from tests.routers.api import PHU_UNG
from tests.signed_in import made

Headers = dict[str, str]
RECEIVED = "2020-12-30T23:40:00+07:00"
HOTLINE, WORKER, CHAIR, NEIGHBOUR, OTHER_CHAIR = (UUID(int=number) for number in range(71, 76))
INFORMANT = {"full_name": "Bà Hàng Xóm", "phone": "0912 345 678", "address": "Thôn Sài Gòn", "note": "Gọi buổi tối"}


def told(**fields: Any) -> dict[str, Any]:
    """A report of one child of whom nothing is known; the test names only what matters."""
    return {
        "source": "hotline_111",
        "channel": "phone",
        "received_at": RECEIVED,
        "commune": PHU_UNG,
        "concern": "abused",
        "children": [{"sex": "unknown"}],
    } | fields


async def reported(client: httpx.AsyncClient, headers: Headers | None = None, **fields: Any) -> str:
    """The address of a new report."""
    answer = await client.post("/v1/case-reports", json=told(**fields), headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].removesuffix("/receipt")


async def taken_up(client: httpx.AsyncClient, report: str, number: int = 1, **body: Any) -> dict[str, Any]:
    """The child of a report, once there is a case of it; asked for by who may."""
    headers = body.pop("headers", None)
    answer = await client.post(f"{report}/children/{number}/case", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    part: dict[str, Any] = answer.json()["children"][number - 1]
    return part


async def signed(dsn: str, key: UUID, role: str, area: str) -> Headers:
    connection = await asyncpg.connect(dsn)
    headers = await made(connection, key, role, area)
    await connection.close()
    return headers
