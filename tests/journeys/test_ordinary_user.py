"""The service as an ordinary user, whoever runs the tests; and root beside that user on one folder."""

import os
import pwd
import signal
import sys
from pathlib import Path

import httpx
import pytest

from service.embedded.account import Account, first_blocked
from tests.journeys.service import client, command, postmaster, serving
from tests.routers.api import child

ROOT = os.geteuid() == 0


@pytest.fixture
def account() -> Account:
    """Ourselves, or in the place of root an account without rights."""
    return Account(*pwd.getpwnam("nobody")[2:4]) if ROOT else Account(os.geteuid(), os.getegid())


@pytest.fixture
def user(account: Account) -> list[str]:
    """The words before a command that make it run under the account."""
    if not ROOT:
        return []
    words = ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    if any(first_blocked(Path(way), account) for way in (sys.executable, __file__)):
        # The interpreter lies in root's home: so the account may read it, and still change nothing.
        words += ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
    return words


@pytest.fixture
def data_dir(folder: Path, account: Account) -> Path:
    """In a folder of the account."""
    home = folder / "nhà của người dùng"
    home.mkdir(exist_ok=True)
    os.chown(home, *account)
    return home / "data"


def registered(api: httpx.Client) -> str:
    """The address of a new child, asked for again as long as the service says so."""
    while (answer := api.post("/v1/children", json=child())).status_code == 503:
        pass
    assert answer.status_code == 201, answer.text
    return answer.headers["location"]


def test_an_ordinary_user_and_root_use_one_folder(data_dir: Path, account: Account, user: list[str]) -> None:
    with serving(data_dir, user=user, TODAY="2020-12-31") as running, client(running) as api:
        addresses = [registered(api)]
        server = postmaster(data_dir)
        for process in (running.process.pid, server):
            assert Path(f"/proc/{process}").stat().st_uid == account.uid
        os.kill(server, signal.SIGKILL)
        addresses.append(registered(api))
        assert command("ledger", "verify", "--data-dir", data_dir).returncode == 0
        assert command("ledger", "verify", "--data-dir", data_dir, user=user).returncode == 0
    with serving(data_dir, TODAY="2020-12-31") as running, client(running) as api:  # as root, if that is who we are
        assert Path(f"/proc/{postmaster(data_dir)}").stat().st_uid == account.uid
        addresses.append(registered(api))
    with serving(data_dir, user=user, TODAY="2020-12-31") as running, client(running) as api:
        assert [api.get(address).status_code for address in addresses] == [200] * 3
    assert {path.stat().st_uid for path in [data_dir, *data_dir.rglob("*")]} == {account.uid}


def test_a_folder_that_is_not_the_users_is_refused_with_what_to_do(
    folder: Path, account: Account, user: list[str]
) -> None:
    barred = folder / "not for all"
    barred.mkdir(mode=0o500)
    refused = command("serve", "--data-dir", barred / "data", user=user)
    assert refused.returncode == 1
    assert f"{barred}/data: this user may not do that" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert list(barred.iterdir()) == []
