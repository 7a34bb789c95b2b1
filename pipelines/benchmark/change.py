"""What a printed interval of a mean change says about the correlation of the two scores.

It serves studies that print no correlation; where one is printed it needs no estimate.
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from pipelines.benchmark.numeric import (
    Floats,
    Numbers,
    give,
    keep,
    read,
    refuse,
    refuse_level,
    refuse_sample,
    t_quantile,
)


class ChangeCorrelation(NamedTuple):
    """The SD of the change, the correlation it implies, and the range that the rounding of the figures leaves."""

    sd_change: Floats
    r: Floats
    r_low: Floats
    r_high: Floats


def correlation_from_change(
    sd_0: Numbers,
    sd_1: Numbers,
    n: Numbers,
    change: Numbers,
    lower: Numbers,
    upper: Numbers,
    level: float = 0.95,
    half_unit: float = 0.5,
) -> ChangeCorrelation:
    """Give the correlation of two scores from their SDs and the t interval of their mean change.

    Source: Cochrane Handbook 6.5.2.8: the half-width gives the SD of the change, then
    r = (s0^2 + s1^2 - sd^2) / (2 s0 s1).

    sd_0, sd_1, change, lower, upper: in the unit of the score, as printed. n: people with both scores, at least 2.
    level: of the interval. half_unit: half of the last printed digit, the most that rounding can have moved a figure;
    `r_low` and `r_high` are the extremes of r over every set of figures that would print the same.
    NaN where n is 0 or 1, an SD or the interval's width is 0 or a figure is unknown; r and its range are NaN where the
    figures would need a correlation outside -1 to 1.
    Raises ValueError where the interval is not symmetric about the change by more than rounding explains (it is no t
    interval then), lower exceeds upper, or an SD, n or half_unit is negative.
    """
    refuse_level(level)
    sd_0, sd_1, n, change, lower, upper = read(sd_0, sd_1, n, change, lower, upper)
    _refuse_figures(sd_0, sd_1, n, change, lower, upper, half_unit)
    sd_0, sd_1, n = keep(sd_0, sd_0 > 0), keep(sd_1, sd_1 > 0), keep(n, n >= 2)
    half_width = (upper - lower) / 2
    per_point = np.sqrt(n) / t_quantile((1 + level) / 2, n - 1)
    sd_change = keep(half_width, half_width > 0) * per_point
    r = _correlation(sd_0, sd_1, sd_change)
    r = keep(r, np.abs(r) <= 1)
    low, high = _range(sd_0, sd_1, half_width, per_point, half_unit)
    low, high = keep(low, ~np.isnan(r)), keep(high, ~np.isnan(r))
    return ChangeCorrelation(give(sd_change), give(r), give(low), give(high))


def _refuse_figures(
    sd_0: Floats, sd_1: Floats, n: Floats, change: Floats, lower: Floats, upper: Floats, half_unit: float
) -> None:
    refuse_sample(np.minimum(sd_0, sd_1), n)
    refuse(half_unit < 0, "half_unit must not be negative")
    refuse(lower > upper, "lower must not exceed upper")
    # The middle of the interval and the change are each off by half a unit at most, and never by all of it.
    off = np.abs((lower + upper) / 2 - change)
    refuse(off > max(2 * half_unit - 1e-9, 1e-9), "the interval is not symmetric about the change")


def _correlation(sd_0: Floats, sd_1: Floats, sd_change: Floats) -> Floats:
    return (sd_0**2 + sd_1**2 - sd_change**2) / (2 * sd_0 * sd_1)


def _range(
    sd_0: Floats, sd_1: Floats, half_width: Floats, per_point: Floats, half_unit: float
) -> tuple[Floats, Floats]:
    """Look at the corners of the box of figures, and where r turns on an edge: s0^2 = s1^2 - sd^2, or its twin."""
    ends_0, ends_1 = _ends(sd_0, half_unit), _ends(sd_1, half_unit)
    found = []
    for width, first, second in product(_ends(half_width, half_unit), ends_0, ends_1):
        sd = width * per_point
        turn_0 = np.clip(np.sqrt(np.maximum(second**2 - sd**2, 0)), *ends_0)
        turn_1 = np.clip(np.sqrt(np.maximum(first**2 - sd**2, 0)), *ends_1)
        found += [_correlation(first, second, sd), _correlation(turn_0, second, sd), _correlation(first, turn_1, sd)]
    return np.clip(np.min(found, axis=0), -1, 1), np.clip(np.max(found, axis=0), -1, 1)


def _ends(figure: Floats, half_unit: float) -> tuple[Floats, Floats]:
    """Give the smallest and largest figure that print as this one; never 0 or less."""
    return np.maximum(figure - half_unit, figure * 1e-6), figure + half_unit
