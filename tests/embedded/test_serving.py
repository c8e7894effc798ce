"""The service keeps its server alive, and is the only one on its folder."""

import os
import signal
from pathlib import Path

import pytest

from service.embedded import ServerError, attached, serving
from tests.embedded.processes import holding, said, tell_to_leave, until
from tests.embedded.server import KEEP, KEPT, QUICK, ask, is_new, postmaster


def test_one_folder_has_one_service(data: Path) -> None:
    with serving(data, QUICK) as server:
        with pytest.raises(ServerError, match=rf"runs already .*process {os.getpid()}\)"), serving(data):
            pass
        with attached(data) as same:
            assert same == server
    with holding("serving", data) as other, pytest.raises(ServerError, match=rf"process {other.pid}\)"), serving(data):
        pass


def test_a_killed_server_is_started_again(data: Path) -> None:
    with serving(data, QUICK) as server:
        ask(server, *KEEP)
        for _ in range(2):
            pid = postmaster(data)
            os.kill(pid, signal.SIGKILL)
            until(lambda pid=pid: is_new(data, pid))  # type: ignore[misc] # a lambda with a default has no type
            assert ask(server, KEPT) == 42
    assert not (data / "cluster" / "postmaster.pid").exists()


def test_the_service_replaces_the_server_of_a_short_command(data: Path) -> None:
    with holding("attached", data) as command, serving(data, QUICK) as server:
        pid = postmaster(data)
        ask(server, *KEEP)
        tell_to_leave(command)
        assert said(command) == "out", "the command does not wait for the service"
        until(lambda: is_new(data, pid))
        assert ask(server, KEPT) == 42


def test_the_service_waits_for_a_command_that_uses_its_server(data: Path) -> None:
    with holding("serving", data) as service:
        with attached(data) as server:
            pid = postmaster(data)
            tell_to_leave(service)
            os.kill(pid, signal.SIGKILL)  # the service keeps its server alive even while it waits to leave
            until(lambda: is_new(data, pid))
            assert ask(server, "SELECT 1") == 1
            assert service.poll() is None
        assert said(service) == "out"
