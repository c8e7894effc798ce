"""The users of the demonstration, and of a register that is none."""

import re
from pathlib import Path

import httpx

from service.demonstration.users import USERS
from service.domain.access import ROLES
from tests.journeys.service import client, command, serving
from tests.signing_in.people import PASSWORD

OTHER = "another long password"
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
        assert "The password of the demonstration's users is DEMO_PASSWORD.\n" in running.said
        assert PASSWORD not in running.said
        assert api.get("/.well-known/jwks.json").json() == keys  # a restart signs nobody out
        assert token(api, "police", password[2]).status_code == 400
        assert token(api, "police", PASSWORD).status_code == 200
    with serving(data_dir, "--demo") as running, client(running) as api:
        assert "The demonstration's users have the password that was said when it was made" in running.said
        assert token(api, "integration", PASSWORD).status_code == 200


def test_who_signs_in_is_said_once_and_a_chosen_password_not_at_all(folder: Path) -> None:
    with serving(folder / "said once", "--demo", *FEW, DEMO_PASSWORD=PASSWORD) as running, client(running) as api:
        users, address = running.said.splitlines()
        assert users == f"Users: {', '.join(ROLES)}; password: as in DEMO_PASSWORD"
        assert address.startswith("Serving on ")
        assert token(api, "analyst", PASSWORD).status_code == 200


def test_a_demonstration_that_was_imported_is_given_its_users(folder: Path, tmp_path: Path) -> None:
    source, data_dir, files = folder / "exported demonstration", folder / "imported demonstration", tmp_path / "out"
    assert command("demo", *FEW, "--data-dir", source).returncode == 0
    assert command("export", files, "--data-dir", source).returncode == 0
    imported = command("import", files, "--data-dir", data_dir)
    assert "register.csv says that this is a demonstration" in imported.stdout
    with serving(data_dir) as running, client(running) as api:
        password = re.search(r"^Users: .*; password: (\S{16})$", running.said, re.MULTILINE)
        assert password
        signed_in = token(api, "service_provider", password[1]).json()
        assert signed_in["assignments"][0]["agency"]["name"] == "Trung tâm Công tác xã hội tỉnh Hưng Yên"


def test_a_demonstration_that_others_reach_refuses_a_short_password(folder: Path) -> None:
    data_dir = folder / "within reach"
    serve = ("serve", "--port", "0", "--listen", "0.0.0.0", "--data-dir", data_dir)
    behind = {"TRUSTED_PROXIES": "127.0.0.1", "DEMO_PASSWORD": "short"}
    said = "Behind TRUSTED_PROXIES others can try to sign in: DEMO_PASSWORD must have 12 characters, or be unset.\n"
    assert command(*serve, "--demo", *FEW, **behind).stderr == said
    assert command("demo", *FEW, "--data-dir", data_dir).returncode == 0  # so nothing had been filled
    assert command(*serve, **behind).stderr == said
    at_home = ("serve", "--port", "0", "--data-dir", data_dir)  # where the proxy is too
    assert command(*at_home, **behind).stderr == said


def test_a_register_that_is_no_demonstration_has_none_of_its_secrets(folder: Path) -> None:
    data_dir = folder / "no demonstration"
    assert command("administrator", "police", "--data-dir", data_dir, typed=OTHER).returncode == 0
    with serving(data_dir, DEMO_PASSWORD=PASSWORD) as running, client(running) as api:
        assert running.said.startswith("WARNING: DEMO_PASSWORD is set and ignored: this register is no demonstration.")
        assert token(api, "police", PASSWORD).status_code == 400
        assert token(api, "police", OTHER).status_code == 200
    filled = command("demo", *FEW, "--data-dir", data_dir)
    assert filled.returncode == 1
    assert filled.stderr.startswith("The register holds records already")


def test_an_installation_is_not_served_while_users_of_a_demonstration_can_sign_in(folder: Path) -> None:
    data_dir = folder / "users of a demonstration"
    add = ("account", "add", "police", "--full-name", USERS["police"].full_name, "--role", "police", "--area", "33")
    assert command(*add, "--data-dir", data_dir, typed=PASSWORD).returncode == 0
    refused = command("serve", "--port", "0", "--data-dir", data_dir)
    assert refused.returncode == 1
    assert refused.stderr.startswith("Users of a demonstration are in this register, which is none")
    assert command("account", "disable", "police", "--data-dir", data_dir).returncode == 0
    with serving(data_dir) as running:
        assert "Users:" not in running.said
