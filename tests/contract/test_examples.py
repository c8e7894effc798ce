"""The examples of the document are true: each request is sent, and answered as it says."""

from service.examples import recorded
from tests.contract.examples import formed, record, without_example
from tests.contract.story import NOT_YET

USUAL = {"400", "401", "403", "404", "409", "412", "422", "428"}


async def test_every_example_is_what_the_service_answers(empty_database: str) -> None:
    told, known = formed(await record(empty_database)), formed(recorded())
    for part in ("operations", "problems"):
        assert {name for name, found in told[part].items() if found != known[part].get(name)} == set(), "make snapshot"
        assert set(known[part]) == set(told[part]), "make snapshot"


def test_every_body_and_every_answer_has_an_example() -> None:
    lacking = {name: where for name, where in without_example().items() if name not in NOT_YET}
    assert lacking == {}, "tests/contract/story.py: add a line, then `make snapshot`"


def test_what_has_an_example_waits_for_none() -> None:
    assert set(without_example()) >= NOT_YET, f"{len(NOT_YET)} wait for a line in tests/contract/story.py"


def test_the_usual_refusals_have_examples() -> None:
    assert set(recorded()["problems"]) >= USUAL
