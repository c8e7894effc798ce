"""The log is one JSON object a line, and of no child: neither the service's nor that of its PostgreSQL."""

import asyncio
import json
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest
from structlog.contextvars import bound_contextvars

from service import logs
from service.embedded import attached
from tests.conftest import TODAY
from tests.journeys.service import client, serving
from tests.routers.api import child
from tests.signed_in import asked, served

NAME, NUMBER, EVIDENCE = "Đỗ Thị Thanh Xuân", "033310001234", "Quyết định 7531"
SECRETS = (*NAME.split()[2:], NUMBER, "7531", "M%E1%BA%ADn", "Thanh")


@pytest.fixture
def restored() -> Iterator[None]:
    """Whatever the test configures, the next one logs as before."""
    root, ours = logging.getLogger(), logging.getLogger("service")
    handlers, levels, explained = root.handlers[:], (root.level, ours.level), logging.raiseExceptions
    yield
    root.handlers[:], logging.raiseExceptions = handlers, explained
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.usefixtures("restored")
def test_an_error_says_where_it_happened_and_not_what_it_said(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("INFO", "json")
    with bound_contextvars(request_id="r-1"):
        try:
            raise ValueError(NAME)
        except ValueError as error:
            logging.getLogger("asyncpg.pool").exception("failed")
            logging.getLogger("asyncio").error("never retrieved\nfuture: <%r>", error, exc_info=error)
            logging.getLogger("uvicorn.error").error(traceback.format_exc())
    said = lines(capsys.readouterr().err)
    assert [line["event"] for line in said] == ["failed", "never retrieved", "Traceback (most recent call last):"]
    for line in said:
        assert line["request_id"] == "r-1"
        assert line["error"] == "ValueError"
        assert NAME not in str(line)
    assert f"{__file__}:" in str(said[0]["where"])


@pytest.mark.usefixtures("restored")
def test_libraries_are_heard_from_warnings_up(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("DEBUG", "json")
    for name in ("sqlalchemy.engine", "uvicorn.error", "alembic.runtime.migration", "service.x"):
        logging.getLogger(name).info("info")
        logging.getLogger(name).warning("warning")
    said = [(line["logger"], line["event"]) for line in lines(capsys.readouterr().err)]
    assert [name for name, event in said if event == "info"] == ["service.x"]
    assert len([name for name, event in said if event == "warning"]) == 4


@pytest.mark.usefixtures("restored")
async def test_a_failure_is_found_by_the_id_of_its_request(
    empty_database: str, capsys: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO", "json")
    async with asked(served(empty_database, TODAY, sound=False)) as api:
        connection = await asyncpg.connect(empty_database)
        await connection.execute("DROP TABLE site_stage CASCADE")
        await connection.close()
        answer = await api.get("/v1/sites", params={"commune": "12145"})
    assert answer.status_code == 500
    failure, request = lines(capsys.readouterr().err)
    assert failure["request_id"] == request["request_id"] == answer.json()["instance"]
    assert "queries/sites.py" in str(failure["where"])
    assert (failure["event"], failure["error"], failure["level"]) == ("request failed", "UndefinedTableError", "error")
    assert (request["event"], request["route"], request["status"]) == ("request", "/v1/sites", 500)


def upset(api: httpx.Client) -> None:
    """Use the service in ways that end well, and in ways that do not."""
    body = child(full_name=NAME, personal_id=NUMBER)
    address = api.post("/v1/children", json=body).headers["location"]
    api.post("/v1/children", json=body)
    api.post("/v1/children", json=body | {"date_of_birth": NAME})
    api.post("/v1/children", content=NAME.encode())
    api.get("/v1/children", params={"q": NAME})
    api.get(f"/v1/children/{NAME}")
    api.get(f"/{NAME}")
    api.post(f"{address}/circumstances", json={"category": "d.2", "from": "2018-01-01", "evidence": EVIDENCE})
    etag = api.get(address).headers["etag"]
    api.patch(address, json={"full_name": f"{NAME} {NAME}"}, headers={"if-match": etag})
    api.get("/health/ready")


async def names(dsn: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    rows = await connection.fetch("SELECT DISTINCT full_name FROM child")
    await connection.close()
    return {row[0] for row in rows}


def test_no_line_of_service_or_server_holds_a_child(folder: Path, tmp_path: Path) -> None:
    data_dir, errors = folder / "logged", tmp_path / "errors"
    environment = {"SLOW_STATEMENT": "0", "LOG_LEVEL": "DEBUG", "TODAY": "2020-12-31"}
    with (
        errors.open("w") as stderr,
        serving(data_dir, "--demo", "--children", "60", stderr=stderr, **environment) as running,
        client(running) as api,
        attached(data_dir) as server,
    ):
        upset(api)
        everybody = asyncio.run(names(server.dsn))
    # Once the service has ended, its last lines are written.
    log, ours = (data_dir / "server.log").read_text(), errors.read_text()
    assert log.count("INSERT INTO child") >= 1, "a statement that was slow is there"
    assert "duration: " in log
    assert len(everybody) > 50
    for secret in (*SECRETS, *everybody):
        assert secret not in log
        assert secret not in ours
    requests = [line for line in lines(ours[ours.index("{") :]) if line["event"] == "request"]
    assert [line["status"] for line in requests] == [201, 409, 422, 415, 200, 422, 404, 201, 200, 200, 200]
    assert len({line["request_id"] for line in requests}) == len(requests)
