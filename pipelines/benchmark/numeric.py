"""How the statistics treat their arguments: what becomes an array, what becomes NaN and what is refused.

No statistic lives here, and nothing that knows a measure, an arm or a study.
"""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Numbers: TypeAlias = npt.ArrayLike
"""A number, or anything numpy reads as an array of numbers."""

Floats: TypeAlias = npt.NDArray[np.float64]
"""What a statistic returns: an array of the broadcast shape, or one `np.float64` where every input was one number."""


def read(*values: Numbers) -> tuple[Floats, ...]:
    """Give the values as float arrays of one common shape; an infinite value counts as unknown (NaN)."""
    arrays = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values))
    return tuple(np.where(np.isfinite(array), array, np.nan) for array in arrays)


def keep(values: Floats, usable: npt.NDArray[np.bool_]) -> Floats:
    """Set what is not usable to NaN, from where it spreads to every result that rests on it."""
    return np.where(usable, values, np.nan)


def refuse(wrong: Any, message: str) -> None:
    """Raise ValueError if any element is impossible. A comparison with NaN is false, so NaN passes."""
    if np.any(wrong):
        raise ValueError(message)


def give(values: Floats) -> Floats:
    """Turn an array of no dimensions back into one number."""
    number: Floats = values[()]
    return number


def refuse_level(level: float) -> None:
    """Raise ValueError unless the level lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, not {level}")


def refuse_counts(k: Floats, n: Floats) -> None:
    """Raise ValueError unless 0 <= k <= n and both are whole."""
    refuse(k < 0, "k must not be negative")
    refuse(n < 0, "n must not be negative")
    refuse(k > n, "k must not exceed n")
    refuse(np.abs(k - np.round(k)) > 0, "k must be a whole number")
    refuse(np.abs(n - np.round(n)) > 0, "n must be a whole number")


def refuse_sample(sd: Floats, n: Floats) -> None:
    """Raise ValueError for a negative standard deviation or a negative number of people."""
    refuse(sd < 0, "a standard deviation must not be negative")
    refuse(n < 0, "n must not be negative")


def t_quantile(p: float, df: Floats) -> Floats:
    """Give Student's t quantile; importing scipy costs time, so it waits for the first call."""
    from scipy.special import stdtrit

    quantile: Floats = stdtrit(df, p)
    return quantile
