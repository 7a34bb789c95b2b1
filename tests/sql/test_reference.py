"""The studies' figures: typed, checked, and refused with file and line where they cannot be right."""

import pytest

from tests.support.sql_registry import SqlRegistry, models, quoted
from warehouse.model import closure


def with_figure(**changes: str | None) -> SqlRegistry:
    """The study's figures, one of them changed."""
    registry = SqlRegistry()
    sets = ", ".join(f"{column} = {quoted(value)}" for column, value in changes.items())
    where = "measure = 'phat_total' and arm = 'surgical' and timepoint = 'month_12'"
    registry.connection.execute(f"update seeds.reference set {sets} where {where}")
    return registry.derive("2025-01-01", "reference.outcome")


def test_every_figure_of_the_study_is_there_with_its_file_and_line() -> None:
    registry = SqlRegistry().derive("2025-01-01", "reference.outcome")
    assert registry.lines("select count(*), count(distinct arm), min(file), min(line) from reference.outcome") == [
        "100 | 2 | van_der_made_2022.csv | 2"
    ]
    assert registry.lines(
        "select n, value, sd, lower, p_between_arms, category from reference.outcome "
        "where measure = 'phat_total' and arm = 'surgical' and timepoint = 'month_12'"
    ) == ["26 | 80.0 | 19.0 | - | 0.97 | "]


@pytest.mark.parametrize(
    "changes",
    [
        {"statistic": "mean"},
        {"sd": None},
        {"statistic": "median_iqr", "lower": "90", "upper": "70"},
        {"statistic": "count", "value": "27"},
        {"arm": "both"},
        {"timepoint": "one_year"},
        {"value": None},
    ],
)
def test_a_figure_that_cannot_be_right_breaks_a_check(changes: dict[str, str | None]) -> None:
    registry = with_figure(**changes)
    (model,) = [model for model in closure(models(), ["reference.outcome"]) if model.name == "reference.outcome"]
    broken = [f"select 1 from reference.outcome where ({check}) is false" for check in model.checks]
    assert any(registry.rows(query) for query in broken)
