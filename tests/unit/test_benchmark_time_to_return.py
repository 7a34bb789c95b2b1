"""The share returned by each week: lifelines says the same where returns have dates; intervals are never dated."""

from math import inf

import numpy as np
import pytest

from pipelines.benchmark.time_to_return import Course, known_by, returned_by

WEEKS = [0, 10, 20, 30, 40, 52]


def dated(*weeks: float) -> list[Course]:
    return [Course(week, week) for week in weeks]


def test_with_dates_and_censoring_it_is_kaplan_and_meier() -> None:
    import lifelines

    random = np.random.default_rng(5)
    times, seen = random.gamma(4, 7, 200).round(1) + 0.1, random.uniform(size=200) < 0.7
    courses = [Course(t, t if is_seen else inf) for t, is_seen in zip(times, seen, strict=True)]
    fitted = lifelines.KaplanMeierFitter().fit(times, seen)
    np.testing.assert_allclose(returned_by(courses, WEEKS), 1 - fitted.predict(WEEKS).to_numpy(), atol=2e-6)


def test_the_dead_stay_among_all_as_in_a_cumulative_incidence() -> None:
    import lifelines

    times, kinds = np.arange(1.0, 61.0), np.array([1, 1, 2, 1, 1, 1] * 10)
    courses = [Course(t, t) if kind == 1 else Course(inf, inf) for t, kind in zip(times, kinds, strict=True)]
    fitted = lifelines.AalenJohansenFitter(calculate_variance=False).fit(times, kinds, event_of_interest=1)
    expected = [float(fitted.cumulative_density_.loc[:week].iloc[-1, 0]) for week in WEEKS]
    np.testing.assert_allclose(returned_by(courses, WEEKS), expected, atol=1e-6)


def test_without_days_it_is_the_librarys_estimate_for_intervals() -> None:
    from lifelines.fitters.npmle import npmle

    random = np.random.default_rng(11)
    lower = random.integers(0, 40, 120).astype(float)
    upper = lower + random.choice([0, 6, 13, inf], 120)
    never = random.uniform(size=120) < 0.1
    courses = [Course(inf, inf) if is_dead else Course(a, b) for a, b, is_dead in zip(lower, upper, never, strict=True)]
    # Its intervals are closed, ours open on the left; it knows no death, which is a return later than all.
    left = np.where(never, 1e6, np.where(lower < upper, lower + 1e-6, lower))
    masses, intervals, *_ = npmle(left, np.where(never, 1e6, upper), tol=1e-12)
    expected = [sum(mass for mass, gap in zip(masses, intervals, strict=True) if gap.right <= week) for week in WEEKS]
    np.testing.assert_allclose(returned_by(courses, WEEKS), expected, atol=1e-4)


def test_a_return_between_two_visits_is_shared_over_the_days_it_may_have_been() -> None:
    shares = returned_by([*dated(20, 20, 30), Course(8, 26), Course(25, 40)], WEEKS)
    assert shares.tolist() == pytest.approx([0, 0, 0.6, 1, 1, 1])


def test_a_return_that_nothing_splits_counts_at_the_end_of_its_gap() -> None:
    assert returned_by([Course(8, 26), Course(30, inf)], WEEKS).tolist() == pytest.approx([0, 0, 0, 0.5, 0.5, 0.5])


def test_somebody_never_seen_is_not_at_risk_and_nobody_gives_nothing() -> None:
    assert returned_by([*dated(20), Course(0, inf)], WEEKS).tolist() == [0, 0, 1, 1, 1, 1]
    assert np.isnan(returned_by([Course(0, inf)], WEEKS)).all()
    assert known_by([*dated(20), Course(0, inf), Course(8, 26), Course(24, inf)], 24) == 2
