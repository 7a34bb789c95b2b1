"""One patient against a small sample of which only mean, standard deviation and n are known.

The sample's own uncertainty is always part of the answer; nothing here knows a scale, except the scaled beta.
"""

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


class SingleCase(NamedTuple):
    """A patient's place in the population a small sample was drawn from; percentiles run from 0 to 100."""

    t: Floats
    p_one_tailed: Floats
    percentile: Floats
    percentile_lower: Floats
    percentile_upper: Floats


class SingleCaseRegression(NamedTuple):
    """A patient's outcome beside what the sample's regression expects; lower and upper are outcomes."""

    expected: Floats
    standard_error: Floats
    t: Floats
    percentile: Floats
    lower: Floats
    upper: Floats


def prediction_interval(mean: Numbers, sd: Numbers, n: Numbers, level: float = 0.95) -> tuple[Floats, Floats]:
    """Give the interval (lower, upper) that holds one new patient's value, from a sample's mean, SD and n.

    Source: mean +- t(n - 1) sd sqrt(1 + 1 / n), e.g. Hahn and Meeker 1991, Statistical Intervals, 4.7.

    mean, sd: in the unit of the measure, as the result is. n: people, at least 2. level: two-sided, 0 to 1.
    NaN where n is 0 or 1, sd is 0 or a figure is unknown. Raises ValueError where sd or n is negative.
    The interval is not cut at the ends of any scale.
    """
    refuse_level(level)
    mean, sd, n = _sample(mean, sd, n, 2)
    half = t_quantile((1 + level) / 2, n - 1) * sd * np.sqrt(1 + 1 / n)
    return give(mean - half), give(mean + half)


def single_case(x: Numbers, mean: Numbers, sd: Numbers, n: Numbers, level: float = 0.95) -> SingleCase:
    """Place one patient's value x in the population that a sample of n people came from.

    Source: Crawford and Howell 1998 (t); Crawford and Garthwaite 2002 (interval by the non-central t).

    x, mean, sd: in the unit of the measure. n: people, at least 2. level: of the percentile's interval, two-sided.
    `t` has n - 1 degrees of freedom, `p_one_tailed` is the smaller tail, percentiles run from 0 to 100 and rise with x.
    Many SDs out, the interval of the population's percentile may lie wholly beyond `percentile`, which allows for a
    sample SD too small. NaN where n is 0 or 1, sd is 0 or a figure is unknown; the interval's ends are NaN as well
    where the non-central t cannot be computed. Raises ValueError where sd or n is negative.
    """
    from scipy.special import ndtr, stdtr

    refuse_level(level)
    mean, sd, n, x = _sample(mean, sd, n, 2, x)
    z = (x - mean) / sd
    t = z / np.sqrt((n + 1) / n)
    below = stdtr(n - 1, t)
    lower, upper = (ndtr(_noncentrality(z * np.sqrt(n), n - 1, p) / np.sqrt(n)) for p in _tails(level))
    results = (t, np.minimum(below, stdtr(n - 1, -t)), 100 * below, 100 * lower, 100 * upper)
    return SingleCase(*(give(result) for result in results))


def single_case_regression(
    x: Numbers,
    y: Numbers,
    mean_x: Numbers,
    sd_x: Numbers,
    mean_y: Numbers,
    sd_y: Numbers,
    r: Numbers,
    n: Numbers,
    level: float = 0.95,
) -> SingleCaseRegression:
    """Say what a sample's regression of y on x expects for a patient who began at x, and where the patient's y stands.

    Source: Crawford and Garthwaite 2007, regression equations built from summary data.

    x, mean_x, sd_x: the first measure; y, mean_y, sd_y: the outcome, whose unit `expected`, `standard_error`, `lower`
    and `upper` have. r: their correlation, -1 to 1. n: people, at least 3. level: of the prediction interval.
    `t` has n - 2 degrees of freedom; `percentile` runs from 0 to 100. An unknown y leaves `t` and `percentile` NaN.
    NaN where n is under 3, an SD is 0, r is -1 or 1, or a figure is unknown. Raises ValueError where an SD or n is
    negative or r lies outside -1 to 1. The interval is not cut at the ends of any scale.
    """
    from scipy.special import stdtr

    refuse_level(level)
    mean_x, sd_x, n, x, y, mean_y, sd_y, r = _sample(mean_x, sd_x, n, 3, x, y, mean_y, sd_y, r)
    refuse(sd_y < 0, "a standard deviation must not be negative")
    refuse(np.abs(r) > 1, "r must lie between -1 and 1")
    sd_y, r = keep(sd_y, sd_y > 0), keep(r, np.abs(r) < 1)
    expected = mean_y + r * sd_y / sd_x * (x - mean_x)
    residual_sd = sd_y * np.sqrt((1 - r**2) * (n - 1) / (n - 2))
    error = residual_sd * np.sqrt(1 + 1 / n + (x - mean_x) ** 2 / (sd_x**2 * (n - 1)))
    expected = keep(expected, error > 0)
    t = (y - expected) / error
    half = t_quantile((1 + level) / 2, n - 2) * error
    results = (expected, error, t, 100 * stdtr(n - 2, t), expected - half, expected + half)
    return SingleCaseRegression(*(give(result) for result in results))


def scaled_beta_percentile(
    x: Numbers, mean: Numbers, sd: Numbers, minimum: Numbers = 0.0, maximum: Numbers = 100.0
) -> Floats:
    """Give the percentile (0 to 100) of x under a beta distribution stretched over the scale, with this mean and SD.

    Source: method of moments. It stands beside the normal model to show what the ends of a scale do to it; mean and
    SD are taken as known, so it has no interval.

    x, mean, sd, minimum, maximum: in the unit of the measure. NaN where the SD is 0 or too large for any beta on that
    scale, the mean is at an end of it, or a figure is unknown. Raises ValueError where x or the mean is off the scale,
    the SD is negative or the scale has no length.
    """
    from scipy.special import betainc

    x, mean, sd, minimum, maximum = read(x, mean, sd, minimum, maximum)
    refuse(minimum >= maximum, "the scale must have a length")
    refuse(sd < 0, "a standard deviation must not be negative")
    refuse((x < minimum) | (x > maximum), "x must lie on the scale")
    refuse((mean < minimum) | (mean > maximum), "the mean must lie on the scale")
    length = maximum - minimum
    centre, spread = (mean - minimum) / length, keep(sd, sd > 0) / length
    size = centre * (1 - centre) / spread**2 - 1
    size = keep(size, size > 0)
    return give(100 * betainc(centre * size, (1 - centre) * size, (x - minimum) / length))


def _sample(mean: Numbers, sd: Numbers, n: Numbers, n_needed: int, *others: Numbers) -> tuple[Floats, ...]:
    """Read the figures; SD 0 and fewer people than needed become NaN, a negative one is refused."""
    mean, sd, n, *rest = read(mean, sd, n, *others)
    refuse_sample(sd, n)
    return mean, keep(sd, sd > 0), keep(n, n >= n_needed), *rest


def _tails(level: float) -> tuple[float, float]:
    """Give the probabilities whose non-centrality is the lower and the upper bound: the larger gives the lower."""
    return (1 + level) / 2, (1 - level) / 2


def _noncentrality(t: Floats, df: Floats, p: float) -> Floats:
    """Find d with P(T <= t) = p for T non-central t with df and d; NaN where the search does not end at a root."""
    from scipy.optimize.elementwise import find_root
    from scipy.special import chdtri, nctdtr, ndtri

    # scipy's function gives NaN where t and d lie far out on different sides, so the search stays on the side of t:
    # P(T <= t | d) = 1 - P(T <= -t | -d). For t >= 0 the two ends then follow from T <= t being Z + d <= t S:
    # its probability is at least P(Z <= -d), and at most P(Z <= z) + P(S > s) at d = t s - z.
    size, side = np.abs(t), np.where(t < 0, -1.0, 1.0)
    target = np.where(t < 0, 1 - p, p)
    lowest = -ndtri(target) - 1e-3
    highest = size * np.sqrt(chdtri(df, target / 2) / df) - ndtri(target / 2) + 1e-3
    found = find_root(lambda d, t, df, p: nctdtr(df, d, t) - p, (lowest, highest), args=(size, df, target))
    return keep(side * found.x, found.success)
