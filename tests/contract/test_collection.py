"""docs/api.http says what the OpenAPI document says."""

from tests.contract.collection import COLLECTION, collection


def test_the_collection_is_the_one_made_from_the_document() -> None:
    assert COLLECTION.read_text(encoding="utf-8") == collection(), "make snapshot"


def test_the_collection_leaves_no_value_to_be_guessed() -> None:
    assert "…" not in COLLECTION.read_text(encoding="utf-8")
