"""A study's printed figures as values, and what they say about whom the study had.

Figures are taken as printed; no statistic is computed from them here, and no study is known by name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isnan, nan
from typing import Any

import polars as pl

from pipelines.benchmark.measures import BASELINE, MEASURES
from warehouse.errors import RegistryError

NEEDED: Mapping[str, tuple[str, ...]] = {
    "mean_sd": ("n", "value", "sd"),
    "median_iqr": ("value", "lower", "upper"),
    "mean_ci95": ("n", "value", "lower", "upper"),
    "count": ("n", "value"),
    "proportion_above": ("value",),
}
"""Statistics a figure may be, with the numbers each cannot do without."""

STATISTICS = tuple(NEEDED)
NUMBERS = ("n", "value", "sd", "lower", "upper")
TEXTS = ("study", "arm", "timepoint", "measure", "category", "statistic", "p_between_arms", "source", "note")


class FigureError(RegistryError):
    """A reference file holds a row that no comparison can use; the message names its line."""


@dataclass(frozen=True)
class Figure:
    """One printed figure: `statistic` says what `value`, `sd`, `lower` and `upper` are; NaN is not printed."""

    study: str
    arm: str
    timepoint: str
    measure: str
    category: str
    statistic: str | None = None  # None: the study gives no figure
    n: float = nan
    value: float = nan
    sd: float = nan
    lower: float = nan
    upper: float = nan
    p_between_arms: str | None = None
    source: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Study:
    """All figures of one study."""

    name: str
    figures: tuple[Figure, ...]

    @cached_property
    def arms(self) -> tuple[str, ...]:
        """Arms in the order the study's file first names them."""
        return tuple(dict.fromkeys(figure.arm for figure in self.figures))

    @cached_property
    def _by_key(self) -> Mapping[tuple[str, str, str, str], Figure]:
        return {(figure.arm, figure.timepoint, figure.measure, figure.category): figure for figure in self.figures}

    def find(self, arm: str, timepoint: str, measure: str, category: str = "") -> Figure | None:
        """Give the figure, or None where the study has none."""
        return self._by_key.get((arm, timepoint, measure, category))

    def quartiles(self, arm: str, measure: str) -> tuple[float, float] | None:
        """Give the arm's quartiles of a baseline measure, where it prints them."""
        figure = self.find(arm, BASELINE, measure)
        return (figure.lower, figure.upper) if figure is not None and figure.statistic == "median_iqr" else None

    def had_only_two_tendons(self, arm: str) -> bool:
        """Say whether all of the arm's patients had both free tendons avulsed; False where the study does not say."""
        figure = self.find(arm, BASELINE, "two_tendon_avulsion")
        return figure is not None and figure.statistic == "count" and figure.value == figure.n


def read_studies(outcome: pl.DataFrame) -> tuple[Study, ...]:
    """Turn the rows of `reference.outcome` into studies; a row that no comparison can use raises FigureError."""
    found: dict[str, list[Figure]] = {}
    for number, row in enumerate(outcome.iter_rows(named=True), start=2):
        figure = _figure(row)
        _refuse(figure, f"{row.get('file') or figure.study}, line {row.get('line') or number}")
        found.setdefault(figure.study, []).append(figure)
    return tuple(Study(name, tuple(figures)) for name, figures in found.items())


def _figure(row: Mapping[str, Any]) -> Figure:
    fields: dict[str, Any] = {name: row[name] for name in TEXTS} | {"category": row["category"] or ""}
    numbers: dict[str, Any] = {name: nan if row[name] is None else float(row[name]) for name in NUMBERS}
    return Figure(**fields, **numbers)


def _refuse(figure: Figure, place: str) -> None:
    for is_wrong, message in _faults(figure):
        if is_wrong:
            raise FigureError(f"{place}: {message}.", "Correct the line in the study's reference file.")


def _faults(figure: Figure) -> Sequence[tuple[bool, str]]:
    measure = MEASURES.get(figure.measure)
    lacking = [name for name in NEEDED.get(figure.statistic or "", ()) if isnan(getattr(figure, name))]
    is_count, is_share = figure.statistic == "count", figure.statistic == "proportion_above"
    return (
        (figure.statistic not in STATISTICS, f"statistic {figure.statistic!r} is none of {', '.join(STATISTICS)}"),
        (measure is None, f"measure {figure.measure!r} is not known"),
        (
            measure is not None and figure.category not in measure.categories,
            f"category {figure.category!r} is not known",
        ),
        (bool(lacking), f"{figure.statistic} needs {' and '.join(lacking)}"),
        (figure.lower > figure.upper, "lower exceeds upper"),
        (figure.n < 1 or figure.n % 1 > 0, "n is no number of people"),
        (figure.sd <= 0, "sd is not above 0"),
        (is_count and not (0 <= figure.value <= figure.n and figure.value % 1 == 0), "a count lies between 0 and n"),
        (is_share and not 0 <= figure.value <= 1, "a proportion lies between 0 and 1"),
    )
