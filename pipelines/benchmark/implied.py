"""What a study's printed figures imply about surgical minus conservative: given the baseline, and in the change.

Neither is causal: treatment was chosen, and the arms began at different scores (Lord's paradox).
"""

from itertools import product
from typing import NamedTuple

import numpy as np

from pipelines.benchmark.expected import Course, course_of
from pipelines.benchmark.intervals import welch_from_summary
from pipelines.benchmark.measures import CONSERVATIVE, PHAT_CHANGE, SURGICAL
from pipelines.benchmark.numeric import Floats, t_quantile
from pipelines.benchmark.placement import half_unit
from pipelines.benchmark.reference import Study


class ImpliedDifference(NamedTuple):
    """Surgical minus conservative with its 95 % interval, and how far rounding of the printed figures moves it."""

    estimate: float
    lower: float
    upper: float
    lowest: float
    highest: float


def implied_by_baseline(study: Study, timepoint: str) -> ImpliedDifference | None:
    """Give the difference of PHAT adjusted for baseline that the arms' summary figures imply.

    Source: analysis of covariance from means, SDs and the correlations that the intervals of the mean changes imply,
    with one slope for both arms. None where the study does not print what it takes.
    """
    courses = [course_of(study, arm, timepoint) for arm in (SURGICAL, CONSERVATIVE)]
    known = [course for course in courses if course is not None and course.implied is not None]
    if len(known) < len(courses) or any(np.isnan(course.implied.r) for course in known if course.implied):
        return None
    figures = np.array([_figures(course) for course in known])
    estimate, error, df = _adjusted(figures[..., None])
    half = float(t_quantile(0.975, df[0])) * float(error[0])
    moved = _adjusted(_neighbours(figures, half_unit(*figures[:, 1:5].ravel())))[0]
    middle = float(estimate[0])
    return ImpliedDifference(middle, middle - half, middle + half, float(moved.min()), float(moved.max()))


def implied_by_change(study: Study, timepoint: str) -> ImpliedDifference | None:
    """Give the difference of the mean changes, which ignores that the arms began at different scores."""
    changes = [study.find(arm, timepoint, PHAT_CHANGE) for arm in (SURGICAL, CONSERVATIVE)]
    courses = [course_of(study, arm, timepoint) for arm in (SURGICAL, CONSERVATIVE)]
    summaries = [
        (change.value, float(course.implied.sd_change), change.n)
        for change, course in zip(changes, courses, strict=True)
        if change is not None and course is not None and course.implied is not None
    ]
    if len(summaries) < len(changes):
        return None
    welch = welch_from_summary(*summaries[0], *summaries[1])
    slack = 2 * half_unit(summaries[0][0], summaries[1][0])
    middle = float(welch.difference)
    return ImpliedDifference(middle, float(welch.lower), float(welch.upper), middle - slack, middle + slack)


def _figures(course: Course) -> tuple[float, ...]:
    """Give n, both means, both SDs and the SD of the change per point of its interval's half-width."""
    assert course.implied is not None  # noqa: S101 - the caller has looked
    return (
        course.n,
        course.before.mean,
        course.after.mean,
        course.before.sd,
        course.after.sd,
        float(course.implied.sd_change),
    )


def _adjusted(figures: Floats) -> tuple[Floats, Floats, Floats]:
    """Give estimate, standard error and df; figures: arm x figure x sets of figures."""
    n, before, after, sd_before, sd_after, sd_change = np.moveaxis(figures, 1, 0)
    covariance = (sd_before**2 + sd_after**2 - sd_change**2) / 2
    freedom = n - 1
    within = (freedom * sd_before**2).sum(axis=0)
    slope = (freedom * covariance).sum(axis=0) / within
    gap = before[0] - before[1]
    df = n.sum(axis=0) - 3
    variance = ((freedom * sd_after**2).sum(axis=0) - slope**2 * within) / df
    error = np.sqrt(variance * ((1 / n).sum(axis=0) + gap**2 / within))
    return after[0] - after[1] - slope * gap, error, df


def _neighbours(figures: Floats, half: float) -> Floats:
    """Give the figures at the ends and the middle of what prints the same: SDs and widths freely, means apart."""
    n = figures[:, 0]
    per_point = np.sqrt(n) / t_quantile(0.975, n - 1)
    steps = np.zeros((3**6 * 4, *figures.shape))
    for step, (signs, gaps) in zip(
        steps, product(product((-1, 0, 1), repeat=6), product((-1, 1), repeat=2)), strict=True
    ):
        step[:, 3], step[:, 4], step[:, 5] = signs[0:2], signs[2:4], per_point * signs[4:6]
        step[:, 1], step[:, 2] = (gaps[0], -gaps[0]), (gaps[1], -gaps[1])
    return np.moveaxis(figures + half * steps, 0, -1)
