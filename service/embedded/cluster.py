"""The cluster: making one, and refusing one that is not for this server."""

import os
from pathlib import Path
from shlex import quote

from service.embedded.account import account_name
from service.embedded.binaries import package_folder, run
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
        newer = found.isdecimal() and int(found) > int(MAJOR)
        raise ServerError(
            f"{cluster} was made by PostgreSQL {found}, and this is PostgreSQL {MAJOR}. Nothing was changed.\n"
            + ("Use the release of the service that made it, or a later one." if newer else moving(data, found))
        )
    if (cluster / "standby.signal").exists():
        raise ServerError(f"{cluster} is a standby of another server: promote it before the service uses it.")


def moving(data: DataFolder, found: str) -> str:
    """How a person brings a cluster of an older PostgreSQL to this one; a pg_dump reads older servers, too."""
    programs, socket = quote(str(package_folder() / "pginstall/bin")), quote(str(data.server.socket))
    server = f"--host={socket} --username=postgres"
    cluster, dump = quote(str(data.cluster)), quote(str(data.path / "moved.dump"))
    return f"""To move it, start the release of the service that made it, and beside it:
    umask 077 && {programs}/pg_dump {server} --format=custom --file={dump} {data.server.database}
Stop that release, and then:
    mv {cluster} {cluster}.{found}
Start this release, which makes a new cluster, and beside it:
    {programs}/dropdb {server} --force {data.server.database} &&
    {programs}/pg_restore {server} --create --exit-on-error --dbname=postgres {dump}
Start this release again. Once it serves what it should, remove the dump and the old cluster."""
