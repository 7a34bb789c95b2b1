"""A study's file: what is refused, with its line, and what its figures say about whom it had."""

import re
from pathlib import Path

import polars as pl
import pytest

import dbt_like_sql
from pipelines.benchmark.measures import MEASURES
from pipelines.benchmark.reference import FigureError, read_studies
from tests.support.benchmark_frames import Row, reference

GOOD: Row = {"study": "other", "arm": "surgical", "timepoint": "month_12", "measure": "phat_total"}
GOOD |= {"statistic": "mean_sd", "n": 30, "value": 75.0, "sd": 15.0}
COUNT: Row = {"measure": "recurrence", "statistic": "count", "sd": None}


def test_the_studys_own_file_is_read_whole() -> None:
    (study,) = read_studies(reference())
    assert study.arms == ("surgical", "conservative")
    assert len(study.figures) == reference().height


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"statistic": "mean_se"}, "statistic 'mean_se' is none of"),
        ({"measure": "phiq_total"}, "measure 'phiq_total' is not known"),
        ({"measure": "return_to_sport", "category": "retired"}, "category 'retired' is not known"),
        ({"statistic": "median_iqr", "lower": 60.0, "upper": 50.0}, "lower exceeds upper"),
        ({"sd": None}, "mean_sd needs sd"),
        ({"sd": 0.0}, "sd is not above 0"),
        ({"n": 0}, "n is no number of people"),
        (COUNT | {"value": 31.0}, "a count lies between 0 and n"),
        (COUNT | {"value": 3.5}, "a count lies between 0 and n"),
        (COUNT | {"statistic": "proportion_above", "value": 90.0}, "a proportion lies between 0 and 1"),
    ],
)
def test_a_row_no_comparison_can_use_is_refused_with_its_line(change: Row, message: str) -> None:
    outcome = reference(GOOD | change).with_columns(file=pl.lit("other.csv"), line=pl.int_range(pl.len()) + 2)
    with pytest.raises(FigureError, match=f"^other.csv, line {outcome.height + 1}: {message}"):
        read_studies(outcome)


def test_the_surgical_arm_had_two_tendons_only_and_the_conservative_had_not() -> None:
    (study,) = read_studies(reference())
    assert study.had_only_two_tendons("surgical")
    assert not study.had_only_two_tendons("conservative")
    assert study.quartiles("surgical", "age_years") == (37, 57)


def test_a_study_that_says_nothing_of_tendons_excludes_nobody_for_them() -> None:
    _, other = read_studies(reference(GOOD))
    assert not other.had_only_two_tendons("surgical")
    assert other.quartiles("surgical", "age_years") is None


def test_the_audit_of_the_reference_files_knows_the_same_measures() -> None:
    audit = (Path(dbt_like_sql.__file__).parent / "audits" / "reference_figures_are_readable.sql").read_text()
    listed = audit.partition("reference.measure in (")[2].partition(")")[0]
    assert set(re.findall(r"'(\w+)'", listed)) == set(MEASURES)
