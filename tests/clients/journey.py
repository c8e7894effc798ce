"""An officer's day by the generated Python client: `python -m journey ADDRESS PASSWORD`, beside the generated `api`."""

import sys
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid4

from api import AuthenticatedClient, Client
from api.api.auth import sign_in
from api.api.cases import open_case
from api.api.children import create_child, list_children, read_child, update_child
from api.api.programmes import read_scoreboard
from api.models.case_input import CaseInput
from api.models.case_input_kind import CaseInputKind
from api.models.case_record import CaseRecord
from api.models.child_input import ChildInput
from api.models.child_input_sex import ChildInputSex
from api.models.child_page import ChildPage
from api.models.child_patch import ChildPatch
from api.models.child_record import ChildRecord
from api.models.problem import Problem
from api.models.residence_input import ResidenceInput
from api.models.scoreboard import Scoreboard
from api.models.token_answer import TokenAnswer
from api.models.token_request import TokenRequest
from api.types import Response, Unset

COMMUNE, PROGRAMME = "12145", "hung-yen-2016-2020"
Answer = TypeVar("Answer")


def told(expected: type[Answer], response: Response[Answer | Problem], status: int = 200) -> Answer:
    """What was answered, if it is what the document says of this status."""
    assert response.status_code == status, response.content
    assert isinstance(response.parsed, expected), response.parsed
    return response.parsed


def refused(response: Response[Answer | Problem], status: int, code: str) -> Problem:
    found = response.parsed
    assert isinstance(found, Problem), found
    assert (response.status_code, found.status, found.type_) == (status, status, f"/problems/{code}"), found
    return found


def signed_in(address: str, password: str) -> AuthenticatedClient:
    who = TokenRequest(grant_type="password", username="commune_worker", password=password)
    with Client(base_url=address) as visitor:
        token = told(TokenAnswer, sign_in.sync_detailed(client=visitor, body=who)).access_token
    return AuthenticatedClient(base_url=address, token=token)


def registering(api: AuthenticatedClient) -> UUID:
    """The same request twice, as after a lost answer: one child."""
    child = ChildInput(
        full_name="Đỗ Thị Mận",
        sex=ChildInputSex.FEMALE,
        date_of_birth=date(2012, 5, 6),
        ethnicity="Kinh",
        residence=ResidenceInput(commune=COMMUNE, from_=date(2020, 3, 1)),
    )
    key = str(uuid4())
    sent = [create_child.sync_detailed(client=api, body=child, idempotency_key=key) for _ in range(2)]
    first, again = (told(ChildRecord, answer, 201) for answer in sent)
    assert first.id == again.id
    child.date_of_birth = date(2100, 1, 1)
    invalid = refused(create_child.sync_detailed(client=api, body=child), 422, "date_in_future")
    assert isinstance(invalid.errors, list)
    assert [error.pointer for error in invalid.errors] == ["/date_of_birth"]
    return first.id


def searching(api: AuthenticatedClient, child_id: UUID) -> None:
    found = told(ChildPage, list_children.sync_detailed(client=api, q="do thi man", commune=COMMUNE))
    assert child_id in [item.id for item in found.items]


def paging(api: AuthenticatedClient) -> None:
    """Every child once, by pages of seven, as many as there are."""
    page = told(ChildPage, list_children.sync_detailed(client=api, commune=COMMUNE, limit=7, count=True))
    seen, total = [item.id for item in page.items], page.total
    while page.next_ is not None:
        page = told(ChildPage, list_children.sync_detailed(client=api, commune=COMMUNE, limit=7, cursor=page.next_))
        seen += [item.id for item in page.items]
    assert len(seen) == len(set(seen)) == total


def opening(api: AuthenticatedClient, child_id: UUID) -> None:
    case = CaseInput(child_id=child_id, kind=CaseInputKind.SUPPORT, opened_on=date(2020, 6, 1))
    opened = told(CaseRecord, open_case.sync_detailed(client=api, body=case), 201)
    child = told(ChildRecord, read_child.sync_detailed(child_id, client=api))
    assert child.open_cases is not None
    assert [found.id for found in child.open_cases] == [opened.id]


def conflicting(api: AuthenticatedClient, child_id: UUID) -> None:
    """Two change what both have read: the second is told, reads again, and changes that."""
    before = read_child.sync_detailed(child_id, client=api).headers["etag"]
    other, own = ChildPatch(full_name="Đỗ Thị Mơ"), ChildPatch(ethnicity=None)
    told(ChildRecord, update_child.sync_detailed(child_id, client=api, body=other, if_match=before))
    refused(update_child.sync_detailed(child_id, client=api, body=own, if_match=before), 412, "stale")
    present = read_child.sync_detailed(child_id, client=api)
    assert told(ChildRecord, present).ethnicity == "Kinh", "what a patch does not name stays"
    changed = update_child.sync_detailed(child_id, client=api, body=own, if_match=present.headers["etag"])
    record = told(ChildRecord, changed)
    assert (record.ethnicity, record.full_name) == (None, "Đỗ Thị Mơ"), "null takes away, and nothing else"


def asking(api: AuthenticatedClient) -> None:
    board = told(Scoreboard, read_scoreboard.sync_detailed(PROGRAMME, client=api, area=COMMUNE))
    assert {figure.indicator for figure in board.items} >= {"special_rate", "model_communes"}
    unknown = refused(read_child.sync_detailed(uuid4(), client=api), 404, "child_unknown")
    assert not isinstance(unknown.instance, Unset)


def main(address: str, password: str) -> None:
    with signed_in(address, password) as api:
        child_id = registering(api)
        searching(api, child_id)
        paging(api)
        opening(api, child_id)
        conflicting(api, child_id)
        asking(api)


if __name__ == "__main__":
    main(*sys.argv[1:])
