"""Funnel limits for clinics of different size, how much clinics differ beyond chance, and what could undo a flag.

The target, the residual SD and the limits' z are given by the caller; nothing here knows a clinic.
"""

from typing import NamedTuple

import numpy as np

from pipelines.benchmark.numeric import Floats, Numbers, give, keep, read, refuse, refuse_sample

CLINICS_NEEDED = 10
"""Under this many clinics, over-dispersion is not estimable."""


class Overdispersion(NamedTuple):
    """How much clinics differ beyond chance: the variance ratio phi (1 is chance) and the variance between them."""

    phi: Floats
    tau2: Floats


class RaisingMeans(NamedTuple):
    """What the missing would have to average at most for a low flag, and at least for a high one."""

    low_at_most: Floats
    high_at_least: Floats


def funnel_limits_mean(
    theta: Numbers, sd: Numbers, n: Numbers, z: Numbers, se_reference: Numbers = 0.0
) -> tuple[Floats, Floats]:
    """Give the funnel's limits (lower, upper) for the mean of n people about the target theta.

    Source: Spiegelhalter 2005: theta +- z sqrt(sd^2 / n + se_reference^2).

    theta, sd, se_reference: in the unit of the measure; sd is the residual SD of the case-mix model, se_reference the
    target's own standard error. n: people, above 0 (a curve may pass through fractions). z: 1.96 or 3.09.
    NaN where n or sd is 0 or a figure is unknown. Raises ValueError where sd, n or se_reference is negative or z is
    not above 0.
    """
    theta, sd, n, z, se_reference = read(theta, sd, n, z, se_reference)
    refuse_sample(np.fmin(sd, se_reference), n)
    refuse(z <= 0, "z must be above 0")
    half = _half_width(sd, n, z, se_reference)
    return give(theta - half), give(theta + half)


def funnel_limits_proportion(
    theta: Numbers, n: Numbers, z: Numbers, tau2: Numbers = 0.0, n_reference: Numbers | None = None
) -> tuple[Floats, Floats]:
    """Give the funnel's limits (lower, upper) for the proportion among n people about the target theta.

    Source: Spiegelhalter 2005, on the scale asin(sqrt(p)), the angle clamped to 0 .. pi / 2.

    theta: proportion, 0 to 1. n: people, above 0. z: 1.96 or 3.09. tau2: variance between clinics on the angle's scale.
    n_reference: people behind the target, None where it is taken as known. Returns proportions, 0 to 1.
    NaN where n or n_reference is 0 or a figure is unknown. Raises ValueError where theta lies outside 0 to 1, an n or
    tau2 is negative or z is not above 0.
    """
    # One person behind the target, weighing nothing, stands for a target taken as known.
    share = 0.0 if n_reference is None else 0.25
    theta, n, z, tau2, n_reference = read(theta, n, z, tau2, 1 if n_reference is None else n_reference)
    refuse((theta < 0) | (theta > 1), "theta must lie between 0 and 1")
    refuse((np.fmin(n, n_reference) < 0) | (tau2 < 0), "n, n_reference and tau2 must not be negative")
    refuse(z <= 0, "z must be above 0")
    half = z * np.sqrt(0.25 / keep(n, n > 0) + share / keep(n_reference, n_reference > 0) + tau2)
    angle = np.arcsin(np.sqrt(theta))
    lower, upper = (np.sin(np.clip(end, 0, np.pi / 2)) ** 2 for end in (angle - half, angle + half))
    return give(lower), give(upper)


def overdispersion(z: Numbers, se: Numbers, winsorise: float = 0.1) -> Overdispersion:
    """Estimate how much more the clinics' z-scores vary than chance lets them.

    Source: Spiegelhalter 2005: the mean square of the z-scores, winsorised, and the additive model's moment estimate
    tau^2 = max(0, (I phi - (I - 1)) / (sum w - sum w^2 / sum w)) with w = 1 / se^2.

    z: the clinics' z-scores about the target, one dimension. se: their standard errors, in the unit of the measure;
    tau2 has that unit squared. winsorise: the share at each end set to that end's quantile, 0 to under .5.
    Both NaN ("not estimable") under ten clinics or where a figure is unknown or a standard error is 0.
    Raises ValueError where z and se differ in length or have more than one dimension, se is negative, or winsorise
    lies outside 0 to under .5.
    """
    scores, errors = np.asarray(z, dtype=np.float64), np.asarray(se, dtype=np.float64)
    if scores.ndim != 1 or scores.shape != errors.shape:
        raise ValueError("z and se must be lists of the same length")
    refuse(errors < 0, "se must not be negative")
    refuse(not 0 <= winsorise < 0.5, "winsorise must lie between 0 and .5")
    clinics = len(scores)
    if clinics < CLINICS_NEEDED or not np.isfinite(scores + errors).all() or not errors.all():
        return Overdispersion(*(give(nothing) for nothing in read(np.nan, np.nan)))
    phi = np.mean(np.clip(scores, *np.quantile(scores, [winsorise, 1 - winsorise])) ** 2)
    weights = errors**-2.0
    tau2 = (clinics * phi - (clinics - 1)) / (weights.sum() - (weights**2).sum() / weights.sum())
    return Overdispersion(*(give(result) for result in read(phi, np.maximum(0.0, tau2))))


def tipping_point(
    theta: Numbers,
    sd: Numbers,
    n: Numbers,
    mean: Numbers,
    missing: Numbers,
    z: Numbers,
    se_reference: Numbers = 0.0,
) -> Floats:
    """Say what a flagged clinic's missing patients would have to average to bring it back to the limit it crossed.

    Source: mu = ((n + m) L(n + m) - n mean) / m, with L the crossed limit at n + m.

    theta, sd, mean, se_reference: in the unit of the measure, as the result is; see `funnel_limits_mean`.
    n, missing: people with the outcome and without. A clinic below its lower limit needs *at least* the result, one
    above its upper limit *at most*; the result is not cut at the ends of a scale: beyond them, no value could.
    NaN where the clinic crosses no limit, nobody is missing, n or sd is 0, or a figure is unknown. Raises ValueError
    where sd, n, missing or se_reference is negative or z is not above 0.
    """
    theta, sd, n, mean, missing, z, se_reference = _tipping(theta, sd, n, mean, missing, z, se_reference)
    now = _half_width(sd, n, z, se_reference)
    side = np.where(np.abs(mean - theta) > now, np.sign(mean - theta), np.nan)
    limit = theta + side * _half_width(sd, n + missing, z, se_reference)
    return give(((n + missing) * limit - n * mean) / missing)


def raising_means(
    theta: Numbers,
    sd: Numbers,
    n: Numbers,
    mean: Numbers,
    missing: Numbers,
    z: Numbers,
    se_reference: Numbers = 0.0,
) -> RaisingMeans:
    """Say what the missing patients of a clinic without a flag would have to average to raise one, on either side.

    Source, arguments, units and errors: as `tipping_point`, whose reverse this is. NaN where the clinic already
    crosses a limit, nobody is missing, n or sd is 0, or a figure is unknown.
    """
    theta, sd, n, mean, missing, z, se_reference = _tipping(theta, sd, n, mean, missing, z, se_reference)
    mean = keep(mean, np.abs(mean - theta) <= _half_width(sd, n, z, se_reference))
    half = _half_width(sd, n + missing, z, se_reference)
    low, high = (((n + missing) * limit - n * mean) / missing for limit in (theta - half, theta + half))
    return RaisingMeans(give(low), give(high))


def _tipping(*figures: Numbers) -> tuple[Floats, ...]:
    theta, sd, n, mean, missing, z, se_reference = read(*figures)
    refuse_sample(np.fmin(sd, se_reference), np.fmin(n, missing))
    refuse(z <= 0, "z must be above 0")
    return theta, sd, n, mean, keep(missing, missing > 0), z, se_reference


def _half_width(sd: Floats, n: Floats, z: Floats, se_reference: Floats) -> Floats:
    return z * np.sqrt(keep(sd, sd > 0) ** 2 / keep(n, n > 0) + se_reference**2)
