"""The service as its operator knows it: a process, a folder, a port."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import httpx

from service.database import as_service
from service.embedded.folder import prepared
from service.signing_in.keys import signing_keys
from service.signing_in.tokens import Tokens
from tests.contract.declared import check
from tests.signed_in import OFFICER, headers, officer

ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "TODAY", "DATA_DIR")}
ENVIRONMENT |= {"LOG_LEVEL": "WARNING", "RATE": "100000", "BURST": "100000"}  # one account does what hundreds would,
ENVIRONMENT |= {"UNSIGNED_RATE": "100000", "UNSIGNED_BURST": "100000"}  # and one address what many would


@dataclass
class Running:
    """A service that answers."""

    process: subprocess.Popen[str]
    address: str
    data_dir: Path
    dsn: str  # of the owner of its tables
    said: str  # before it served

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def command(
    *arguments: object, user: Sequence[str] = (), typed: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    """A command of the service, run to its end. `typed` comes in where a person would type."""
    return subprocess.run(
        [*user, sys.executable, "-m", "service", *map(str, arguments)],
        env=ENVIRONMENT | environment,
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def serving(
    data_dir: Path,
    *arguments: object,
    user: Sequence[str] = (),
    stderr: IO[str] | None = None,
    **environment: str,
) -> Iterator[Running]:
    """The service on a port of its own choice, until the block ends. The words in `user` change the user."""
    words = [*user, sys.executable, "-m", "service", "serve", "--port", "0", "--data-dir", data_dir, *arguments]
    if dsn := environment.get("DATABASE_URL"):
        environment = {"SERVICE_DATABASE_URL": as_service(dsn)} | environment
    process = subprocess.Popen(
        [str(word) for word in words],
        env=ENVIRONMENT | environment,
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if found := re.search(r"Serving on (https?://\S+)", line):
                dsn = environment.get("DATABASE_URL") or prepared(data_dir).server.dsn
                yield Running(process, found[1], data_dir, dsn, said)
                break
        else:
            raise AssertionError(f"the service ended with {process.wait()}: {said}")
    finally:
        process.terminate()
        process.communicate(timeout=30)


def postmaster(data_dir: Path) -> int:
    """The process id of the server of a folder."""
    return int((data_dir / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def signed_in(running: Running) -> dict[str, str]:
    """The headers of a province officer of a service."""
    asyncio.run(officer(running.dsn))
    return headers(OFFICER, "province_officer", Tokens(signing_keys(running.data_dir / "signing-keys.json")))


def client(running: Running) -> httpx.Client:
    """A province officer's client; each answer is held against the document."""
    hooks = {"response": [as_declared]}
    return httpx.Client(base_url=running.address, timeout=30, headers=signed_in(running), event_hooks=hooks)


def as_declared(answer: httpx.Response) -> None:
    url, headers = answer.request.url, answer.headers
    read = {name: value for name, value in headers.items() if name != "content-encoding"}  # `read` unpacks
    check(answer.request.method, url.path, url.query.decode(), answer.status_code, read, answer.read())


def asked(api: httpx.Client, path: str, **parameters: object) -> httpx.Response:
    """An answer, asked for again as long as the service says that it is away for a moment."""
    deadline = time.monotonic() + 60
    while (answer := api.get(path, params=parameters)).status_code == 503:
        assert answer.headers["retry-after"]
        assert time.monotonic() < deadline, "the service does not come back by itself"
    return answer
