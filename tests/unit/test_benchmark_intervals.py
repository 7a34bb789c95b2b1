"""What the statistics do with figures that are unknown, too few or impossible."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from pipelines.benchmark.intervals import (
    correlation_from_change,
    equivalence,
    funnel_limits_mean,
    funnel_limits_proportion,
    newcombe,
    overdispersion,
    prediction_interval,
    raising_means,
    scaled_beta_percentile,
    single_case,
    single_case_regression,
    tipping_point,
    welch_from_summary,
    wilson,
)

NAN = float("nan")
Call = tuple[Callable[..., Any], tuple[Any, ...]]

TOO_LITTLE: list[Call] = [
    (wilson, (0, 0)),
    (wilson, (NAN, 10)),
    (wilson, (1, None)),
    (newcombe, (0, 0, 3, 10)),
    (newcombe, (3, 10, NAN, 10)),
    (prediction_interval, (80, 19, 0)),
    (prediction_interval, (80, 19, 1)),
    (prediction_interval, (80, 0, 26)),
    (prediction_interval, (NAN, 19, 26)),
    (prediction_interval, (80, float("inf"), 26)),
    (single_case, (70, 80, 19, 1)),
    (single_case, (70, 80, 0, 26)),
    (single_case, (NAN, 80, 19, 26)),
    (single_case_regression, (30, 70, 32, 16, 80, 19, 0.4, 2)),
    (single_case_regression, (30, 70, 32, 0, 80, 19, 0.4, 26)),
    (single_case_regression, (30, 70, 32, 16, 80, 0, 0.4, 26)),
    (single_case_regression, (30, 70, 32, 16, 80, 19, 1, 26)),
    (single_case_regression, (NAN, 70, 32, 16, 80, 19, 0.4, 26)),
    (correlation_from_change, (16, 19, 1, 47, 39, 55)),
    (correlation_from_change, (16, 19, 26, 47, NAN, 55)),
    (welch_from_summary, (80, 19, 1, 80, 17, 33)),
    (welch_from_summary, (80, 0, 26, 80, 17, 33)),
    (funnel_limits_mean, (80, 17, 0, 1.96)),
    (funnel_limits_mean, (80, 0, 10, 1.96)),
    (funnel_limits_proportion, (0.9, 0, 1.96)),
    (funnel_limits_proportion, (NAN, 10, 1.96)),
    (funnel_limits_proportion, (0.9, 10, 1.96, 0, 0)),
    (tipping_point, (80, 17, 20, 60, 0, 1.96)),
    (tipping_point, (80, 17, 20, 79, 5, 1.96)),
    (tipping_point, (80, 17, 0, 60, 5, 1.96)),
    (raising_means, (80, 17, 20, 60, 5, 1.96)),
    (overdispersion, ([1.0] * 9, [1.0] * 9)),
    (overdispersion, ([NAN, *[1.0] * 10], [1.0] * 11)),
    (overdispersion, ([1.0] * 10, [0.0, *[1.0] * 9])),
    (scaled_beta_percentile, (80, 80, 0)),
    (scaled_beta_percentile, (80, 80, 41)),
    (scaled_beta_percentile, (80, 100, 10)),
]


@pytest.mark.parametrize(("function", "arguments"), TOO_LITTLE, ids=lambda value: getattr(value, "__name__", None))
def test_too_little_gives_nan_in_every_result(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    assert np.all(np.isnan(np.atleast_1d(function(*arguments))))


IMPOSSIBLE: list[Call] = [
    (wilson, (11, 10)),
    (wilson, (-1, 10)),
    (wilson, (1.5, 10)),
    (wilson, (1, 10, 1.0)),
    (wilson, ([1, 11], 10)),
    (newcombe, (3, 10, 11, 10)),
    (prediction_interval, (80, -19, 26)),
    (prediction_interval, (80, 19, -26)),
    (prediction_interval, (80, 19, 26, 95)),
    (single_case, (70, 80, -1, 26)),
    (single_case_regression, (30, 70, 32, 16, 80, 19, 1.01, 26)),
    (single_case_regression, (30, 70, 32, 16, 80, -19, 0.4, 26)),
    (correlation_from_change, (16, 19, 26, 47, 39, 60)),
    (correlation_from_change, (16, 19, 26, 47, 39, 57)),
    (correlation_from_change, (16, 19, 26, 47, 55, 39)),
    (correlation_from_change, (-16, 19, 26, 47, 39, 55)),
    (correlation_from_change, (16, 19, 26, 47, 39, 55, 0.95, -1)),
    (welch_from_summary, (80, -19, 26, 80, 17, 33)),
    (equivalence, (1, -1, 30, 10)),
    (equivalence, (1, 1, 30, 0)),
    (funnel_limits_mean, (80, 17, -1, 1.96)),
    (funnel_limits_mean, (80, 17, 10, 0)),
    (funnel_limits_proportion, (1.1, 10, 1.96)),
    (funnel_limits_proportion, (0.9, 10, 1.96, -1)),
    (funnel_limits_proportion, (0.9, 10, -1.96)),
    (tipping_point, (80, 17, 20, 60, -1, 1.96)),
    (tipping_point, (80, 17, 20, 60, 5, -1.96)),
    (overdispersion, ([1.0] * 10, [1.0] * 11)),
    (overdispersion, ([1.0] * 10, [-1.0] * 10)),
    (overdispersion, ([1.0] * 10, [1.0] * 10, 0.5)),
    (scaled_beta_percentile, (101, 80, 19)),
    (scaled_beta_percentile, (80, 101, 19)),
    (scaled_beta_percentile, (80, 80, -19)),
]


@pytest.mark.parametrize(("function", "arguments"), IMPOSSIBLE, ids=lambda value: getattr(value, "__name__", None))
def test_the_impossible_is_refused(function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError, match=r"must|not symmetric"):
        function(*arguments)


def test_a_bad_element_of_an_array_leaves_the_others_alone() -> None:
    lower, upper = prediction_interval([80, 80, 80], [19, 0, 19], [26, 26, 1])
    assert np.isnan(lower).tolist() == [False, True, True]
    assert (lower[0], upper[0]) == prediction_interval(80, 19, 26)


def test_what_cannot_be_estimated_has_no_verdict() -> None:
    for arguments in ((NAN, 1, 30, 10), (0, 0, 30, 10), (0, 1, 0, 10)):
        found = equivalence(*arguments)
        assert found.verdict == "not estimable"
        assert np.isnan([found.lower, found.upper, found.p, found.power]).all()


def test_verdicts_of_an_array_are_an_array() -> None:
    verdicts = equivalence([0.0, 30.0, NAN], 2, 50, 10).verdict
    assert verdicts.tolist() == ["equivalent", "different", "not estimable"]


def test_an_unknown_outcome_still_has_an_expected_value() -> None:
    found = single_case_regression(30, NAN, 32, 16, 80, 19, 0.4, 26)
    assert np.isfinite([found.expected, found.standard_error, found.lower, found.upper]).all()
    assert np.isnan([found.t, found.percentile]).all()


def test_figures_that_need_a_correlation_beyond_1_give_none() -> None:
    found = correlation_from_change(16, 19, 26, 47, 46, 48, half_unit=0)
    assert found.sd_change > 0
    assert np.isnan([found.r, found.r_low, found.r_high]).all()


def test_rounding_may_explain_an_interval_that_is_off_by_less_than_a_unit() -> None:
    assert np.isfinite(correlation_from_change(16, 19, 26, 47, 39, 56).r)
    with pytest.raises(ValueError, match="symmetric"):
        correlation_from_change(16, 19, 26, 47, 39, 56, half_unit=0.05)


@pytest.mark.parametrize("half_unit", [0.0, 0.05, 0.5])
def test_the_range_of_r_holds_every_set_of_figures_that_prints_the_same(half_unit: float) -> None:
    random = np.random.default_rng(7)
    found = correlation_from_change(19, 8, 26, 47, 41, 53, half_unit=half_unit)
    sd_0, sd_1, half = (figure + random.uniform(-half_unit, half_unit, 4000) for figure in (19.0, 8.0, 6.0))
    r = correlation_from_change(sd_0, sd_1, 26, 47, 47 - half, 47 + half).r
    assert found.r_low - 1e-9 <= np.nanmin(r)
    assert np.nanmax(r) <= found.r_high + 1e-9


def test_a_target_with_fewer_people_behind_it_has_wider_limits() -> None:
    alone = funnel_limits_proportion(0.5, 40, 1.96)
    with_reference = funnel_limits_proportion(0.5, 40, 1.96, n_reference=26)
    assert with_reference[0] < alone[0] < alone[1] < with_reference[1]


def test_one_wild_clinic_does_not_make_the_registry_overdispersed() -> None:
    z = [*np.linspace(-1, 1, 19), 30.0]
    assert overdispersion(z, [1.0] * 20).phi < 1.5
    assert overdispersion(z, [1.0] * 20, winsorise=0).phi > 40


def test_tipping_works_on_either_side() -> None:
    low, high = tipping_point(80, 17, 20, [68, 92], 15, 1.96)
    assert low - 80 == pytest.approx(80 - high)
    assert low > 80
