"""Other processes that use the server, and how to wait for what they do."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]

# Another process that attaches or serves: says when it is in, and stays until it is told to leave, or killed.
HOLDER = """
import sys
from pathlib import Path
from service import embedded
with getattr(embedded, sys.argv[1])(Path(sys.argv[2]), {"fsync": "off", "shared_buffers": "16MB"}):
    print("in", flush=True)
    sys.stdin.readline()
    print("leaving", flush=True)
print("out", flush=True)
"""


def until(done: Callable[[], bool], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "that should have happened by now"
        os.sched_yield()


def lives(pid: int) -> bool:
    """Whether the process is more than a number or a zombie."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/cmdline").read_bytes() != b""
    return False


def is_over(pid_file: Path) -> bool:
    """Whether the server of this file has gone; one that stops in good order takes the file along at any moment."""
    with suppress(FileNotFoundError):
        return not lives(int(pid_file.read_text().split()[0]))
    return True


def is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(lock, fcntl.LOCK_UN)
    return True


def run_holder(kind: str, data: Path) -> "subprocess.Popen[str]":
    path = os.pathsep.join([str(PROJECT), *filter(None, sys.path)])
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", HOLDER, kind, str(data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )


def said(child: "subprocess.Popen[str]") -> str:
    assert child.stdout
    return child.stdout.readline().strip()


def tell_to_leave(child: "subprocess.Popen[str]") -> None:
    assert child.stdin
    child.stdin.write("\n")
    child.stdin.flush()
    assert said(child) == "leaving"


@contextmanager
def ended(child: "subprocess.Popen[str]") -> "Iterator[subprocess.Popen[str]]":
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


@contextmanager
def holding(kind: str, data: Path) -> "Iterator[subprocess.Popen[str]]":
    """Another process that holds the server by `kind`."""
    with ended(run_holder(kind, data)) as child:
        assert said(child) == "in"
        yield child
