"""A dump goes into an empty database, whole or not at all."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from pyrage.x25519 import Identity

from service.backup.errors import BackupError
from service.backup.programs import running
from service.backup.sealing import unsealed

WORDS = ["--format=custom", "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password"]
FILLED = "SELECT EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema'))"


async def check_empty(connection: asyncpg.Connection) -> None:
    if await connection.fetchval(FILLED):
        raise BackupError("The database holds tables already: create an empty one, and name it in DATABASE_URL.")


def restore_dump(path: Path, dsn: str, identities: Sequence[Identity]) -> None:
    """Restore a dump in one transaction."""
    with running("pg_restore", WORDS, dsn, reads=True) as program, unsealed(path, identities) as stream:
        shutil.copyfileobj(stream, program.stream)
