"""How far schemathesis came: every operation was answered as it is meant to be at least once, or there is a reason."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

# Operations that are answered by refusals alone, and why.
REFUSED_ALONE: dict[str, str] = {}


class Reach:
    """By operation: how often each status was met, by all who asked."""

    def __init__(self) -> None:
        self.met: defaultdict[str, Counter[int]] = defaultdict(Counter)

    def add(self, written: Path) -> None:
        for name, statuses in json.loads(written.read_text(encoding="utf-8")).items():
            self.met[name].update({int(status): number for status, number in statuses.items()})

    def refused_alone(self) -> set[str]:
        return {name for name, statuses in self.met.items() if not any(200 <= status < 300 for status in statuses)}

    def told(self) -> Iterable[str]:
        for name, statuses in sorted(self.met.items()):
            yield f"  {name:32} " + "  ".join(f"{status} × {number}" for status, number in sorted(statuses.items()))
        reached = len(self.met) - len(self.refused_alone())
        yield f"schemathesis reached {reached} of {len(self.met)} operations with an answer that is no refusal."

    def faults(self, operations: set[str]) -> list[str]:
        """What must not be: operations that were refused alone without a reason, or that have a reason and were not."""
        refused = self.refused_alone() | (operations - self.met.keys())
        unexplained = [f"{name} was only refused: {dict(self.met[name])}" for name in refused - REFUSED_ALONE.keys()]
        return unexplained + [f"{name} was reached: it needs no reason" for name in REFUSED_ALONE.keys() - refused]
