"""Surgical minus conservative: from the registry with its overlap, and from the study's printed figures."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.benchmark.arm_difference import compare_treatments
from pipelines.benchmark.expected import course_of
from pipelines.benchmark.implied import _adjusted, _figures, implied_by_baseline, implied_by_change
from pipelines.benchmark.numeric import t_quantile
from pipelines.benchmark.reference import read_studies
from tests.support.benchmark_frames import CONSERVATIVE, Row, episodes, follow_ups, reference, strengths


def compared(rows: list[Row]) -> pl.DataFrame:
    return compare_treatments(episodes(*rows), follow_ups(), strengths(), reference())


def one(rows: pl.DataFrame, quantity: str) -> Row:
    found = rows.filter(quantity=quantity)
    assert found.height == 1
    return found.row(0, named=True)


def patients(n: int = 200, effect: float = 5.0, slope: float = 0.0, gap: float = 10.0) -> list[Row]:
    """Patients of four clinics; surgical ones begin lower, and gain `effect` at a baseline of 40."""
    random = np.random.default_rng(8)
    rows: list[Row] = []
    for number in range(n):
        is_surgical = number % 2 == 0
        baseline = float(np.clip(random.normal(45 - gap * is_surgical, 12), 0, 90))
        clinic = number // 2 % 4
        gain = is_surgical * (effect + slope * (baseline - 40)) + 3 * clinic
        score = float(np.clip(45 + 0.4 * baseline + gain + random.normal(0, 5), 0, 100))
        changes: dict[str, Any] = {} if is_surgical else dict(CONSERVATIVE)
        rows.append(
            changes
            | {"clinic": f"C{clinic}", "baseline_phat_total": baseline, "phat_total": score, "phat_change": None}
        )
    return rows


def test_the_studys_figures_imply_plus_5_given_the_baseline_and_plus_13_in_the_change() -> None:
    (study,) = read_studies(reference())
    adjusted, change = implied_by_baseline(study, "month_12"), implied_by_change(study, "month_12")
    assert adjusted is not None
    assert change is not None
    assert adjusted[:3] == pytest.approx((4.8, -4.7, 14.4), abs=0.05)
    assert (adjusted.lowest, adjusted.highest) == pytest.approx((1.7, 8.0), abs=0.05)
    assert change[:3] == pytest.approx((13, 2.6, 23.4), abs=0.05)


def test_rounding_of_all_figures_seldom_moves_the_implied_difference_beyond_2_5_and_7_1() -> None:
    (study,) = read_studies(reference())
    courses = [course_of(study, arm, "month_12") for arm in ("surgical", "conservative")]
    figures = np.array([_figures(course) for course in courses if course is not None])
    random, n = np.random.default_rng(5), figures[:, 0]
    moved = np.repeat(figures[..., None], 5000, axis=2)
    moved[:, 1:5] += random.uniform(-0.5, 0.5, (2, 4, 5000))
    ends = random.uniform(-0.5, 0.5, (2, 2, 5000))
    moved[:, 5] += (ends[:, 1] - ends[:, 0]) / 2 * (np.sqrt(n) / t_quantile(0.975, n - 1))[:, None]
    estimates = _adjusted(moved)[0]
    assert ((estimates > 2.5) & (estimates < 7.1)).mean() > 0.999
    assert estimates.std() > 0.5


def test_a_study_without_a_change_implies_nothing() -> None:
    (study,) = read_studies(reference())
    assert implied_by_baseline(study, "month_6") is None
    assert implied_by_change(study, "month_6") is None


def test_given_the_baseline_the_registry_finds_the_difference_put_in() -> None:
    found = one(compared(patients(effect=5.0)), "adjusted")
    assert found["estimate_lower"] < 5 < found["estimate_upper"]
    assert found["n_surgical"] + found["n_conservative"] + found["n_outside_overlap"] == 200
    assert found["n_clinics"] == 4


def test_the_estimate_is_statsmodels_with_a_fixed_effect_for_each_clinic() -> None:
    import pandas as pd
    import statsmodels.formula.api as smf

    rows = patients()
    found = one(compared(rows), "adjusted")
    frame = pl.DataFrame(
        {
            "y": [row["phat_total"] for row in rows],
            "x": [row["baseline_phat_total"] for row in rows],
            "s": [float(row.get("arm") != "conservative") for row in rows],
            "c": [row["clinic"] for row in rows],
        }
    ).filter(pl.col("x").is_between(found["overlap_lower"], found["overlap_upper"]))
    data = pd.DataFrame({name: frame[name].to_numpy() for name in frame.columns})
    theirs = smf.ols("y ~ s + x + C(c)", data).fit(cov_type="HC3", use_t=True)
    assert found["estimate"] == pytest.approx(theirs.params["s"], rel=1e-9)
    assert (found["estimate_lower"], found["estimate_upper"]) == pytest.approx(
        tuple(theirs.conf_int().loc["s"]), rel=1e-9
    )


def test_nothing_is_drawn_outside_the_baselines_both_arms_reach() -> None:
    rows = compared(patients(slope=0.3))
    drawn = rows.filter(pl.col("at_baseline").is_not_null())
    assert drawn.height >= 3
    assert drawn.filter(~pl.col("at_baseline").is_between("overlap_lower", "overlap_upper")).height == 0
    assert one(rows, "slope")["estimate_lower"] > 0
    assert drawn["estimate"].is_sorted()


def test_arms_that_do_not_overlap_are_not_compared() -> None:
    rows = [
        row | {"baseline_phat_total": (10.0 if row.get("arm") != "conservative" else 60.0) + number % 7}
        for number, row in enumerate(patients(60))
    ]
    found = one(compared(rows), "adjusted")
    assert (found["estimate"], found["n_surgical"], found["n_outside_overlap"]) == (None, 0, 60)


def test_too_few_patients_give_no_estimate_and_the_study_still_stands() -> None:
    rows = compared(patients(20))
    assert one(rows, "adjusted")["estimate"] is None
    assert one(rows, "study_adjusted")["estimate"] == pytest.approx(4.8, abs=0.05)
    assert rows.height == 3


def test_an_empty_registry_has_the_studys_rows() -> None:
    assert compared([])["quantity"].to_list() == ["adjusted", "study_adjusted", "study_change"]
