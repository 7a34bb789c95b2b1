"""The statistics against independent implementations, scipy's and statsmodels', to 1e-9."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from pipelines.benchmark.intervals import (
    equivalence,
    newcombe,
    prediction_interval,
    scaled_beta_percentile,
    single_case,
    single_case_regression,
    welch_from_summary,
    wilson,
)

SEED = 20220601


def close(expected: object) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("level", [0.9, 0.95, 0.998])
@pytest.mark.parametrize(("k", "n"), [(0, 1), (0, 26), (1, 26), (13, 26), (26, 26), (27, 33), (999, 1000)])
def test_wilson_agrees_with_statsmodels(k: int, n: int, level: float) -> None:
    assert wilson(k, n, level) == close(proportion_confint(k, n, 1 - level, method="wilson"))


@pytest.mark.parametrize(
    "counts", [(56, 70, 48, 80), (9, 10, 3, 10), (5, 56, 0, 29), (10, 10, 0, 20), (20, 21, 14, 27)]
)
def test_newcombe_agrees_with_statsmodels(counts: tuple[int, int, int, int]) -> None:
    theirs = confint_proportions_2indep(*counts, method="newcomb", compare="diff")
    assert newcombe(*counts) == close(theirs)


@pytest.mark.parametrize("figures", [(80, 19, 26, 80, 17, 33), (71.2, 12, 5, 80, 19, 26), (60, 1, 2, 61, 30, 900)])
def test_welch_agrees_with_scipy(figures: tuple[float, ...]) -> None:
    ours = welch_from_summary(*figures)
    theirs = stats.ttest_ind_from_stats(*figures, equal_var=False)
    assert (ours.t, ours.p) == close((theirs.statistic, theirs.pvalue))


def test_welch_and_two_one_sided_tests_agree_with_statsmodels_on_raw_values() -> None:
    random = np.random.default_rng(SEED)
    first, second = random.normal(79, 15, 40), random.normal(81, 10, 25)
    theirs = CompareMeans(DescrStatsW(first), DescrStatsW(second))
    ours = welch_from_summary(
        first.mean(), first.std(ddof=1), len(first), second.mean(), second.std(ddof=1), len(second)
    )
    assert (ours.lower, ours.upper) == close(theirs.tconfint_diff(usevar="unequal"))
    assert ours.df == close(theirs.dof_satt())
    test = equivalence(ours.difference, ours.standard_error, ours.df, 10)
    assert test.p == close(theirs.ttost_ind(-10, 10, usevar="unequal")[0])
    assert (test.lower, test.upper) == close(theirs.tconfint_diff(alpha=0.1, usevar="unequal"))


@pytest.mark.parametrize("n", [2, 5, 26, 33, 400])
@pytest.mark.parametrize("z", [-4.2, -1.754857, 0.0, 0.3, 3.0])
def test_a_single_case_agrees_with_scipys_t_and_non_central_t(n: int, z: float) -> None:
    ours = single_case(z, 0, 1, n)
    assert ours.percentile == close(100 * stats.t.cdf(z / np.sqrt(1 + 1 / n), n - 1))
    root = z * np.sqrt(n)

    def bound(p: float) -> float:
        found = brentq(lambda d: stats.nct.cdf(root, n - 1, d) - p, root - 12, root + 12, xtol=1e-13)
        return float(100 * stats.norm.cdf(found / np.sqrt(n)))

    if n >= 26:  # with fewer, +-12 does not always hold the root, and scipy gives NaN on a wider search
        assert (ours.percentile_lower, ours.percentile_upper) == close((bound(0.975), bound(0.025)))


def test_the_bounds_solve_the_equation_they_are_defined_by_for_any_n() -> None:
    z, n = np.meshgrid(np.linspace(-3, 3, 13), [2, 5, 26, 33])
    ours = single_case(z, 0, 1, n)
    for bound, p in ((ours.percentile_lower, 0.975), (ours.percentile_upper, 0.025)):
        shift = stats.norm.ppf(np.clip(bound / 100, 1e-12, 1 - 1e-12)) * np.sqrt(n)
        inside = (bound > 1e-6) & (bound < 100 - 1e-6)
        assert stats.nct.cdf(z * np.sqrt(n), n - 1, shift)[inside] == pytest.approx(np.full(inside.sum(), p), abs=1e-7)


def test_the_regression_agrees_with_a_fit_of_raw_values() -> None:
    import statsmodels.api as sm

    random = np.random.default_rng(SEED)
    x = random.normal(32, 16, 26)
    y = 60 + 0.5 * x + random.normal(0, 17, 26)
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    theirs = fit.get_prediction([[1.0, 40.0]]).summary_frame(alpha=0.05)
    r = np.corrcoef(x, y)[0, 1]
    ours = single_case_regression(40, 70, x.mean(), x.std(ddof=1), y.mean(), y.std(ddof=1), r, 26)
    assert ours.expected == close(theirs["mean"].iloc[0])
    assert (ours.lower, ours.upper) == close((theirs["obs_ci_lower"].iloc[0], theirs["obs_ci_upper"].iloc[0]))


def test_the_prediction_interval_agrees_with_scipys_quantile() -> None:
    half = stats.t.ppf(0.975, 32) * 17 * np.sqrt(1 + 1 / 33)
    assert prediction_interval(80, 17, 33) == close((80 - half, 80 + half))


def test_the_scaled_beta_agrees_with_scipy_and_has_the_mean_and_sd_it_was_given() -> None:
    size = 0.8 * 0.2 / 0.19**2 - 1
    theirs = stats.beta(0.8 * size, 0.2 * size, scale=100)
    assert (theirs.mean(), theirs.std()) == close((80, 19))
    assert scaled_beta_percentile([10, 50, 80, 99.9], 80, 19) == close(100 * theirs.cdf([10, 50, 80, 99.9]))


FUNCTIONS: dict[str, tuple[Callable[..., object], tuple[float, ...]]] = {
    "wilson": (wilson, (7, 26)),
    "newcombe": (newcombe, (7, 26, 11, 33)),
    "prediction_interval": (prediction_interval, (80, 19, 26)),
    "single_case": (single_case, (60, 80, 19, 26)),
    "single_case_regression": (single_case_regression, (30, 60, 32, 16, 80, 19, 0.37, 26)),
    "welch_from_summary": (welch_from_summary, (78, 18, 12, 80, 19, 26)),
    "equivalence": (equivalence, (3, 4, 30, 10)),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_one_value_and_an_array_of_it_give_the_same(name: str) -> None:
    function, arguments = FUNCTIONS[name]
    one = function(*arguments)
    many = function(*(np.full((3, 2), argument) for argument in arguments))
    assert isinstance(one, tuple)
    assert isinstance(many, tuple)
    for single, array in zip(one, many, strict=True):
        assert np.ndim(single) == 0
        assert np.array_equal(array, np.full((3, 2), single))
