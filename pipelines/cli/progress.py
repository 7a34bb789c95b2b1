"""How a command tells what it is doing: a bar on a terminal, nothing where nobody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Progress = Callable[[str, int, int], None]

WORDS = {
    "read": "Reading files",
    "answered": "Writing receipts",
    "derive": "Deriving the snapshot",
    "backup": "Writing the backup",
    "backup_check": "Reading it to its end",
    "restore": "Reading the backup",
}


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """A `progress(what, number, total)` that draws a bar for each step on standard error, if that is a terminal."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    with Bars(console=Console(stderr=True), transient=True) as bars:
        steps: dict[str, TaskID] = {}

        def tell(what: str, number: int, total: int) -> None:
            if what not in steps:
                steps[what] = bars.add_task(WORDS.get(what, what), total=total)
            bars.update(steps[what], completed=number, total=total)

        yield tell
