"""A case that is led through its steps by the worker and the chair of the child's commune."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx

from service.domain.procedure.versions import FORMS
from tests.routers.api import PHU_UNG, opened, registered
from tests.signed_in import made

WORKER, COLLEAGUE, CHAIR = UUID(int=31), UUID(int=32), UUID(int=33)
MOTHER, AUNT = str(UUID(int=41)), str(UUID(int=42))
FIRST, SECOND = str(UUID(int=51)), str(UUID(int=52))
DECISIONS = {"separation", "separation-end", "meeting", "approval", "return", "placement", "placement-end"}
DECISIONS |= {"closing", "unfounded", "reopening"}
Headers = dict[str, str]


def at(day: str, clock: str = "09:00") -> str:
    """A moment of 2020: month and day."""
    return f"2020-{day}T{clock}:00+07:00"


def assessed(form: str, risk: str = "high", **concluded: Any) -> dict[str, Any]:
    """An assessment with every item of the form answered."""
    items = (*FORMS[form].harm, *FORMS[form].capacity)
    return {"answers": dict.fromkeys(items, "medium"), "conclusion": {"risk": risk} | concluded}


def planned(*items: str) -> dict[str, Any]:
    measure = {"measure": "intervention.1", "responsible": "UBND xã", "starts_on": "2020-03-10"}
    return {"items": [measure | {"id": item} for item in items or (FIRST,)]}


@dataclass
class Led:
    """A case, and who leads it."""

    client: httpx.AsyncClient
    path: str
    child: str
    worker: Headers
    chair: Headers

    async def take(self, step: str, when: str | None = None, by: Headers | None = None, **body: Any) -> httpx.Response:
        """A step, by who takes it if nobody else is named."""
        signed = by or (self.chair if step in DECISIONS else self.worker)
        moment = {"occurred_at": when} if when else {}
        return await self.client.post(f"{self.path}/{step}", json=moment | body, headers=signed)

    async def taken(self, step: str, when: str | None = None, **body: Any) -> dict[str, Any]:
        """The file after a step."""
        answer = await self.take(step, when, **body)
        assert answer.status_code == 201, answer.text
        file: dict[str, Any] = answer.json()
        return file

    async def file(self) -> dict[str, Any]:
        answer = await self.client.get(f"{self.path}/file")
        assert answer.status_code == 200, answer.text
        file: dict[str, Any] = answer.json()
        return file

    async def up_to(self, last: str) -> dict[str, Any]:
        """The file after the ordinary steps up to one."""
        for step, when, body in ORDINARY:
            file = await self.taken(step, when, **body)
            if step == last:
                return file
        raise AssertionError(last)


ORDINARY: list[tuple[str, str, dict[str, Any]]] = [
    ("report", at("03-02", "23:40"), {"incident": PHU_UNG, "residence": PHU_UNG}),
    ("initial-assessment", at("03-03", "03:00"), assessed("02")),
    ("specific-assessment", at("03-05"), assessed("03", "medium")),
    ("meeting", at("03-06"), {}),
    ("plan", at("03-07"), planned(FIRST, SECOND)),
    ("submission", at("03-08"), {}),
    ("approval", at("03-09"), {}),
    ("measure-start", at("03-10"), {"item": FIRST}),
    ("measure-end", at("06-01"), {"item": FIRST}),
    ("measure-end", at("06-02"), {"item": SECOND}),
    ("review", at("06-10"), assessed("06", "none", stable=True)),
    ("closing", at("06-12"), {}),
]


async def led(client: httpx.AsyncClient, dsn: str, kind: str = "protection", commune: str = PHU_UNG) -> Led:
    """A new case of a child in special circumstances, without a step."""
    child = await registered(client, commune=commune)
    await client.post(f"{child}/circumstances", json={"category": "d", "from": "2018-01-01"})
    path = await opened(client, child, kind=kind, opened_on="2020-03-02")
    return Led(client, path, child, *await staff(dsn, commune, 0))


async def staff(dsn: str, commune: str, n: int) -> tuple[Headers, Headers]:
    """Worker and chair of a commune, the n-th that has any."""
    connection = await asyncpg.connect(dsn)
    worker = await made(connection, UUID(int=WORKER.int + 100 * n), "commune_worker", commune)
    chair = await made(connection, UUID(int=CHAIR.int + 100 * n), "commune_chair", commune)
    await connection.close()
    return worker, chair
