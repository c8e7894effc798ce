"""The lines of what must not go wrong: hundreds of writers at once, hundreds of kills. SOAK=0 runs them for moments.

They are the long tests themselves, with all that these check; what is printed is what they counted.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.province import Province

ROOT = Path(__file__).parents[1]


async def writers(_: Province) -> None:
    """400 concurrent writers for two minutes, on a province of their own"""
    soaked("test_many_writers.py", "none failed, no deadlock, ledger verified")


async def updates(_: Province) -> None:
    """50 writers on the same ten children for a minute, each on what it has read"""
    soaked("test_no_lost_update.py", "every update on the version that it was based on or 412, ledger verified")


async def kills(_: Province) -> None:
    """200 hard kills of the service, its server or both, amid writes"""
    soaked("test_hard_kills.py", "no acknowledged write lost, ledger verified")


def soaked(test: str, proved: str) -> None:
    """Run a test at its full length, which must pass; print what it counted, how long it took, and what it proved."""
    environment, begun = {"SOAK": "1"} | os.environ, time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-s", f"tests/journeys/{test}"]
    with tempfile.TemporaryFile("w+") as said:
        done = subprocess.run(command, cwd=ROOT, env=environment, stdout=said, stderr=said, check=False)
        said.seek(0)
        words = said.read()
    assert done.returncode == 0, words
    for line in re.findall(r"^(?:many writers|no lost update|hard kills): .+$", words, re.MULTILINE):
        print(f"  {line}")
    print(f"  {test:46} {time.perf_counter() - begun:10.1f} s\n  (passed: {proved})\n", flush=True)
