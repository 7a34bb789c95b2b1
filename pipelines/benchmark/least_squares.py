"""Ordinary least squares with HC3 standard errors, and how much of a fit is optimism.

It exists beside statsmodels, against which it is tested, because a derive must not wait seconds for an import.
"""

from typing import NamedTuple

import numpy as np

from pipelines.benchmark.numeric import Floats, t_quantile

RESAMPLES = 200
SEED = 1


class Fit(NamedTuple):
    """Coefficients in the order of the design's columns, their HC3 covariance, and the residual degrees of freedom."""

    coefficients: Floats
    covariance: Floats
    df: int
    r_squared: float


class Validation(NamedTuple):
    """What a model explains: as fitted, as it would in new patients, and the slope of new outcomes on predictions."""

    r_squared: float
    r_squared_corrected: float
    calibration_slope: float


def fit(design: Floats, values: Floats) -> Fit | None:
    """Fit values on the design's columns (the intercept is one of them); None where they are not independent.

    Source: MacKinnon and White 1985 (HC3): residuals divided by 1 - leverage, as fits both arms of unequal spread.
    """
    n, width = design.shape
    if n <= width or np.linalg.matrix_rank(design) < width:
        return None
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ values
    residuals = values - design @ coefficients
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    if (leverage > 1 - 1e-9).any():  # someone alone decides a coefficient, so nothing tells its error
        return None
    weighted = design * (residuals / (1 - leverage))[:, None]
    covariance = inverse @ weighted.T @ weighted @ inverse
    return Fit(coefficients, covariance, n - width, _r_squared(values, residuals))


def estimate(found: Fit, combination: Floats, level: float = 0.95) -> tuple[float, float, float]:
    """Give a linear combination of coefficients with its t interval: (estimate, lower, upper)."""
    middle = float(combination @ found.coefficients)
    error = float(np.sqrt(combination @ found.covariance @ combination))
    half = float(t_quantile((1 + level) / 2, np.asarray(float(found.df)))) * error
    return middle, middle - half, middle + half


def validate(design: Floats, values: Floats) -> Validation:
    """Correct a fit for optimism by refitting it in resampled patients, always the same ones.

    Source: Harrell 2015, Regression Modeling Strategies, 5.3.4.
    """
    random = np.random.default_rng(SEED)
    n, columns = len(values), np.column_stack([np.ones(len(values)), design, values])
    here = columns.T @ columns
    apparent = _score(here, _solve(here))[0]
    optimism, slopes = [], []
    for _ in range(RESAMPLES):
        times = np.bincount(random.integers(0, n, n), minlength=n).astype(np.float64)  # each was drawn
        drawn = (columns * times[:, None]).T @ columns
        coefficients = _solve(drawn)
        outside, slope = _score(here, coefficients)
        optimism.append(_score(drawn, coefficients)[0] - outside)
        slopes.append(slope)
    return Validation(apparent, apparent - float(np.mean(optimism)), float(np.mean(slopes)))


def _solve(products: Floats) -> Floats:
    """Give the coefficients from the sums of products of a column of ones, the design's columns and the values."""
    coefficients: Floats = np.asarray(np.linalg.lstsq(products[1:-1, 1:-1], products[1:-1, -1])[0], dtype=np.float64)
    return coefficients


def _score(products: Floats, coefficients: Floats) -> tuple[float, float]:
    """Give R^2 of the predictions, and the slope of the values on them."""
    n, sums = products[0, 0], products[0, 1:]
    centred = products[1:, 1:] - np.outer(sums, sums) / n
    predicted, with_values, around = coefficients @ centred[:-1, :-1] @ coefficients, centred[:-1, -1], centred[-1, -1]
    explained = coefficients @ with_values
    off = (sums[-1] - coefficients @ sums[:-1]) ** 2 / n  # nothing where the design has an intercept
    return float(1 - (around - 2 * explained + predicted + off) / around), float(explained / predicted)


def _r_squared(values: Floats, residuals: Floats) -> float:
    around = values - values.mean()
    return float(1 - residuals @ residuals / (around @ around))
