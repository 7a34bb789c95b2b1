"""Intervals for a proportion and for the difference of two: Wilson's and Newcombe's.

Only counts of people go in; funnels about a proportion are in `funnel.py`.
"""

import numpy as np

from pipelines.benchmark.numeric import Floats, Numbers, give, keep, read, refuse_counts, refuse_level


def wilson(k: Numbers, n: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """Give Wilson's score interval (lower, upper) of the proportion k / n.

    Source: Wilson 1927; Brown, Cai and DasGupta 2001.

    k, n: people with the outcome and people in all, whole numbers. level: two-sided, 0 to 1.
    Returns proportions, 0 to 1. NaN where n is 0 or either count is unknown.
    Raises ValueError where k is negative, not whole or more than n.
    """
    refuse_level(level)
    k, n = read(k, n)
    refuse_counts(k, n)
    lower, upper = _wilson(k, keep(n, n > 0), level)
    return give(lower), give(upper)


def newcombe(k1: Numbers, n1: Numbers, k2: Numbers, n2: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """Give Newcombe's interval (lower, upper) of the difference of proportions k1 / n1 - k2 / n2.

    Source: Newcombe 1998, method 10: Wilson's score limits of each proportion, combined, no continuity correction.

    k1, n1, k2, n2: people with the outcome and people in all, per group. level: two-sided, 0 to 1.
    Returns differences of proportions, -1 to 1. NaN where either n is 0 or a count is unknown.
    Raises ValueError where a k is negative, not whole or more than its n.
    """
    refuse_level(level)
    k1, n1, k2, n2 = read(k1, n1, k2, n2)
    refuse_counts(k1, n1)
    refuse_counts(k2, n2)
    n1, n2 = keep(n1, n1 > 0), keep(n2, n2 > 0)
    p1, p2 = k1 / n1, k2 / n2
    lower1, upper1 = _wilson(k1, n1, level)
    lower2, upper2 = _wilson(k2, n2, level)
    lower = p1 - p2 - np.hypot(p1 - lower1, upper2 - p2)
    upper = p1 - p2 + np.hypot(upper1 - p1, p2 - lower2)
    return give(lower), give(upper)


def _wilson(k: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    from scipy.special import ndtri

    z = ndtri((1 + level) / 2)
    centre = (k + z**2 / 2) / (n + z**2)
    half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    # Rounding must not leave -1e-17 where none of the people have the outcome, nor 1 - 1e-17 where all do.
    lower = np.where(k == 0, 0 * n, centre - half)
    upper = np.where(k == n, 1 + 0 * n, centre + half)
    return lower, upper
