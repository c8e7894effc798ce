"""The users of the demonstration, and of a register that is none."""

import re
from pathlib import Path

import httpx

from service.demonstration.users import USERS
from service.domain.access import ROLES
from tests.journeys.service import client, command, serving
from tests.signing_in.people import PASSWORD

FEW = ("--children", "200")


def token(api: httpx.Client, name: str, password: str) -> httpx.Response:
    if USERS[name].kind == "client":
        return api.post("/v1/auth/token", data={"grant_type": "client_credentials"}, auth=(name, password))
    return api.post("/v1/auth/token", data={"grant_type": "password", "username": name, "password": password})


def test_each_role_has_a_user_whose_password_is_said_once_and_can_be_set(folder: Path) -> None:
    data_dir = folder / "demonstration users"
    said = command("demo", *FEW, "--data-dir", data_dir)
    password = re.search(r"^Users: (.*); password: (\S{16})$", said.stdout, re.MULTILINE)
    assert password
    assert password[1].split(", ") == list(ROLES)
    with serving(data_dir) as running, client(running) as api:
        answers = [token(api, name, password[2]).json() for name in USERS]
        assert [answer["role"] for answer in answers] == list(ROLES)
        (assigned,) = answers[list(ROLES).index("commune_worker")]["assignments"]
        assert assigned["area"] == {"code": "12145", "name": "Phù Ủng", "kind": "commune"}
        assert assigned["agency"]["name"] == "Ủy ban nhân dân xã Phù Ủng"
        assert assigned["from"] == "2016-01-01"
        keys = api.get("/.well-known/jwks.json").json()
    assert (data_dir / "signing-keys.json").stat().st_mode & 0o777 == 0o600
    with serving(data_dir, DEMO_PASSWORD=PASSWORD) as running, client(running) as api:
        assert api.get("/.well-known/jwks.json").json() == keys  # a restart signs nobody out
        assert token(api, "police", password[2]).status_code == 400
        assert token(api, "police", PASSWORD).status_code == 200
    with serving(data_dir, "--demo") as running, client(running) as api:
        assert token(api, "integration", PASSWORD).status_code == 200


def test_a_register_that_is_no_demonstration_is_not_served_with_its_secrets(folder: Path) -> None:
    data_dir = folder / "no demonstration"
    refused = command("serve", "--port", "0", "--data-dir", data_dir, DEMO_PASSWORD=PASSWORD)
    assert refused.returncode == 1
    assert refused.stderr == "DEMO_PASSWORD is set, and this register is no demonstration: unset it.\n"
    assert command("administrator", "vinh", "--data-dir", data_dir, typed=PASSWORD).returncode == 0
    filled = command("demo", *FEW, "--data-dir", data_dir)
    assert filled.returncode == 1
    assert filled.stderr.startswith("The register holds records already")
