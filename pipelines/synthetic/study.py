"""The reference study's figures as the generator needs them, read from the seed CSV. No figure is typed into code."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scipy.special import stdtrit

import dbt_like_sql

ARMS = ("surgical", "conservative")
REFERENCE = Path(dbt_like_sql.__file__).parent / "seeds" / "reference" / "van_der_made_2022.csv"


@dataclass(frozen=True)
class Figure:
    """One printed figure; `n`, `sd`, `lower` and `upper` are None where the study does not give them."""

    statistic: str
    value: float
    n: int | None
    sd: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Study:
    """All figures of a study by (arm, timepoint, measure, category)."""

    figures: Mapping[tuple[str, str, str, str], Figure]

    def figure(self, arm: str, timepoint: str, measure: str, category: str = "") -> Figure:
        """The figure; KeyError where the study has none."""
        return self.figures[arm, timepoint, measure, category]

    def share(self, arm: str, timepoint: str, measure: str, category: str = "") -> float:
        """A count as a proportion of its own denominator."""
        figure = self.figure(arm, timepoint, measure, category)
        return figure.value / _given(figure.n)

    def arm_size(self, arm: str) -> int:
        """Patients of an arm at baseline."""
        return int(_given(self.figure(arm, "baseline", "phat_total").n))

    def mean_sd(self, arm: str, timepoint: str, measure: str) -> tuple[float, float]:
        """Mean and SD of a measure."""
        figure = self.figure(arm, timepoint, measure)
        return figure.value, _given(figure.sd)

    def quartiles(self, arm: str, timepoint: str, measure: str) -> tuple[float, float, float]:
        """Lower quartile, median and upper quartile of a measure."""
        figure = self.figure(arm, timepoint, measure)
        return _given(figure.lower), figure.value, _given(figure.upper)

    def change_sd(self, arm: str) -> float:
        """SD of the change in PHAT, from the printed 95 % interval of its mean."""
        figure = self.figure(arm, "month_12", "phat_change")
        n = int(_given(figure.n))
        half_width = (_given(figure.upper) - _given(figure.lower)) / 2
        return float(half_width / stdtrit(n - 1, 0.975) * n**0.5)

    def correlation(self, arm: str) -> float:
        """Correlation of baseline with one-year PHAT that the printed figures imply."""
        before, after = self.mean_sd(arm, "baseline", "phat_total")[1], self.mean_sd(arm, "month_12", "phat_total")[1]
        return (before**2 + after**2 - self.change_sd(arm) ** 2) / (2 * before * after)


def read_study(path: Path = REFERENCE) -> Study:
    """Read a study's CSV in the layout of `reference.outcome`."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    keys = ("arm", "timepoint", "measure", "category")
    return Study({(row[keys[0]], row[keys[1]], row[keys[2]], row[keys[3]]): _figure(row) for row in rows})


def _figure(row: Mapping[str, str]) -> Figure:
    n, sd, lower, upper = (float(row[name]) if row[name] else None for name in ("n", "sd", "lower", "upper"))
    return Figure(row["statistic"], float(row["value"]), None if n is None else int(n), sd, lower, upper)


def _given(value: float | None) -> float:
    if value is None:
        raise ValueError("the study does not give this figure")
    return value
