"""Distributions with a published mean and SD, or published quartiles, driven by standard normal draws.

Shapes and their inversion only: which measure follows which is for `people`, `course` and `outcomes`.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.special import betaincinv, ndtr

Floats = NDArray[np.float64]

GRID = np.linspace(-6.0, 6.0, 4801)
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(80)
WEIGHTS = WEIGHTS / WEIGHTS.sum()


@dataclass(frozen=True)
class ScaledBeta:
    """A beta distribution on `low` to `high` with a given mean and SD: it bends at the ends where a normal is cut."""

    mean: float
    sd: float
    low: float = 0.0
    high: float = 100.0

    def values(self, z: Floats) -> Floats:
        """Values whose normal scores are `z`."""
        return np.interp(z, GRID, _beta_grid(self))

    def shape(self) -> tuple[float, float]:
        """The two shape parameters, by moments."""
        width = self.high - self.low
        mean, variance = (self.mean - self.low) / width, (self.sd / width) ** 2
        size = mean * (1 - mean) / variance - 1
        return mean * size, (1 - mean) * size


@cache
def _beta_grid(beta: ScaledBeta) -> Floats:
    a, b = beta.shape()
    return np.asarray(beta.low + (beta.high - beta.low) * betaincinv(a, b, ndtr(GRID)), dtype=np.float64)


@dataclass(frozen=True)
class Quartiles:
    """A smooth monotone distribution through published quartiles; its ends are the generator's own choice."""

    low: float
    lower: float
    median: float
    upper: float
    high: float

    def values(self, z: Floats) -> Floats:
        """Values whose normal scores are `z`."""
        return np.interp(z, GRID, _quartile_grid(self))


@cache
def _quartile_grid(shape: Quartiles) -> Floats:
    knots = (shape.low, shape.lower, shape.median, shape.upper, shape.high)
    return np.asarray(PchipInterpolator((0.0, 0.25, 0.5, 0.75, 1.0), knots)(ndtr(GRID)), dtype=np.float64)


def normal_correlation(first: ScaledBeta, second: ScaledBeta, r: float) -> float:
    """The correlation of normal scores that gives the *values* the correlation `r` (a Gaussian copula)."""
    low, high = -0.999, 0.999
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _value_correlation(first, second, middle) < r else (low, middle)
    return (low + high) / 2


def _value_correlation(first: ScaledBeta, second: ScaledBeta, rho: float) -> float:
    """Correlation of values under a normal correlation `rho`, by Gauss-Hermite quadrature."""
    x = first.values(NODES)
    y = second.values(rho * NODES[:, None] + np.sqrt(1 - rho**2) * NODES[None, :]) @ WEIGHTS
    return float(((x - first.mean) * (y - second.mean)) @ WEIGHTS / (first.sd * second.sd))


def correlated(z: Floats, noise: Floats, rho: float | Floats) -> Floats:
    """Normal scores correlated with `z` by `rho`."""
    return np.asarray(rho * z + np.sqrt(1 - np.square(rho)) * noise, dtype=np.float64)


def pick(uniform: Floats, shares: Floats) -> NDArray[np.int64]:
    """Index of the category each uniform draw falls in; `shares` sum to 1, a row for each draw or one for all."""
    edges = np.cumsum(shares, axis=-1)[..., :-1]
    return np.asarray((uniform[..., None] >= edges).sum(axis=-1), dtype=np.int64)
