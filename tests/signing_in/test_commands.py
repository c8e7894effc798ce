"""Accounts at the command line, where the first of them is made."""

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import asyncpg
import httpx
import pytest

from tests.journeys.service import command
from tests.signing_in.people import asked

LONG, OTHER = "a long enough password", "another long password"
Command = Callable[..., "CompletedProcess[str]"]


@pytest.fixture
def operate(empty_database: str, tmp_path: Path) -> Command:
    """A command over the database of the test's own."""

    def operated(*words: str, typed: str = "") -> "CompletedProcess[str]":
        keys = str(tmp_path / "keys" / "signing-keys.json")
        return command(*words, typed=typed, DATABASE_URL=empty_database, SIGNING_KEYS=keys)

    return operated


async def test_the_first_administrator_is_made_once_and_signs_in(
    operate: Command, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    made = operate("administrator", "vinh", typed=f"{LONG}\n")
    assert (made.returncode, made.stdout) == (0, "vinh is the administrator.\n")
    again = operate("administrator", "binh", typed=f"{LONG}\n")
    assert (again.returncode, again.stderr) == (1, "There is an administrator already, who can make others.\n")
    assert (await asked(client, username="vinh", password=LONG)).json()["role"] == "administrator"
    rows = await database.fetch(
        "SELECT role, purpose, action, account_id, subjects FROM access WHERE role = 'operator'"
    )
    account = await database.fetchval("SELECT id FROM account WHERE name = 'vinh'")
    assert [tuple(row) for row in rows] == [("operator", "administration", "administrator", None, [account])]
    history = await database.fetch("SELECT record, before, access FROM history ORDER BY number")
    assert [(row["record"], row["before"], row["access"]) for row in history] == [
        ("account", None, 1),
        ("assignment", None, 1),
    ]


async def test_accounts_are_added_listed_and_disabled(
    operate: Command, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    job = ("--role", "commune_worker", "--area", "12145", "--from", "2016-01-01")
    assert operate("account", "add", "hoa", "--full-name", "Phạm Thị Hoa", *job, typed=LONG).returncode == 0
    program = operate(
        "account", "add", "truc", "--full-name", "Trục", "--client", "--role", "integration", "--area", "33"
    )
    secret = program.stdout.split()[-1]
    assert (await asked(client, "client_credentials", client_id="truc", client_secret=secret)).status_code == 200
    token = (await asked(client, password=LONG)).json()["refresh_token"]
    reaches = "SELECT count(*) FROM assignment_area JOIN assignment ON id = assignment_id WHERE role = 'commune_worker'"
    assert await database.fetchval(reaches) == 2  # the commune, and what it was merged into
    assert operate("account", "list").stdout.splitlines() == [
        "hoa: Phạm Thị Hoa, commune_worker in Phù Ủng",
        "officer: officer, province_officer in Hưng Yên",
        "truc: Trục, integration in Hưng Yên",
    ]
    assert operate("account", "password", "hoa", typed=OTHER).returncode == 0
    assert (await asked(client, "refresh_token", refresh_token=token)).status_code == 400
    assert (await asked(client, password=OTHER)).status_code == 200
    assert operate("account", "disable", "hoa").returncode == 0
    assert (await asked(client, password=OTHER)).status_code == 400
    assert operate("account", "list").stdout.startswith("hoa (disabled): ")
    reasons = await database.fetch("SELECT end_reason FROM sign_in WHERE ended_at IS NOT NULL ORDER BY begun_at")
    assert [row[0] for row in reasons] == ["password changed", "account disabled"]


@pytest.mark.parametrize(
    ("words", "typed", "said"),
    [
        (["administrator", "vinh"], "short", "The password is too weak"),
        (["administrator", "vinh"], "", "The password is too weak"),
        (["administrator", "Vinh"], LONG, "An account's name has 2 to 63 small letters"),
        (["account", "disable", "nobody"], "", "There is no such account."),
        (["account", "password", "nobody"], LONG, "There is no such account."),
        (
            ["account", "add", "x1", "--full-name", "X", "--role", "king", "--area", "33"],
            LONG,
            "There is no role king.",
        ),
        (["account", "add", "x1", "--full-name", "X", "--role", "health", "--area", "99"], LONG, "No area ever had"),
        (
            ["account", "add", "x1", "--full-name", "X", "--role", "health", "--area", "33", "--agency", "None"],
            LONG,
            "There is no such agency.",
        ),
        (
            ["account", "add", "x1", "--full-name", "X", "--role", "health", "--area", "33", "--from", "soon"],
            LONG,
            "soon is no day",
        ),
    ],
)
async def test_what_cannot_be_done_is_said_in_a_sentence_and_leaves_nothing(
    operate: Command, database: asyncpg.Connection, words: list[str], typed: str, said: str
) -> None:
    refused = operate(*words, typed=typed)
    assert refused.returncode == 1
    assert refused.stderr.startswith(said)
    assert refused.stderr.count("\n") == 1
    assert await database.fetchval("SELECT count(*) FROM account WHERE name <> 'officer'") == 0
    assert await database.fetchval("SELECT count(*) FROM access") == 0


async def test_a_name_is_given_once(operate: Command, database: asyncpg.Connection) -> None:
    assert operate("administrator", "vinh", typed=LONG).returncode == 0
    job = ("--full-name", "V", "--role", "health", "--area", "33")
    again = operate("account", "add", "vinh", *job, typed=LONG)
    assert (again.returncode, again.stderr) == (1, "Another account has this name, or had it.\n")
    assert operate("account", "disable", "vinh").stderr == "This is the last administrator: make another one first.\n"
    assert operate("account", "add", "binh", *job[:3], "administrator", *job[4:], typed=LONG).returncode == 0
    assert operate("account", "disable", "vinh").returncode == 0


async def test_keys_are_rotated_and_the_rotation_is_on_record(
    operate: Command, database: asyncpg.Connection, tmp_path: Path
) -> None:
    for _ in range(2):
        assert operate("signing-keys", "rotate").returncode == 0
    path = tmp_path / "keys" / "signing-keys.json"
    path.chmod(0o644)
    refused = operate("signing-keys", "rotate")
    assert refused.returncode == 1
    assert refused.stderr == f"{path}: others may read the signing keys. Allow its owner alone: chmod 600.\n"
    assert await database.fetchval("SELECT count(*) FROM access WHERE action = 'signing-keys rotate'") == 3


async def test_an_account_is_given_another_assignment_and_relieved_of_it(
    operate: Command, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    job = ("--role", "commune_worker", "--area", "12145", "--from", "2016-01-01")
    operate("account", "add", "hoa", "--full-name", "Phạm Thị Hoa", *job, typed=LONG)
    made = operate("agency", "add", "Công an xã Phù Ủng", "--kind", "police", "--from", "2016-01-01")
    assert (made.returncode, made.stdout) == (0, "Công an xã Phù Ủng is there from 2016-01-01.\n")
    assert operate("agency", "list").stdout == "Công an xã Phù Ủng: police from 2016-01-01\n"
    other = ("--role", "police", "--area", "12145", "--agency", "Công an xã Phù Ủng", "--from", "2017-01-01")
    assert operate("account", "assign", "hoa", *other).stdout == "hoa is also police in 12145 from 2017-01-01.\n"
    signed_in = (await asked(client, password=LONG)).json()
    assert [one["role"] for one in signed_in["assignments"]] == ["commune_worker", "police"]
    relieved = operate("account", "relieve", "hoa", "--role", "commune_worker", "--until", "2018-01-01")
    assert (relieved.returncode, relieved.stdout) == (0, "hoa is commune_worker no longer from 2018-01-01 on.\n")
    assert (await asked(client, password=LONG)).json()["role"] == "police"
    changes = await database.fetch(
        "SELECT record FROM history JOIN access a ON a.number = access ORDER BY history.number"
    )
    assert [row[0] for row in changes][-3:] == ["agency", "assignment", "assignment"]


async def test_an_account_that_was_disabled_is_enabled_again(
    operate: Command, client: httpx.AsyncClient, database: asyncpg.Connection
) -> None:
    job = ("--role", "commune_worker", "--area", "12145", "--from", "2016-01-01")
    operate("account", "add", "hoa", "--full-name", "Phạm Thị Hoa", *job, typed=LONG)
    operate("account", "disable", "hoa")
    assert (await asked(client, password=LONG)).status_code == 400
    assert operate("account", "enable", "hoa").stdout == "hoa is enabled.\n"
    assert (await asked(client, password=LONG)).status_code == 200
    assert operate("account", "enable", "nobody").stderr == "There is no such account.\n"
    assert await database.fetchval("SELECT count(*) FROM access WHERE action = 'account enable'") == 1


async def test_an_agency_is_changed_and_ended_on_record(operate: Command, database: asyncpg.Connection) -> None:
    operate("agency", "add", "Công an xã Phù Ủng", "--kind", "police", "--from", "2016-01-01")
    changed = operate("agency", "change", "Công an xã Phù Ủng", "--new-name", "Trạm y tế Phù Ủng", "--kind", "health")
    assert (changed.returncode, changed.stdout) == (0, "Công an xã Phù Ủng is changed.\n")
    ended = operate("agency", "end", "Trạm y tế Phù Ủng", "--until", "2025-07-01")
    assert ended.stdout == "Trạm y tế Phù Ủng is there no longer from 2025-07-01 on.\n"
    row = await database.fetchrow("SELECT name, kind, upper(during)::text, version FROM agency")
    assert tuple(row) == ("Trạm y tế Phù Ủng", "health", "2025-07-01", 3)
    asked_for = "SELECT a.action FROM history h JOIN access a ON a.number = h.access ORDER BY h.number"
    assert [one[0] for one in await database.fetch(asked_for)] == ["agency add", "agency change", "agency end"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["agency", "add", "X", "--kind", "king"], "There is no kind king."),
        (["agency", "change", "X", "--kind", "king"], "There is no kind king."),
        (["agency", "change", "X"], "Say what to change: --new-name or --kind."),
        (["agency", "change", "X", "--new-name", "Y"], "There is no such agency."),
        (["agency", "end", "X"], "There is no such agency."),
        (["account", "relieve", "officer", "--role", "police"], "officer has no open assignment as police"),
        (["account", "assign", "nobody", "--role", "police", "--area", "33"], "There is no such account."),
        (
            ["account", "assign", "officer", "--role", "police", "--area", "33", "--until", "2016-01-01"],
            "It would end on 2016-01-01",
        ),
    ],
)
async def test_an_assignment_that_cannot_be_is_refused_in_a_sentence(
    operate: Command, client: httpx.AsyncClient, words: list[str], said: str
) -> None:
    refused = operate(*words)
    assert (refused.returncode, refused.stderr[: len(said)]) == (1, said)
