"""How a line is measured and told: warm-up, rounds, median and spread."""

import statistics
import time
from collections.abc import Awaitable, Callable


async def timed(work: Callable[[], Awaitable[object]], rounds: int, warm_up: int = 3) -> list[float]:
    """Seconds of each round."""
    taken = []
    for number in range(warm_up + rounds):
        begun = time.perf_counter()
        await work()
        if number >= warm_up:
            taken.append(time.perf_counter() - begun)
    return taken


def told(what: str, figures: list[float], unit: str = "ms") -> float:
    """Print median and spread (quartiles), seconds as milliseconds; the median as it was given."""
    scale = 1000 if unit == "ms" else 1
    low, middle, high = (
        [part * scale for part in statistics.quantiles(figures, n=4)] if len(figures) > 1 else [figures[0] * scale] * 3
    )
    print(f"  {what:46} {middle:10,.2f} {unit}   ({low:,.2f} to {high:,.2f}, {len(figures)} rounds)", flush=True)
    return middle / scale


def ratio(reached: float, wanted: str) -> None:
    print(
        f"  ratio: {reached:.2f} x ({wanted})\n" if reached < 20 else f"  ratio: {reached:,.0f} x ({wanted})\n",
        flush=True,
    )
