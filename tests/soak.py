"""How long the long tests run: a few seconds beside the others, and long with SOAK=1 (`make soak`)."""

import os
from random import Random

SOAK = os.environ.get("SOAK") == "1"


def rounds(usual: int, soak: int) -> int:
    return soak if SOAK else usual


def seeded(what: str) -> Random:
    """Another course of events on every run. The seed is printed, and SEED plays the same draws again."""
    seed = os.environ.get("SEED") or str(int.from_bytes(os.urandom(4)))
    say(f"{what}: SEED={seed}")
    return Random(seed)


def say(line: str) -> None:
    """Shown by `make soak`, and with a test that fails."""
    print(line)  # noqa: T201 - what was counted
