"""`mart.arm_benchmark`: each arm of the registry beside the study's arm of that name, measure by measure.

It counts comparable episodes, the first of each patient; nothing here compares the registry's arms with one another.
"""

from collections.abc import Iterator
from math import nan

import numpy as np
import polars as pl

from pipelines.benchmark.arm_columns import SCHEMA
from pipelines.benchmark.assessments import first_episodes, read_timepoints
from pipelines.benchmark.intervals import Welch, equivalence, newcombe, welch_from_summary, wilson
from pipelines.benchmark.measures import BASELINE, MEASURES, Measure
from pipelines.benchmark.numeric import Floats, t_quantile
from pipelines.benchmark.patient import Beside, beside, figures_of, printed
from pipelines.benchmark.placement import Columns, Spread, share_of, spread_of
from pipelines.benchmark.population import count, known_values, population, summary
from pipelines.benchmark.reference import Figure, read_studies
from pipelines.benchmark.tables import table


def compare_arms(
    one_year: pl.DataFrame,
    follow_up: pl.DataFrame,
    strength: pl.DataFrame,
    outcome: pl.DataFrame,
    schedule: pl.DataFrame,
) -> pl.DataFrame:
    """Give the rows of `mart.arm_benchmark`, made of `mart.one_year`, `registry.follow_up`, `mart.strength`,
    `reference.outcome` and `registry.schedule`.

    A row for every figure of every arm of a study; values are of comparable episodes alone, and
    n_episodes = n_not_comparable + n_not_yet + n_missing + n.
    """
    timepoints = read_timepoints(first_episodes(one_year), follow_up, strength, schedule)
    rows = [
        row
        for study in read_studies(outcome)
        for timepoint, frame in timepoints.items()
        for arm in study.arms
        for row in _arm(beside(frame.filter(pl.col("arm") == arm), study, arm, timepoint))
    ]
    return table(rows, SCHEMA)


def mean_interval(spread: Spread) -> tuple[float, float]:
    """Give the 95 % t interval of a mean; NaN under two people or where all have the same value."""
    if spread.n < 2 or not spread.sd > 0:
        return nan, nan
    half = float(t_quantile(0.975, np.asarray(spread.n - 1.0))) * spread.sd / spread.n**0.5
    return spread.mean - half, spread.mean + half


def _arm(here: Beside) -> Iterator[Columns]:
    for figure in figures_of(here.study, here.arm, here.timepoint):
        measure = MEASURES[figure.measure]
        people = population(here, measure, figure.category) if figure.statistic else None
        if people is not None:
            estimates = _estimates(here, figure, measure, known_values(people))
            yield printed(figure) | {"arm": here.arm} | count(people) | estimates


def reference_estimates(figure: Figure) -> Columns:
    """Give the study's mean, median or proportion with its 95 % interval, or its quartiles beside a median."""
    if figure.statistic in ("count", "proportion_above"):
        return {name.replace("proportion", "estimate"): value for name, value in share_of(figure).items()}
    ends = mean_interval(Spread(figure.value, figure.sd, figure.n)) if figure.statistic == "mean_sd" else None
    lower, upper = ends or (figure.lower, figure.upper)
    names = ("reference_estimate", "reference_estimate_lower", "reference_estimate_upper")
    return dict(zip(names, (figure.value, lower, upper), strict=True))


def _estimates(here: Beside, figure: Figure, measure: Measure, known: Floats) -> Columns:
    theirs = reference_estimates(figure)
    if figure.statistic in ("mean_sd", "mean_ci95"):
        return theirs | _means(here, figure, measure, summary(known))
    if figure.statistic == "median_iqr":
        lower, median, upper = np.quantile(known, [0.25, 0.5, 0.75]) if len(known) else (nan, nan, nan)
        return theirs | {"estimate": median, "estimate_lower": lower, "estimate_upper": upper}
    return theirs | _shares(figure, known)


def _means(here: Beside, figure: Figure, measure: Measure, ours: Spread) -> Columns:
    lower, upper = mean_interval(ours)
    columns: Columns = {"estimate": ours.mean, "sd": ours.sd, "estimate_lower": lower, "estimate_upper": upper}
    implied = here.course.implied if here.course else None
    theirs = spread_of(figure, nan if implied is None else float(implied.sd_change))
    # Two legs are subtracted in an order the study does not tell, so a difference of differences would mean nothing.
    if theirs is None or not measure.has_direction:
        return columns
    welch = welch_from_summary(*ours, *theirs)
    columns |= {"difference": welch.difference, "difference_lower": welch.lower, "difference_upper": welch.upper}
    has_margin = measure.margin is not None and here.timepoint != BASELINE
    return columns | _equivalence(welch, measure.margin) if has_margin else columns


def _equivalence(welch: Welch, margin: float | None) -> Columns:
    found = equivalence(welch.difference, welch.standard_error, welch.df, margin or nan)
    return {
        "equivalence_margin": margin,
        "equivalence_lower": found.lower,
        "equivalence_upper": found.upper,
        "equivalence": found.verdict,
        "equivalence_power": found.power,
    }


def _shares(figure: Figure, known: Floats) -> Columns:
    n, k = len(known), int(known.sum())
    lower, upper = wilson(k, n)
    share = k / n if n else nan
    columns: Columns = {"n_events": k, "estimate": share, "estimate_lower": lower, "estimate_upper": upper}
    theirs = share_of(figure)
    if figure.statistic == "count":
        ends = newcombe(k, n, figure.value, figure.n)
        columns["difference"] = share - theirs["reference_proportion"]
        columns["difference_lower"], columns["difference_upper"] = ends
    return columns | theirs
