"""The registry's episodes as they stood at each timepoint: one frame a timepoint, one row an episode.

It selects and renames; whether a value compares with a study is decided in `comparability.py`.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.benchmark.measures import BASELINE, ONE_YEAR, Measure, value_of
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.rules import PHAT_ITEMS_NEEDED

EPISODE = ("patient_id", "side", "injury_no")
PENDING = ("not_yet_due", "in_window")

OF_THE_EPISODE = (
    *EPISODE,
    "clinic",
    "arm",
    "is_crossed_over",
    "crossed_over_on",
    "injured_on",
    "injured_on_precision",
    "age_at_injury_years",
    "sport_level",
    "is_mri_confirmed",
    "n_tendons_avulsed",
    "max_retraction_mm",
    "other_leg_state",
    "days_injury_to_visit",
    "days_injury_to_surgery",
    "is_baseline_before_treatment",
    "baseline_phat_total",
    "baseline_phat_items_answered",
)


def read_timepoints(
    one_year: pl.DataFrame, follow_up: pl.DataFrame, strength: pl.DataFrame, schedule: pl.DataFrame | None = None
) -> Mapping[str, pl.DataFrame]:
    """Give a frame for baseline, for month 12 (from `mart.one_year`) and for every other visit.

    At baseline and month 12 every episode has a row; at the other visits those assessed in the window, and with
    `schedule` (`registry.schedule`) also those who were not: whoever counts people needs them.
    `visit_status` says how the visit stands; `is_in_window` is null where there is no assessment.
    """
    baseline = one_year.with_columns(
        pl.lit("done").alias("visit_status"),
        pl.lit(None, pl.Date).alias("assessed_on"),
        pl.lit(None, pl.Boolean).alias("is_in_window"),
        pl.col("baseline_phat_items_answered").alias("phat_items_answered"),
        pl.lit(None, pl.String).alias("eq5d_version")
        if "baseline_eq5d_version" not in one_year.columns
        else pl.col("baseline_eq5d_version").alias("eq5d_version"),
    )
    others = _visits(one_year.select(OF_THE_EPISODE), follow_up, strength, schedule)
    return {BASELINE: baseline, ONE_YEAR: one_year, **others}


def first_episodes(one_year: pl.DataFrame) -> pl.DataFrame:
    """Keep the first episode of each patient: means and shares count people, who are independent of one another."""
    order = ("patient_id", "injured_on", "injury_no", "side")
    return one_year.sort(order, nulls_last=True).unique("patient_id", keep="first", maintain_order=True)


def values_of(frame: pl.DataFrame, measure: Measure, category: str, timepoint: str) -> Floats | None:
    """Give a measure's values, NaN where there is none; None where nobody can have one at this timepoint."""
    value = value_of(measure, category, timepoint)
    if value is None or not set(value.meta.root_names()) <= set(frame.columns):
        return None
    values: Floats = frame.select(value.fill_null(float("nan"))).to_series().to_numpy()
    return values


def baselines(frame: pl.DataFrame) -> Floats:
    """Give the baseline PHAT that counts: taken before treatment, with enough items answered; NaN elsewhere."""
    is_late = (~pl.col("is_baseline_before_treatment")).fill_null(False)
    is_short = (pl.col("baseline_phat_items_answered") < PHAT_ITEMS_NEEDED).fill_null(False)
    counts = pl.when(~is_late & ~is_short).then(pl.col("baseline_phat_total").cast(pl.Float64))
    values: Floats = frame.select(counts.fill_null(np.nan)).to_series().to_numpy()
    return values


def _visits(
    episodes: pl.DataFrame, follow_up: pl.DataFrame, strength: pl.DataFrame, schedule: pl.DataFrame | None
) -> dict[str, pl.DataFrame]:
    counted = follow_up.filter(pl.col("is_counted") & (pl.col("visit") != ONE_YEAR))
    elsewhere = ("clinic", *(name for name in strength.columns if name.endswith("_percent")))
    joined = (
        counted.drop(elsewhere)
        .join(episodes, on=EPISODE, how="inner")
        .join(strength, on=(*EPISODE, "assessed_on"), how="left")
    )
    injured_left = pl.col("side") == "left"
    derived = joined.with_columns(
        pl.lit("done").alias("visit_status"),
        pl.lit(True).alias("is_in_window"),
        (pl.col("phat_total") - pl.col("baseline_phat_total")).alias("phat_change"),
        ((pl.col("returned_to_sport_on") - pl.col("injured_on")).dt.total_days() / 7).alias("weeks_to_return_to_sport"),
        *(_difference(name, injured_left) for name in ("straight_leg_raise", "knee_extension")),
    )
    if schedule is not None:
        derived = pl.concat([derived, _unseen(episodes, derived, schedule)], how="diagonal")
    return {str(visit): frame for (visit,), frame in sorted(derived.partition_by("visit", as_dict=True).items())}


def _unseen(episodes: pl.DataFrame, seen: pl.DataFrame, schedule: pl.DataFrame) -> pl.DataFrame:
    """Give the episodes without an assessment that counts for a visit, with how the visit stands."""
    visits = schedule.filter(pl.col("visit") != ONE_YEAR).select(*EPISODE, "visit", visit_status="status")
    return visits.join(seen, on=(*EPISODE, "visit"), how="anti").join(episodes, on=EPISODE, how="inner")


def _difference(name: str, injured_left: pl.Expr) -> pl.Expr:
    left, right = pl.col(f"{name}_left_deg"), pl.col(f"{name}_right_deg")
    return pl.when(injured_left).then(left - right).otherwise(right - left).alias(f"{name}_difference_deg")
