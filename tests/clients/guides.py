"""The guides followed to the letter, with the generated clients: what they install is what the lock files hold."""

import json
import os
import re
from pathlib import Path

from tests.contract.story import PASSWORD
from tests.journeys.guides import Block, blocks, follow
from tests.journeys.service import Running

HERE = Path(__file__).parent
NODE_MODULES, SITE_PACKAGES = HERE / "node_modules", next((HERE / ".venv/lib").glob("python3*/site-packages"), HERE)
INSTALLED = re.compile(r"\s((?:@[\w-]+/)?[\w-]+)(?:@|==)([\d.]+)")
# Nothing comes by the network: `npm install` and `pip install` find what is here.
HERE_ALREADY = f"""
npm() {{ if [ "$1" = install ]; then ln -sfn '{NODE_MODULES}' node_modules; else command npm "$@"; fi; }}
pip() {{ echo '{SITE_PACKAGES}' > "$(python -c 'import site; print(site.getsitepackages()[0])')/locked.pth"; }}
"""


def check_versions(found: list[Block]) -> None:
    """What a guide tells its reader to install is what is tried here."""
    packages = json.loads((HERE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    known = {name.removeprefix("node_modules/"): told.get("version", "") for name, told in packages.items()}
    pinned = (HERE / "requirements.lock").read_text(encoding="utf-8")
    known |= dict(re.findall(r"^([\w-]+)==(\S+)", pinned, re.MULTILINE))
    for block in found:
        for line in block.code.splitlines() if block.language == "sh" else ():
            for name, version in INSTALLED.findall(line) if " install " in line else ():
                assert (known[name] + ".").startswith(version + "."), f"{name} {version} is not the one that is tried"


def followed(running: Running, folder: Path, python: Path) -> None:
    """Do what a front end's and an agency's first hour tell; the tools of `python` come first."""
    known = {
        "PATH": f"{python}{os.pathsep}{os.environ['PATH']}",
        "SERVICE": running.address,
        "DEMO_PASSWORD": PASSWORD,
        "DATA_DIR": str(running.data_dir),
    }
    for guide in ("docs/front-end.md", "docs/integration.md"):
        told = blocks(guide)
        check_versions(told)
        place = folder / Path(guide).stem
        place.mkdir()
        follow(told, place, HERE_ALREADY, **known)
