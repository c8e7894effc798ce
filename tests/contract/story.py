"""The story that the examples of the document are recorded from: a few invented children, and what is done about them.

A line is a request as it is sent: the method, the path with names in braces, the body. A name in braces, in the path or
as a text of the body, is what an earlier line kept of its answer (`keep`: the name, and the place in the answer). It is
asked by the province's officer, or by the first role that may; `who` names another one. Each body that is sent and each
answer that is received first becomes the example of its operation; of refusals, the first of each status.

For a new operation, add a line where it fits, and run `make snapshot`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.domain.procedure.versions import FORMS

PASSWORD = "choose-one-of-your-own"  # as the guides tell the reader of the sandbox
PROGRAMME = "hung-yen-2016-2020"
BY_COMMUNE = "on=2018-06-30&area=329"


@dataclass(frozen=True)
class Line:
    """A request, and what is kept of its answer. `refused` is the status of a refusal that it shows."""

    request: str
    body: Mapping[str, Any] | None = None
    keep: Mapping[str, str] = field(default_factory=dict)
    who: str = ""
    refused: int = 0
    headers: Mapping[str, str] = field(default_factory=lambda: {"If-Match": "*"})


def own(number: int) -> str:
    """An id as a client makes one (UUIDv7), for the things of the story."""
    return f"01760b5c-8a00-7000-8000-{number:012x}"


BUOI, CAM, CASE, LATER_CASE = own(1), own(2), own(3), own(4)
RESIDENCE, CIRCUMSTANCE, INTERVENTION, SITE = own(5), own(6), own(7), own(8)
TARGET, POPULATION, EDITION, REFORM = own(9), own(10), own(11), own(12)
ACCOUNT, ASSIGNMENT, AGENCY, STAGE = own(13), own(14), own(15), own(16)
MOVE, OTHER_CIRCUMSTANCE, OTHER_INTERVENTION, MAN = own(17), own(18), own(19), own(20)
QUYT, STEPFATHER, AUNT, MISTAKEN = own(21), own(22), own(23), own(24)  # a brother, and who is around him
THERAPY, COUNSEL, SCHOOLING, VISIT = own(25), own(26), own(27), own(28)  # items of plans; a step
MO, NEED, DOUBT = own(29), own(30), own(31)
SCHOOL_REPORT, HOTLINE_REPORT, FALSE_REPORT = own(32), own(33), own(34)
STAND_IN, RULE, NOTE, FLAG = own(35), own(36), own(37), own(38)

CHILD = {
    "id": BUOI,
    "full_name": "Nguyễn Thị Bưởi",
    "sex": "female",
    "date_of_birth": "2010-03-08",
    "residence": {"id": RESIDENCE, "commune": "12145", "from": "2014-01-01"},
}
BROTHER = CHILD | {
    "id": QUYT,
    "full_name": "Nguyễn Văn Quýt",
    "sex": "male",
    "date_of_birth": "2012-09-20",
    "residence": {"commune": "12145", "from": "2014-01-01"},
}
TEACHER_SAYS = {
    "id": SCHOOL_REPORT,
    "source": "school",
    "channel": "direct",
    "received_at": "2020-11-02T08:10:00+07:00",
    "receiving_place": "Trường Tiểu học và Trung học cơ sở Phù Ủng",
    "commune": "12145",
    "place": "Nhà của cháu, thôn Ổi",
    "concern": "abused",
    "condition": "Có vết bầm ở tay, ít nói, không muốn về nhà",
    "likely_harm": "Có thể bị đánh tiếp",
    "steps_taken": "Cô giáo giữ cháu lại trường",
    "children": [
        {
            "full_name": "Nguyễn Văn Quýt",
            "sex": "male",
            "estimated_age": 8,
            "commune": "12145",
            "mother": "Phạm Thị Chanh, làm ruộng",
            "carer": "Mẹ và cha dượng",
        }
    ],
    "informant": {
        "full_name": "Đỗ Thị Sen",
        "phone": "0900 000 001",
        "note": "Giáo viên chủ nhiệm",
    },
}
HOTLINE_SAYS = {
    "id": HOTLINE_REPORT,
    "reference": "111-2020-004711",
    "source": "hotline_111",
    "channel": "phone",
    "received_at": "2020-12-22T07:40:00+07:00",
    "receiving_place": "Tổng đài 111",
    "commune": "12145",
    "place": "Chợ xã",
    "concern": "at_risk",
    "condition": "Đi một mình, không có người lớn bên cạnh",
    "children": [{"sex": "female", "estimated_age": 6}],
}
MISHEARD = HOTLINE_SAYS | {
    "id": FALSE_REPORT,
    "reference": "111-2020-004730",
    "received_at": "2020-12-23T21:05:00+07:00",
    "place": "Thôn Mận",
    "condition": "Nghe tiếng khóc trong nhà",
    "children": [{"sex": "unknown"}],
}
PLAN = [
    {
        "id": THERAPY,
        "measure": "intervention.1",
        "responsible": "Trung tâm Công tác xã hội",
        "agency": "{centre}",
        "starts_on": "2020-11-10",
        "ends_on": "2020-12-20",
        "cost": 3000000,
        "money": "Ngân sách xã",
    },
    {
        "id": COUNSEL,
        "measure": "intervention.5",
        "responsible": "UBND xã Phù Ủng",
        "provider": "Hội Liên hiệp Phụ nữ xã",
        "starts_on": "2020-11-12",
        "ends_on": "2020-12-19",
    },
]


def assessed(code: str, levels: str, risk: str, **concluded: bool) -> dict[str, Any]:
    """Answers to all items of a form, in their order (h, m, l), and a conclusion."""
    names = {"h": "high", "m": "medium", "l": "low"}
    form = FORMS[code]
    answers = {item: names[level] for item, level in zip((*form.harm, *form.capacity), levels, strict=True)}
    return {"answers": answers, "conclusion": {"risk": risk, **concluded}}


def at(moment: str) -> dict[str, Any]:
    """When something was done, in 2020."""
    return {"occurred_at": f"2020-{moment}:00+07:00"}


SPLIT = {
    "id": REFORM,
    "effective_on": "2020-07-01",
    "legal_basis": "Nghị quyết 1",
    "units": [{"code": "12998", "name": "Bắc Hà", "kind": "commune"}],
    "changes": [
        {"change": "split_into", "from": "12148", "to": "12148"},
        {"change": "split_into", "from": "12148", "to": "12998"},
    ],
}

STORY = [
    # Signing in, and who one is.
    Line(
        "POST /v1/auth/token",
        {"grant_type": "password", "username": "commune_worker", "password": PASSWORD},
        {"refresh_token": "refresh_token"},
    ),
    Line("POST /v1/auth/revoke", {"token": "{refresh_token}"}),
    Line("POST /v1/auth/token", {"grant_type": "password", "username": "nobody", "password": PASSWORD}, refused=400),
    Line("GET /v1/account", who="commune_worker"),
    Line("GET /v1/account", headers={"Authorization": "Bearer forged"}, refused=401),
    Line("GET /v1/cases", who="analyst", refused=403),
    Line("GET /.well-known/jwks.json"),
    Line("GET /health/live"),
    Line("GET /health/ready"),
    Line("GET /problems"),
    Line("GET /problems/stale"),
    # The map, and the lists of the law.
    Line("GET /v1/areas?kind=district"),
    Line("GET /v1/communes?q=phu ung"),
    Line("GET /v1/communes/12145"),
    Line("GET /v1/communes/12145/lineage"),
    Line("GET /v1/maps"),
    Line("GET /v1/categories"),
    Line("GET /v1/intervention-measures"),
    # A child: registered, found, corrected.
    Line("POST /v1/children", CHILD),
    Line("POST /v1/children", CHILD, refused=409),
    Line("POST /v1/children", CHILD | {"id": own(99), "date_of_birth": "2100-01-01"}, refused=422),
    Line(
        "POST /v1/children",
        CHILD
        | {
            "id": CAM,
            "full_name": "Trần Văn Cam",
            "sex": "male",
            "residence": {"commune": "12148", "from": "2015-06-01"},
        },
    ),
    Line("GET /v1/children?q=nguyen thi buoi&commune=12145"),
    Line(f"GET /v1/children/{own(99)}", refused=404),
    Line(f"PATCH /v1/children/{BUOI}", {"ethnicity": "Kinh"}),
    Line(f"PATCH /v1/children/{BUOI}", {"ethnicity": "Mường"}, headers={"If-Match": '"1"'}, refused=412),
    Line(f"PATCH /v1/children/{BUOI}", {"ethnicity": "Mường"}, headers={}, refused=428),
    Line(
        f"POST /v1/children/{BUOI}/circumstances",
        {"id": CIRCUMSTANCE, "category": "d.2", "from": "2018-01-15", "evidence": "Giấy xác nhận khuyết tật"},
    ),
    Line(f"POST /v1/children/{CAM}/circumstances", {"category": "poor_household", "from": "2018-01-15"}),
    Line(f"PATCH /v1/children/{BUOI}/circumstances/{CIRCUMSTANCE}", {"from": "2018-02-01"}),
    Line(f"POST /v1/children/{BUOI}/circumstances", {"id": OTHER_CIRCUMSTANCE, "category": "a", "from": "2018-02-01"}),
    Line(f"DELETE /v1/children/{BUOI}/circumstances/{OTHER_CIRCUMSTANCE}"),
    Line(f"POST /v1/children/{BUOI}/residences", {"id": MOVE, "commune": "12151", "from": "2020-11-01"}),
    Line(f"DELETE /v1/children/{BUOI}/residences/{MOVE}"),
    Line(f"PATCH /v1/children/{BUOI}/residences/{RESIDENCE}", {"until": None}),
    # Its case, and what is given in it.
    Line("POST /v1/cases", {"id": CASE, "child_id": BUOI, "kind": "support", "opened_on": "2018-02-05"}),
    Line(f"PATCH /v1/cases/{CASE}", {"kind": "protection"}),
    Line("GET /v1/agencies?kind=service_provider", keep={"centre": "items.0.id"}),
    Line(
        f"POST /v1/cases/{CASE}/interventions",
        {"id": INTERVENTION, "measure": "support.3", "agency": "{centre}", "started_on": "2018-02-20"},
    ),
    Line(f"PATCH /v1/cases/{CASE}/interventions/{INTERVENTION}", {"ended_on": "2018-11-20"}),
    Line(
        f"POST /v1/cases/{CASE}/interventions",
        {"id": OTHER_INTERVENTION, "measure": "support.1", "started_on": "2018-03-01"},
    ),
    Line(f"DELETE /v1/cases/{CASE}/interventions/{OTHER_INTERVENTION}"),
    Line(f"GET /v1/cases/{CASE}"),
    Line(f"GET /v1/children/{BUOI}"),
    Line(f"POST /v1/cases/{CASE}/close", {"closed_on": "2018-11-30", "outcome": "child_safe"}),
    Line(
        "POST /v1/cases",
        {"id": LATER_CASE, "child_id": BUOI, "kind": "support", "opened_on": "2019-02-05", "previous_case_id": CASE},
    ),
    Line("GET /v1/cases?status=closed&commune=12145"),
    Line(f"DELETE /v1/cases/{LATER_CASE}"),
    # On a collaborator's list; and who did what, who looked.
    Line("GET /v1/collaborators", keep={"assignment_id": "items.0.assignment_id"}),
    Line(f"PUT /v1/children/{BUOI}/collaborators/{{assignment_id}}"),
    Line(f"DELETE /v1/children/{BUOI}/collaborators/{{assignment_id}}"),
    Line(f"GET /v1/children/{BUOI}/history?limit=2"),
    Line(f"GET /v1/children/{BUOI}/accesses?limit=2"),
    Line(f"GET /v1/access/explain?action=read_child&resource=/v1/children/{BUOI}", who="police"),
    # A teacher reports what happened to the brother: received with a receipt, and taken up by the commune.
    Line("POST /v1/children", BROTHER),
    Line("POST /v1/case-reports", TEACHER_SAYS, who="school"),
    Line(
        f"POST /v1/case-reports/{SCHOOL_REPORT}/passing-on",
        {"passed_on_at": "2020-11-02T08:30:00+07:00"},
        who="school",
    ),
    Line(f"GET /v1/case-reports/{SCHOOL_REPORT}/receipt", who="school"),
    Line("GET /v1/case-reports?commune=12145&status=passed_on", who="commune_worker"),
    Line(f"GET /v1/case-reports/{SCHOOL_REPORT}/informant", who="commune_worker"),
    Line(
        f"POST /v1/case-reports/{SCHOOL_REPORT}/children/1/case",
        {"child_id": QUYT},
        {"case": "children.0.case_id"},
        "commune_worker",
    ),
    Line(f"GET /v1/case-reports/{SCHOOL_REPORT}", who="commune_worker"),
    Line("GET /v1/account", keep={"worker": "assignment"}, who="commune_worker"),
    Line("PATCH /v1/cases/{case}", {"officer": "{worker}"}, who="commune_worker"),
    # Who is around him.
    Line(
        f"POST /v1/children/{QUYT}/persons",
        {
            "id": AUNT,
            "full_name": "Phạm Thị Na",
            "relation": "relative",
            "birth_year": 1986,
            "phone": "0900 000 002",
            "address": "Thôn Mận",
            "note": "Dì ruột",
        },
        who="commune_worker",
    ),
    Line(
        f"POST /v1/children/{QUYT}/persons",
        {"full_name": "Phạm Thị Chanh", "relation": "mother", "birth_year": 1984},
        who="commune_worker",
    ),
    Line(
        f"POST /v1/children/{QUYT}/persons",
        {"id": STEPFATHER, "full_name": "Hoàng Văn Khế", "relation": "other", "note": "Cha dượng"},
        who="commune_worker",
    ),
    Line(
        f"POST /v1/children/{QUYT}/persons",
        {"full_name": "Nguyễn Thị Bưởi", "relation": "sibling", "sibling_id": BUOI},
        who="commune_worker",
    ),
    Line(
        f"POST /v1/children/{QUYT}/persons",
        {"id": MISTAKEN, "full_name": "Phạm Thị Na", "relation": "relative"},
        who="commune_worker",
    ),
    Line(f"DELETE /v1/children/{QUYT}/persons/{MISTAKEN}", who="commune_worker"),
    Line(f"PATCH /v1/children/{QUYT}/persons/{AUNT}", {"birth_year": 1987}, who="commune_worker"),
    Line(f"GET /v1/children/{QUYT}/persons/{AUNT}", who="commune_worker"),
    Line(f"GET /v1/children/{QUYT}/persons", who="commune_worker"),
    # The same day: he is safe at his aunt's. Then what is needed, a plan, and its approval.
    Line(
        "POST /v1/cases/{case}/initial-assessment",
        at("11-02T10:00") | assessed("02", "hhlm", "high", emergency=True, separation=True) | {"harming": [STEPFATHER]},
        who="commune_worker",
    ),
    Line(
        "POST /v1/cases/{case}/emergency-measures",
        at("11-02T10:30") | {"reason": "Đưa cháu đến trạm y tế xã"},
        who="commune_worker",
    ),
    Line(
        "POST /v1/cases/{case}/separation",
        at("11-02T11:00") | {"from": "2020-11-02", "until": "2020-11-09", "carer": AUNT},
    ),
    Line(f"GET /v1/children/{QUYT}/household", who="commune_worker"),
    Line(
        "POST /v1/cases/{case}/notes",
        {"id": NOTE, "content": "Đề nghị hỏi cả chị gái của cháu trước khi họp."},
        who="district_officer",
    ),
    Line("GET /v1/cases/{case}/notes", who="commune_worker"),
    Line(
        "POST /v1/cases/{case}/specific-assessment",
        at("11-04T09:00") | assessed("03", "hhmmlllmmm", "high") | {"harming": [STEPFATHER]},
        who="commune_worker",
    ),
    Line("POST /v1/cases/{case}/meeting", at("11-05T14:00")),
    Line("POST /v1/cases/{case}/plan", at("11-06T09:00") | {"items": PLAN}, who="commune_worker"),
    Line("POST /v1/cases/{case}/submission", at("11-06T10:00"), who="commune_worker"),
    Line("POST /v1/cases/{case}/separation-end", at("11-08T17:00")),
    Line("POST /v1/cases/{case}/placement", at("11-08T17:30") | {"carer": AUNT}),
    Line("POST /v1/cases/{case}/approval", at("11-09T08:00")),
    # The plan is carried out, and he is visited.
    Line("POST /v1/cases/{case}/measure-start", at("11-10T08:00") | {"item": THERAPY}, who="commune_worker"),
    Line("POST /v1/cases/{case}/measure-start", at("11-12T08:00") | {"item": COUNSEL}, who="commune_worker"),
    Line("GET /v1/cases/{case}/file", who="commune_worker"),
    Line(
        "POST /v1/cases/{case}/flags",
        {"id": FLAG, "label": "Hỏi kết quả trị liệu", "on": "2020-12-11", "note": "Gọi cho Trung tâm"},
        who="commune_worker",
    ),
    Line("GET /v1/flags?officer=me", who="commune_worker"),
    Line("POST /v1/cases/{case}/follow-up", at("12-04T15:00"), who="commune_worker"),
    Line(
        "POST /v1/cases/{case}/follow-up",
        at("12-05T15:00") | {"id": VISIT, "reason": "Ghi nhầm ngày"},
        who="commune_worker",
    ),
    Line(f"DELETE /v1/cases/{{case}}/steps/{VISIT}", who="commune_worker"),
    Line(f"PATCH /v1/cases/{{case}}/flags/{FLAG}", {"cleared": True}, who="commune_worker"),
    Line("GET /v1/cases/{case}/flags", who="commune_worker"),
    Line("POST /v1/cases/{case}/measure-end", at("12-18T16:00") | {"item": THERAPY}, who="commune_worker"),
    Line("POST /v1/cases/{case}/measure-end", at("12-18T16:30") | {"item": COUNSEL}, who="commune_worker"),
    Line(
        "POST /v1/cases/{case}/review",
        at("12-21T09:00") | assessed("06", "lllmhh", "none", stable=True),
        who="commune_worker",
    ),
    Line("POST /v1/cases/{case}/placement-end", at("12-22T17:00") | {"reason": "Cháu về ở với mẹ"}),
    Line("POST /v1/cases/{case}/closing", at("12-23T08:00")),
    Line("POST /v1/cases/{case}/closing", at("12-24T08:00"), refused=409),
    Line("POST /v1/cases/{case}/reopening", at("12-28T08:00") | {"reason": "Cha dượng đã trở lại nhà"}),
    # Of his sister nothing was found; a boy whom the commune supported has turned sixteen.
    Line("POST /v1/cases", {"id": DOUBT, "child_id": BUOI, "kind": "protection", "opened_on": "2020-11-02"}),
    Line(
        f"POST /v1/cases/{DOUBT}/report",
        at("11-02T08:10") | {"incident": "12145", "residence": "12145"},
        who="commune_worker",
    ),
    Line(f"POST /v1/cases/{DOUBT}/passing-on", at("11-02T08:30"), who="commune_worker"),
    Line(f"POST /v1/cases/{DOUBT}/unfounded", at("11-04T10:00") | {"reason": "Đã gặp riêng: cháu không bị đánh"}),
    Line(
        "POST /v1/children",
        CHILD
        | {
            "id": MO,
            "full_name": "Lê Văn Mơ",
            "sex": "male",
            "date_of_birth": "2004-12-05",
            "residence": {"commune": "12145", "from": "2016-01-01"},
        },
    ),
    Line("POST /v1/cases", {"id": NEED, "child_id": MO, "kind": "support", "opened_on": "2020-09-01"}),
    Line(
        f"POST /v1/cases/{NEED}/need",
        at("09-01T09:00") | {"incident": "12145", "residence": "12145"},
        who="commune_worker",
    ),
    Line(f"POST /v1/cases/{NEED}/ageing-out", at("12-05T08:00"), who="commune_worker"),
    # Two calls to the hotline: of one, nothing was so; of the other, nobody knew at first who the girl was.
    Line("POST /v1/case-reports", MISHEARD, who="integration"),
    Line(
        f"POST /v1/case-reports/{FALSE_REPORT}/unfounded",
        {"reason": "Đã xác minh: không có trẻ em nào ở đó"},
        who="commune_worker",
    ),
    Line("POST /v1/case-reports", HOTLINE_SAYS, who="integration"),
    Line(
        f"POST /v1/case-reports/{HOTLINE_REPORT}/children/1/case", {}, {"found": "children.0.case_id"}, "commune_worker"
    ),
    Line(
        f"POST /v1/case-reports/{HOTLINE_REPORT}/children/1/identification",
        {
            "full_name": "Trần Thị Mít",
            "sex": "female",
            "date_of_birth": "2014-05-02",
            "residence": {"commune": "12145", "from": "2020-12-01"},
        },
        who="commune_worker",
    ),
    Line("PATCH /v1/cases/{found}", {"officer": "{worker}"}, who="commune_worker"),
    Line(
        "POST /v1/cases/{found}/initial-assessment",
        at("12-22T11:00") | assessed("02", "lmlm", "medium"),
        who="commune_worker",
    ),
    Line(
        "POST /v1/cases/{found}/specific-assessment",
        at("12-23T09:00") | assessed("03", "llmmllmmmm", "medium"),
        who="commune_worker",
    ),
    Line("POST /v1/cases/{found}/meeting", at("12-24T14:00")),
    Line(
        "POST /v1/cases/{found}/plan",
        at("12-28T09:00")
        | {
            "items": [
                {
                    "id": SCHOOLING,
                    "measure": "support.4",
                    "responsible": "UBND xã Phù Ủng",
                    "starts_on": "2021-01-11",
                }
            ]
        },
        who="commune_worker",
    ),
    Line("POST /v1/cases/{found}/submission", at("12-29T09:00"), who="commune_worker"),
    # What is to be done, by whom and until when.
    Line("GET /v1/approvals"),
    Line("GET /v1/tasks?officer=me", who="commune_worker"),
    Line("GET /v1/tasks/summary?area=329&by=commune"),
    Line("POST /v1/cases/{found}/return", at("12-30T09:00") | {"reason": "Chưa ghi ngày kết thúc"}),
    Line("GET /v1/tasks?officer=me&code=plan", keep={"deadline": "items.0.id"}, who="commune_worker"),
    Line(
        "POST /v1/cases/{found}/deadlines/{deadline}/pause",
        {"at": "2020-12-30T10:00:00+07:00", "reason": "Chờ trường học trả lời"},
        who="commune_worker",
    ),
    Line(
        "POST /v1/cases/{found}/deadlines/{deadline}/resume",
        {"at": "2020-12-30T15:00:00+07:00"},
        who="commune_worker",
    ),
    Line("GET /v1/cases/{found}/deadlines", who="commune_worker"),
    Line(
        "POST /v1/cases/{found}/transfer",
        at("12-30T16:00") | {"commune": "12151", "reason": "Gia đình chuyển nhà"},
        who="commune_worker",
    ),
    Line("GET /v1/officers"),
    Line("GET /v1/assignments/{worker}/caseload"),
    Line("GET /v1/account", keep={"other": "assignment"}, who="district_officer"),
    Line("POST /v1/assignments/{worker}/hand-over", {"to": "{other}"}),
    # While the chair is away.
    Line("GET /v1/account", keep={"chair": "assignment"}, who="commune_chair"),
    Line("GET /v1/account", keep={"registrar": "id"}, who="justice"),
    Line(
        "POST /v1/stand-ins",
        {
            "id": STAND_IN,
            "for": "{chair}",
            "account": "{registrar}",
            "from": "2021-02-08",
            "until": "2021-02-17",
            "reason": "Nghỉ Tết",
        },
    ),
    Line("GET /v1/stand-ins"),
    Line(f"GET /v1/stand-ins/{STAND_IN}"),
    # The clock of the law, and its calendar.
    Line("GET /v1/deadline-rules?on=2020-12-31"),
    Line(
        "POST /v1/deadline-rules",
        {
            "id": RULE,
            "code": "plan",
            "from": "2021-07-01",
            "amounts": [7],
            "legal_basis": "Quyết định 12/QĐ-UBND, 3/6/2021",
        },
    ),
    Line(f"GET /v1/deadline-rules/{RULE}"),
    Line("GET /v1/holidays?year=2020"),
    Line("GET /v1/holidays/2020-09-02"),
    Line(
        "POST /v1/holidays",
        {
            "day": "2027-02-05",
            "kind": "holiday",
            "name_vi": "Tết Âm lịch",
            "name_en": "Lunar New Year",
            "source": "Thông báo nghỉ Tết của Thủ tướng Chính phủ",
        },
    ),
    Line("DELETE /v1/holidays/2027-02-05"),
    # A commune is split: a person tells where each child lives.
    Line("POST /v1/areas/reforms?dry_run=true", SPLIT),
    Line("POST /v1/areas/reforms", SPLIT),
    Line("GET /v1/areas/reforms"),
    Line(f"GET /v1/areas/reforms/{REFORM}"),
    Line("GET /v1/areas/unsettled"),
    Line(f"POST /v1/children/{CAM}/settle", {"commune": "12998"}),
    Line(f"DELETE /v1/children/{CAM}"),
    # Sites of the protection model.
    Line("POST /v1/sites", {"id": SITE, "commune": "12145", "on": "2017-03-01"}),
    Line(f"POST /v1/sites/{SITE}/stages", {"id": STAGE, "stage": "completed", "from": "2017-03-01"}),
    Line(f"GET /v1/sites/{SITE}"),
    Line("GET /v1/sites?on=2018-06-30"),
    Line(f"DELETE /v1/sites/{SITE}/stages/{STAGE}"),
    # What was promised, and by which rule it counts.
    Line("GET /v1/programmes"),
    Line(f"GET /v1/programmes/{PROGRAMME}"),
    Line(f"GET /v1/programmes/{PROGRAMME}/rules"),
    Line(f"GET /v1/programmes/{PROGRAMME}/rules/1"),
    Line(
        f"POST /v1/programmes/{PROGRAMME}/rules",
        {
            "name_vi": "Khuyết tật: chỉ tính nặng",
            "name_en": "Of the disabled, the severe",
            "categories": ["a", "d.1", "d.2"],
        },
        {"number": "number"},
    ),
    Line(f"PATCH /v1/programmes/{PROGRAMME}/rules/{{number}}", {"categories": ["a", "d.1", "d.2", "poor_household"]}),
    Line(f"GET /v1/programmes/{PROGRAMME}/rules/{{number}}/preview?on=2018-06-30"),
    Line(
        f"POST /v1/programmes/{PROGRAMME}/targets",
        {
            "id": TARGET,
            "indicator": "special_rate",
            "area": "329",
            "direction": "at_most",
            "unit": "count",
            "value": "4",
            "due_on": "2020-12-31",
            "legal_basis": "Quyết định 12/QĐ-UBND",
            "decided_on": "2018-01-03",
        },
    ),
    Line(f"GET /v1/programmes/{PROGRAMME}/targets?area=329"),
    Line(f"GET /v1/programmes/{PROGRAMME}/targets/{TARGET}"),
    Line(
        f"POST /v1/programmes/{PROGRAMME}/targets/{TARGET}/allocation",
        {"level": "commune", "method": "share", "on": "2018-06-30"},
    ),
    Line(
        "POST /v1/populations",
        {
            "id": POPULATION,
            "area": "33",
            "on": "2019-07-01",
            "population": 1255839,
            "source": "Niên giám thống kê 2019, bảng 27",
        },
    ),
    Line("GET /v1/populations?area=33"),
    Line(f"GET /v1/populations/{POPULATION}"),
    # How far it is.
    Line("GET /v1/indicators"),
    Line("GET /v1/indicators/special_assisted_rate"),
    Line(f"GET /v1/programmes/{PROGRAMME}/scoreboard?on=2018-06-30"),
    Line(f"GET /v1/indicators/special_assisted_rate/attainment?{BY_COMMUNE}&by=commune"),
    Line(f"GET /v1/indicators/special_assisted_rate/breakdown?{BY_COMMUNE}&by=sex&by=age_band"),
    Line(f"GET /v1/indicators/special_assisted_rate/explain?{BY_COMMUNE}"),
    Line("GET /v1/indicators/special_assisted_rate/series?from=2018-01-01&until=2019-01-01&every=quarter"),
    Line(f"GET /v1/indicators/special_assisted_rate/records?{BY_COMMUNE}&side=denominator"),
    Line(f"GET /v1/indicators/special_assisted_rate/restatements?{BY_COMMUNE}&from_known=2020-06-01"),
    Line(f"GET /v1/indicators/special_assisted_rate/restatements/records?{BY_COMMUNE}&from_known=2020-06-01"),
    # What is published.
    Line(
        "POST /v1/reports/editions",
        {"id": EDITION, "programme": PROGRAMME, "on": "2018-06-30", "area": "329", "note": "Báo cáo sơ kết giữa kỳ"},
    ),
    Line("GET /v1/reports/editions"),
    Line(f"GET /v1/reports/editions/{EDITION}"),
    Line(f"GET /v1/reports/editions/{EDITION}/content"),
    Line(f"GET /v1/reports/editions/{EDITION}/verify"),
    # Who may sign in.
    Line(
        "POST /v1/agencies",
        {"id": AGENCY, "name": "Ủy ban nhân dân xã Bắc Sơn", "kind": "people_committee", "from": "2016-01-01"},
    ),
    Line(f"PATCH /v1/agencies/{AGENCY}", {"until": "2021-01-01"}),
    Line(f"GET /v1/agencies/{AGENCY}"),
    Line(
        "POST /v1/accounts",
        {"id": ACCOUNT, "name": "lan.nguyen", "full_name": "Nguyễn Thị Lan", "password": "correct horse battery"},
    ),
    Line(f"PATCH /v1/accounts/{ACCOUNT}", {"full_name": "Nguyễn Thị Ngọc Lan"}),
    Line(
        f"POST /v1/accounts/{ACCOUNT}/assignments",
        {"id": ASSIGNMENT, "role": "commune_worker", "area": "12148", "agency": AGENCY, "from": "2016-01-01"},
    ),
    Line(f"PATCH /v1/accounts/{ACCOUNT}/assignments/{ASSIGNMENT}", {"until": "2021-01-01"}),
    Line(f"POST /v1/accounts/{ACCOUNT}/password", {"password": "another correct horse"}),
    Line(f"GET /v1/accounts/{ACCOUNT}"),
    Line("GET /v1/accounts?q=ngoc lan"),
    Line("POST /v1/account/password", {"current": PASSWORD, "new": "a correct horse"}, who="analyst"),
    # Last, because what follows it goes on in the background.
    Line(f"POST /v1/programmes/{PROGRAMME}/rules/{{number}}/adopt", {"from": "2018-01-01"}),
    Line(f"POST /v1/programmes/{PROGRAMME}/rules", {"name_vi": "Khác", "name_en": "Other"}, {"number": "number"}),
    Line(f"DELETE /v1/programmes/{PROGRAMME}/rules/{{number}}"),
]

# Operations that have no line yet. It is better to be empty.
NOT_YET: set[str] = set()
