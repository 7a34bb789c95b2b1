"""Whom an arm's or a clinic's figures count: comparable episodes, by the treatment decided, the first of each patient.

Unlike a patient's own comparison, a group keeps those operated after a conservative decision: leaving them out would
leave out the failures.
"""

import numpy as np
import polars as pl

from pipelines.benchmark import comparability as comparing
from pipelines.benchmark.assessments import baselines, values_of
from pipelines.benchmark.measures import Measure
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.patient import Beside, reasons_of
from pipelines.benchmark.placement import Columns, Spread

STATES = ("n", "n_missing", "n_not_yet", "n_not_comparable")


def population(here: Beside, measure: Measure, category: str) -> pl.DataFrame | None:
    """Give a row for every episode of the frame, or None where the measure is not taken then.

    clinic, arm, `state` (a place in STATES), `value` (NaN unless its state is n), and what case-mix models need:
    baseline, age, both_tendons (NaN: unknown).
    """
    values = values_of(here.frame, measure, category, here.timepoint)
    if values is None:
        return None
    masks, is_pending = reasons_of(here, measure, values)
    masks = masks & ~comparing.BIT["crossed_over"]
    standing = comparing.standing(masks, is_pending, has_figure=True)
    is_missing = comparing.lacks_only_a_value(masks)
    states = np.select([standing == comparing.COMPARABLE, is_missing, standing == comparing.NOT_YET], range(3), 3)
    covariates = {
        "baseline": baselines(here.frame),
        "age": _numbers(here.frame, pl.col("age_at_injury_years")),
        "both_tendons": _numbers(here.frame, pl.col("n_tendons_avulsed") == 2),
    }
    known = np.where(states == 0, values, np.nan)
    return here.frame.select("clinic", "arm").with_columns(state=states, value=known, **_series(covariates))


def count(people: pl.DataFrame) -> Columns:
    """Count the states: n_episodes = n + n_missing + n_not_yet + n_not_comparable."""
    tally = np.bincount(people["state"].to_numpy(), minlength=len(STATES))
    return {"n_episodes": people.height} | dict(zip(STATES, map(int, tally), strict=True))


def elsewhere(people: pl.DataFrame) -> int:
    """Count those outside the clinic that has most of them: the least that a clinic finds by subtracting its own."""
    return people.height - int(people["clinic"].value_counts()["count"].max() or 0)  # type: ignore[arg-type]


def known_values(people: pl.DataFrame) -> Floats:
    """Give the values of those who compare."""
    values: Floats = people["value"].to_numpy()
    return values[~np.isnan(values)]


def summary(values: Floats) -> Spread:
    """Give mean, SD and n of values; NaN where there are too few."""
    n = len(values)
    mean = float(values.mean()) if n else np.nan
    return Spread(mean, float(values.std(ddof=1)) if n > 1 else np.nan, n)


def _numbers(frame: pl.DataFrame, number: pl.Expr) -> Floats:
    values: Floats = frame.select(number.cast(pl.Float64).fill_null(float("nan"))).to_series().to_numpy()
    return values


def _series(columns: dict[str, Floats]) -> dict[str, pl.Series]:
    return {name: pl.Series(name, values) for name, values in columns.items()}
