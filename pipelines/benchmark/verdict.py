"""What a patient's PHAT is called beside the patient's own arm: the only measure that carries a verdict.

Twelve measures would call nearly half of typical patients low in at least one, so the others get none.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from pipelines.benchmark.comparability import Bools

Codes: TypeAlias = npt.NDArray[np.int64]

CHANCE = 0.05
"""Share of typical patients under the 5th percentile of a measure."""

LOW, HIGH = 100 * CHANCE, 100 * (1 - CHANCE)
VERDICTS = (None, "top_of_scale", "low", "high", "usual")
BASES = (None, "expected", "outcome")


def judge(columns: Mapping[str, Any], is_own_arm: Bools) -> tuple[Codes, Codes]:
    """Give places in VERDICTS and BASES: what it is called, and what that rests on.

    That is the percentile given the baseline, else the one of the outcome alone.
    """
    outcome = columns["percentile"]
    given = columns.get("expected_percentile", np.full(outcome.shape, np.nan))
    percentile = np.where(np.isnan(given), outcome, given)
    conditions = (~is_own_arm | np.isnan(percentile), columns["is_top_of_scale"], percentile < LOW, percentile > HIGH)
    verdict = np.select(conditions, range(4), 4)
    basis = np.where(verdict == 0, 0, np.where(np.isnan(given), 2, 1))
    return verdict, basis
