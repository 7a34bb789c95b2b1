"""The measures a study may report, and where the registry keeps each of them.

A measure's name is the one in the reference files; which study reports it, with which figures, is not known here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import polars as pl

Kind = Literal["number", "yes_no", "event", "no_problems", "category", "both_tendons"]

SURGICAL, CONSERVATIVE = "surgical", "conservative"

PHAT = "phat_total"
PHAT_CHANGE = "phat_change"
PHAT_SCALE = (0.0, 100.0)
BASELINE = "baseline"
ONE_YEAR = "month_12"
RETURN_TO_SPORT = ("pre_injury_level", "different_level", "different_sport", "no_return", "no_sport_before_injury")


@dataclass(frozen=True)
class Measure:
    """One measure: `column` holds it in an assessment, `at_baseline` in an episode."""

    name: str
    label: str
    unit: str
    column: str
    kind: Kind = "number"
    at_baseline: str = ""
    scale: tuple[float, float] | None = None  # ends that no value can pass
    instrument: Literal["phat", "eq5d", "other_leg", ""] = ""
    has_direction: bool = True  # False: the sign convention of published figures is not known
    is_outcome: bool = True  # False: describes who was treated, not how it went
    margin: float | None = None  # differences of means within +- margin count as equivalent
    categories: tuple[str, ...] = ("",)


def _eq5d(domain: str, label: str) -> Measure:
    return Measure(
        name=f"eq5d_{domain}_no_problems",
        label=f"EQ-5D: no problems with {label}",
        unit="",
        column=f"eq5d_{domain}",
        kind="no_problems",
        at_baseline=f"baseline_eq5d_{domain}",
        instrument="eq5d",
    )


def _strength(position: str, label: str) -> Measure:
    name = f"strength_{position}_percent"
    return Measure(name, f"Strength, {label}", "% of the other leg", name, instrument="other_leg")


_ALL = (
    Measure(
        PHAT,
        "PHAT",
        "points",
        PHAT,
        at_baseline="baseline_phat_total",
        scale=PHAT_SCALE,
        instrument="phat",
        margin=10.0,
    ),
    Measure(
        PHAT_CHANGE, "PHAT, change since baseline", "points", PHAT_CHANGE, scale=(-100.0, 100.0), instrument="phat"
    ),
    Measure("return_to_sport", "Return to sport", "", "return_to_sport", "category", categories=RETURN_TO_SPORT),
    Measure("weeks_to_return_to_sport", "Injury to return to sport", "weeks", "weeks_to_return_to_sport"),
    Measure("recurrence", "Recurrence", "", "has_recurrence", "event"),
    Measure(
        "passive_straight_leg_raise_difference_deg",
        "Passive straight leg raise against the other leg",
        "degrees",
        "straight_leg_raise_difference_deg",
        instrument="other_leg",
        has_direction=False,
    ),
    Measure(
        "active_knee_extension_difference_deg",
        "Active knee extension against the other leg",
        "degrees",
        "knee_extension_difference_deg",
        instrument="other_leg",
        has_direction=False,
    ),
    _strength("prone_0_90", "prone 0/90"),
    _strength("prone_0_15", "prone 0/15"),
    _strength("supine_90_90", "supine 90/90"),
    _eq5d("mobility", "mobility"),
    _eq5d("self_care", "self-care"),
    _eq5d("usual_activities", "usual activities"),
    _eq5d("pain", "pain or discomfort"),
    _eq5d("anxiety", "anxiety or depression"),
    Measure("eq5d_vas", "EQ VAS", "points", "eq5d_vas", at_baseline="baseline_eq5d_vas", scale=(0.0, 100.0)),
    Measure("tegner", "Tegner activity", "level", "tegner", scale=(0.0, 10.0)),
    Measure("mri_tendon_continuity", "Tendon continuity on MRI", "", "has_proximal_continuity", "yes_no"),
    Measure(
        "would_choose_same_treatment", "Would choose the same treatment", "", "would_choose_same_treatment", "yes_no"
    ),
    Measure("age_years", "Age", "years", "", at_baseline="age_at_injury_years", is_outcome=False),
    Measure(
        "days_injury_to_visit",
        "Injury to first visit",
        "days",
        "",
        at_baseline="days_injury_to_visit",
        is_outcome=False,
    ),
    Measure(
        "two_tendon_avulsion",
        "Both free tendons avulsed",
        "",
        "",
        "both_tendons",
        "n_tendons_avulsed",
        is_outcome=False,
    ),
)

MEASURES: Mapping[str, Measure] = {measure.name: measure for measure in _ALL}


def column_of(measure: Measure, timepoint: str) -> str:
    """Name the column that holds the measure at a timepoint; empty where it is not taken then."""
    return measure.at_baseline if timepoint == BASELINE else measure.column


def value_of(measure: Measure, category: str, timepoint: str) -> pl.Expr | None:
    """Say how the measure's column gives the value, 0 or 1 for no and yes; None where the measure is not taken then."""
    column = column_of(measure, timepoint)
    if not column:
        return None
    answer = pl.col(column)
    if measure.kind == "no_problems":
        answer = answer == 1
    elif measure.kind == "both_tendons":
        answer = answer == 2
    elif measure.kind == "category":
        answer = answer == category
    elif measure.kind == "event":  # nothing reported is a no only from someone who was seen
        answer = pl.when(answer | (pl.col("visit_status") == "done")).then(answer)
    return answer.cast(pl.Float64)
