"""What may be said of a group of patients to somebody outside their clinic: the only place that knows the threshold.

A count is told if it, its complement, and what any one clinic finds by subtracting its own patients are each 0 or at
least the threshold; it is then rounded, and all that is derived comes from the rounded count. Withheld is never 0.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

THRESHOLD = 8
BASE = 5
SUPPRESSED = "suppressed"


@dataclass(frozen=True)
class Part:
    """One clinic's share of a group: `n` patients, `k` of them with the outcome."""

    n: int
    k: int = 0


@dataclass(frozen=True)
class Share:
    """k of n as it may be told: both rounded, or None, and then `reason` says why."""

    k: int | None
    n: int | None
    reason: str = ""

    @property
    def proportion(self) -> float | None:
        """The share of the rounded counts, never of the exact ones."""
        return min(1.0, self.k / self.n) if self.k is not None and self.n else None


def is_small(count: int) -> bool:
    """Say whether a count could point at somebody."""
    return 0 < count < THRESHOLD


def round_count(count: int) -> int:
    """Round to the nearest multiple of the base."""
    return BASE * round(count / BASE)


def may_tell(counts: Sequence[int]) -> bool:
    """Say whether the sum of the clinics' counts may be told: neither it nor it less any one clinic's is small."""
    whole = sum(counts)
    return not any(is_small(count) for count in (whole, *(whole - own for own in counts)))


def tell_count(counts: Sequence[int]) -> int | None:
    """Give the rounded sum of the clinics' counts, or None where it is suppressed."""
    return round_count(sum(counts)) if may_tell(counts) else None


def tell_share(parts: Sequence[Part]) -> Share:
    """Give k of n over the clinics, rounded, or only n, or nothing: n, k and n - k must each be fit to tell."""
    n = tell_count([part.n for part in parts])
    if n is None:
        return Share(None, None, SUPPRESSED)
    if not may_tell([part.k for part in parts]) or not may_tell([part.n - part.k for part in parts]):
        return Share(None, n, SUPPRESSED)
    return Share(min(n, round_count(sum(part.k for part in parts))), n)


def tell_mean(values: Mapping[str, Sequence[float]]) -> tuple[float | None, int | None]:
    """Give the mean of the clinics' values, in whole units, and the rounded n; (None, None) where suppressed."""
    n = tell_count([len(own) for own in values.values()])
    if not n:
        return None, n
    numbers = [value for own in values.values() for value in own]
    return float(round(fsum(numbers) / len(numbers))), n


@dataclass(frozen=True)
class Cells:
    """Counts that add up to a total: those told, and one rounded sum of those withheld (None: not even that)."""

    told: Mapping[str, int]
    withheld: tuple[str, ...] = ()
    together: int | None = None


def tell_cells(cells: Mapping[str, Sequence[int]], last: str = "") -> Cells:
    """Tell counts that add up to a told total. cells: name -> the clinics' counts.

    Complementary suppression: cells unfit to tell are told together, with the smallest others as far as that sum needs
    them; `last` is the one to withhold last. Withheld alone, a cell would be the total less the rest.
    """
    withheld = [name for name, counts in cells.items() if not may_tell(counts)]
    sizes = {name: sum(counts) for name, counts in cells.items()}
    others = [name for name in cells if name not in withheld and sizes[name]]
    others.sort(key=lambda name: (name == last, sizes[name]))
    while withheld and others and (len(withheld) < 2 or not may_tell(_sums(cells, withheld))):
        withheld.append(others.pop(0))
    told = {name: round_count(sum(counts)) for name, counts in cells.items() if name not in withheld}
    together = tell_count(_sums(cells, withheld)) if withheld else None
    return Cells(told, tuple(sorted(withheld, key=list(cells).index)), together)


def _sums(cells: Mapping[str, Sequence[int]], names: Sequence[str]) -> list[int]:
    """Add cells up, clinic by clinic."""
    return [sum(counts) for counts in zip(*(cells[name] for name in names), strict=True)]
