"""What a registry expects of a patient by baseline, age and tendons: least squares, and who is far from a fit.

No coefficient comes from a study, for none prints any; an arm is in the model only where the caller says so.
"""

from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.benchmark.comparability import Bools
from pipelines.benchmark.numeric import Floats

COVARIATES = ("baseline", "age", "both_tendons")
PATIENTS_PER_COEFFICIENT = 10


class CaseMix(NamedTuple):
    """Each patient's expected value (NaN: a covariate is unknown), the mean of those expected and the residual SD."""

    expected: Floats
    mean: float
    residual_sd: float
    is_adjusted: bool


def fit(patients: pl.DataFrame, *, with_arm: bool) -> CaseMix:
    """Fit value on COVARIATES (and the arm) over patients who have them all.

    Under ten patients a coefficient nothing is adjusted: each expected value is the mean of all values and the
    residual SD is the plain one.
    """
    values, design = patients["value"].to_numpy(), _design(patients, with_arm)
    is_known = ~np.isnan(design).any(axis=1) & ~np.isnan(values)
    rank = np.linalg.matrix_rank(design[is_known]) if is_known.any() else 0
    if rank == 0 or is_known.sum() < PATIENTS_PER_COEFFICIENT * rank:
        return _plain(values)
    coefficients, *_ = np.linalg.lstsq(design[is_known], values[is_known])
    expected = np.where(is_known, design @ coefficients, np.nan)
    residuals = (values - expected)[is_known]
    sd = float(np.sqrt(residuals @ residuals / (len(residuals) - rank)))
    return CaseMix(expected, float(values[is_known].mean()), sd, is_adjusted=True)


def _plain(values: Floats) -> CaseMix:
    is_known: Bools = ~np.isnan(values)
    n = int(is_known.sum())
    mean = float(values[is_known].mean()) if n else np.nan
    sd = float(values[is_known].std(ddof=1)) if n > 1 else np.nan
    return CaseMix(np.where(is_known, mean, np.nan), mean, sd, is_adjusted=False)


def _design(patients: pl.DataFrame, with_arm: bool) -> Floats:
    columns = [np.ones(patients.height), *(patients[name].to_numpy() for name in COVARIATES)]
    if with_arm:
        arms = patients["arm"].unique(maintain_order=True).to_list()
        columns += [(patients["arm"] == arm).to_numpy() for arm in arms[1:]]
    return np.column_stack(columns).astype(np.float64)
