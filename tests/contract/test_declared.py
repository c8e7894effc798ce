"""An answer that the document does not declare is noticed, wherever a test meets it."""

import json
from typing import Any

import httpx
import pytest

from tests.access.operations import OPERATIONS
from tests.contract.declared import faults, undeclared
from tests.routers.api import registered
from tests.signed_in import served

READ = OPERATIONS["read_child"][2]
PLACE = {"code": "12145", "name": "Phù Ủng", "kind": "commune"}


def found(status: int, body: Any = None, media_type: str = "application/json", **asked: bool) -> list[str]:
    return list(undeclared(READ, status, media_type, json.dumps(body).encode() if body is not None else b"", **asked))


def test_a_status_that_is_not_declared_is_noticed() -> None:
    assert found(418) == ["418 is not declared"]


def test_another_media_type_is_noticed() -> None:
    assert found(404, {"status": 404}) == ["404 in application/json is not declared"]


def test_a_body_without_its_fields_is_noticed_unless_some_were_chosen() -> None:
    assert "answer.full_name is absent" in found(200, {})
    assert found(200, {}, whole=False) == []


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"kind": "village"}, "answer.kind is against enum"),
        ({"code": 12145}, "answer.code is no string"),
        ({"population": 1}, "answer.population is not declared"),
    ],
)
def test_a_value_against_its_schema_is_noticed(wrong: dict[str, Any], told: str) -> None:
    (fault,) = faults({"$ref": "#/components/schemas/Place"}, PLACE | wrong)
    assert fault.startswith(told)


async def test_a_request_fails_whose_answer_is_not_declared(empty_database: str) -> None:
    app = served(empty_database)
    app.router.routes = [route for route in app.router.routes if getattr(route, "name", "") != "read_live"]
    app.add_api_route("/health/live", lambda: {"status": "ok", "more": True})
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport, base_url="http://t") as client:
        with pytest.raises(AssertionError, match="read_live is not as the document says"):
            await client.get("/health/live")


async def test_what_is_declared_passes(client: httpx.AsyncClient) -> None:
    assert (await client.get(await registered(client))).status_code == 200
