"""The file of signing keys."""

import json
import stat
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet, OctKey

from service.signing_in.keys import SigningKeysError, rotate, signing_keys


def kids(keys: KeySet) -> list[str | None]:
    return [key.kid for key in keys]


def kept(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_the_first_start_makes_a_key_for_its_owner_alone_and_the_next_one_finds_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "signing-keys.json"
    made = signing_keys(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert kids(signing_keys(path)) == kids(made)
    assert made.keys[0].kid == made.keys[0].thumbprint()
    assert not list(path.parent.glob("*.new"))


def test_a_new_key_goes_before_those_that_were_there(tmp_path: Path) -> None:
    path = tmp_path / "signing-keys.json"
    first = kids(signing_keys(path))
    second = kids(rotate(path))
    assert second[1:] == first
    assert kids(signing_keys(path)) == second
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_keys_that_others_may_read_are_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "signing-keys.json"
    signing_keys(path)
    path.chmod(mode)
    with pytest.raises(SigningKeysError, match="chmod 600"):
        signing_keys(path)


PUBLIC = json.dumps(KeySet([ECKey.generate_key()]).as_dict(private=False))
OTHER_CURVE = json.dumps(KeySet([ECKey.generate_key("P-384")]).as_dict(private=True))
SYMMETRIC = json.dumps(KeySet([OctKey.generate_key(256)]).as_dict(private=True))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"keys": []}', '{"keys": [1]}', '{"keys": 1}', PUBLIC, OTHER_CURVE, SYMMETRIC]
)
def test_what_is_no_set_of_private_keys_of_the_curve_is_refused_and_left_alone(tmp_path: Path, text: str) -> None:
    path = kept(tmp_path / "signing-keys.json", text)
    for use in (signing_keys, rotate):
        with pytest.raises(SigningKeysError, match="SIGNING_KEYS"):
            use(path)
    assert path.read_text() == text
