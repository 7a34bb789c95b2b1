"""The difference of two means from summary figures, and whether it is small enough to call them equivalent.

No margin is chosen here: the caller names it, with its source.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

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


class Welch(NamedTuple):
    """The difference of two means, first minus second, with Welch's test and interval."""

    difference: Floats
    standard_error: Floats
    df: Floats
    t: Floats
    p: Floats
    lower: Floats
    upper: Floats


class Equivalence(NamedTuple):
    """Two one-sided tests: the 90 % interval, the larger p, the verdict, and the power at no difference (0 to 1)."""

    lower: Floats
    upper: Floats
    p: Floats
    verdict: Any
    power: Floats


def welch_from_summary(
    mean_1: Numbers, sd_1: Numbers, n_1: Numbers, mean_2: Numbers, sd_2: Numbers, n_2: Numbers, level: float = 0.95
) -> Welch:
    """Compare two means from their summary figures, first minus second, variances not assumed equal.

    Source: Welch 1947, degrees of freedom by Satterthwaite 1946.

    mean, sd: in the unit of the measure, as difference, standard error, lower and upper are. n: people, 2 at least.
    level: of the interval, two-sided; p is two-sided. NaN where an n is 0 or 1, an SD is 0 or a figure is unknown.
    Raises ValueError where an SD or an n is negative.
    """
    from scipy.special import stdtr

    refuse_level(level)
    mean_1, sd_1, n_1, mean_2, sd_2, n_2 = read(mean_1, sd_1, n_1, mean_2, sd_2, n_2)
    refuse_sample(np.fmin(sd_1, sd_2), np.fmin(n_1, n_2))
    sd_1, sd_2, n_1, n_2 = keep(sd_1, sd_1 > 0), keep(sd_2, sd_2 > 0), keep(n_1, n_1 >= 2), keep(n_2, n_2 >= 2)
    variance_1, variance_2 = sd_1**2 / n_1, sd_2**2 / n_2
    error = np.sqrt(variance_1 + variance_2)
    df = error**4 / (variance_1**2 / (n_1 - 1) + variance_2**2 / (n_2 - 1))
    difference = keep(mean_1 - mean_2, error > 0)
    t = difference / error
    half = t_quantile((1 + level) / 2, df) * error
    results = (difference, error, df, t, 2 * stdtr(df, -np.abs(t)), difference - half, difference + half)
    return Welch(*(give(result) for result in results))


def equivalence(diff: Numbers, se: Numbers, df: Numbers, margin: Numbers) -> Equivalence:
    """Say whether a difference is shown to lie inside +- margin, by two one-sided 5 % tests.

    Source: Schuirmann 1987; the power at a true difference of 0 by the non-central t (Phillips 1990), which lies a
    little under the exact one where the power is low.

    diff, se, margin: in the unit of the measure, as lower and upper are. df: degrees of freedom of se.
    `verdict` is "equivalent" where the 90 % interval lies inside +- margin; else "different" where a two-sided 5 %
    test says that the difference is not 0 (it may still be smaller than the margin); else "inconclusive";
    "not estimable" where a figure is unknown, se is 0 or df is 0, and every number is NaN then.
    Raises ValueError where se or df is negative or the margin is not above 0.
    """
    from scipy.special import stdtr

    diff, se, df, margin = read(diff, se, df, margin)
    refuse((se < 0) | (df < 0), "se and df must not be negative")
    refuse(margin <= 0, "the margin must be above 0")
    diff, se, df = (keep(values, ~np.isnan(diff + se + df + margin) & (se > 0) & (df > 0)) for values in (diff, se, df))
    critical = t_quantile(0.95, df)
    p = np.maximum(stdtr(df, -(diff + margin) / se), stdtr(df, (diff - margin) / se))
    is_different = np.abs(diff) > t_quantile(0.975, df) * se
    verdicts = ["not estimable", "equivalent", "different"]
    verdict = np.select([np.isnan(p), p < 0.05, is_different], verdicts, "inconclusive")
    ends = (give(diff - critical * se), give(diff + critical * se))
    return Equivalence(*ends, give(p), _text(verdict), give(_power(margin / se, df, critical)))


def _power(reach: Floats, df: Floats, critical: Floats) -> Floats:
    from scipy.special import nctdtr

    power: Floats = np.maximum(0, 1 - 2 * nctdtr(df, reach, critical))
    return power


def _text(verdict: npt.NDArray[np.str_]) -> Any:
    return verdict if verdict.ndim else str(verdict)
