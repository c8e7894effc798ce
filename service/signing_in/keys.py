"""The keys that tokens are signed with: a private JWK set in a file of the operator's. The first signs, all verify."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from service.embedded.account import Account
from service.embedded.files import opened, replace, sync

CURVE = "P-256"


class SigningKeysError(Exception):
    """The file of signing keys cannot be used; the message says why, and what to do."""


def new_keys(older: KeySet | None = None) -> KeySet:
    """A new key, before those that were there. Its id is its thumbprint (RFC 7638)."""
    key = ECKey.generate_key(CURVE, {"alg": "ES256", "use": "sig"}, private=True, auto_kid=True)
    return KeySet([key, *(older.keys if older else [])])


def signing_keys(path: Path) -> KeySet:
    """The keys of the file, which is made with a new one where there is none."""
    if not path.exists():
        with alone(path):
            if not path.exists():
                write(path, new_keys())
    return read(path)


def rotate(path: Path) -> KeySet:
    """Puts a new key before the others, which go on to verify what they signed."""
    with alone(path):
        write(path, new_keys(read(path) if path.exists() else None))
    return read(path)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Two processes that start at once agree on one key."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with opened(path.with_name(f"{path.name}.lock")) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def write(path: Path, keys: KeySet) -> None:
    """The whole file or nothing of it, for its owner alone: the folder's owner where it is root who writes."""
    owner = path.parent.stat()
    account = Account(owner.st_uid, owner.st_gid) if os.geteuid() == 0 else Account(os.geteuid(), os.getegid())
    replace(path, orjson.dumps(keys.as_dict(private=True)), account)
    sync(path.parent)


def read(path: Path) -> KeySet:
    """The keys of a file, which nobody but its owner may read and which holds nothing else."""
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise SigningKeysError(f"{path}: others may read the signing keys. Allow its owner alone: chmod 600.")
            keys = KeySet.import_key_set(orjson.loads(file.read()))
    except OSError as error:
        raise SigningKeysError(f"{path}: {error.strerror}.") from None
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        keys = None
    if keys is None or not all(isinstance(k, ECKey) and k.curve_name == CURVE and k.is_private for k in keys):
        raise SigningKeysError(f"{path} is no JWK set of private P-256 keys. Name another file in SIGNING_KEYS.")
    return keys
