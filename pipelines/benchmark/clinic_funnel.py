"""Where each clinic lies in the funnel of its peers, what that rests on, and what could undo or raise it.

Verdicts are PHAT's alone; the other measures show their limits without a word.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from pipelines.benchmark.case_mix import CaseMix, fit
from pipelines.benchmark.intervals import (
    funnel_limits_mean,
    funnel_limits_proportion,
    overdispersion,
    raising_means,
    tipping_point,
)
from pipelines.benchmark.measures import PHAT_SCALE
from pipelines.benchmark.placement import Columns

Z_95, Z_998 = 1.959963984540054, 3.090232306167813
CLINIC_MINIMUM = 10
"""A clinic with fewer values gets no verdict."""

VERDICTS = ("low_998", "low_95", "high_998", "high_95")
JUDGED = ("within", *VERDICTS)


def adjusted_means(people: pl.DataFrame, *, with_arm: bool) -> tuple[Mapping[str, Columns], CaseMix]:
    """Give each clinic's observed minus expected plus the registry's mean, over patients whose covariates are known."""
    model = fit(people, with_arm=with_arm)
    frame = people.select("clinic", "value", pl.Series("expected", model.expected)).filter(
        pl.col("value").is_not_nan() & pl.col("expected").is_not_nan()
    )
    grouped = frame.group_by("clinic").agg(pl.len(), pl.col("value").mean(), pl.col("expected").mean())
    return {
        clinic: {"n_adjusted": n, "expected_here": expected, "adjusted": value - expected + model.mean}
        for clinic, n, value, expected in grouped.iter_rows()
    }, model


def mean_limits(model: CaseMix, n: int, between: float = 0.0) -> Columns:
    """Give the funnel's four limits at n; between: variance between clinics beyond chance."""
    limits = (funnel_limits_mean(model.mean, model.residual_sd, n, z, between**0.5) for z in (Z_95, Z_998))
    return _limits(*limits)


def share_limits(theta: float, n: int) -> Columns:
    """Give the funnel's four limits about a proportion at n."""
    return _limits(*(funnel_limits_proportion(theta, n, z) for z in (Z_95, Z_998)))


def verdict(value: float, n: int, limits: Columns) -> str | None:
    """Say where a clinic lies; None where there is nothing to judge."""
    if n == 0 or np.isnan([value, *limits.values()]).any():
        return None
    if n < CLINIC_MINIMUM:
        return "too_few"
    is_beyond = (
        value < limits["limit_lower_998"],
        value < limits["limit_lower_95"],
        value > limits["limit_upper_998"],
        value > limits["limit_upper_95"],
    )
    return next((name for name, holds in zip(VERDICTS, is_beyond, strict=True) if holds), "within")


def spread_between(clinics: Sequence[Columns], model: CaseMix) -> Columns:
    """Estimate how much judged clinics differ beyond chance; NaN ("not estimable") under ten."""
    judged = [clinic for clinic in clinics if clinic["verdict"] in JUDGED]
    errors = [model.residual_sd / clinic["n_adjusted"] ** 0.5 for clinic in judged]
    scores = [(clinic["adjusted"] - model.mean) / error for clinic, error in zip(judged, errors, strict=True)]
    phi, tau2 = overdispersion(scores, errors)
    return {"overdispersion_phi": float(phi), "overdispersion_tau2": float(tau2)}


def tipping(model: CaseMix, n: int, value: float, n_missing: int) -> Columns:
    """Say what the clinic's missing patients would have to average to undo its verdict, or to raise one."""
    figures: tuple[Any, ...] = (model.mean, model.residual_sd, n, value, n_missing, Z_95)
    mean = float(tipping_point(*figures))
    low, high = raising_means(*figures)
    columns: Columns = {"raising_low_at_most": low, "raising_high_at_least": high}
    if np.isnan(mean):
        return columns
    is_possible = PHAT_SCALE[0] <= mean <= PHAT_SCALE[1]
    side = "at_least" if value < model.mean else "at_most"
    return columns | {"tipping_mean": mean, "tipping_side": side, "is_tipping_possible": is_possible}


def _limits(at_95: tuple[Any, Any], at_998: tuple[Any, Any]) -> Columns:
    names = ("limit_lower_95", "limit_upper_95", "limit_lower_998", "limit_upper_998")
    return dict(zip(names, (float(limit) for limit in (*at_95, *at_998)), strict=True))
