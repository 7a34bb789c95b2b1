"""A study's printed figures as the rows that tables and pictures share, without any patient beside them.

They bear the names of `mart.patient_benchmark`, so that a patient's rows and a study's rows are drawn alike.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dbt_like_sql
from pipelines.reports.source import Row, Rows

if TYPE_CHECKING:
    import polars as pl

    from pipelines.benchmark.reference import Figure, Study

REFERENCE = Path(dbt_like_sql.__file__).parent / "seeds" / "reference"
RETURNED = ("pre_injury_level", "different_level", "different_sport")
NO_SPORT = "no_sport_before_injury"
NUMBERS = ("value", "sd", "lower", "upper")


@dataclass(frozen=True)
class Returned:
    """How many of an arm had returned to any sport: of all, and of those who did sport before the injury."""

    k: int
    n: int
    n_sporting: int


def months_of(timepoint: str) -> float:
    """The month of a visit by its name; the baseline is 0."""
    return float(timepoint.removeprefix("month_")) if timepoint.startswith("month_") else 0.0


def outcome_visits(rows: Iterable[tuple[str, str]]) -> list[str]:
    """The visits at which a study's outcomes are told, in order: from its first PHAT on, all where it has none.

    rows: (timepoint, measure) of every figure that the study prints.
    """
    places = [(timepoint, measure) for timepoint, measure in rows if months_of(timepoint)]
    first = min((months_of(timepoint) for timepoint, measure in places if measure == "phat_total"), default=0.0)
    return sorted({timepoint for timepoint, _ in places if months_of(timepoint) >= first}, key=months_of)


def in_study_order(rows: Iterable[Row]) -> list[str]:
    """The studies in the order in which they stand everywhere: by the first visit they tell outcomes of, then by name.

    rows: study, timepoint, measure and statistic of figures; those without a statistic are none.
    """
    places: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row["statistic"]:
            places.setdefault(row["study"], []).append((row["timepoint"], row["measure"]))
    return sorted(places, key=lambda study: ([months_of(visit) for visit in outcome_visits(places[study])], study))


def seed_frame() -> "pl.DataFrame":
    """The reference files as the project ships them, for who has no registry yet."""
    import polars as pl

    types: dict[str, Any] = {"n": pl.Int32, **dict.fromkeys(NUMBERS, pl.Float64)}
    frames = [pl.read_csv(file, infer_schema=False) for file in sorted(REFERENCE.glob("*.csv"))]
    return pl.concat([frame.with_columns(pl.col(name).cast(kind) for name, kind in types.items()) for frame in frames])


def study_rows(study: "Study", timepoint: str) -> Rows:
    """Every figure of a study at one timepoint, with the proportion and what is usual where the figure tells it."""
    return [_row(figure) for figure in study.figures if figure.timepoint == timepoint]


def _row(figure: "Figure") -> dict[str, Any]:
    import numpy as np

    from pipelines.benchmark.measures import MEASURES
    from pipelines.benchmark.patient import printed
    from pipelines.benchmark.placement import place

    nobody = np.array([np.nan])
    columns = printed(figure) | {"reference_arm": figure.arm} | place(figure, MEASURES[figure.measure], nobody)
    return {name: _plain(value) for name, value in columns.items()}


def _plain(value: Any) -> Any:
    """Give the one value behind a column of one row; unknown is None."""
    import numpy as np
    import polars as pl

    if isinstance(value, pl.Series | np.ndarray) and np.ndim(value):
        value = value[0]
    if isinstance(value, np.generic | np.ndarray):
        value = value.item()
    return None if isinstance(value, float) and np.isnan(value) else value


def returned(rows: Sequence[Row]) -> Mapping[tuple[str, str], Returned]:
    """Count who returned to any sport, by (study, arm), from the rows of `return_to_sport` at one timepoint."""
    counts: dict[tuple[str, str], dict[str, int]] = {}
    for row in rows:
        if row["measure"] == "return_to_sport" and row["statistic"] == "count":
            key = row["study"], row["reference_arm"]
            counts.setdefault(key, {})[row["category"]] = round(row["reference_value"])
    return {key: _returned(by_category) for key, by_category in counts.items()}


def _returned(counts: Mapping[str, int]) -> Returned:
    n = sum(counts.values())
    return Returned(sum(counts.get(name, 0) for name in RETURNED), n, n - counts.get(NO_SPORT, 0))
