"""What must hold for any patients: nobody's comparison rests on who else is there, and better scores rank higher."""

from typing import Any

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.benchmark.arm import compare_arms
from pipelines.benchmark.comparability import COMPARABILITY
from pipelines.benchmark.patient import compare_patients
from pipelines.benchmark.rules import RULES
from tests.support.benchmark_frames import (
    CONSERVATIVE,
    NOT_YET,
    Row,
    episodes,
    follow_ups,
    reference,
    schedules,
    strengths,
)

KEY = ["patient_id", "study", "reference_arm", "timepoint", "measure", "category"]


def scores(lowest: int = 0, highest: int = 1000) -> st.SearchStrategy[float]:
    return st.integers(lowest, highest).map(lambda tenths: tenths / 10)


CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "arm": st.sampled_from(["surgical", "conservative", None]),
    "phat_total": st.none() | scores(),
    "baseline_phat_total": st.none() | scores(),
    "age_at_injury_years": st.none() | st.integers(10, 110),
    "n_tendons_avulsed": st.none() | st.integers(0, 2),
    "days_injury_to_visit": st.none() | st.integers(0, 400),
    "days_injury_to_surgery": st.none() | st.integers(0, 400),
    "is_mri_confirmed": st.sampled_from([True, False, None]),
    "is_in_window": st.sampled_from([True, False, None]),
    "is_baseline_before_treatment": st.sampled_from([True, False, None]),
    "phat_items_answered": st.none() | st.integers(0, 20),
    "eq5d_version": st.sampled_from(["3L", "5L", None]),
    "sport_level": st.sampled_from(["elite", "competitive", "recreational", "none", None]),
    "other_leg_state": st.sampled_from(["healthy", "injured_before", "injured_too", None]),
    "visit_status": st.sampled_from(["done", "in_window", "not_yet_due", "overdue", "missed", "ended"]),
    "return_to_sport": st.sampled_from(["pre_injury_level", "no_return", None]),
    "strength_prone_0_90_percent": st.none() | st.floats(0, 300),
    "has_recurrence": st.sampled_from([True, False, None]),
    "is_crossed_over": st.booleans(),
}
PATIENTS = st.fixed_dictionaries({}, optional=CHANGES)


def compared(rows: list[Row]) -> pl.DataFrame:
    return compare_patients(episodes(*rows), follow_ups(), strengths(), reference())


@settings(max_examples=8, deadline=None)
@given(st.lists(PATIENTS, min_size=1, max_size=30))
def test_a_row_that_is_not_comparable_has_a_reason_and_no_place(rows: list[Row]) -> None:
    for row in compared(rows).iter_rows(named=True):
        assert row["comparability"] in COMPARABILITY
        assert all(RULES[code].excludes for code in row["reasons"])
        assert not any(RULES[code].excludes for code in row["flags"])
        assert (row["comparability"] == "not_comparable") == (row["statistic"] is not None and bool(row["reasons"]))
        if row["comparability"] != "comparable":
            places = (row["percentile"], row["expected_percentile"], row["band"], row["verdict"])
            assert places == (None,) * 4


@settings(max_examples=5, deadline=None)
@given(st.lists(PATIENTS, min_size=2, max_size=5))
def test_nobodys_comparison_rests_on_who_else_is_in_the_registry(rows: list[Row]) -> None:
    together = compared(rows).filter(patient_id="AMC-0001X").sort(KEY)
    alone = compared(rows[:1]).sort(KEY)
    assert together.equals(alone)


@settings(max_examples=6, deadline=None)
@given(st.lists(scores(0, 949), min_size=2, max_size=8, unique=True), st.sampled_from([{}, CONSERVATIVE]))
def test_a_higher_score_never_ranks_lower(totals: list[float], arm: Row) -> None:
    rows = compared([arm | {"phat_total": total} for total in totals])
    phat = rows.filter(measure="phat_total", timepoint="month_12").sort("reference_arm", "value")
    for _, group in phat.group_by("reference_arm"):
        for name in (
            "percentile",
            "percentile_lower",
            "percentile_upper",
            "percentile_scaled_beta",
            "expected_percentile",
        ):
            assert np.all(np.diff(group[name].to_numpy()) >= -1e-9)


@settings(max_examples=6, deadline=None)
@given(st.lists(PATIENTS | st.just(NOT_YET), min_size=0, max_size=8))
def test_the_arms_count_every_episode_once(rows: list[Row]) -> None:
    frame = episodes(*rows)
    found = compare_arms(frame, follow_ups(), strengths(), reference(), schedules())
    for row in found.filter(timepoint="month_12").iter_rows(named=True):
        assert row["n_episodes"] == (frame["arm"] == row["arm"]).sum()
        assert row["n_episodes"] == row["n"] + row["n_missing"] + row["n_not_yet"] + row["n_not_comparable"]
