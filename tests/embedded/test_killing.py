"""Whoever is killed, committed data are there again."""

import os
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from service.embedded import attached, serving
from tests.embedded.processes import ended, holding, is_free, lives, run_holder, said, until
from tests.embedded.server import KEEP, KEPT, QUICK, ROOT, ask, postmaster


@pytest.mark.parametrize("kind", ["attached", "serving"])
def test_a_killed_process_takes_its_server_along_in_good_order(data: Path, kind: str) -> None:
    with holding(kind, data) as holder:
        with attached(data) as server:
            ask(server, *KEEP)
            pid = postmaster(data)
        holder.kill()
        holder.wait()
        with attached(data, QUICK) as server:  # at once: the old server is stopping, and not to be mistaken for ready
            assert postmaster(data) != pid
            assert ask(server, KEPT) == 42
    log = (data / "server.log").read_text()
    assert log.index("received fast shutdown request") < log.index("database system is shut down")
    assert "not properly shut down" not in log


def test_a_service_and_its_server_are_killed(data: Path) -> None:
    with holding("serving", data) as holder:
        with attached(data) as server:
            ask(server, *KEEP)
        os.kill(holder.pid, signal.SIGSTOP)  # so that it cannot start the server again in between
        os.kill(postmaster(data), signal.SIGKILL)
        holder.kill()
        holder.wait()
        with serving(data, QUICK) as server:
            assert ask(server, KEPT) == 42
    assert "not properly shut down" in (data / "server.log").read_text()


def test_a_killed_server_that_nobody_has_waited_for_is_dead(data: Path) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        pid = postmaster(data)
        os.kill(pid, signal.SIGKILL)
        with holding("attached", data):
            assert Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z", "our child, a zombie until we leave"
            assert ask(server, KEPT) == 42


@pytest.mark.parametrize("stranger", [True, False])
def test_a_number_left_behind_is_no_server(data: Path, stranger: bool) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        account = (data / "cluster").stat()
        os.kill(postmaster(data), signal.SIGKILL)
    same_user = account.st_uid if ROOT else None
    sleeper = subprocess.Popen(["postgres", "600"], executable=shutil.which("sleep"), user=same_user)
    if not stranger:
        sleeper.kill()
        sleeper.wait()
    file = data / "cluster" / "postmaster.pid"
    file.write_text("\n".join([str(sleeper.pid), *file.read_text().splitlines()[1:]]) + "\n")
    try:
        with attached(data, QUICK) as server:
            assert ask(server, KEPT) == 42
            assert sleeper.poll() is None or not stranger
    finally:
        sleeper.kill()
        sleeper.wait()


def test_processes_of_a_killed_server_are_waited_for(data: Path) -> None:
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
        pid = postmaster(data)
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        writer = next(int(child) for child in children if b"walwriter" in Path(f"/proc/{child}/cmdline").read_bytes())
        os.kill(writer, signal.SIGSTOP)
        os.kill(pid, signal.SIGKILL)

    def go_on() -> None:
        if lives(writer):
            os.kill(writer, signal.SIGCONT)

    with ended(run_holder("attached", data)) as late, ExitStack() as stack:
        stack.callback(go_on)
        with (data / "start.lock").open() as start:
            until(lambda: not is_free(start.fileno()))
        assert lives(writer)
        assert postmaster(data) == pid
        go_on()
        assert said(late) == "in"
        assert not lives(writer)
        with attached(data) as server:
            assert ask(server, KEPT) == 42


def test_a_kill_while_the_cluster_is_made_leaves_no_half_cluster(data: Path) -> None:
    with ended(run_holder("attached", data)) as child:
        until(lambda: any(data.glob("cluster.new-*/base")))
        child.kill()
        child.wait()
    with attached(data, QUICK) as server:
        ask(server, *KEEP)
    (data / "cluster").rename(data / "cluster.new-abc")  # killed just before the last step
    with attached(data, QUICK) as server:
        assert ask(server, "SELECT to_regclass('kept')") is None
    assert not list(data.glob("*.new-*"))
