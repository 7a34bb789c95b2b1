"""The registry's own least squares against statsmodels, and what it refuses to fit."""

import numpy as np
import pytest

from pipelines.benchmark import least_squares as ols
from pipelines.benchmark.numeric import Floats


def drawn(n: int = 120, noise: float = 8.0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(11)
    baseline, surgical = random.uniform(0, 80, n), random.integers(0, 2, n)
    design = np.column_stack([np.ones(n), baseline, surgical])
    return design, 50 + 0.4 * baseline + 3 * surgical + random.normal(0, noise, n) * (1 + surgical)


def test_coefficients_and_hc3_errors_agree_with_statsmodels() -> None:
    import statsmodels.api as sm

    design, values = drawn()
    theirs = sm.OLS(values, design).fit(cov_type="HC3", use_t=True)
    ours = ols.fit(design, values)
    assert ours is not None
    assert ours.coefficients == pytest.approx(theirs.params, rel=1e-9)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-9)
    for place, limits in enumerate(theirs.conf_int()):
        assert ols.estimate(ours, np.eye(3)[place])[1:] == pytest.approx(tuple(limits), rel=1e-9)
    assert ours.r_squared == pytest.approx(theirs.rsquared, rel=1e-9)


def test_columns_that_say_the_same_are_not_fitted() -> None:
    design, values = drawn()
    assert ols.fit(np.column_stack([design, design[:, 1]]), values) is None


def test_a_coefficient_that_rests_on_one_person_is_not_fitted() -> None:
    design, values = drawn()
    alone = np.zeros(len(values))
    alone[3] = 1
    assert ols.fit(np.column_stack([design, alone]), values) is None


def test_optimism_is_taken_off_and_always_the_same() -> None:
    random = np.random.default_rng(2)
    design = np.column_stack([np.ones(60), random.normal(size=(60, 6))])
    noise = random.normal(size=60)
    found = ols.validate(design, noise)
    assert found == ols.validate(design, noise)
    assert found.r_squared > 0.03
    assert found.r_squared_corrected < 0.03
    assert found.calibration_slope < 0.9


@pytest.mark.parametrize("n", [30, 400])
def test_refitting_from_sums_of_products_is_refitting_the_rows(n: int) -> None:
    design, values = drawn(n)
    rare = np.zeros(n)
    rare[:2] = 1  # in some draws nobody has it
    design = np.column_stack([design, rare])
    random, optimism, slopes = np.random.default_rng(ols.SEED), [], []
    for _ in range(ols.RESAMPLES):
        rows = random.integers(0, n, n)
        coefficients = np.linalg.lstsq(design[rows], values[rows])[0]
        scores = []
        for predicted, seen in ((design[rows] @ coefficients, values[rows]), (design @ coefficients, values)):
            scores.append(1 - ((seen - predicted) ** 2).sum() / ((seen - seen.mean()) ** 2).sum())
        optimism.append(scores[0] - scores[1])
        slopes.append(np.polyfit(predicted, values, 1)[0])
    found = ols.validate(design, values)
    assert found.r_squared_corrected == pytest.approx(found.r_squared - np.mean(optimism), rel=1e-9)
    assert found.calibration_slope == pytest.approx(np.mean(slopes), rel=1e-9)
