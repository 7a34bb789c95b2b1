"""What a check of a release is: a question that gives a value per clinic, and the bounds it is held against."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pipelines.release.verdict import Subject
from warehouse.counts import Counter, Counts

Count: TypeAlias = Callable[[Counter], Counts]
Value: TypeAlias = Callable[[Subject], float | None]


@dataclass(frozen=True)
class Pair:
    """The release that is to be, the one before it (None: it is the first), and the instant of asking (None: nobody's
    today counts, as where the patients are invented)."""

    now: Counter
    before: Counter | None
    at: datetime | None = None


@dataclass(frozen=True)
class Check:
    """A question to a release. `low` and `high` bound the value; with `needs_before` the first release is not asked.

    `counts` says what numerator and denominator are.
    """

    name: str
    severity: str
    says: str
    counts: str
    ask: Callable[[Pair], Iterable[Subject]]
    low: float | None = None
    high: float | None = None
    needs_before: bool = True

    @property
    def bounds(self) -> str:
        """As a page tells them."""
        return (
            f"{'' if self.low is None else f'{self.low:g}'} to {'' if self.high is None else f'{self.high:g}'}".strip()
        )
