"""The opponents over HTTP, beside the service: `python -m bench.bare DSN` prints its address.

Reading: Starlette, asyncpg and orjson around a statement, and nothing else: no validation, no meaning, no errors.
Children are read by statements that know of no caller (`plain.py`), figures by the service's own. Writing: the route
of the service, which does only its insert.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import orjson
import uvicorn
from fastapi import FastAPI
from sqlalchemy.dialects.postgresql import Range
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from bench import plain
from bench.province import DAY, TODAY
from service.__main__ import AnnouncedServer
from service.database import Database, Reader, SessionDep
from service.domain.calendar import YEAR
from service.domain.completeness import days_of
from service.models import CaseStep, Child, Circumstance, Residence
from service.queries import attainment, completeness, maps, stocks
from service.routers.children import ChildInput
from service.routers.circumstances import CircumstanceInput
from service.routers.step_bodies import InitialAssessmentInput
from service.settings import Limits
from service.wire import Identifier, json_answer

JSON = "application/json"
QUARTER = days_of(DAY, TODAY)


async def nothing(request: Request) -> Response:
    return Response()


async def child(request: Request) -> Response:
    _, body = await request.app.state.reader.fetchrow(plain.ONE, UUID(request.path_params["id"]))
    return Response(body, media_type=JSON)


async def page(request: Request) -> Response:
    """Fifty children of a commune, as the service lists them."""
    asked = request.query_params
    on = date.fromisoformat(asked["on"])
    rows = await request.app.state.reader.fetch(plain.PAGE, on, asked["commune"])
    return Response(b'{"items":[' + ",".join(row[0] for row in rows[:50]).encode() + b"]}", media_type=JSON)


async def by_commune(request: Request) -> Response:
    on = date.fromisoformat(request.query_params["on"])
    reader = request.app.state.reader
    programme = await reader.fetchrow(attainment.PROGRAMME, None, on, None, None)
    area = await reader.fetchrow(attainment.AREA, programme["area_code"], on, None)
    await reader.fetch(attainment.INDICATORS, programme["code"], request.path_params["code"], area["area_id"])
    places = (await maps.view(reader, 0, programme["rule"], area["area_id"], on, on, None)).carried.places
    asked = (programme["rule"], "special", "children", list(places), list(places.values()), on, on - YEAR)
    rows = await reader.fetch(stocks.ON_A_DAY["totals"], *asked)
    answer = [{"area": row[0], "stocks": list(row[1:])} for row in rows]
    await reader.fetch(completeness.LAST, list(places), *QUARTER, TODAY)
    return Response(orjson.dumps(answer), media_type=JSON)


async def scoreboard(request: Request) -> Response:
    on = date.fromisoformat(request.query_params["on"])
    reader = request.app.state.reader
    programme = await reader.fetchrow(attainment.PROGRAMME, None, on, None, None)
    area = await reader.fetchrow(attainment.AREA, programme["area_code"], on, None)
    indicators = await reader.fetch(attainment.INDICATORS, programme["code"], None, area["area_id"])
    measures = list({m for i in indicators for m in (i["numerator"], i["denominator"]) if m})
    places = (await maps.view(reader, 0, programme["rule"], area["area_id"], on, on, None)).carried.places
    rows = await reader.fetch(stocks.TOGETHER["totals"], programme["rule"], measures, list(places), [on - YEAR, on])
    await reader.fetch(completeness.LAST, list(places), *QUARTER, TODAY)
    return Response(orjson.dumps([list(row) for row in rows]), media_type=JSON)


writing = FastAPI()


@writing.post("/v1/children")
async def create_child(body: ChildInput, session: SessionDep) -> Response:
    record = Child(**body.model_dump(exclude={"residence", "confirm_distinct"}))
    session.add(record)
    await session.flush()
    session.add(Residence(child_id=record.id, area_id=1, during=Range(body.residence.from_, None)))
    await session.flush()
    return json_answer(b"{}", status=201)


@writing.post("/v1/children/{child_id}/circumstances")
async def create_circumstance(child_id: Identifier, body: CircumstanceInput, session: SessionDep) -> Response:
    session.add(Circumstance(child_id=child_id, category_code=body.category, during=Range(body.from_, body.until)))
    await session.flush()
    return json_answer(b"{}", status=201)


@writing.post("/v1/cases/{case_id}/initial-assessment")
async def take_initial_assessment(case_id: Identifier, body: InitialAssessmentInput, session: SessionDep) -> Response:
    now, said = datetime.now(UTC), body.model_dump(mode="json", exclude={"id", "occurred_at", "reason"})
    step = CaseStep(
        id=uuid4(),
        case_id=case_id,
        code="initial_assessment",
        occurred_at=now,
        recorded_at=now,
        actor=uuid4(),
        content=said,
    )
    session.add(step)
    await session.flush()
    return json_answer(b"{}", status=201)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    writing.state.database = await Database.open(sys.argv[1], Limits())
    async with Reader(sys.argv[1], Limits(pool_size=20)) as app.state.reader:
        yield
    await writing.state.database.close()


ROUTES = [
    Route("/empty", nothing),
    Route("/v1/children", page),
    Route("/v1/children/{id}", child),
    Route("/v1/indicators/{code}/attainment", by_commune),
    Route("/v1/programmes/{code}/scoreboard", scoreboard),
    Mount("/insert", writing),
]

if __name__ == "__main__":
    app = Starlette(routes=ROUTES, lifespan=lifespan)
    AnnouncedServer(uvicorn.Config(app, port=0, log_level="warning", access_log=False, server_header=False)).run()
