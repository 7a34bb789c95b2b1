"""How often the intervals hold what they promise to hold: by simulation where exact, by enumeration where not."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from pipelines.benchmark.intervals import (
    newcombe,
    prediction_interval,
    single_case,
    single_case_regression,
    welch_from_summary,
    wilson,
)

DRAWS = 200_000
TOLERANCE = 0.002
MEAN, SD = 80.0, 19.0
Floats = NDArray[np.float64]


def drawn_samples(n: int, seed: int) -> tuple[Floats, Floats, np.random.Generator]:
    """Draw the mean and SD of DRAWS normal samples of n: independent, so no single value is needed."""
    random = np.random.default_rng(seed)
    means = random.normal(MEAN, SD / np.sqrt(n), DRAWS)
    return means, SD * np.sqrt(random.chisquare(n - 1, DRAWS) / (n - 1)), random


@pytest.mark.parametrize("n", [5, 26, 33])
def test_the_prediction_interval_holds_95_percent_of_new_patients(n: int) -> None:
    means, sds, random = drawn_samples(n, seed=n)
    lower, upper = prediction_interval(means, sds, n)
    new = random.normal(MEAN, SD, DRAWS)
    assert np.mean((lower <= new) & (new <= upper)) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("n", [5, 26, 33])
def test_the_interval_of_a_percentile_holds_the_true_one_95_percent_of_the_time(n: int) -> None:
    means, sds, _ = drawn_samples(n, seed=100 + n)
    x = 55.0
    z = (x - means) / sds
    # The bounds depend on z alone and rise with it, so a fine grid of z stands for the 200,000.
    grid = np.linspace(z.min(), z.max(), 4001)
    found = single_case(grid, 0, 1, n)
    truth = 100 * stats.norm.cdf((x - MEAN) / SD)
    lower, upper = (np.interp(z, grid, bound) for bound in (found.percentile_lower, found.percentile_upper))
    is_held = (lower <= truth) & (truth <= upper)
    assert np.mean(is_held) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("n", [5, 26, 33])
def test_5_percent_of_new_patients_fall_under_the_5th_percentile(n: int) -> None:
    means, sds, random = drawn_samples(n, seed=200 + n)
    new = random.normal(MEAN, SD, DRAWS)
    t = (new - means) / sds / np.sqrt(1 + 1 / n)
    grid = np.linspace(-12, 12, 48_001)
    percentile = np.interp(t, grid, single_case_percentiles(grid, n))
    assert np.mean(percentile < 5) == pytest.approx(0.05, abs=TOLERANCE)


def single_case_percentiles(t: Floats, n: int) -> Floats:
    """Give the percentile at each t: x and t differ by the factor that carries the sample's uncertainty."""
    from scipy.special import stdtr

    few = np.linspace(-12, 12, 25)
    ours = single_case(few * np.sqrt(1 + 1 / n), 0, 1, n)
    assert ours.percentile == pytest.approx(100 * stdtr(n - 1, few), abs=1e-9)
    percentiles: Floats = 100 * stdtr(n - 1, t)
    return percentiles


@pytest.mark.parametrize("n", [6, 26, 33])
def test_the_regressions_interval_holds_95_percent_of_new_patients_at_any_baseline(n: int) -> None:
    random = np.random.default_rng(300 + n)
    rho, size = 0.37, DRAWS
    x = random.normal(0, 1, (size, n + 1))
    y = rho * x + np.sqrt(1 - rho**2) * random.normal(0, 1, (size, n + 1))
    sample_x, sample_y, new_x, new_y = x[:, :n], y[:, :n], x[:, n], y[:, n]
    mean_x, mean_y = sample_x.mean(1), sample_y.mean(1)
    sd_x, sd_y = sample_x.std(1, ddof=1), sample_y.std(1, ddof=1)
    r = ((sample_x - mean_x[:, None]) * (sample_y - mean_y[:, None])).sum(1) / ((n - 1) * sd_x * sd_y)
    found = single_case_regression(new_x, new_y, mean_x, sd_x, mean_y, sd_y, r, n)
    assert np.mean((found.lower <= new_y) & (new_y <= found.upper)) == pytest.approx(0.95, abs=TOLERANCE)
    assert np.mean(found.percentile < 5) == pytest.approx(0.05, abs=TOLERANCE)


def test_welch_with_equal_sds_holds_the_true_difference_95_percent_of_the_time() -> None:
    first, sd_1, _ = drawn_samples(26, seed=401)
    second, sd_2, _ = drawn_samples(33, seed=402)
    found = welch_from_summary(first, sd_1, 26, second, sd_2, 33)
    assert np.mean((found.lower <= 0) & (found.upper >= 0)) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize(("sd", "n", "coverage"), [(19, 26, 0.943), (17, 33, 0.946)])
def test_below_a_ceiling_the_prediction_interval_misses_only_low_scores(sd: float, n: int, coverage: float) -> None:
    size = 0.8 * 0.2 / (sd / 100) ** 2 - 1
    draws = 100 * np.random.default_rng(500 + n).beta(0.8 * size, 0.2 * size, (50_000, n + 1))
    sample, new = draws[:, :n], draws[:, n]
    lower, upper = prediction_interval(sample.mean(1), sample.std(1, ddof=1), n)
    assert np.mean((lower <= new) & (new <= upper)) == pytest.approx(coverage, abs=0.004)
    assert np.mean(new > upper) < 0.002


@pytest.mark.parametrize(("n", "mean", "minimum"), [(26, 0.9525, 0.9225), (33, 0.9523, 0.9201)])
def test_wilson_covers_as_enumerated(n: int, mean: float, minimum: float) -> None:
    k = np.arange(n + 1)
    lower, upper = wilson(k, n)
    p = np.arange(2001)[:, None] * 0.0005
    coverage = np.sum(stats.binom.pmf(k, n, p) * ((lower <= p) & (p <= upper)), axis=1)
    assert coverage.mean() == pytest.approx(mean, abs=0.0005)
    assert coverage[100:1901].min() == pytest.approx(minimum, abs=0.0005)


def test_newcombe_covers_as_enumerated() -> None:
    n1, n2 = 26, 33
    k1, k2 = np.arange(n1 + 1), np.arange(n2 + 1)
    lower, upper = newcombe(k1[:, None], n1, k2[None, :], n2)
    p = 0.105 + 0.01 * np.arange(80)
    chance1, chance2 = stats.binom.pmf(k1, n1, p[:, None]), stats.binom.pmf(k2, n2, p[:, None])
    coverage = np.empty((80, 80))
    for step in range(-79, 80):  # all pairs of one difference share what their intervals hold
        is_held = (lower <= step * 0.01 + 1e-12) & (upper >= step * 0.01 - 1e-12)
        for i in range(max(0, step), min(80, 80 + step)):
            coverage[i, i - step] = chance1[i] @ is_held @ chance2[i - step]
    assert coverage.mean() == pytest.approx(0.9487, abs=0.0005)
    assert coverage.min() == pytest.approx(0.9365, abs=0.0005)
