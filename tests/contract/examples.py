"""Records the examples of the document anew (a part of `make snapshot`): what the service answers to the story.

What is another one each time (ids that the service gives, moments, tokens, digests) stays as it was recorded before, as
long as it has the same form: so a new recording shows what has changed, and nothing else.
"""

import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from service.app import create_app
from service.demonstration import users
from service.domain.access import ROLES
from service.embedded import attached
from service.examples import RECORDED
from service.migrate import migrate
from tests.contract.declared import Operations
from tests.contract.story import NOT_YET, PASSWORD, STORY, Line
from tests.signed_in import served

TODAY = date(2020, 12, 31)
SHOWN = 3  # items of a list
FORMS = {
    "<id>": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "<request>": re.compile(r"\b[0-9a-f]{16}-[0-9a-f]+\b"),
    "<moment>": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"),
    "<token>": re.compile(r"[\w.-]{40,}", re.ASCII),
}
RUNNING = {"hours_left"}  # numbers that are less with every hour
BEFORE = "INSERT INTO posting (day, actor, cause) VALUES ('2020-01-01', 'story', 'begun')"
PROBLEM = "application/problem+json"


def formed(value: Any) -> Any:
    """A value without what is another one each time: identifiers, moments and tokens by their form."""
    if isinstance(value, dict):
        return {name: "<hours>" if name in RUNNING else formed(part) for name, part in value.items()}
    if isinstance(value, list):
        return [formed(part) for part in value]
    if isinstance(value, str):
        for name, form in FORMS.items():
            value = form.sub(name, value)
    return value


def steady(before: Any, now: Any) -> Any:
    """What was recorded now; where it has the form of what was recorded before, that."""
    if formed(before) == formed(now):
        return before
    if isinstance(before, dict) and isinstance(now, dict):
        return {name: steady(before.get(name), part) for name, part in now.items()}
    return now


def shortened(value: Any) -> Any:
    if isinstance(value, list):
        return [shortened(part) for part in value[:SHOWN]]
    if isinstance(value, dict):
        return {name: shortened(part) for name, part in value.items()}
    return value


class Teller:
    """Tells the story to the service, and records what comes of it."""

    def __init__(self, client: httpx.AsyncClient, paths: Mapping[str, Mapping[str, Any]]) -> None:
        self.client, self.operations = client, Operations(paths)
        self.kept: dict[str, str] = {}
        self.signed_in: dict[str, str] = {}
        self.told: dict[str, Any] = {}
        self.problems: dict[str, Any] = {}

    async def token(self, role: str) -> str:
        if role not in self.signed_in:
            form = {"grant_type": "password", "username": role, "password": PASSWORD}
            answer = await self.client.post("/v1/auth/token", data=form)
            self.signed_in[role] = answer.raise_for_status().json()["access_token"]
        return self.signed_in[role]

    def filled(self, text: str) -> str:
        for name, value in self.kept.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    async def tell(self, line: Line) -> None:
        method, path = line.request.split(" ", 1)
        operation = self.operations.of(method, path.partition("?")[0])
        assert operation, f"the document has no such operation: {line.request}"
        body = json.loads(self.filled(json.dumps(line.body))) if line.body is not None else None
        headers = {"Accept-Language": "en"}
        if permission := operation.get("x-permission"):
            may = (role for role in ("province_officer", *ROLES) if permission in ROLES[role].permissions)
            headers["Authorization"] = f"Bearer {await self.token(line.who or next(may))}"
        form = "/auth/" in path
        answer = await self.client.request(
            method, self.filled(path), headers=headers | line.headers, **{"data" if form else "json": body}
        )
        assert answer.status_code == line.refused or (answer.is_success and not line.refused), (
            f"{line.request} was answered {answer.status_code}: {answer.text}"
        )
        if line.refused:
            self.problems.setdefault(str(answer.status_code), answer.json())
            return
        self.record(operation["operationId"], body, answer)
        for name, place in line.keep.items():
            self.kept[name] = str(at(answer.json(), place.split(".")))

    def record(self, name: str, body: Any, answer: httpx.Response) -> None:
        found = self.told.setdefault(name, {"answers": {}})
        if body is not None:
            found.setdefault("request", body)
        if answer.content and answer.headers["content-type"] == "application/json":
            found["answers"].setdefault(str(answer.status_code), shortened(answer.json()))


def at(value: Any, place: Iterable[str]) -> Any:
    for name in place:
        value = value[int(name) if isinstance(value, list) else name]
    return value


async def record(dsn: str) -> dict[str, Any]:
    """The examples, from a migrated database in which nothing is yet."""
    owner = await asyncpg.connect(dsn)
    await owner.execute(BEFORE)
    await users.add(owner, PASSWORD)
    await owner.close()
    app = served(dsn, TODAY)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://t") as client,
    ):
        teller = Teller(client, app.openapi()["paths"])
        for line in STORY:
            await teller.tell(line)
    return {"operations": teller.told, "problems": teller.problems}


def without_example() -> dict[str, list[str]]:
    """By operation: the bodies and answers in JSON that have no example."""
    found: dict[str, list[str]] = {}
    for operations in create_app("").openapi()["paths"].values():
        for operation in operations.values():
            bodies = {"body": operation.get("requestBody", {})}
            bodies |= {status: told for status, told in operation["responses"].items() if status.startswith("2")}
            lacking = [
                name
                for name, told in bodies.items()
                for media_type, content in told.get("content", {}).items()
                if "example" not in content and not media_type.startswith("text/")
            ]
            if lacking:
                found[operation["operationId"]] = lacking
    return found


async def from_nothing(dsn: str) -> dict[str, Any]:
    await migrate(dsn, TODAY)
    return await record(dsn)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="child-protection-examples-") as made:
        Path(made).chmod(0o711)  # the server's account has its data below
        with attached(Path(made) / "data", {"fsync": "off", "full_page_writes": "off"}) as server:
            told = asyncio.run(from_nothing(server.dsn))
    before = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}
    text = json.dumps(steady(before, told), ensure_ascii=False, indent=1, sort_keys=True)
    RECORDED.write_text(f"{text}\n", encoding="utf-8")
    sys.stdout.write(f"{len(told['operations'])} operations have examples; {len(NOT_YET)} have no line yet.\n")


if __name__ == "__main__":
    main()
