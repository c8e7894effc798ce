"""Every read of docs/api.http, sent as an editor sends it, is answered."""

import re
from collections.abc import Iterator
from typing import Any

import httpx

from tests.access.province import Province
from tests.contract.collection import COLLECTION

NAMED = re.compile(r"^# @name (\w+)$", re.MULTILINE)
VARIABLE = re.compile(r"^@(\w+) = (.+)$", re.MULTILINE)
USED = re.compile(r"{{([^{}]+)}}")
STEP = re.compile(r"(\w+)(?:\[(\d+)])?")

FOR_OTHERS = {  # than a province officer
    "read_informant": 403,  # the worker and the chair of the commune where it happened
    "read_report_receipt": 404,  # who sent the report
    "list_stand_ins": 403,  # the chair, and who makes accounts
    "read_stand_in": 403,
    "list_approvals": 403,  # the chair
}
NOBODY = "00000000-0000-0000-0000-000000000000"  # where a list that would name somebody is for others


class Editor:
    """Sends the requests of a file, and keeps their answers for the variables of others."""

    def __init__(self, text: str, client: httpx.AsyncClient) -> None:
        self.client = client
        self.variables = dict(VARIABLE.findall(text)) | {"host": ""}
        self.requests = {named[1]: block for block in text.split("\n### ") if (named := NAMED.search(block))}
        self.answers: dict[str, httpx.Response] = {}

    def reads(self) -> Iterator[str]:
        return (name for name, block in self.requests.items() if re.search(r"^GET ", block, re.MULTILINE))

    async def send(self, name: str) -> httpx.Response:
        if name not in self.answers:
            line = re.search(r"^GET (\S+)$", self.requests[name], re.MULTILINE)
            assert line, f"{name} is no read"
            self.answers[name] = await self.client.get(await self.filled(line[1]))
        return self.answers[name]

    async def filled(self, text: str) -> str:
        while used := USED.search(text):
            text = text.replace(used[0], await self.value(used[1]))
        return text

    async def value(self, variable: str) -> str:
        if variable in self.variables:
            return self.variables[variable]
        name, _, place = variable.partition(".response.body.$.")
        answer = await self.send(name)
        if name in FOR_OTHERS:
            return NOBODY
        found: Any = answer.json()
        for key, number in STEP.findall(place):
            found = found[key][int(number)] if number else found[key]
        return str(found)


async def test_every_read_of_the_collection_is_answered(province: Province) -> None:
    editor = Editor(COLLECTION.read_text(encoding="utf-8"), province.client)
    answered = {name: (await editor.send(name)).status_code for name in editor.reads()}
    assert len(answered) > 40
    assert {name: status for name, status in answered.items() if status != 200} == FOR_OTHERS
