"""Where a value lies beside one printed figure, by the kind of statistic; arrays in, named arrays out.

It takes whoever it is given for comparable: who is, `comparability.py` decides.
"""

from collections.abc import Callable
from math import isnan, nan
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np

from pipelines.benchmark.intervals import (
    ChangeCorrelation,
    correlation_from_change,
    prediction_interval,
    scaled_beta_percentile,
    single_case,
    wilson,
)
from pipelines.benchmark.measures import Measure
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.reference import Figure
from pipelines.benchmark.rules import TOP_OF_SCALE

Columns: TypeAlias = dict[str, Any]
"""A value a row, or one value for all rows, by column name."""

BANDS = ("below_q1", "q1_to_median", "median_to_q3", "above_q3")

Result = TypeVar("Result", bound=tuple[Any, ...])


class Spread(NamedTuple):
    """A mean, the SD of single patients about it, and how many there were."""

    mean: float
    sd: float
    n: float


def spread_of(figure: Figure | None, sd_change: float = nan) -> Spread | None:
    """Give the mean and SD of single patients, where the figure tells both."""
    if figure is None:
        return None
    sd = figure.sd if figure.statistic == "mean_sd" else sd_change
    return None if isnan(sd) else Spread(figure.value, sd, figure.n)


def place(figure: Figure, measure: Measure, values: Floats, sd_change: float = nan) -> Columns:
    """Give the columns that the figure's statistic allows for these values (NaN: none).

    sd_change: the SD of single changes, where the figure is the interval of a mean change that tells one.
    """
    if figure.statistic in ("mean_sd", "mean_ci95"):
        spread = spread_of(figure, sd_change)
        return {} if spread is None or not measure.has_direction else _beside_mean(spread, figure, measure, values)
    if figure.statistic == "median_iqr":
        return _beside_quartiles(figure, values)
    return {} if figure.statistic is None else share_of(figure)


def on_distinct(function: Callable[[Floats], Result], values: Floats) -> Result:
    """Evaluate a costly function once for each distinct value; it gives a named tuple of arrays."""
    distinct, inverse = np.unique(values, return_inverse=True)
    results = function(distinct)
    spread: Result = type(results)(*(np.asarray(result)[inverse] for result in results))
    return spread


def cut(lower: Floats, upper: Floats, scale: tuple[float, float] | None) -> tuple[Floats, Floats]:
    """Cut an interval at the ends of a scale."""
    return (lower, upper) if scale is None else (np.maximum(lower, scale[0]), np.minimum(upper, scale[1]))


def sd_of_change(before: Figure | None, after: Figure | None, change: Figure | None) -> ChangeCorrelation | None:
    """Give what the interval of a mean change implies (SD, r and its range), or None where the figures do not tell."""
    first, last = spread_of(before), spread_of(after)
    if first is None or last is None or change is None or change.statistic != "mean_ci95":
        return None
    figures = (first.sd, last.sd, change.n, change.value, change.lower, change.upper)
    try:
        return correlation_from_change(*figures, half_unit=half_unit(*figures))
    except ValueError:  # an interval that is no t interval implies nothing
        return None


def half_unit(*figures: float) -> float:
    """Give half of the last printed digit, by the figure with the most decimals."""
    texts = (f"{figure:g}" for figure in figures)
    return 0.5 * 10.0 ** -max(len(text.partition(".")[2]) for text in texts)


def _beside_mean(spread: Spread, figure: Figure, measure: Measure, values: Floats) -> Columns:
    ends = prediction_interval(*spread)
    lower, upper = cut(*ends, measure.scale)
    columns: Columns = {
        "prediction_lower": lower,
        "prediction_upper": upper,
        "is_prediction_lower_cut": bool(lower > ends[0]),
        "is_prediction_upper_cut": bool(upper < ends[1]),
    }
    # Given the baseline, the change and the outcome are one test: the change gets no percentile of its own.
    return columns if figure.statistic == "mean_ci95" else columns | _percentiles(spread, measure, values)


def _percentiles(spread: Spread, measure: Measure, values: Floats) -> Columns:
    case = on_distinct(lambda distinct: single_case(distinct, *spread), values)
    columns: Columns = {
        "t": case.t,
        "percentile": case.percentile,
        "percentile_lower": case.percentile_lower,
        "percentile_upper": case.percentile_upper,
    }
    if measure.scale is not None:
        low, high = measure.scale
        columns["percentile_scaled_beta"] = scaled_beta_percentile(np.clip(values, low, high), *spread[:2], low, high)
        columns["is_top_of_scale"] = values >= low + (high - low) * TOP_OF_SCALE / 100
    return columns


def _beside_quartiles(figure: Figure, values: Floats) -> Columns:
    edges = [values < figure.lower, values < figure.value, values <= figure.upper, values > figure.upper]
    return {"band": np.select(edges, range(4), nan)}


def share_of(figure: Figure) -> Columns:
    """Give the proportion behind a count, with its interval, or a proportion as printed, which has none."""
    if figure.statistic == "proportion_above":
        return {"reference_proportion": figure.value}
    lower, upper = wilson(figure.value, figure.n)
    ends = {"reference_proportion_lower": lower, "reference_proportion_upper": upper}
    return {"reference_proportion": figure.value / figure.n, **ends}
