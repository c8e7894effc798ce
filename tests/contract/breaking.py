"""Which changes of the document break clients that were made from the released one, `released.json`.

Breaking is what an old client sends and the service takes no more, or what it counts on in an answer and is told no
more. Such a change is declared in `breaking.json`, with its reason; with a release, the snapshot becomes the released
document and the declarations are emptied."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.contract.snapshot import SNAPSHOT

RELEASED, DECLARED = (Path(__file__).with_name(name) for name in ("released.json", "breaking.json"))
Document = dict[str, Any]
NARROWER = {"minLength": 1, "minimum": 1, "minItems": 1, "maxLength": -1, "maximum": -1, "maxItems": -1}


def followed(document: Document, part: dict[str, Any]) -> dict[str, Any]:
    found = document if "$ref" in part else part
    for name in part.get("$ref", "#").split("/")[1:]:
        found = found[name]
    return found


class Comparison:
    """Two documents, and which pairs of their schemas were compared."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.seen: set[tuple[str, str, bool]] = set()

    def breaking(self) -> Iterator[str]:
        for path, operations in self.old["paths"].items():
            for method, operation in operations.items():
                name = operation["operationId"]
                if method not in self.new["paths"].get(path, {}):
                    yield f"{name}: removed"
                    continue
                now = self.new["paths"][path][method]
                if now["operationId"] != name:
                    yield f"{name}: renamed"
                yield from self.parameters(name, operation, now)
                yield from self.contents(f"{name} body", operation, now, "requestBody", sent=True)
                for status in operation["responses"]:
                    if status.startswith("2"):
                        yield from self.answers(f"{name} {status}", operation["responses"], now["responses"], status)

    def parameters(self, name: str, old: Any, new: Any) -> Iterator[str]:
        before, after = (
            {(p["in"], p["name"]): p for p in (followed(document, p) for p in operation.get("parameters", []))}
            for document, operation in ((self.old, old), (self.new, new))
        )
        for key in before:
            where = f"{name} {key[1]}"
            if key not in after:
                yield f"{where}: removed"
            else:
                yield from self.schemas(where, before[key]["schema"], after[key]["schema"], sent=True)
        for key, parameter in after.items():
            if parameter.get("required") and not before.get(key, {}).get("required"):
                yield f"{name} {key[1]}: newly required"

    def answers(self, where: str, old: Any, new: Any, status: str) -> Iterator[str]:
        if status not in new:
            yield f"{where}: removed"
        else:
            yield from self.contents(where, old, new, status, sent=False)

    def contents(self, where: str, old: Any, new: Any, key: str, sent: bool) -> Iterator[str]:
        before = followed(self.old, old.get(key, {})).get("content", {})
        after = followed(self.new, new.get(key, {})).get("content", {})
        if sent and after and not before:
            yield f"{where}: newly required"
        for media_type, body in before.items():
            if media_type in after:
                yield from self.schemas(where, body["schema"], after[media_type]["schema"], sent)
            else:
                yield f"{where} {media_type}: removed"

    def schemas(self, where: str, old: dict[str, Any], new: dict[str, Any], sent: bool) -> Iterator[str]:
        """What breaks between two forms of a value that a client sends, or receives."""
        if "$ref" in old and "$ref" in new:
            where, pair = old["$ref"].rpartition("/")[2], (old["$ref"], new["$ref"], sent)
            if pair in self.seen:
                return
            self.seen.add(pair)
        old, new = followed(self.old, old), followed(self.new, new)
        before, after = (self.forms(*side) for side in ((self.old, old), (self.new, new)))
        few, many = (after, before) if sent else (before, after)  # who sends may say no more than who receives knows
        if set(many) - set(few) and None not in few:
            yield f"{where}: {'narrower' if sent else 'wider'}, {' '.join(sorted(map(str, set(many) - set(few))))}"
        for kind in set(before) & set(after):
            yield from self.one_form(where, before[kind], after[kind], sent)

    def forms(self, document: Document, schema: dict[str, Any]) -> dict[Any, dict[str, Any]]:
        """The types that a value may have, each with what more is said of it."""
        schema = followed(document, schema)
        if "anyOf" in schema:
            return {kind: form for part in schema["anyOf"] for kind, form in self.forms(document, part).items()}
        return {schema.get("type"): schema}

    def one_form(self, where: str, old: dict[str, Any], new: dict[str, Any], sent: bool) -> Iterator[str]:
        values, now = (side.get("enum", [side["const"]] if "const" in side else None) for side in (old, new))
        if sent and now is not None and (values is None or set(values) - set(now)):
            yield f"{where}: values removed, {' '.join(sorted(map(str, set(values or ()) - set(now))))}"
        if not sent and values is not None and (now is None or set(now) - set(values)):
            yield f"{where}: values added, {' '.join(sorted(map(str, set(now or ()) - set(values))))}"
        if sent:
            for bound, sign in NARROWER.items():
                if bound in new and (bound not in old or (new[bound] - old[bound]) * sign > 0):
                    yield f"{where}: {bound} {new[bound]}"
            if "pattern" in new and new["pattern"] != old.get("pattern"):
                yield f"{where}: another pattern"
        if old.get("format") != new.get("format"):
            yield f"{where}: another format"
        if "items" in old and "items" in new:
            yield from self.schemas(f"{where}[]", old["items"], new["items"], sent)
        yield from self.fields(where, old, new, sent)

    def fields(self, where: str, old: dict[str, Any], new: dict[str, Any], sent: bool) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        for name, field in before.items():
            if name not in after:
                yield f"{where}.{name}: removed"
            else:
                yield from self.schemas(f"{where}.{name}", field, after[name], sent)
                if not sent and name in old.get("required", []) and name not in new.get("required", []):
                    yield f"{where}.{name}: no longer always there"
        if sent:
            for name in sorted(set(new.get("required", [])) - set(old.get("required", []))):
                yield f"{where}.{name}: newly required"


def breaking(old: Document, new: Document) -> list[str]:
    return sorted(set(Comparison(old, new).breaking()))


def undeclared() -> list[str]:
    """The breaking changes since the release for which nobody has given a reason."""
    old, new, declared = (json.loads(path.read_text(encoding="utf-8")) for path in (RELEASED, SNAPSHOT, DECLARED))
    return [change for change in breaking(old, new) if not declared.get(change)]
