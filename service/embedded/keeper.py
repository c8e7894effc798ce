"""The life of the server: who starts it, who keeps it alive, and who stops it."""

import fcntl
import math
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from service.embedded import postmaster
from service.embedded.binaries import discard_older_copies, reachable_binaries, refused, spawn
from service.embedded.cluster import check_cluster, let_in, make_cluster
from service.embedded.configuration import options
from service.embedded.errors import ServerError, explained
from service.embedded.files import locks, opened
from service.embedded.folder import DataFolder, make_private

Notify = Callable[[str], None]
PATIENCE = 100  # seconds for the last checkpoint: the largest of ours takes some 40 on a slow disk


class Keeper:
    """What one command, or the service, does about the server of one folder."""

    def __init__(self, data: DataFolder, settings: Mapping[str, str], notify: Notify) -> None:
        self.data, self.settings, self.notify = data, settings, notify
        self.child: subprocess.Popen[bytes] | None = None
        self.leaving = threading.Event()
        self.watcher = threading.Thread(target=self.watch, name="server-watcher", daemon=True)
        # The kernel takes a child's parent to be the thread that forked it, and tells the child when that thread ends.
        # This thread outlives the server, whichever thread the caller is in.
        self.parent = ThreadPoolExecutor(1, "server-parent")

    @contextmanager
    def starting(self) -> Iterator[None]:
        """The right to start the server, which one process at a time has."""
        with explained(self.data.path), opened(self.data.path / "start.lock") as start:
            self.until(lambda: locks(start, fcntl.LOCK_EX), "another command is starting the server")
            yield

    def find_or_start(self) -> None:
        """Return when a server answers; the caller holds the right to start one."""
        self.until(lambda: not self.runs() or postmaster.answers(self.data), "the server is neither ready nor gone")
        if not self.runs():
            self.start()

    def watch(self) -> None:
        """Start the server again whenever it is gone, until we leave."""
        pause = 0.1
        while not self.leaving.wait(pause):
            try:
                with explained(self.data.path):
                    if not self.runs():
                        with self.starting():
                            self.find_or_start()
                pause = 0.1
            except ServerError as error:
                if not self.leaving.is_set():
                    pause = min(pause * 3, 10)
                    self.notify(f"The server is away; the next attempt is in {pause:.1f} s. {error}")

    def leave(self, users: int) -> None:
        """Stop the server if it is ours, once nobody else uses it, and keep newcomers out from then on."""
        try:
            if self.child:
                fcntl.flock(users, fcntl.LOCK_UN)
                reason = "other commands still use the server (Ctrl-C stops it now)"
                self.until(lambda: locks(users, fcntl.LOCK_EX) or not self.kept(), reason, math.inf)
        finally:
            self.leaving.set()
            if self.watcher.is_alive():
                self.watcher.join()
            self.stop()

    def kept(self) -> bool:
        """Whether our server lives, or will again."""
        return self.watcher.is_alive() or (self.child is not None and self.child.poll() is None)

    def stop(self) -> None:
        """A fast shutdown of our server: connections end, nothing that was committed is lost.

        One that comes at the very end of a recovery can wait for ever (seen with 18.6). After a time that is enough for
        any checkpoint of ours the server ends at once, and recovers at its next start.
        """
        if self.child:
            self.child.send_signal(signal.SIGINT)
            try:
                self.child.wait(3)
            except subprocess.TimeoutExpired:
                self.notify("Waiting: the server is writing its last checkpoint.")
                try:
                    self.child.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    self.notify("The server does not end: it is stopped at once, and will recover at its next start.")
                    self.child.send_signal(signal.SIGQUIT)
                    self.child.wait()

    def until(self, done: Callable[[], bool], reason: str, limit: float = 600) -> None:
        """Wait for something, and say why if it takes long."""
        begun, told = time.monotonic(), False
        while not done():
            waited = time.monotonic() - begun
            if waited > limit:
                raise ServerError(f"Gave up after {limit:.0f} s: {reason}. See {self.data.log}.")
            if waited > 3 and not told:
                told = True
                self.notify(f"Waiting: {reason}.")
            if self.leaving.wait(0.02):
                raise ServerError(f"Left while {reason}.")

    def runs(self) -> bool:
        if self.child:
            self.child.poll()  # our own dead child is not to stay a zombie
        return postmaster.runs(self.data.cluster)

    def start(self) -> None:
        """Bring everything that a server needs into order, and start it; the caller holds the right to."""
        data = self.data
        for left in data.path.glob("*.new-*"):  # a command was killed while it made something
            shutil.rmtree(left, ignore_errors=True)
        binaries = reachable_binaries(data)
        if not data.cluster.exists():
            make_cluster(data, binaries)
        check_cluster(data)
        let_in(data)
        make_private(data.server.socket, data.account)
        # Each process of the server inherits this lock, so it is free when the last of them is gone: also those that a
        # killed server leaves for a moment, and those whose numbers mean nothing here because a container runs them.
        with opened(data.path / "server.lock") as alive:
            reason = "a server, or what is left of one, still holds the folder"
            self.until(lambda: not self.runs() and locks(alive, fcntl.LOCK_EX), reason, 60)
            postmaster.clear_remains(data)
            discard_older_copies(data, binaries)
            self.start_server(binaries, alive)

    def start_server(self, binaries: Path, alive: int) -> None:
        """Start the server and wait until it is ready, which takes long where it has much to recover."""
        data = self.data
        if data.log.exists() and data.log.stat().st_size > 16 << 20:
            data.log.replace(data.log.with_suffix(".log.1"))
        command = [binaries / "postgres", "-D", data.cluster, *options(data, self.settings)]
        with opened(data.log, os.O_APPEND) as log:
            before = os.fstat(log).st_size
            try:
                child = self.child = self.parent.submit(spawn, data.account, command, log, keep=[alive]).result()
                self.until(
                    lambda: child.poll() is not None or postmaster.is_ready(data.cluster, child.pid),
                    "the server is recovering from its last end",
                    math.inf,
                )
                if child.poll() is not None:
                    what = f"PostgreSQL does not start (status {child.returncode}, log {data.log})"
                    raise refused(data, what, os.pread(log, 100_000, before))
            except BaseException:
                self.stop()
                raise
