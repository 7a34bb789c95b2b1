"""The registry's arms beside the study's: who counts, what is estimated, and what is left unsaid."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.benchmark.arm import compare_arms
from pipelines.benchmark.intervals import newcombe, welch_from_summary, wilson
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


def compared(*changes: Row, outcome: pl.DataFrame | None = None) -> pl.DataFrame:
    figures = reference() if outcome is None else outcome
    return compare_arms(episodes(*changes), follow_ups(), strengths(), figures, schedules())


def one(rows: pl.DataFrame, measure: str = "phat_total", arm: str = "surgical", **where: Any) -> Row:
    found = rows.filter(**{"measure": measure, "arm": arm, "timepoint": "month_12"} | where)
    assert found.height == 1
    return found.row(0, named=True)


def test_whoever_owes_an_earlier_or_later_visit_is_missing_there() -> None:
    seen: Row = {"visit": "month_6", "return_to_sport": "no_return"}
    statuses = ("done", "missed", "overdue", "ended", "not_yet_due")
    visits = [
        {"patient_id": f"AMC-{number:04}X", "visit": "month_6", "status": status}
        for number, status in enumerate(statuses, start=1)
    ]
    frames = episodes(*({} for _ in statuses)), follow_ups(seen), strengths(), reference(), schedules(*visits)
    row = one(compare_arms(*frames), "return_to_sport", timepoint="month_6", category="no_return")
    assert [row[name] for name in ("n", "n_missing", "n_not_yet", "n_not_comparable")] == [1, 2, 1, 1]


def scores(*totals: float | None) -> list[Row]:
    return [{"phat_total": total} for total in totals]


def test_a_mean_stands_beside_the_studys_with_welchs_interval() -> None:
    row = one(compared(*scores(70, 75, 80, 90)))
    values = pl.Series([70.0, 75, 80, 90])
    welch = welch_from_summary(values.mean(), values.std(), 4, 80, 19, 26)
    assert (row["n"], row["estimate"], row["reference_estimate"]) == (4, 78.75, 80.0)
    assert (row["difference"], row["difference_lower"], row["difference_upper"]) == pytest.approx(
        (welch.difference, welch.lower, welch.upper)
    )


def test_a_few_patients_are_inconclusive_and_the_power_says_why() -> None:
    row = one(compared(*scores(70, 75, 80, 90)))
    assert (row["equivalence"], row["equivalence_margin"]) == ("inconclusive", 10)
    assert row["equivalence_power"] < 0.5


def test_baselines_are_not_tested_for_equivalence() -> None:
    assert one(compared({}, {}), timepoint="baseline")["equivalence"] is None


def test_counts_have_wilson_and_newcombe() -> None:
    row = one(compared({"has_recurrence": True}, {}, {}), "recurrence")
    assert (row["n_events"], row["n"]) == (1, 3)
    assert (row["estimate_lower"], row["estimate_upper"]) == pytest.approx(wilson(1, 3))
    assert row["difference"] == pytest.approx(1 / 3 - 1 / 26)
    assert (row["difference_lower"], row["difference_upper"]) == pytest.approx(newcombe(1, 3, 1, 26))


def test_medians_have_quartiles_and_no_difference() -> None:
    row = one(
        compared(*[{"strength_prone_0_90_percent": value} for value in (60.0, 70.0, 80.0)]),
        "strength_prone_0_90_percent",
    )
    assert (row["estimate"], row["estimate_lower"], row["estimate_upper"]) == (70, 65, 75)
    assert (row["difference"], row["equivalence"]) == (None, None)


def test_the_change_uses_the_sd_its_interval_implies() -> None:
    row = one(compared({"phat_change": 40.0}, {"phat_change": 50.0}), "phat_change")
    assert (row["reference_estimate_lower"], row["reference_estimate_upper"]) == (39, 55)
    assert row["difference"] == pytest.approx(-2)


def test_leg_differences_of_unknown_sign_are_not_subtracted() -> None:
    assert one(compared({}, {}), "active_knee_extension_difference_deg")["difference"] is None


def test_a_proportion_without_counts_has_no_difference() -> None:
    row = one(compared({}, {}), "would_choose_same_treatment")
    assert (row["estimate"], row["reference_estimate"], row["difference"]) == (1.0, 0.9, None)


def test_everyone_is_counted_once() -> None:
    row = one(
        compared(
            {}, {"phat_total": None}, NOT_YET, {"sport_level": "elite"}, {"visit_status": "ended", "phat_total": None}
        )
    )
    counts = [row[name] for name in ("n_episodes", "n", "n_missing", "n_not_yet", "n_not_comparable")]
    assert counts == [5, 1, 1, 1, 2]


def test_a_patient_counts_once_with_the_first_injury() -> None:
    again = {"patient_id": "AMC-0001X", "side": "right", "injured_on": date(2024, 6, 1), "phat_total": 20.0}
    row = one(compared({}, again))
    assert (row["n_episodes"], row["estimate"]) == (1, 80)


def test_those_who_crossed_over_stay_in_the_arm_decided() -> None:
    failed = CONSERVATIVE | {"is_crossed_over": True, "crossed_over_on": date(2024, 9, 1), "phat_total": 40.0}
    row = one(compared(CONSERVATIVE, failed), arm="conservative")
    assert (row["n"], row["estimate"]) == (2, 60)


def test_an_empty_registry_shows_the_study_alone() -> None:
    row = one(compared())
    assert (row["n"], row["estimate"], row["reference_estimate"], row["equivalence"]) == (0, None, 80, "not estimable")


def test_identical_values_give_no_interval() -> None:
    row = one(compared({}, {}, {}))
    assert (row["estimate"], row["sd"], row["estimate_lower"], row["difference_lower"]) == (80, 0, None, None)
