"""What is other in one edition than in the one before: pure, over what they say."""

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from service.pointers import pointer

Said = Mapping[str, Any]
Causes = Mapping[str, list[tuple[str, str, int, int, int]]]
"""By indicator: cause, measure, place (a commune, or negative where an area was divided), in, out."""


def differences(one: Any, other: Any, at: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Where two JSON values differ, as JSON pointers (RFC 6901) with both values; what is not there is null.

    >>> list(differences({"a": [1, 2]}, {"a": [1, 3], "b/c": 4}))
    [('/a/1', 2, 3), ('/b~1c', None, 4)]
    """
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted(one.keys() | other.keys()):
            yield from differences(one.get(name), other.get(name), at + pointer(name))
    elif isinstance(one, list) and isinstance(other, list):
        for place, (a, b) in enumerate(zip_longest(one, other)):
            yield from differences(a, b, at + pointer(place))
    elif one != other or type(one) is not type(other):
        yield at, one, other


def changes(since: Said, before: Said, after: Said, causes: Causes, codes: Mapping[int, str]) -> dict[str, Any]:
    """All that is other in `after` than in `before`. `codes`: of the communes by which causes are told."""
    earlier = {indicator["code"]: indicator for indicator in before["indicators"]}
    later = {indicator["code"]: indicator for indicator in after["indicators"]}
    changed = [
        _indicator(code, earlier.get(code), later.get(code), causes.get(code, []), codes)
        for code in [*later, *(code for code in earlier if code not in later)]
    ]
    return {
        "since": dict(since),
        "inputs": [
            {"path": path, "before": a, "after": b} for path, a, b in differences(_inputs(before), _inputs(after))
        ],
        "indicators": [one for one in changed if one["before"] != one["after"] or one["communes"]],
    }


def _inputs(said: Said) -> dict[str, Any]:
    """Of what else than the ledger the figures were made, under names and not under places in a list."""
    return {
        "programme": said["programme"],
        "counting_rule": said["counting_rule"],
        "area": said["area"],
        "areas": {area["key"]: area for area in said["succession"]["areas"]},
        "changes": {f"{step['from']} into {step['into']}": step for step in said["succession"]["changes"]},
        "indicators": {i["code"]: _terms(i) for i in said["indicators"]},
    }


def _terms(indicator: Said) -> dict[str, Any]:
    own = {row["area"]["code"]: row["target"] for row in indicator["communes"] if row.get("target")}
    return {name: indicator[name] for name in ("unit", "measures", "target", "official")} | {"targets_of_communes": own}


def _indicator(
    code: str,
    before: Said | None,
    after: Said | None,
    causes: list[tuple[str, str, int, int, int]],
    codes: Mapping[int, str],
) -> dict[str, Any]:
    one, other = (
        {} if found is None else {row["area"]["code"]: row for row in found["communes"]} for found in (before, after)
    )
    numerator = (after or before or {})["measures"]["numerator"]
    communes = []
    for commune in sorted(one.keys() | other.keys()):
        a, b = _counts(one.get(commune)), _counts(other.get(commune))
        if a != b:
            of_commune = [cause for cause in causes if codes.get(cause[2]) == commune]
            area = (other.get(commune) or one[commune])["area"]
            communes.append({"area": area, "before": a, "after": b, "causes": _told(of_commune, numerator)})
    wholes = [_counts(found and found["whole"]) for found in (before, after)]
    return {
        "code": code,
        "before": wholes[0],
        "after": wholes[1],
        "causes": _told(causes, numerator),
        "communes": communes,
    }


def _counts(figures: Said | None) -> dict[str, Any] | None:
    return None if figures is None else {name: figures[name] for name in ("numerator", "denominator")}


def _told(causes: list[tuple[str, str, int, int, int]], numerator: str | None) -> list[dict[str, Any]]:
    """Causes together, whatever their places."""
    together: dict[tuple[str, str], tuple[int, int]] = {}
    for cause, measure, _, entered, gone in causes:
        of = (cause, "numerator" if measure == numerator else "denominator")
        known = together.get(of, (0, 0))
        together[of] = (known[0] + entered, known[1] + gone)
    return [
        {"cause": cause, "side": side, "in": entered, "out": gone}
        for (cause, side), (entered, gone) in sorted(together.items())
    ]
