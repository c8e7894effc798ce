"""What clients meet: `make test-clients`.

The document is held against the released one and linted; a Python and a TypeScript client are generated from it,
type-checked, and led through a day's work; then schemathesis tries every operation."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service.domain import access
from tests.clients.guides import followed
from tests.clients.reach import Reach
from tests.clients.sound import Sandbox, signed_in
from tests.contract.breaking import undeclared
from tests.contract.snapshot import SNAPSHOT
from tests.contract.story import PASSWORD
from tests.journeys.service import serving

HERE = Path(__file__).parent
PYTHON, NODE = HERE / ".venv/bin", HERE / "node_modules/.bin"
# Who tries which operations, and how: the one who may most all of them; the one who makes accounts, and the one who
# decides, what others may not; one who receives little all of them, to be refused in good order.
ROLES = {
    "province_officer": ("--phases", "examples,coverage,fuzzing"),
    "administrator": (
        *("--phases", "examples,coverage,fuzzing"),
        *("--include-tag", "accounts", "--include-tag", "agencies", "--include-tag", "account"),
    ),
    "commune_chair": ("--phases", "examples,coverage", "--include-tag", "cases", "--include-tag", "reports"),
    "police": ("--phases", "examples"),
}
QUIET = os.environ | {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}


def say(what: str) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


def run(*command: object, cwd: Path = HERE, **environment: str) -> None:
    """A command that has to succeed; the tools of the virtual environment of the clients come first."""
    path = f"{PYTHON}{os.pathsep}{os.environ['PATH']}"
    subprocess.run([str(word) for word in command], cwd=cwd, env=QUIET | {"PATH": path} | environment, check=True)


def lint() -> None:
    run(NODE / "redocly", "lint", SNAPSHOT, "--config", HERE / "redocly.yaml", "--max-problems", "20")
    run(NODE / "spectral", "lint", SNAPSHOT, "--ruleset", HERE / "spectral.yaml", "--fail-severity", "warn")


def python(folder: Path) -> None:
    """The Python client with its journey, type-checked as strictly as our own code."""
    run(PYTHON / "openapi-python-client", "generate", "--path", SNAPSHOT, "--output-path", folder / "api",
        "--meta", "none", "--fail-on-warning")  # fmt: skip
    shutil.copy(HERE / "journey.py", folder)
    run(
        PYTHON / "mypy",
        "--config-file",
        HERE / "mypy.ini",
        "--python-executable",
        PYTHON / "python",
        "journey.py",
        "api",
        cwd=folder,
    )


def typescript(folder: Path) -> None:
    run(NODE / "openapi-typescript", SNAPSHOT, "--output", folder / "api.ts")
    for name in ("journey.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, folder)
    (folder / "node_modules").symlink_to(HERE / "node_modules")
    run(NODE / "tsc", "--project", folder)


def tried(address: str, folder: Path) -> None:
    """Every operation, asked soundly and unsoundly by several roles, answers nothing that the document does not say."""
    reach, failed = Reach(), []
    sandboxes = {role: Sandbox(address, PASSWORD, role) for role in ROLES}
    for role, sandbox in sandboxes.items():  # before anybody changes a password
        (folder / f"sound-{role}.json").write_text(json.dumps(sandbox.requests()), encoding="utf-8")
    # Before so many passwords are wrong that whoever comes from here has to wait. Good for ten minutes.
    tokens = {role: signed_in(address, role, PASSWORD) for role in ROLES}
    for role, chosen in ROLES.items():
        sound, reached = folder / f"sound-{role}.json", folder / f"reached-{role}.json"
        known = {"SOUND": str(sound), "REACHED": str(reached), "PURPOSE": purpose_of(role)}
        try:
            run(PYTHON / "schemathesis", "--config-file", HERE / "schemathesis.toml", "run", f"{address}/openapi.json",
                "--header", f"Authorization: Bearer {tokens[role]}", *chosen,
                "--max-examples", "8", "--seed", "7", "--continue-on-failure",
                SCHEMATHESIS_HOOKS="hooks", **known)  # fmt: skip
        except subprocess.CalledProcessError:
            failed.append(f"schemathesis found something as {role}: see above.")
        reach.add(reached)
    say("\n".join(reach.told()))
    if faults := failed + reach.faults(set(sandboxes[role].operations)):
        sys.exit("\n".join(faults))


def purpose_of(role: str) -> str:
    return str(access.ROLES[role].purposes[0])


def main() -> None:
    if changes := undeclared():
        sys.exit(
            "These changes break clients, and tests/contract/breaking.json does not say why:\n" + "\n".join(changes)
        )
    lint()
    with tempfile.TemporaryDirectory(prefix="child-protection-clients-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # the server's account has its data below
        for client in (python, typescript):
            (folder / client.__name__).mkdir()
            client(folder / client.__name__)
        with serving(folder / "data", "--demo", "--children", "1500", DEMO_PASSWORD=PASSWORD) as running:
            run(PYTHON / "python", "journey.py", running.address, PASSWORD, cwd=folder / "python")
            say("The Python client has done the day's work.")
            run("node", "built/journey.js", running.address, PASSWORD, cwd=folder / "typescript")
            say("The TypeScript client has done the day's work.")
            followed(running, folder, PYTHON)
            say("The guides of a front end and of an agency do what they say.")
            tried(running.address, folder)


if __name__ == "__main__":
    main()
