"""How the server is set up: the same everywhere, but for what the machine has."""

import os
import shlex
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from service.embedded.folder import DataFolder

# Given on the command line, so that they follow the code and not the day on which a folder was made.
# Durability (fsync, synchronous_commit, full_page_writes) stays as PostgreSQL has it: on.
SETTINGS = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "timezone": "Asia/Ho_Chi_Minh",
    "log_timezone": "Asia/Ho_Chi_Minh",
    "max_connections": "100",
    "work_mem": "32MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "archive_mode": "on",
    "archive_timeout": "60",  # seconds: what a lost disk may cost
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "effective_io_concurrency": "64",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    # The text of an error may quote a value (`invalid input syntax for type date: "…"`), and so may its details and its
    # statement. Errors are therefore left to the client that made them; the log keeps what happens to the server, and
    # which statements were slow: their text, in which values are numbered, and without the values.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_min_duration_statement": "1000",
    "log_statement": "none",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}


def options(data: DataFolder, settings: Mapping[str, str]) -> list[str]:
    """What follows `postgres` on the command line; these settings go before our own."""
    own = {"unix_socket_directories": str(data.server.socket), "archive_command": keeping(data.outgoing)}
    together = {**SETTINGS, **sized(), **own, **settings}
    return [word for name, value in together.items() for word in ("-c", f"{name}={value}")]


def keeping(outgoing: Path) -> str:
    """The command that keeps a finished segment of the write-ahead log, if there is a folder to keep it in.

    The folder decides, and not who starts the server, so that the log kept has no gaps. Until the command succeeds
    PostgreSQL keeps the segment and tries again. Files with a dot (histories, labels) are in every base backup.
    """
    folder = shlex.quote(str(outgoing).replace("%", "%%"))
    copy = f"cp %p {folder}/%f.part && sync {folder}/%f.part && mv {folder}/%f.part {folder}/%f && sync {folder}"
    return f"test ! -d {folder} || case %f in *.*) ;; *) {copy} ;; esac"


def sized() -> dict[str, str]:
    """The settings that depend on the machine."""
    megabytes, cores = memory() >> 20, os.cpu_count() or 1
    return {
        "shared_buffers": f"{min(max(megabytes // 8, 128), 4096)}MB",
        "effective_cache_size": f"{max(megabytes // 2, 128)}MB",
        "maintenance_work_mem": f"{min(max(megabytes // 32, 64), 1024)}MB",
        "max_worker_processes": str(cores + 8),
        "max_parallel_workers": str(cores),
        "max_parallel_workers_per_gather": str(min(cores // 2, 4)),
        "max_parallel_maintenance_workers": str(min(max(cores // 2, 1), 4)),
    }


def memory() -> int:
    """How many bytes the machine has, or the container or unit around us allows."""
    sizes = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    kinds = {"": ("/sys/fs/cgroup", "memory.max"), "memory": ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")}
    with suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, kind, name = line.split(":", 2)
            base, file = kinds.get(kind, ("", ""))
            for group in (Path(base + name), *Path(base + name).parents):
                with suppress(OSError, ValueError):
                    sizes.append(int((group / file).read_text()))
    return min(sizes)
