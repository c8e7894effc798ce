"""Streams that are packed and encrypted on their way to a file, and back. Plain bytes touch no file here."""

import gzip
import hashlib
import io
import os
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import pyrage
from pyrage.x25519 import Identity, Recipient

from service.backup.errors import BackupError
from service.embedded.files import sync

CHUNK = 1 << 20


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone that is at `path`, and on the disk, after the block; nothing if the block fails."""
    making = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    descriptor = os.open(making, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(descriptor)
        making.replace(path)
    except BaseException:
        making.unlink(missing_ok=True)
        raise
    sync(path.parent)


class Packed(io.BufferedIOBase):
    """What a stream holds, in the format of gzip."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.packed, self.ended = source, io.BytesIO(), False
        self.packer = zlib.compressobj(1, wbits=31)

    def read(self, size: int | None = -1) -> bytes:
        while not (piece := self.packed.read(size)) and not self.ended:
            content = self.source.read(CHUNK)
            self.ended = not content
            self.packed = io.BytesIO(self.packer.compress(content) if content else self.packer.flush())
        return piece


class Counted(io.BufferedIOBase):
    """A file that knows how much was written to it, the digest of it, and whether it failed."""

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.bytes, self.digest = file, 0, hashlib.sha256()
        self.failure: OSError | None = None

    def write(self, content: bytes) -> int:  # type: ignore[override] # nothing but bytes is written
        try:
            self.file.write(content)
        except OSError as error:
            self.failure = error
            raise
        self.bytes += len(content)
        self.digest.update(content)
        return len(content)


def seal(source: IO[bytes], file: BinaryIO, recipients: Sequence[Recipient]) -> Counted:
    """Pack and encrypt a stream into a file."""
    counted = Counted(file)
    try:
        pyrage.encrypt_io(Packed(source), counted, recipients)
    except pyrage.EncryptError as error:
        raise BackupError(f"The backup cannot be written: {counted.failure or error}.") from error
    if counted.failure:  # pyrage does not look at what becomes of the last piece
        raise BackupError(f"The backup cannot be written: {counted.failure}.")
    return counted


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def unsealed(path: Path, identities: Sequence[Identity]) -> Iterator[gzip.GzipFile]:
    """What was sealed. Only after the block is all of the file known to be as it was sealed."""
    sealed = path.open("rb")
    reading, writing = os.pipe()
    failed: list[Exception] = []

    def decrypt() -> None:
        with sealed, open(writing, "wb", buffering=0) as plain:
            try:
                pyrage.decrypt_io(sealed, plain, identities)  # type: ignore[arg-type] # raw, so that closing cannot fail
            except (OSError, pyrage.DecryptError) as error:
                if "Broken pipe" not in str(error):  # the block has given up, which is not the file's fault
                    failed.append(error)

    decrypting = threading.Thread(target=decrypt, name="decrypting")
    decrypting.start()
    try:
        with open(reading, "rb") as plain, gzip.open(plain) as unpacked:
            yield unpacked
            while unpacked.read(CHUNK):  # to the end, where the last piece is proved
                pass
    except Exception as error:
        decrypting.join()
        if failed:
            raise unreadable(path, failed[0]) from error
        raise
    finally:
        decrypting.join()
    if failed:
        raise unreadable(path, failed[0])


def unreadable(path: Path, error: Exception) -> BackupError:
    if "No matching keys" in str(error):
        return BackupError(f"{path} was not encrypted for this key: name the identity file of another one.")
    return BackupError(f"{path} is damaged: {error}. Use a copy of it, or another backup.")
