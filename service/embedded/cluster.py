"""The cluster: making one, and refusing one that is not for this server."""

import os
from pathlib import Path

from service.embedded.account import account_name
from service.embedded.binaries import run
from service.embedded.errors import ServerError
from service.embedded.files import building, replace
from service.embedded.folder import DataFolder

MAJOR = "18"
# Whoever can enter the socket's folder is let in, also to copy the cluster, and there is no other way.
HBA = b"local all,replication all trust\n"
LOCALE = "--encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C --lc-ctype=C.UTF-8"


def make_cluster(data: DataFolder, binaries: Path) -> None:
    """Make the cluster and its database under another name, so that one which is there is always whole."""
    with building(data.cluster) as new:
        os.chown(new, *data.account)
        run(data, [binaries / "initdb", "-D", new, "-U", "postgres", "--auth=trust", *LOCALE.split()])
        alone = [binaries / "postgres", "--single", "-D", new, "-c", "exit_on_error=on", "postgres"]
        run(data, alone, f"CREATE DATABASE {data.server.database}\n")


def let_in(data: DataFolder) -> None:
    """Let in who can enter the socket's folder."""
    if (file := data.cluster / "pg_hba.conf").read_bytes() != HBA:
        replace(file, HBA, data.account)


def check_cluster(data: DataFolder) -> None:
    """Refuse a cluster of another account or another PostgreSQL."""
    cluster, name = data.cluster, account_name(data.account.uid)
    if (owner := cluster.stat().st_uid) != data.account.uid:
        raise ServerError(
            f"{cluster} belongs to {account_name(owner)}, and the server would run as {name}.\n"
            f"Run as its owner, or give it away: chown -R {name} {cluster}"
        )
    version = cluster / "PG_VERSION"
    if not version.exists():
        raise ServerError(f"{cluster} holds no PostgreSQL cluster: move it away, and a new one is made.")
    if (found := version.read_text().strip()) != MAJOR:
        raise ServerError(
            f"{cluster} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}.\n"
            f"Dump it with pg_dumpall of {found}, move the folder away, start again, restore the dump with psql."
        )
