"""The PHAT a study's patients came to who began where a patient began, with what is uncertain about it.

Everything rests on printed means, SDs and intervals; the correlation is implied, not printed, and two others stand
beside it.
"""

from typing import NamedTuple

import numpy as np

from pipelines.benchmark.intervals import ChangeCorrelation, single_case_regression
from pipelines.benchmark.measures import BASELINE, PHAT, PHAT_CHANGE, PHAT_SCALE
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.placement import Columns, Spread, cut, sd_of_change, spread_of
from pipelines.benchmark.reference import Study

ASSUMED = {"_r_20": 0.2, "_r_50": 0.5}
"""Correlations shown beside the implied one, by the end of their columns' names."""

REACH_SDS = 2.0
"""Nothing is expected of a baseline further than this many SDs from the study's mean baseline."""


class Course(NamedTuple):
    """An arm's PHAT at baseline and at a timepoint, and what the interval of its mean change implies."""

    before: Spread
    after: Spread
    implied: ChangeCorrelation | None  # None where the figures imply no correlation

    @property
    def n(self) -> float:
        """People in the smaller of the two."""
        return min(self.before.n, self.after.n)


def course_of(study: Study, arm: str, timepoint: str) -> Course | None:
    """Give the arm's course, or None where the study does not print both means with their SDs."""
    figures = study.find(arm, BASELINE, PHAT), study.find(arm, timepoint, PHAT)
    before, after = (spread_of(figure) for figure in figures)
    if timepoint == BASELINE or before is None or after is None:
        return None
    return Course(before, after, sd_of_change(*figures, study.find(arm, timepoint, PHAT_CHANGE)))


def expect(course: Course, baseline: Floats, outcome: Floats) -> Columns:
    """Say what to expect of these baselines, and where the outcomes (NaN: none yet) stand.

    Source: `single_case_regression`, with the implied correlation (columns without an ending), with .2 and with .5.
    Baselines beyond the study's (mean +- 2 SD) give NaN and `is_beyond_baselines`.
    """
    is_beyond = np.abs(baseline - course.before.mean) > REACH_SDS * course.before.sd
    inside = np.where(is_beyond, np.nan, baseline)
    columns: Columns = {"is_beyond_baselines": is_beyond}
    correlations: dict[str, float] = dict(ASSUMED)
    if course.implied is not None and not np.isnan(course.implied.r):
        correlations = {"": float(course.implied.r), **ASSUMED}
        columns |= {"implied_r": course.implied.r}
        columns |= {"implied_r_low": course.implied.r_low, "implied_r_high": course.implied.r_high}
    for ending, r in correlations.items():
        columns |= {f"{name}{ending}": values for name, values in _expected(course, inside, outcome, r).items()}
    return columns


def _expected(course: Course, baseline: Floats, outcome: Floats, r: float) -> Columns:
    before, after = course.before, course.after
    found = single_case_regression(baseline, outcome, *before[:2], *after[:2], r, course.n)
    lower, upper = cut(found.lower, found.upper, PHAT_SCALE)
    is_cut = (lower > found.lower) | (upper < found.upper)
    columns: Columns = {"expected": found.expected, "expected_lower": lower, "expected_upper": upper}
    return columns | {"is_expected_cut": is_cut, "expected_t": found.t, "expected_percentile": found.percentile}
