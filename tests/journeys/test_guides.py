"""The blocks of code in README and guides do what they say. TypeScript and generated clients: `make test-clients`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.story import PASSWORD
from tests.journeys.guides import Block, blocks, follow, started_with
from tests.journeys.service import Running, serving

WITH_A_CLIENT = "By the generated client"


@pytest.fixture(scope="module")
def demonstration(folder: Path) -> Iterator[Running]:
    with serving(folder / "guides", "--demo", "--children", "1500", DEMO_PASSWORD=PASSWORD) as running:
        yield running


def here(found: list[Block], address: str) -> list[Block]:
    """The blocks with the address at which the service runs here."""
    return [Block(one.language, one.word, one.code.replace("http://127.0.0.1:8000", address)) for one in found]


def reader(running: Running) -> dict[str, str]:
    return {"SERVICE": running.address, "DEMO_PASSWORD": PASSWORD, "DATA_DIR": str(running.data_dir)}


def test_whoever_follows_the_readme_is_answered(demonstration: Running, tmp_path: Path) -> None:
    told = here(blocks("README.md", "Run it"), demonstration.address)
    assert len(told) > 8
    follow(told, tmp_path, **reader(demonstration))


def test_whoever_integrates_an_agency_is_answered(demonstration: Running, tmp_path: Path) -> None:
    by_client = blocks("docs/integration.md", WITH_A_CLIENT)
    told = [block for block in blocks("docs/integration.md") if block not in by_client]
    assert len(told) > 6
    follow(told, tmp_path, **reader(demonstration))


def test_whoever_leads_a_case_is_answered(demonstration: Running, tmp_path: Path) -> None:
    told = here(blocks("docs/case-journey.md"), demonstration.address)
    assert len(told) > 25
    follow(told, tmp_path, **reader(demonstration))


def test_a_guide_starts_the_service_with_settings_that_there_are() -> None:
    readme = Path("README.md").read_text(encoding="utf-8")
    settings = started_with(blocks("docs/front-end.md"))
    assert settings["DEMO_PASSWORD"] == PASSWORD
    assert settings.keys() == {"DEMO_PASSWORD", "CHILDREN", "CORS_ORIGINS"}
    assert all(f"`{name}`" in readme for name in settings)


def test_a_block_that_is_refused_or_says_something_else_is_noticed(tmp_path: Path) -> None:
    for wrong in (
        [Block("sh", "", 'echo \'{"type":"/problems/forbidden"}\'\n')],
        [Block("sh", "", "echo one\n"), Block("text", "", "two\n")],
        [Block("sh", "", "false\n")],
    ):
        with pytest.raises(AssertionError):
            follow(wrong, tmp_path)
    follow([Block("sh", "", "name=one\n"), Block("sh", "", "echo $name\n"), Block("text", "", "one\n")], tmp_path)
