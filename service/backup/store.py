"""A folder of backups: whose it is, and what it holds."""

import os
import secrets
import time
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from service.backup.errors import BackupError
from service.backup.sealing import digest, whole
from service.backup.segments import NAME

Kind = Literal["base", "dump"]
DATABASE = "DATABASE_URL"  # the owner of dumps


class Log(BaseModel):
    """From which segment of the write-ahead log on a base backup can be carried forward."""

    model_config = ConfigDict(frozen=True)
    first: str
    segment_size: int


class Manifest(BaseModel):
    """What a backup is, so that a damaged one is noticed before anything is restored from it."""

    model_config = ConfigDict(frozen=True)
    kind: Kind
    file: str
    began: datetime
    ended: datetime
    service: str
    postgresql: str
    revision: str | None
    bytes: int
    sha256: str
    recipients: list[str]
    log: Log | None = None


class Store:
    """A folder of backups of one data folder, or of one database."""

    def __init__(self, path: Path) -> None:
        self.path, self.mark, self.wal = path, path / "backups-of", path / "wal"

    def begin(self, owner: str) -> None:
        """Make this the folder of an owner's backups; it must be empty so far."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(self.path.iterdir()):
            raise BackupError(f"{self.path} is not empty: name a new or an empty folder, or leave --new away.")
        with whole(self.mark) as mark:
            mark.write(f"{owner}\n".encode())

    def check_owner(self, owner: str) -> None:
        """Refuse an empty mount point, and the backups of somebody else."""
        try:
            found = self.mark.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise BackupError(
                f"{self.path} is no folder of backups: is its disk mounted? A new folder is begun by `backup --new`."
            ) from None
        if found != owner:
            raise BackupError(
                f"{self.path} keeps the backups of another data folder ({found}; this is {owner}).\n"
                "A restored data folder begins a new folder of backups: name another one, and `backup --new`."
            )

    def add(self, manifest: Manifest) -> None:
        with whole(self.manifest(manifest)) as file:
            file.write(manifest.model_dump_json(indent=1).encode() + b"\n")

    def manifest(self, manifest: Manifest) -> Path:
        return self.path / f"{manifest.file.partition('.')[0]}.json"

    def manifests(self, kind: Kind) -> list[Manifest]:
        """The whole backups of a kind, the oldest first."""
        if not self.mark.exists():
            raise BackupError(f"{self.path} is no folder of backups: is its disk mounted?")
        found = []
        for file in self.path.glob(f"{kind}-*.json"):
            try:
                found.append(Manifest.model_validate_json(file.read_bytes()))
            except ValidationError as error:
                raise BackupError(f"{file} is damaged: move it away to use the other backups.") from error
        return sorted(found, key=lambda manifest: manifest.ended)

    def check(self, manifest: Manifest) -> Path:
        """The file of a backup, which is as it was written."""
        path = self.path / manifest.file
        if not path.exists():
            raise BackupError(f"{path} is missing; its manifest is there.")
        if path.stat().st_size != manifest.bytes or digest(path) != manifest.sha256:
            raise BackupError(f"{path} is damaged: it is not what its manifest says. Use a copy, or another backup.")
        return path

    def segments(self) -> list[str]:
        """The names of the archived segments, in order."""
        names = (path.name.partition(".")[0] for path in self.wal.glob("*.gz.age"))
        return sorted(name for name in names if NAME.fullmatch(name))

    def segment(self, name: str) -> Path:
        return self.wal / f"{name}.gz.age"

    def sweep(self) -> None:
        """Remove what a killed command has left half-written, once it is a day old."""
        for left in (*self.path.glob(".*-*"), *self.wal.glob(".*")):
            if left.stat().st_mtime < time.time() - 86_400:
                left.unlink(missing_ok=True)

    def keep(self, kind: Kind, number: int) -> int:
        """Remove all but the newest backups of a kind, and the log from before them; answer how many were removed."""
        manifests = self.manifests(kind)
        old, kept = manifests[:-number], manifests[-number:]
        for manifest in old:
            self.manifest(manifest).unlink()  # first: without it the rest is no backup
            (self.path / manifest.file).unlink(missing_ok=True)
        if old and kept[0].log:
            for segment in self.segments():
                if segment < kept[0].log.first:
                    self.segment(segment).unlink()
        return len(old)


def owner_of(data_dir: Path) -> str:
    """The name by which a data folder knows its backups, made when it is first asked for."""
    file = data_dir / "backups.id"
    if not file.exists():
        with whole(file) as new:
            new.write(f"{secrets.token_hex(8)}\n".encode())
        os.chown(file, (there := data_dir.stat()).st_uid, there.st_gid)
    return file.read_text(encoding="ascii").strip()
