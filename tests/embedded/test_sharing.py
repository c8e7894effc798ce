"""Whoever starts or shares the server, there is one, and it ends with the last of them."""

import os
import threading
from contextlib import ExitStack
from pathlib import Path

from service.embedded import Server, attached
from tests.embedded.processes import ended, holding, lives, run_holder, said, tell_to_leave
from tests.embedded.server import QUICK, ask, postmaster


def test_the_first_starts_the_second_shares_and_the_end_stops(data: Path) -> None:
    with attached(data) as server:
        pid = postmaster(data)
        with attached(data) as same, holding("attached", data):
            assert same == server
            assert postmaster(data) == pid
            assert ask(same, "SELECT current_database()") == "child_protection"
        assert lives(pid)
        assert os.getsid(pid) != os.getsid(0), "Ctrl-C in a terminal would reach the server, too"
    assert not lives(pid)
    assert "database system is shut down" in (data / "server.log").read_text()


def test_who_started_the_server_waits_for_the_others(data: Path) -> None:
    with holding("attached", data) as starter:
        with attached(data) as server:
            tell_to_leave(starter)
            with attached(data):
                assert ask(server, "SELECT 1") == 1
            assert starter.poll() is None
            pid = postmaster(data)
        assert said(starter) == "out"
        assert not lives(pid)


def test_the_server_outlives_the_thread_that_starts_it(data: Path) -> None:
    with ExitStack() as stack:
        servers: list[Server] = []
        thread = threading.Thread(target=lambda: servers.append(stack.enter_context(attached(data, QUICK))))
        thread.start()
        thread.join()
        pid = postmaster(data)
        with holding("attached", data):  # long enough for a shutdown, had the end of the thread caused one
            assert ask(servers[0], "SELECT 1") == 1
        assert postmaster(data) == pid
        assert "fast shutdown" not in (data / "server.log").read_text()


def test_four_at_once_get_one_server(data: Path) -> None:
    with ExitStack() as stack:
        children = [stack.enter_context(ended(run_holder("attached", data))) for _ in range(4)]
        assert [said(child) for child in children] == ["in"] * 4
        pid = postmaster(data)
        for child in children:
            tell_to_leave(child)
        assert [said(child) for child in children] == ["out"] * 4
        assert not lives(pid)
    assert (data / "server.log").read_text().count("ready to accept connections") == 1
