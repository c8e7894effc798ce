"""A standby of an embedded server, made and run with the same programs."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from service.embedded import Server
from service.embedded.binaries import reachable_binaries, run, spawn
from service.embedded.configuration import options
from service.embedded.files import opened
from service.embedded.folder import make_private, prepared
from tests.embedded.processes import until
from tests.embedded.server import answers, ask

IS_SYNCHRONOUS = "SELECT sync_state = 'sync' FROM pg_stat_replication"


@contextmanager
def standby(primary: Path, data_dir: Path) -> Iterator[Server]:
    """Follows the primary, which from now on acknowledges nothing that is not here, too. Runs until the block ends."""
    source, data = prepared(primary).server, prepared(data_dir)
    binaries = reachable_binaries(data)
    data.cluster.mkdir(0o700)
    os.chown(data.cluster, *data.account)
    copy = [binaries / "pg_basebackup", "--pgdata", data.cluster, "--write-recovery-conf", "--checkpoint=fast"]
    run(data, [*copy, "--dbname", source.dsn])
    make_private(data.server.socket, data.account)
    with opened(data.log) as log:
        child = spawn(data.account, [binaries / "postgres", "-D", data.cluster, *options(data, {})], log)
        try:
            until(lambda: answers(data.server, "SELECT 1"))
            ask(source, "ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()")
            until(lambda: ask(source, IS_SYNCHRONOUS) is True)
            yield data.server
        finally:
            child.send_signal(signal.SIGINT)
            child.wait()
