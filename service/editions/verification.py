"""How an edition is made from the ledger, and proved by making it again."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson
from pydantic import ValidationError

from service.database import Reader
from service.editions import seal
from service.editions.changes import changes, differences
from service.editions.content import EditionContent
from service.editions.figures import asked_again, sealed_figures, succession_of, terms_of
from service.queries import editions
from service.queries.attainment import Asked, Indicator
from service.queries.editions import Row


class Difference(NamedTuple):
    """Something that an edition says, and the ledger does not."""

    path: str
    sealed: Any
    recomputed: Any


class Verification(NamedTuple):
    """What came of making an edition again: null, where it is no edition at all."""

    recomputed_hash: str | None
    differences: list[Difference]


async def content_of(
    reader: Reader, row: Row, before: Row | None, asked: Asked, wanted: list[Indicator], on: date
) -> dict[str, Any]:
    """What an edition says. `row`: what the table says of it; `before`: the row of the one that it follows."""
    area = asked.area
    content = {
        "format": "edition/1",
        "programme": await editions.promised(reader, asked.programme.code),
        "counting_rule": asked.programme.rule_name,
        "area": area.shown() | {"level": area.level},
        "succession": succession_of(asked.view),
        "known": asked.known,
    } | await sealed_figures(reader, asked, wanted, on)
    plain: dict[str, Any] = orjson.loads(orjson.dumps(content | of_row(row)))
    return plain | {"changes": await changes_since(reader, before, plain, asked, wanted, on)}


def of_row(row: Row) -> dict[str, Any]:
    """What the content and the row both say."""
    sealed_at: datetime = row["sealed_at"]
    same = {name: row[name] for name in ("number", "posting", "sealed_by", "note")}
    days = {name: row[name].isoformat() for name in ("on", "map")}
    return same | days | {"sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="microseconds")}


async def changes_since(
    reader: Reader, before: Row | None, content: dict[str, Any], asked: Asked, wanted: list[Indicator], on: date
) -> dict[str, Any] | None:
    """What is other than in the edition before, and why."""
    if before is None:
        return None
    posting = before["posting"]
    since = {
        "id": str(before["id"]),
        "number": before["number"],
        "posting": posting,
        "hash": seal.hash_of(before["content"]),
    }
    causes = {i.code: await editions.causes(reader, asked, i, on, posting, content["posting"]) for i in wanted}
    codes = {place.area_id: place.code for place in asked.view.places("commune")}
    return changes(since, orjson.loads(before["content"]), content, causes, codes)


async def recomputed(reader: Reader, row: Row) -> Verification:
    """The edition once more, from the ledger as it was at its posting. What was no figure is taken from what it says:
    targets, rules and lists of areas may have been revised since."""
    try:
        sealed = EditionContent.model_validate_json(row["content"])
        said = orjson.loads(row["content"])
        before = await editions.edition(reader, row["previous"]) if row["previous"] else None
        asked, wanted = await asked_again(reader, sealed, row["posting"])
        held = {indicator.code: terms_of(indicator) for indicator in sealed.indicators}
        found = await sealed_figures(reader, asked, wanted, sealed.on, held)
        again = said | of_row(row) | orjson.loads(orjson.dumps(found))
        again["changes"] = await changes_since(reader, before, again, asked, wanted, sealed.on)
        bytes_again = seal.canonical(again)
    except (ValidationError, ArithmeticError, ValueError, KeyError):  # somebody wrote into it what no edition says
        return Verification(None, [])
    return Verification(seal.hash_of(bytes_again), [Difference(*one) for one in differences(said, again)])
