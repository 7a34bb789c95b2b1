"""`mart.arm_difference`: surgical minus conservative in PHAT, in the registry and as a study's figures imply it.

Treatment was chosen, not drawn, in both: every row is an association, and none is a reason to prefer a treatment.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import polars as pl

from pipelines.benchmark import least_squares as ols
from pipelines.benchmark.assessments import first_episodes, read_timepoints
from pipelines.benchmark.implied import implied_by_baseline, implied_by_change
from pipelines.benchmark.measures import BASELINE, CONSERVATIVE, MEASURES, PHAT, SURGICAL
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.patient import beside
from pipelines.benchmark.patient_columns import FEW, Column
from pipelines.benchmark.placement import Columns
from pipelines.benchmark.population import elsewhere, population
from pipelines.benchmark.reference import Study, read_studies
from pipelines.benchmark.tables import table

NEEDED_PER_ARM = 15
"""Fewer patients than this in an arm, inside the overlap, and nothing is estimated."""

GRID = range(0, 101, 10)
"""Baselines at which the difference is drawn, where both arms have patients."""

COLUMNS: Mapping[str, Column] = {
    "study": (FEW, "Study whose rules of comparability hold, and whose own figures stand beside."),
    "timepoint": (FEW, "Visit of the outcome, such as month_12."),
    "quantity": (
        FEW,
        "adjusted (registry, given the baseline), slope (change of the difference per point of baseline), "
        "at_<baseline> (drawn from the slope), study_adjusted and study_change (what the study's figures imply).",
    ),
    "at_baseline": (pl.Float64, "PHAT at baseline at which the difference is drawn."),
    "estimate": (pl.Float64, "Surgical minus conservative, in points of PHAT; no cause is meant."),
    "estimate_lower": (pl.Float64, "Lower 95 % limit: HC3 in the registry, from summary figures in the study."),
    "estimate_upper": (pl.Float64, "Upper 95 % limit: HC3 in the registry, from summary figures in the study."),
    "rounding_lowest": (pl.Float64, "Lowest estimate that rounding allows, all figures at their worst at once."),
    "rounding_highest": (pl.Float64, "Highest estimate that rounding allows, all figures at their worst at once."),
    "n_surgical": (pl.Int32, "Surgical patients behind the estimate: complete, in the overlap."),
    "n_conservative": (pl.Int32, "Conservative patients behind the estimate: complete, in the overlap."),
    "n_surgical_elsewhere": (pl.Int32, "Of the surgical, those outside the clinic that has most of them."),
    "n_conservative_elsewhere": (pl.Int32, "Of the conservative, those outside the clinic that has most of them."),
    "n_outside_overlap": (pl.Int32, "Complete patients whose baseline the other arm does not reach; left out."),
    "n_clinics": (pl.Int32, "Clinics behind the estimate, each with an effect of its own."),
    "overlap_lower": (pl.Float64, "Lowest baseline that both arms reach."),
    "overlap_upper": (pl.Float64, "Highest baseline that both arms reach."),
}  # fmt: skip

SCHEMA = {name: column[0] for name, column in COLUMNS.items()}
TEXTS = {name: column[1] for name, column in COLUMNS.items()}


class Overlap(NamedTuple):
    """The complete patients whose baselines both arms reach, and how far that is."""

    patients: pl.DataFrame
    lower: float
    upper: float
    n_outside: int


def compare_treatments(
    one_year: pl.DataFrame, follow_up: pl.DataFrame, strength: pl.DataFrame, outcome: pl.DataFrame
) -> pl.DataFrame:
    """Give the rows of `mart.arm_difference`.

    The registry's estimates are an analysis of covariance on comparable patients with baseline and outcome, the first
    episode of each, by the treatment decided: arm, baseline and a fixed effect for each clinic, errors by HC3.
    """
    timepoints = read_timepoints(first_episodes(one_year), follow_up, strength)
    rows = [
        {"study": study.name, "timepoint": timepoint} | row
        for study in read_studies(outcome)
        for timepoint, frame in timepoints.items()
        if timepoint != BASELINE and study.find(SURGICAL, timepoint, PHAT) and study.find(CONSERVATIVE, timepoint, PHAT)
        for row in (*_registry(study, timepoint, frame), *_implied(study, timepoint))
    ]
    return table(rows, SCHEMA)


def _registry(study: Study, timepoint: str, frame: pl.DataFrame) -> Iterator[Columns]:
    overlap = _overlap(_complete(study, timepoint, frame))
    counts = _counts(overlap)
    if min(counts["n_surgical"], counts["n_conservative"]) < NEEDED_PER_ARM:
        yield counts | {"quantity": "adjusted"}
        return
    values, baseline = overlap.patients["value"].to_numpy(), overlap.patients["baseline"].to_numpy()
    is_surgical = (overlap.patients["arm"] == SURGICAL).to_numpy().astype(np.float64)
    design = np.column_stack([is_surgical, baseline, *_clinics(overlap.patients)])
    yield counts | {"quantity": "adjusted"} | _estimate(ols.fit(design, values), {0: 1.0})
    middle = float(baseline.mean())
    crossed = np.column_stack([is_surgical, is_surgical * (baseline - middle), baseline, *_clinics(overlap.patients)])
    found = ols.fit(crossed, values)
    yield counts | {"quantity": "slope"} | _estimate(found, {1: 1.0})
    for at in GRID:
        if overlap.lower <= at <= overlap.upper:
            drawn = _estimate(found, {0: 1.0, 1: at - middle})
            yield counts | {"quantity": f"at_{at}", "at_baseline": float(at)} | drawn


def _complete(study: Study, timepoint: str, frame: pl.DataFrame) -> pl.DataFrame:
    arms = [beside(frame.filter(pl.col("arm") == arm), study, arm, timepoint) for arm in (SURGICAL, CONSERVATIVE)]
    people = [group for here in arms if (group := population(here, MEASURES[PHAT], "")) is not None]
    return pl.concat(people).filter(pl.col("value").is_not_nan() & pl.col("baseline").is_not_nan())


def _overlap(complete: pl.DataFrame) -> Overlap:
    groups = (complete.filter(pl.col("arm") == arm)["baseline"].to_numpy() for arm in (SURGICAL, CONSERVATIVE))
    ends = [(float(group.min()), float(group.max())) for group in groups if len(group)]
    if len(ends) < 2:
        return Overlap(complete.clear(), float("nan"), float("nan"), complete.height)
    lower, upper = max(end[0] for end in ends), min(end[1] for end in ends)
    inside = complete.filter(pl.col("baseline").is_between(lower, upper))
    return Overlap(inside, lower, upper, complete.height - inside.height)


def _counts(overlap: Overlap) -> Columns:
    arms = overlap.patients["arm"]
    return {
        "n_surgical": int((arms == SURGICAL).sum()),
        "n_conservative": int((arms == CONSERVATIVE).sum()),
        "n_surgical_elsewhere": elsewhere(overlap.patients.filter(pl.col("arm") == SURGICAL)),
        "n_conservative_elsewhere": elsewhere(overlap.patients.filter(pl.col("arm") == CONSERVATIVE)),
        "n_outside_overlap": overlap.n_outside,
        "n_clinics": overlap.patients["clinic"].n_unique(),
        "overlap_lower": overlap.lower,
        "overlap_upper": overlap.upper,
    }


def _clinics(patients: pl.DataFrame) -> list[Floats]:
    """Give one column a clinic; together they are the intercept."""
    clinics = sorted(patients["clinic"].unique().to_list())
    return [(patients["clinic"] == clinic).to_numpy().astype(np.float64) for clinic in clinics]


def _estimate(found: ols.Fit | None, weights: Mapping[int, float]) -> Columns:
    if found is None:
        return {}
    combination = np.zeros(len(found.coefficients))
    for place, weight in weights.items():
        combination[place] = weight
    return dict(zip(("estimate", "estimate_lower", "estimate_upper"), ols.estimate(found, combination), strict=True))


def _implied(study: Study, timepoint: str) -> Iterator[Columns]:
    names = ("estimate", "estimate_lower", "estimate_upper", "rounding_lowest", "rounding_highest")
    for quantity, imply in (("study_adjusted", implied_by_baseline), ("study_change", implied_by_change)):
        if implied := imply(study, timepoint):
            yield {"quantity": quantity} | dict(zip(names, implied, strict=True))
