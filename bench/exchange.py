"""The line of a register that goes out as files and comes back."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.province import Province


async def exchange(province: Province) -> None:
    """export and import: all records, spells and postings, into a new folder"""
    with scratch(province.data_dir.parent) as folder:
        command("export", str(folder / "files"), "--data-dir", str(province.data_dir))
        command("import", str(folder / "files"), "--data-dir", str(folder / "data"))
    print("  (import: at most 60 s, and 300 MB, at 300,000)\n")


@contextmanager
def scratch(beside: Path) -> Iterator[Path]:
    """A folder on the same disk, which the server's account may pass."""
    folder = Path(tempfile.mkdtemp(dir=beside, prefix="bench-exchange-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def command(name: str, *arguments: str) -> None:
    """Run a command of the service; print how long it took and the most memory that its own process had."""
    begun, megabytes = time.perf_counter(), 0
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen([sys.executable, "-m", "service", name, *arguments], stdout=said, stderr=said)
        while process.poll() is None:
            with suppress(OSError):
                status = Path(f"/proc/{process.pid}/status").read_text()
                megabytes = max([megabytes, *(int(kb) // 1024 for kb in re.findall(r"VmHWM:\s*(\d+)", status))])
            time.sleep(0.1)
        said.seek(0)
        assert process.returncode == 0, said.read()
    print(f"  {name:46} {time.perf_counter() - begun:10.1f} s   (Python: {megabytes} MB)", flush=True)
