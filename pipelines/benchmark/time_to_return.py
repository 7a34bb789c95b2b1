"""How many have returned to sport by each week after the injury, where some returns have no date and some people die.

A return without a date lies between two visits and is never dated by a visit; whoever dies has not returned and does
not leave the people at risk, so that the curve is the share of all (cumulative incidence), not of the survivors.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from pipelines.benchmark.numeric import Floats

WEEKS = tuple(range(0, 61, 4))
"""Weeks at which the curve is told."""


@dataclass(frozen=True)
class Course:
    """One person: not returned by `lower` weeks, returned by `upper`; inf where that was never seen.

    A dated return has lower == upper. Somebody who died unreturned has lower == inf.
    """

    lower: float
    upper: float

    @property
    def is_at_risk(self) -> bool:
        """Somebody never seen after the injury tells nothing."""
        return self.lower > 0 or self.upper < inf


def returned_by(courses: Sequence[Course], weeks: Sequence[float] = WEEKS) -> Floats:
    """Give the share returned by each week, 0 to 1; NaN where nobody was followed.

    Source: Turnbull 1976, the nonparametric maximum likelihood by self-consistency; where every return has a date it
    is Kaplan and Meier 1958. A return that may lie anywhere in a gap counts at the gap's end.
    """
    at_risk = [(course.lower, course.upper) for course in courses if course.is_at_risk]
    if not at_risk:
        return np.full(len(weeks), np.nan)
    ends, counts = np.unique(np.array(at_risk), axis=0, return_counts=True)
    days = np.unique(np.append(ends[:, 1], inf))  # the last one is never
    lower, upper = ends[:, :1], ends[:, 1:]
    is_possible = np.where(lower == upper, days == upper, (lower < days) & (days <= upper))
    shares = _self_consistent(is_possible.astype(float), counts / counts.sum())
    returned: Floats = np.array([shares[:-1][days[:-1] <= week].sum() for week in weeks])
    return returned


def _self_consistent(is_possible: Floats, weights: Floats) -> Floats:
    """Share each person's one return over the days it may have been, by all persons' shares, until nothing moves."""
    shares = np.full(is_possible.shape[1], 1 / is_possible.shape[1])
    for _ in range(ROUNDS):
        before, spread = shares, is_possible * shares
        shares = weights @ (spread / spread.sum(axis=1, keepdims=True))
        if np.abs(shares - before).max() < TOLERANCE:
            break
    return shares


ROUNDS, TOLERANCE = 20_000, 1e-9


def known_by(courses: Sequence[Course], weeks: float) -> int:
    """Count who is known to have returned, or not to have returned, by that week."""
    return sum(course.is_at_risk and (course.upper <= weeks or course.lower >= weeks) for course in courses)
