"""What a command says while it works: a bar on a terminal, plain lines otherwise."""

import sys
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars


class Progress:
    """Call it with what is being done, how much of it is done, and of how much."""

    def __init__(self) -> None:
        self.bars: Bars | None = None
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Progress":
        if sys.stderr.isatty():
            columns = (TextColumn("{task.description:24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self.bars = Bars(*columns, console=Console(stderr=True))
            self.bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self.bars is not None:
            self.bars.stop()

    def __call__(self, doing: str, done: int, total: int) -> None:
        if self.bars is not None:
            if doing not in self.tasks:
                self.tasks[doing] = self.bars.add_task(doing, total=total)
            self.bars.update(self.tasks[doing], completed=done, total=total)
        elif doing not in self.tasks or done == total:
            self.tasks[doing] = TaskID(0)
            print(f"{doing}: {done:,} of {total:,}", file=sys.stderr, flush=True)  # noqa: T201 - a command's own voice
