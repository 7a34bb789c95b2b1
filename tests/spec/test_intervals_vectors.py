"""Every published figure that the statistics must give back. How they behave on bad figures is in tests/unit."""

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


@pytest.mark.parametrize(
    ("k", "n", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775)],
)
def test_wilson_gives_the_published_interval(k: int, n: int, lower: float, upper: float) -> None:
    assert wilson(k, n) == pytest.approx((lower, upper), abs=5e-5)


@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 10), -0.2775, 0.2775),
    ],
)
def test_newcombe_gives_the_published_interval(
    first: tuple[int, int], second: tuple[int, int], lower: float, upper: float
) -> None:
    assert newcombe(*first, *second) == pytest.approx((lower, upper), abs=5e-5)


def test_the_prediction_interval_gives_the_published_example() -> None:
    assert prediction_interval(9.792856, 1.821286, 20) == pytest.approx((5.886723, 13.698988), abs=2e-6)


def test_a_single_case_gives_the_published_percentile_and_its_interval() -> None:
    case = single_case(-1.754857, 0, 1, 28)
    assert case.t == pytest.approx(-1.7243, abs=5e-5)
    assert case.p_one_tailed == pytest.approx(0.04804, abs=5e-6)
    assert case.percentile == pytest.approx(4.804003, abs=1e-5)
    assert (case.percentile_lower, case.percentile_upper) == pytest.approx((0.956, 12.438), abs=5e-4)


def test_a_single_case_two_sd_under_the_mean_of_fifteen() -> None:
    assert single_case(-2, 0, 1, 15).t == pytest.approx(-1.936, abs=5e-4)


def test_the_regression_from_summary_figures_gives_the_published_example() -> None:
    found = single_case_regression(26, 41, 63.8, 8.42, 41.3, 13.2, -0.58, 160)
    assert found.expected == pytest.approx(75.670166, abs=1e-6)
    assert found.standard_error == pytest.approx(11.481877, abs=1e-6)
    assert found.t == pytest.approx(-3.019556, abs=1e-6)
    assert found.percentile < 0.2


@pytest.mark.parametrize(
    ("sd_0", "sd_1", "n", "change", "sd_change", "r", "r_low", "r_high"),
    [
        (16, 19, 26, (47, 39, 55), 19.81, 0.370, 0.24, 0.48),
        (17, 17, 33, (34, 27, 41), 19.74, 0.326, 0.18, 0.45),
    ],
    ids=["surgical", "conservative"],
)
def test_the_study_implies_a_correlation_and_its_range_of_rounding(
    sd_0: float,
    sd_1: float,
    n: int,
    change: tuple[float, float, float],
    sd_change: float,
    r: float,
    r_low: float,
    r_high: float,
) -> None:
    found = correlation_from_change(sd_0, sd_1, n, *change)
    assert found.sd_change == pytest.approx(sd_change, abs=5e-3)
    assert found.r == pytest.approx(r, abs=5e-4)
    assert (found.r_low, found.r_high) == pytest.approx((r_low, r_high), abs=5e-3)


@pytest.mark.parametrize(
    ("figures", "r"), [((16, 19, 21, 47, 39, 55), 0.51), ((17, 17, 27, 34, 27, 41), 0.46)], ids=["surgical", "other"]
)
def test_the_correlation_rests_on_n(figures: tuple[float, ...], r: float) -> None:
    assert correlation_from_change(*figures).r == pytest.approx(r, abs=5e-3)


def test_a_patients_own_change_is_usual_over_a_far_wider_range_than_the_mean_change() -> None:
    sds = correlation_from_change([16, 17], [19, 17], [26, 33], [47, 34], [39, 27], [55, 41]).sd_change
    lower, upper = prediction_interval([47, 34], sds, [26, 33])
    assert lower == pytest.approx([5.4, -6.8], abs=0.06)
    assert upper == pytest.approx([88.6, 74.8], abs=0.06)


def test_the_studys_own_prediction_intervals_run_beyond_the_scale() -> None:
    lower, upper = prediction_interval([80, 80], [19, 17], [26, 33])
    assert lower == pytest.approx([40, 45], abs=0.5)
    assert upper == pytest.approx([120, 115], abs=0.5)


def test_a_perfect_score_would_be_called_the_84th_percentile_by_the_normal_model() -> None:
    assert single_case(100, 80, 19, 26).percentile == pytest.approx(84, abs=0.5)
    assert scaled_beta_percentile(100, 80, 19) == 100


def test_the_mean_lies_nearer_the_40th_percentile_under_the_scaled_beta() -> None:
    assert np.all(np.abs(scaled_beta_percentile(80, 80, [19, 17]) - 40) < 5)


def test_the_funnel_of_a_proportion_clamps_the_angle() -> None:
    assert funnel_limits_proportion(0.95, 5, 3.09)[1] == 1.0


def test_equivalence_with_the_study_is_beyond_reach_of_any_number_of_local_patients() -> None:
    with_26 = welch_from_summary(80, 19, 26, 80, 19, 26)
    with_any = welch_from_summary(80, 19, 10**9, 80, 19, 26)
    assert equivalence(0, with_26.standard_error, with_26.df, 10).power == pytest.approx(0.18, abs=5e-3)
    assert equivalence(0, with_any.standard_error, with_any.df, 10).power == pytest.approx(0.67, abs=5e-3)


@pytest.mark.parametrize(
    ("diff", "se", "verdict"),
    [(1, 2, "equivalent"), (25, 3, "different"), (4, 6, "inconclusive"), (0, 6, "inconclusive")],
)
def test_the_three_verdicts(diff: float, se: float, verdict: str) -> None:
    assert equivalence(diff, se, 50, 10).verdict == verdict


def test_an_average_that_the_missing_would_need_follows_from_the_limit_with_them() -> None:
    # 20 patients average 60 where 80 +- 1.96 * 17 / sqrt(20) is expected; 5 are missing, and the limit at 25 is 73.336.
    limit = 80 - 1.96 * 17 / 5
    assert tipping_point(80, 17, 20, 60, 5, 1.96) == pytest.approx((25 * limit - 20 * 60) / 5)
    assert tipping_point(80, 17, 20, 60, 5, 1.96) > 100  # no value could


def test_a_patient_average_at_the_tipping_point_puts_the_clinic_on_its_limit() -> None:
    needed = tipping_point(80, 17, 20, 72, 15, 1.96)
    lower, _ = funnel_limits_mean(80, 17, 35, 1.96)
    assert (20 * 72 + 15 * needed) / 35 == pytest.approx(lower)


def test_what_would_raise_a_flag_is_the_reverse() -> None:
    low, high = raising_means(80, 17, 20, 78, 15, 1.96)
    lower, upper = funnel_limits_mean(80, 17, 35, 1.96)
    assert (20 * 78 + 15 * low) / 35 == pytest.approx(lower)
    assert (20 * 78 + 15 * high) / 35 == pytest.approx(upper)


def test_clinics_that_differ_by_chance_alone_have_no_variance_between_them() -> None:
    found = overdispersion([-1.0, 1.0] * 6, [2.0] * 12)
    assert found.phi == pytest.approx(1.0)
    assert found.tau2 == pytest.approx(2.0**2 * (12 - 11) / (12 - 1))


def test_the_variance_between_clinics_follows_the_moment_formula() -> None:
    z, se = [3.0, -3.0, 2.0, -2.0, 1.0, -1.0, 2.5, -2.5, 0.5, -0.5], [1.0, 2.0] * 5
    found = overdispersion(z, se, winsorise=0)
    weights = np.array([1.0, 0.25] * 5)
    phi = np.mean(np.square(z))
    assert found.phi == pytest.approx(phi)
    assert found.tau2 == pytest.approx((10 * phi - 9) / (weights.sum() - (weights**2).sum() / weights.sum()))
