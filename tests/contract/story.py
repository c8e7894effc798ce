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

CHILD = {
    "id": BUOI,
    "full_name": "Nguyễn Thị Bưởi",
    "sex": "female",
    "date_of_birth": "2010-03-08",
    "residence": {"id": RESIDENCE, "commune": "12145", "from": "2014-01-01"},
}
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
