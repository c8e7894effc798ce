"""The way of one case, over HTTP: a report on the eve of Tết 2020, and what all in charge do until it is closed.

Each day is entered on a later one, so that the hour at which this runs does not matter; what everybody saw on the way
is kept for those who ask. `docs/case-journey.md` tells the same way to people.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI

from service.domain.access import ROLES
from tests.access.operations import ASKED, SIGNED, path_of
from tests.access.province import INSIDE
from tests.conftest import TODAY
from tests.routers.api import BAC_SON, LAM_SON, PHU_UNG, registered
from tests.routers.case_steps import assessed, at
from tests.routers.test_stand_ins import acting, days
from tests.signed_in import DISTRICT, PROVINCE, asked, made, served

Headers = dict[str, str]
Deadlines = dict[str, tuple[str, str, str | None]]

CENTRE, OTHER_CENTRE = UUID(int=901), UUID(int=902)  # agencies
PEOPLE: dict[str, tuple[str, str, UUID | None]] = {  # by whom they are: role, area, agency
    "hotline": ("integration", PROVINCE, None),
    "worker": ("commune_worker", PHU_UNG, None),
    "chair": ("commune_chair", PHU_UNG, None),
    "deputy": ("commune_worker", PHU_UNG, None),
    "collaborator": ("village_collaborator", PHU_UNG, None),
    "police": ("police", PHU_UNG, None),
    "clinic": ("health", PHU_UNG, None),
    "school": ("school", PHU_UNG, None),
    "registrar": ("justice", PHU_UNG, None),
    "new worker": ("commune_worker", BAC_SON, None),
    "new chair": ("commune_chair", BAC_SON, None),
    "new school": ("school", BAC_SON, None),
    "centre": ("service_provider", PROVINCE, CENTRE),
    "other centre": ("service_provider", PROVINCE, OTHER_CENTRE),
    "district": ("district_officer", DISTRICT, None),
    "stranger": ("commune_worker", LAM_SON, None),  # of another district
    "strange chair": ("commune_chair", LAM_SON, None),
    "province": ("province_officer", PROVINCE, None),
    "inspector": ("inspector", PROVINCE, None),
    "analyst": ("analyst", PROVINCE, None),
    "administrator": ("administrator", PROVINCE, None),
}
IDS = {name: UUID(int=801 + n) for n, name in enumerate(PEOPLE)}
FATHER, MOTHER, AUNT = (str(UUID(int=n)) for n in (911, 912, 913))
THERAPY, COUNSEL = str(UUID(int=921)), str(UUID(int=922))
SECRETS = {  # words that stand nowhere else
    "informant": ["Cụ Bảy Hàng Mía", "0909 111 222", "Ngõ Cây Khế", "Xin gọi buổi trưa"],
    "report": ["Căn nhà sau lò gạch", "Có vết roi", "Đã báo công an trực"],
    "evidence": ["Giấy giám định 77"],
    "persons": ["Lý Văn Sấm", "Trần Thị Dịu"],
    "reach": ["0909 333 444", "Thôn Kim Lũ"],  # of persons who do no harm
    "reach of who harms": ["0909 555 666"],
    "note on who harms": ["Thường say rượu"],
    "reasons": ["Y tá trực đã băng bó", "Theo dì về quê ngoại"],
    "plan": ["Quỹ Bảo trợ trẻ em huyện"],
    "other plan": ["Hội Phụ nữ xã giúp mẹ"],
    "note": ["Đề nghị thăm lại sau Tết"],
    "flag": ["Hỏi kết quả trị liệu"],
}


@dataclass
class Journey:
    """A case, those who meet it, and what was seen of it on the way."""

    app: FastAPI
    client: httpx.AsyncClient  # the province's officer
    dsn: str
    people: dict[str, Headers]
    child: str = ""
    report: str = ""
    case: str = ""
    answers: dict[str, httpx.Response] = field(default_factory=dict)
    deadlines: dict[str, Deadlines] = field(default_factory=dict)
    tasks: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    approvals: dict[str, dict[str, list[bool]]] = field(default_factory=dict)
    assisted: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    households: dict[str, dict[str, Any]] = field(default_factory=dict)
    files: dict[str, dict[str, Any]] = field(default_factory=dict)
    found: dict[str, dict[str, dict[str, set[str]]]] = field(default_factory=dict)

    def day(self, month_and_day: str) -> None:
        """From here on it is this day of 2020."""
        self.app.state.fixed_today = date.fromisoformat(f"2020-{month_and_day}")

    async def ask(self, who: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        """As one of the people; as the province's officer if nobody is named."""
        headers = (self.people[who] if who else {}) | more.pop("headers", {})
        return await self.client.request(method, path, headers=headers, **more)

    async def get(self, who: str | None, path: str) -> Any:
        answer = await self.ask(who, "GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, who: str | None, path: str, **body: Any) -> httpx.Response:
        answer = await self.ask(who, "POST", path, json=body)
        assert answer.status_code in (200, 201, 204), f"{path}: {answer.text}"
        return answer

    async def take(self, who: str, step: str, when: str, **body: Any) -> httpx.Response:
        return await self.post(who, f"{self.case}/{step}", occurred_at=when, **body)

    async def refused(self, name: str, who: str, step: str, when: str, **body: Any) -> None:
        """What was tried and is to be refused, kept under a name."""
        self.answers[name] = await self.ask(who, "POST", f"{self.case}/{step}", json={"occurred_at": when} | body)

    async def look(self, name: str) -> None:
        """Keeps under a name how the case stands now."""
        items = (await self.get(None, f"{self.case}/deadlines"))["items"]
        self.deadlines[name] = {
            told(item): (item["standing"], moment(item["due_at"]), item["met_at"] and moment(item["met_at"]))
            for item in items
        }
        self.tasks[name] = {
            who: [told(item) for item in (await self.get(who, "/v1/tasks?officer=me"))["items"]]
            for who in ("worker", "new worker", "deputy")
        }
        self.approvals[name] = {
            who: [item["own"] for item in (await self.get(who, "/v1/approvals"))["items"]]
            for who in ("chair", "acting", "new chair", "strange chair")
            if who in self.people
        }
        self.files[name] = await self.get(None, f"{self.case}/file")
        self.households[name] = await self.get(None, f"{self.child}/household")

    async def scores(self, name: str, *days: str) -> None:
        """Keeps under a name what the scoreboard says of these days: helped, of those to be helped."""
        self.assisted[name] = {}
        for day in days:
            board = await self.get(None, f"/v1/programmes/hung-yen-2016-2020/scoreboard?on=2020-{day}")
            score = next(item for item in board["items"] if item["indicator"] == "special_assisted_rate")
            self.assisted[name][day] = score["numerator"], score["denominator"]

    async def read(self, name: str) -> None:
        """Keeps under a name which secrets each of the people finds, and where, who reads all that the API has."""
        ids = {"child_id": self.child, "case_id": self.case, "report_id": self.report}
        asked = {what: path.rpartition("/")[2] for what, path in ids.items()} | {"person_id": MOTHER}
        self.found[name] = {}
        for who in self.people:
            permitted = ROLES[PEOPLE[who][0] if who in PEOPLE else "commune_chair"].permissions
            found: dict[str, set[str]] = {}
            for operation, (method, _, told) in SIGNED.items():
                if method == "GET" and told["x-permission"] in permitted:
                    path, query = path_of(operation, INSIDE, **asked), ASKED[operation].query(INSIDE)
                    text = (await self.ask(who, "GET", path, params=query)).text
                    for secret, words in SECRETS.items():
                        if any(word in text for word in words):
                            found.setdefault(secret, set()).add(operation)
            self.found[name][who] = found

    async def punctual(self, name: str, day: str) -> None:
        """Keeps under a name what the scoreboard of the decree says of a day: on time, of those with a deadline."""
        board = await self.get(None, f"/v1/programmes/decree-56-2017/scoreboard?on=2020-{day}")
        (score,) = (item for item in board["items"] if item["indicator"] == "deadlines_kept_rate")
        self.kept[name] = score["numerator"], score["denominator"]


def moment(told: str) -> str:
    """Month, day and time, as they are in Vietnam."""
    assert told.endswith("+07:00"), told
    return told[5:16].replace("T", " ")


def told(task: dict[str, Any]) -> str:
    """A task by its code, and of which item of the plan it is."""
    names = {None: "", THERAPY: " therapy", COUNSEL: " counsel"}
    return f"{task['code']}{names[task['item']]}"


@asynccontextmanager
async def journey(dsn: str) -> AsyncIterator[Journey]:
    """The whole way, walked."""
    app = served(dsn, TODAY)
    async with asked(app) as client:
        way = Journey(app, client, dsn, await peopled(dsn))
        for part in (before, the_night, new_year, after_tet, planning, approved, begun, moved, ended):
            await part(way)
        way.app.state.fixed_today = TODAY
        yield way


async def peopled(dsn: str) -> dict[str, Headers]:
    connection = await asyncpg.connect(dsn)
    await connection.executemany(
        "INSERT INTO agency (id, name, kind, during) VALUES ($1, $2, 'service_provider', '[2016-01-01,)')",
        [(CENTRE, "Trung tâm công tác xã hội"), (OTHER_CENTRE, "Trung tâm khác")],
    )
    people = {
        name: await made(connection, IDS[name], role, area, agency) for name, (role, area, agency) in PEOPLE.items()
    }
    await connection.close()
    return people


async def before(way: Journey) -> None:
    """A girl of nine in Phù Ủng, of whom the register knows no more than where she lives, and on no list."""
    way.day("01-20")
    way.child = await registered(way.client)


async def the_night(way: Journey) -> None:
    """Friday, 24 January, the eve of Tết, 23:40: somebody calls 111, and will be named. The hotline does not know who
    the girl is; it sends the report, is not sure that it arrived, and sends it again."""
    way.day("01-25")
    place, condition, taken = SECRETS["report"]
    name, phone, address, note = SECRETS["informant"]
    report = {
        "reference": "111-2020-000123",
        "source": "hotline_111",
        "channel": "phone",
        "received_at": at("01-24", "23:40"),
        "commune": PHU_UNG,
        "place": place,
        "concern": "abused",
        "condition": condition,
        "steps_taken": taken,
        "children": [{"sex": "female", "estimated_age": 9, "commune": PHU_UNG}],
        "informant": {"full_name": name, "phone": phone, "address": address, "note": note},
    }
    first, again = [await way.post("hotline", "/v1/case-reports", **report) for _ in range(2)]
    way.answers |= {"first": first, "again": again}
    way.report = first.headers["location"].removesuffix("/receipt")
    await way.post("hotline", f"{way.report}/passing-on", passed_on_at=at("01-24", "23:55"))
    part = (await way.post("worker", f"{way.report}/children/1/case")).json()["children"][0]
    way.case = f"/v1/cases/{part['case_id']}"
    known = way.child.rpartition("/")[2]
    await way.post("worker", f"{way.report}/children/1/identification", child_id=known)
    await mine(way, "worker")
    await way.look("the night")


async def new_year(way: Journey) -> None:
    """Saturday, the first day of Tết: the worker is there at 9:00, and the chair decides at 10:30. What the nurse did
    at 2:30 nobody has told them yet."""
    way.day("01-26")
    for person, relation, name, phone, note in (
        (FATHER, "father", SECRETS["persons"][0], "0909 555 666", "Thường say rượu"),
        (MOTHER, "mother", "Đỗ Thị Na", *SECRETS["reach"]),
        (AUNT, "relative", SECRETS["persons"][1], None, None),
    ):
        around = {"id": person, "full_name": name, "relation": relation, "phone": phone, "note": note}
        await way.post("worker", f"{way.child}/persons", **around)
    await way.look("before the assessment")
    concluded = assessed("02", "high", emergency=True, separation=True)
    await way.take("worker", "initial-assessment", at("01-25", "09:00"), harming=[FATHER], **concluded)
    until = {"from": "2020-01-25", "until": "2020-02-06"}
    await way.refused("to the father", "chair", "separation", at("01-25", "10:30"), carer=FATHER, **until)
    await way.refused("16 days", "chair", "separation", at("01-25", "10:30"), **until | {"until": "2020-02-10"})
    await way.take("chair", "separation", at("01-25", "10:30"), carer=AUNT, **until)
    await way.look("new year")


async def after_tet(way: Journey) -> None:
    """Friday, 31 January: offices work since Thursday. The specific assessment; and the nurse's word arrives, late."""
    way.day("02-01")
    seen = {"category": "i.1", "from": "2020-01-31", "evidence": SECRETS["evidence"][0]}
    await way.post("worker", f"{way.child}/circumstances", **seen)
    await way.take("worker", "specific-assessment", at("01-31", "15:00"), **assessed("03", "medium"))
    await way.look("before the late entry")
    await way.punctual("before the late entry", "01-31")
    await way.take("worker", "emergency-measures", at("01-25", "02:30"), reason=SECRETS["reasons"][0])
    await way.look("the late entry")
    await way.punctual("the late entry", "01-31")


async def planning(way: Journey) -> None:
    """3 to 6 February: the meeting, the plan, the girl comes home, and the plan is submitted on a Thursday."""
    way.day("02-07")
    await way.take("chair", "meeting", at("02-03"))
    await way.refused("no items", "worker", "plan", at("02-04"), items=[])
    therapy = {"id": THERAPY, "measure": "intervention.1", "agency": str(CENTRE), "money": SECRETS["plan"][0]}
    counsel = {"id": COUNSEL, "measure": "intervention.5", "responsible": SECRETS["other plan"][0]}
    items = [
        therapy | {"responsible": "Trung tâm", "starts_on": "2020-02-12", "ends_on": "2020-04-30"},
        counsel | {"starts_on": "2020-02-17", "ends_on": "2020-03-31"},
    ]
    await way.take("worker", "plan", at("02-04"), items=items)
    await way.take("chair", "separation-end", at("02-05", "15:00"))
    await way.take("worker", "submission", at("02-06", "16:00"))
    await way.look("planned")


async def approved(way: Journey) -> None:
    """Monday, 10 February: the chair is on leave, and another worker of the commune stands in."""
    way.day("02-11")
    stand_in = {"for": str(IDS["chair"]), "account": str(IDS["deputy"]), "reason": "Nghỉ phép"} | days(-1, 7)
    way.people["acting"] = await acting(way.dsn, await way.post("chair", "/v1/stand-ins", **stand_in))
    await way.refused("by the worker", "worker", "approval", at("02-10", "11:00"))
    await way.refused("by another chair", "strange chair", "approval", at("02-10", "11:00"))
    await way.look("before the approval")
    await way.take("acting", "approval", at("02-10", "11:00"))
    await way.refused("once more", "chair", "approval", at("02-10", "12:00"))
    await way.look("approved")


async def begun(way: Journey) -> None:
    """12 and 17 February: both measures begin, one by the centre. The supervision has a note, the chair a flag."""
    way.day("02-18")
    await way.scores("before the measures", "01-30", "02-11", "02-12", "02-17")
    await way.take("worker", "measure-start", at("02-12"), item=THERAPY)
    await way.scores("begun", "02-11", "02-12", "02-17")
    await way.take("worker", "measure-start", at("02-17"), item=COUNSEL)
    await way.post("district", f"{way.case}/notes", content=SECRETS["note"][0])
    await way.post("chair", f"{way.case}/flags", label=SECRETS["flag"][0], on="2020-03-20")
    await way.look("begun")
    await way.read("under way")


async def moved(way: Journey) -> None:
    """Monday, 2 March: the girl moves to her aunt in Bắc Sơn, and the case with her."""
    way.day("03-03")
    way.answers["before the move"] = await way.ask("new worker", "GET", f"{way.case}/file")
    await way.post("worker", f"{way.child}/residences", commune=BAC_SON, **{"from": "2020-03-02"})
    await way.take("worker", "transfer", at("03-02", "10:00"), commune=BAC_SON, reason=SECRETS["reasons"][1])
    await mine(way, "new worker")
    await way.refused("by the old commune", "worker", "measure-end", at("03-02", "11:00"), item=COUNSEL)
    await way.look("moved")


async def ended(way: Journey) -> None:
    """Until 7 May: one measure ends in time, the other a day late; the review, and the end."""
    way.day("05-08")
    await way.take("new worker", "measure-end", at("03-31", "23:30"), item=COUNSEL)
    await way.refused("too early", "new chair", "closing", at("04-01"))
    await way.take("new worker", "measure-end", at("05-01", "00:30"), item=THERAPY)
    await way.take("new worker", "review", at("05-05"), **assessed("06", "none", stable=True))
    await way.scores("before the end", "05-06", "05-07")
    await way.take("new chair", "closing", at("05-07"))
    await way.scores("the end", "01-30", "02-11", "02-12", "03-01", "03-02", "05-06", "05-07")
    await way.punctual("the end", "05-06")
    await way.look("the end")
    await way.read("the end")


async def mine(way: Journey, who: str) -> None:
    """The case is given to one of the people."""
    body, headers = {"officer": str(IDS[who])}, {"If-Match": "*"}
    answer = await way.ask(who, "PATCH", way.case, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
