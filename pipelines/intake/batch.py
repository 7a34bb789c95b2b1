"""One step over many files: a file that brings out a fault of the project waits on, and the others go on."""

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import polars as pl

from pipelines.intake.inbox import Waiting
from pipelines.journal import note
from warehouse.errors import QueryError

# A fault of the project that a file brings out must not stop the other files: it stays in the inbox and is reported.
FAULTS = (
    *(ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RuntimeError, TypeError, ValueError),
    *(QueryError, pl.exceptions.PolarsError),
)


@dataclass(frozen=True)
class Failure:
    """A file that brought out a fault of the project: where it arose, and no word of what the file holds."""

    submission: str
    clinic: str
    fault: str


Result = TypeVar("Result")


def each(
    items: Sequence[Waiting], act: Callable[[Waiting], Result], failures: list[Failure], tell: Callable[[], None]
) -> dict[str, Result]:
    """The results by submission; a file that brings out a fault is among the failures and waits on."""
    results: dict[str, Result] = {}
    for item in items:
        try:
            results[item.submission] = act(item)
        except FAULTS as fault:
            failures.append(Failure(item.submission, item.clinic, _place(fault)))
            note("intake.fault", "error", submission=item.submission, clinic=item.clinic, fault=_place(fault))
        tell()
    return results


def _place(fault: BaseException) -> str:
    """The kind of the fault and the line of code it arose at; its text may quote a cell and is left out."""
    frames = [frame for frame in traceback.extract_tb(fault.__traceback__) if "site-packages" not in frame.filename]
    last = frames[-1]
    return f"{type(fault).__name__} at {Path(last.filename).name}:{last.lineno}"
