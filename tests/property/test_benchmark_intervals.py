"""What must hold for any figures: order, symmetry, narrowing with n, and never a number out of nothing."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipelines.benchmark.intervals import (
    funnel_limits_proportion,
    newcombe,
    prediction_interval,
    single_case,
    single_case_regression,
    wilson,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
SCORES = st.floats(0, 100)
SDS = st.floats(0.5, 40)
SIZES = st.integers(2, 300)


@given(COUNTS)
def test_wilson_holds_the_proportion_and_stays_on_the_scale(counts: tuple[int, int]) -> None:
    k, n = counts
    lower, upper = wilson(k, n)
    assert 0 <= lower <= k / n <= upper <= 1


@given(COUNTS)
def test_wilson_of_those_without_is_the_mirror(counts: tuple[int, int]) -> None:
    k, n = counts
    lower, upper = wilson(k, n)
    assert np.allclose(wilson(n - k, n), (1 - upper, 1 - lower), atol=1e-12)


@given(COUNTS, COUNTS)
def test_newcombe_turns_with_its_arguments(first: tuple[int, int], second: tuple[int, int]) -> None:
    lower, upper = newcombe(*first, *second)
    assert -1 <= lower <= first[0] / first[1] - second[0] / second[1] <= upper <= 1
    assert np.allclose(newcombe(*second, *first), (-upper, -lower), atol=1e-12)


@given(SCORES, SDS, SIZES)
def test_more_people_narrow_the_prediction_interval(mean: float, sd: float, n: int) -> None:
    lower, upper = prediction_interval(mean, sd, [n, n + 1])
    assert upper[1] - lower[1] < upper[0] - lower[0]


@given(SCORES, SCORES, SDS, st.integers(5, 300))
def test_a_percentile_lies_inside_its_interval_near_the_sample(x: float, mean: float, sd: float, n: int) -> None:
    x = mean + np.clip(x - mean, -3 * sd, 3 * sd)
    found = single_case(x, mean, sd, n)
    assert 0 <= found.percentile_lower <= found.percentile <= found.percentile_upper <= 100


@given(SCORES, SCORES, SDS, SIZES)
def test_a_score_outside_the_prediction_interval_lies_in_the_outer_5_percent(
    x: float, mean: float, sd: float, n: int
) -> None:
    lower, upper = prediction_interval(mean, sd, n)
    percentile = single_case(x, mean, sd, n).percentile
    if min(abs(x - lower), abs(x - upper)) > 1e-6:
        assert bool(lower <= x <= upper) == bool(2.5 <= percentile <= 97.5)


@given(SCORES, SCORES, SDS, SDS, st.floats(-0.95, 0.95), st.integers(3, 300))
def test_the_change_and_the_outcome_are_the_same_test_given_the_baseline(
    x: float, y: float, sd_x: float, sd_y: float, r: float, n: int
) -> None:
    outcome = single_case_regression(x, y, 40, sd_x, 80, sd_y, r, n)
    change_sd = np.sqrt(sd_x**2 + sd_y**2 - 2 * r * sd_x * sd_y)
    change_r = (r * sd_y - sd_x) / change_sd
    if abs(change_r) < 0.999:
        change = single_case_regression(x, y - x, 40, sd_x, 40, change_sd, change_r, n)
        assert np.isclose(change.percentile, outcome.percentile, atol=1e-5)


@given(st.floats(0, 1), st.integers(1, 10_000), st.floats(0.1, 5))
def test_a_funnel_of_proportions_holds_its_target_and_stays_on_the_scale(theta: float, n: int, z: float) -> None:
    lower, upper = funnel_limits_proportion(theta, n, z)
    assert 0 <= lower <= theta + 1e-12
    assert theta - 1e-12 <= upper <= 1
