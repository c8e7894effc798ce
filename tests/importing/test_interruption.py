"""However an import ends before its end, the register is as it was."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.importing.folders import BY_HAND, written
from tests.journeys.service import ENVIRONMENT, command

MIDST = (
    (signal.SIGKILL, "children.csv"),
    (signal.SIGKILL, "ledger"),
    (signal.SIGTERM, "records"),
    (signal.SIGINT, "records"),
)


def interrupted(data_dir: Path, files: Path, how: signal.Signals, doing: str) -> int:
    """The exit code of an import that is sent a signal when it says what it is doing."""
    process = subprocess.Popen(
        [sys.executable, "-m", "service", "import", str(files), "--data-dir", str(data_dir)],
        env=ENVIRONMENT,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith(doing):
            os.kill(process.pid, how)
            break
    _, said = process.communicate(timeout=60)
    assert "Traceback" not in said
    return process.returncode


SHIPPED = ("targets.csv", "populations.csv", "deadline_rules.csv", "holidays.csv")


def records(data_dir: Path, folder: Path) -> dict[str, int]:
    """How many rows the register exports, by file: of what does not ship with the service."""
    done = command("export", folder, "--data-dir", data_dir)
    assert done.returncode == 0, done.stderr
    return {path.name: len(path.read_text().splitlines()) - 1 for path in folder.iterdir() if path.name not in SHIPPED}


@pytest.fixture(scope="module")
def files(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A province with its past."""
    filled, out = folder / "to interrupt with", tmp_path_factory.mktemp("interrupted") / "out"
    assert command("demo", "--children", 3000, "--data-dir", filled).returncode == 0
    assert command("export", out, "--data-dir", filled).returncode == 0
    return out


def test_an_import_that_is_ended_in_the_middle_leaves_nothing(files: Path, folder: Path, tmp_path: Path) -> None:
    data_dir = folder / "interrupted"
    for how, doing in MIDST:
        assert interrupted(data_dir, files, how, doing) != 0
        found = records(data_dir, tmp_path / f"after {how.name} in {doing}")
        assert set(found.values()) == {0}
    done = command("import", files, "--data-dir", data_dir)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, f"Imported from {files}.")
    assert records(data_dir, tmp_path / "out")["children.csv"] == 3000
    assert command("ledger", "verify", "--data-dir", data_dir).returncode == 0


def test_the_command_says_what_is_wrong_and_that_nothing_was_imported(folder: Path, tmp_path: Path) -> None:
    files = written(tmp_path / "in", BY_HAND | {"sites.csv": BY_HAND["sites.csv"].replace("12145", "2145")})
    refused = command("import", files, "--data-dir", folder / "refused")
    assert refused.returncode == 1
    assert refused.stdout.startswith("sites.csv line 2, commune: commune_short: ")
    assert refused.stderr.splitlines()[-1] == "2 faults: nothing was imported."


def test_the_command_tries_without_keeping(folder: Path, tmp_path: Path) -> None:
    data_dir, files = folder / "tried", written(tmp_path / "in", BY_HAND)
    for options, last in ((["--dry-run"], "A dry run: nothing was kept."), ([], f"Imported from {files}.")):
        done = command("import", files, "--data-dir", data_dir, *options)
        assert (done.returncode, done.stdout.splitlines()[-1]) == (0, last)
        assert "children.csv: 2 rows" in done.stdout
    again = command("import", files, "--data-dir", data_dir)
    assert again.returncode == 1
    assert "only an empty one is filled" in again.stderr
