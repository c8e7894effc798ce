"""Keys of age: the public one encrypts and lies on the machine, the identity decrypts and lies in a safe."""

import os
from datetime import datetime
from pathlib import Path

import pyrage
from pyrage.x25519 import Identity, Recipient

from service.backup.errors import BackupError
from service.clock import VIETNAM


def make_key(file: Path) -> str:
    """Write a new identity where none is, for its owner alone; answer its public key."""
    identity = Identity.generate()
    public = str(identity.to_public())
    made = datetime.now(VIETNAM).isoformat(timespec="seconds")
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise BackupError(f"{file} is there already, and a key is never written over: name another file.") from None
    with open(descriptor, "w", encoding="ascii") as new:
        new.write(f"# created: {made}\n# public key: {public}\n{identity}\n")
        new.flush()
        os.fsync(descriptor)
    return public


def public_keys(keys: str | None) -> list[Recipient]:
    """The public keys to encrypt to, given as words."""
    words = (keys or "").replace(",", " ").split()
    if not words:
        raise BackupError(
            "Nothing is backed up unencrypted: name one or more public keys (age1…) in BACKUP_RECIPIENTS.\n"
            "`python -m service backup-key FILE` makes a key."
        )
    try:
        return [Recipient.from_str(word) for word in words]
    except pyrage.RecipientError as error:
        raise BackupError(f"BACKUP_RECIPIENTS holds something that is not a public key (age1…): {error}.") from error


def identities(file: Path) -> list[Identity]:
    """The keys of an identity file: one a line, comments begin with #."""
    try:
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
        return [Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError) as error:
        raise BackupError(f"{file} is not an identity file of age (lines that begin with AGE-SECRET-KEY-).") from error
