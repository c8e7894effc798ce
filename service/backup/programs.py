"""PostgreSQL's own programs, with a stream on one side."""

import subprocess
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

from service.backup.errors import BackupError
from service.embedded import package_folder


@dataclass(frozen=True)
class Running:
    """A program, the stream that it writes or reads, and what it says beside."""

    name: str
    stream: IO[bytes]
    beside: Future[bytes]

    def said(self) -> list[str]:
        """Its own lines, once it has ended; others may quote rows."""
        lines = self.beside.result().decode(errors="replace").splitlines()
        return [line for line in lines if line.startswith(f"{self.name}:")]

    def refused(self) -> BackupError:
        return BackupError("\n".join([f"{self.name} failed.", *self.said()[-3:]]))


@contextmanager
def running(name: str, words: Sequence[str], dsn: str | None = None, *, reads: bool = False) -> Iterator[Running]:
    """Run a program beside the block; it has to end well after it, and ends with it if the block fails."""
    address, password = without_password(dsn or "")
    child = subprocess.Popen(  # noqa: S603 - no command of anybody else
        [f"{package_folder()}/pginstall/bin/{name}", *words, *([f"--dbname={address}"] if dsn else [])],
        stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL if reads else subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"LC_ALL": "C"} | ({"PGPASSWORD": password} if password else {}),
    )
    with child, ThreadPoolExecutor(1) as listener:
        stream = child.stdin or child.stdout
        assert stream
        assert child.stderr
        program = Running(name, stream, listener.submit(child.stderr.read))
        try:
            yield program
            stream.close()
        except BaseException as error:
            child.kill()
            with suppress(BrokenPipeError):
                stream.close()
            if isinstance(error, BrokenPipeError):  # the program has left first, and knows why
                raise program.refused() from error
            raise
        if child.wait():
            raise program.refused()


def without_password(dsn: str) -> tuple[str, str | None]:
    """The address without its password, which everybody on the machine could read on a command line."""
    parts = urlsplit(dsn)
    account, at, place = parts.netloc.rpartition("@")
    user, _, password = account.partition(":")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{place}")), unquote(password) or None
