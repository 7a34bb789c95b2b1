"""`mart.patient_benchmark`: every episode beside every arm of every study, measure by measure.

It puts together what compares (`comparability.py`), where a value lies (`placement.py`) and what was expected
(`expected.py`); it reads frames and gives a frame.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.benchmark import comparability as comparing
from pipelines.benchmark.assessments import baselines, read_timepoints, values_of
from pipelines.benchmark.comparability import Bools, Masks
from pipelines.benchmark.expected import Course, course_of, expect
from pipelines.benchmark.measures import BASELINE, MEASURES, PHAT, PHAT_CHANGE, Measure
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.placement import Columns, place
from pipelines.benchmark.reference import NUMBERS, Figure, Study, read_studies
from pipelines.benchmark.stacking import Block, stack
from pipelines.benchmark.verdict import CHANCE, judge


@dataclass(frozen=True)
class Beside:
    """One timepoint's episodes beside one arm of a study, with the reasons and flags that hold for any measure."""

    frame: pl.DataFrame
    study: Study
    arm: str
    timepoint: str
    masks: Masks
    course: Course | None
    is_own_arm: Bools
    is_pending: Bools
    is_ended: Bools


def compare_patients(
    one_year: pl.DataFrame, follow_up: pl.DataFrame, strength: pl.DataFrame, outcome: pl.DataFrame
) -> pl.DataFrame:
    """Give the rows of `mart.patient_benchmark`, made of `mart.one_year`, `registry.follow_up`, `mart.strength` and
    `reference.outcome`.

    At baseline and month 12 every episode has a row for every figure of every study; at other visits only those
    assessed in the window; a measure without a figure has a row where there is a value.
    """
    timepoints = read_timepoints(one_year, follow_up, strength)
    blocks = [
        block
        for study in read_studies(outcome)
        for timepoint, frame in timepoints.items()
        for arm in study.arms
        for block in _beside(beside(frame, study, arm, timepoint))
    ]
    return stack(blocks, timepoints)


def beside(frame: pl.DataFrame, study: Study, arm: str, timepoint: str) -> Beside:
    """Put a timepoint's episodes beside one arm of a study."""
    masks = comparing.episode_masks(frame, study, arm, timepoint)
    is_own_arm = frame["arm"].eq(arm).fill_null(False).to_numpy()
    times = comparing.pending(frame), comparing.ended(frame)
    return Beside(frame, study, arm, timepoint, masks, course_of(study, arm, timepoint), is_own_arm, *times)


def reasons_of(here: Beside, measure: Measure, values: Floats) -> tuple[Masks, Bools]:
    """Give the reasons and flags of each row for these values (NaN: none), and whose time has not come."""
    is_missing = np.isnan(values)
    is_pending = is_missing & here.is_pending
    masks = here.masks | comparing.measure_masks(here.frame, measure, here.timepoint)
    return masks | comparing.absence_masks(here.frame, measure, is_missing, is_pending, here.is_ended), is_pending


def figures_of(study: Study, arm: str, timepoint: str) -> Iterator[Figure]:
    """Give the arm's figure for every measure and category, without a statistic where the study has none."""
    for measure in MEASURES.values():
        for category in measure.categories:
            found = study.find(arm, timepoint, measure.name, category)
            yield found or Figure(study.name, arm, timepoint, measure.name, category)


def printed(figure: Figure) -> Columns:
    """Give the figure as printed: which it is, its numbers, and what to know about it."""
    names = ("study", "timepoint", "measure", "category", "statistic", "p_between_arms", "source", "note")
    numbers = {f"reference_{name}": getattr(figure, name) for name in NUMBERS}
    return {name: getattr(figure, name) for name in names} | numbers


def counts_as_one(measure: Measure, category: str) -> bool:
    """Say which figures count as a measure of their own: not the change, which is one test with the outcome."""
    return measure.is_outcome and measure.name != PHAT_CHANGE and category == measure.categories[0]


def _beside(here: Beside) -> Iterator[Block]:
    found, n_compared = [], np.zeros(here.frame.height, dtype=np.int32)
    for figure in figures_of(here.study, here.arm, here.timepoint):
        measure = MEASURES[figure.measure]
        values = values_of(here.frame, measure, figure.category, here.timepoint)
        if values is None or (figure.statistic is None and np.isnan(values).all()):
            continue
        columns, is_compared = _compare(here, figure, measure, values)
        if counts_as_one(measure, figure.category):
            n_compared += is_compared
        found.append((figure, columns))
    of_arm: Columns = {"n_measures_compared": n_compared, "n_low_by_chance": n_compared * CHANCE}
    of_arm |= {"is_own_arm": here.is_own_arm, "reference_arm": here.arm}
    for figure, columns in found:
        is_kept = ~np.isnan(columns["value"]) | (figure.statistic is not None)
        yield Block(here.timepoint, np.flatnonzero(is_kept), columns | of_arm | printed(figure))


def _compare(here: Beside, figure: Figure, measure: Measure, values: Floats) -> tuple[Columns, Bools]:
    """Give the columns of one figure and say who is compared in it."""
    masks, is_pending = reasons_of(here, measure, values)
    standing = comparing.standing(masks, is_pending, has_figure=figure.statistic is not None)
    is_compared = standing == comparing.COMPARABLE
    is_shown = is_compared | (standing == comparing.NOT_YET)
    columns = _place(here, figure, measure, np.where(is_compared, values, np.nan), is_shown)
    masks = masks | comparing.combine(len(masks), _flags(here, figure, measure, columns, is_shown))
    columns |= {"value": values, "comparability": standing, "masks": masks}
    if measure.kind != "number":
        columns["has_outcome"] = values
    missing = f"{measure.column}_missing"
    if missing in here.frame.columns and here.timepoint != BASELINE:
        columns["value_missing"] = here.frame[missing]
    return columns, is_compared


def _place(here: Beside, figure: Figure, measure: Measure, values: Floats, is_shown: Bools) -> Columns:
    """Place values (NaN: none, or not compared), with what is usual and expected where a comparison is shown."""
    implied = here.course.implied if here.course else None
    columns = place(figure, measure, values, float("nan") if implied is None else float(implied.sd_change))
    if measure.name == PHAT and here.course is not None:
        columns |= expect(here.course, np.where(is_shown, baselines(here.frame), np.nan), values)
        columns["verdict"], columns["verdict_basis"] = judge(columns, here.is_own_arm)
    for name in columns:
        if name.startswith("prediction"):
            columns[name] = np.where(is_shown, columns[name], np.nan)
        elif name in ("t", "expected_t") or "percentile" in name:
            columns[name] = np.where(columns.get("is_top_of_scale", False), np.nan, columns[name])
    return columns


def _flags(here: Beside, figure: Figure, measure: Measure, columns: Columns, is_shown: Bools) -> Mapping[str, Bools]:
    nobody = np.zeros(here.frame.height, dtype=bool)
    is_cut = columns.get("is_prediction_lower_cut", False) or columns.get("is_prediction_upper_cut", False)
    is_mean = figure.statistic in ("mean_sd", "mean_ci95")
    flags = {
        "top_of_scale": columns.get("is_top_of_scale", nobody),
        "interval_cut": is_shown & is_cut | columns.get("is_expected_cut", nobody),
        "sign_unknown": is_shown & (is_mean and not measure.has_direction),
    }
    if "is_beyond_baselines" in columns:
        flags["beyond_baselines"] = columns["is_beyond_baselines"]
        flags["no_baseline"] = is_shown & np.isnan(baselines(here.frame))
        flags["no_correlation"] = is_shown & ("expected" not in columns)
    return flags
