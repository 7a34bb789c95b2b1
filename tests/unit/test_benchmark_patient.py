"""One patient beside both arms of a study: what is compared, where it lies, and what is not said."""

from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.benchmark.patient import compare_patients
from pipelines.benchmark.rules import RULES
from tests.support.benchmark_frames import CONSERVATIVE, NOT_YET, Row, episodes, follow_ups, reference, strengths

KEY = ["patient_id", "side", "injury_no", "study", "reference_arm", "timepoint", "measure", "category"]

SECOND_STUDY: list[Row] = [
    {"study": "other_2030", "arm": arm, "timepoint": timepoint, "measure": "phat_total", "statistic": "mean_sd"}
    | {"n": 200, "value": value, "sd": 15.0, "source": "table 1"}
    for arm in ("surgical", "conservative")
    for timepoint, value in (("baseline", 40.0), ("month_24", 85.0))
]


def compared(*changes: Row, **inputs: pl.DataFrame) -> pl.DataFrame:
    tables = {"follow_up": follow_ups(), "strength": strengths(), "outcome": reference()} | inputs
    return compare_patients(episodes(*changes), **tables)


def one(
    rows: pl.DataFrame, measure: str = "phat_total", arm: str = "surgical", timepoint: str = "month_12", **where: Any
) -> Row:
    found = rows.filter(measure=measure, reference_arm=arm, timepoint=timepoint, **where)
    assert found.height == 1
    return found.row(0, named=True)


def test_every_figure_of_both_arms_has_a_row_at_baseline_and_one_year() -> None:
    rows = compared({})
    printed = reference().filter(pl.col("timepoint").is_in(["baseline", "month_12"]))
    assert rows.height == printed.height
    assert rows.filter(pl.col("is_own_arm"))["reference_arm"].unique().to_list() == ["surgical"]


def test_a_patient_at_the_mean_is_at_the_50th_percentile_with_what_a_small_sample_leaves_open() -> None:
    row = one(compared({}))
    assert row["percentile"] == pytest.approx(50)
    assert row["percentile_lower"] == pytest.approx(35, abs=0.5)
    assert row["percentile_upper"] == pytest.approx(65, abs=0.5)
    assert row["percentile_scaled_beta"] == pytest.approx(39, abs=0.5)
    assert (row["verdict"], row["verdict_basis"]) == ("usual", "expected")


def test_the_interval_for_one_patient_is_cut_at_100_and_says_so() -> None:
    row = one(compared({}))
    assert row["prediction_lower"] == pytest.approx(40, abs=0.5)
    assert row["prediction_upper"] == 100
    assert (row["is_prediction_lower_cut"], row["is_prediction_upper_cut"]) == (False, True)
    assert "interval_cut" in row["flags"]


def test_expected_given_the_baseline_is_shown_at_three_correlations() -> None:
    row = one(compared({"baseline_phat_total": 48.0}))
    assert row["implied_r"] == pytest.approx(0.370, abs=5e-4)
    assert row["expected"] == pytest.approx(80 + 0.3696 * 19 / 16 * 16, abs=0.01)
    assert row["expected_r_20"] == pytest.approx(80 + 0.2 * 19)
    assert row["expected_r_50"] == pytest.approx(80 + 0.5 * 19)
    assert row["expected_lower"] < row["expected"] < row["expected_upper"] == 100


def test_beyond_the_studys_baselines_nothing_is_expected() -> None:
    row = one(compared({"baseline_phat_total": 65.0}))
    assert row["expected"] is None
    assert "beyond_baselines" in row["flags"]
    assert row["verdict_basis"] == "outcome"


def test_a_baseline_after_treatment_is_not_used_for_what_is_expected() -> None:
    rows = compared({"is_baseline_before_treatment": False})
    assert one(rows)["comparability"] == "comparable"
    assert one(rows)["expected"] is None
    assert "no_baseline" in one(rows)["flags"]
    assert one(rows, "phat_change")["reasons"] == ["baseline_after_treatment"]


def test_the_change_has_the_range_of_single_patients_and_no_percentile_of_its_own() -> None:
    row = one(compared({}), "phat_change")
    assert row["percentile"] is None
    assert (row["prediction_lower"], row["prediction_upper"]) == pytest.approx((5.4, 88.6), abs=0.06)


def test_at_the_top_of_the_scale_no_percentile_is_printed() -> None:
    row = one(compared({"phat_total": 95.0}))
    assert row["is_top_of_scale"]
    assert row["verdict"] == "top_of_scale"
    assert [value for name, value in row.items() if "percentile" in name] == [None] * 7


def test_a_low_phat_is_called_low_beside_the_own_arm_only() -> None:
    rows = compared({"phat_total": 30.0})
    assert one(rows)["verdict"] == "low"
    assert one(rows, arm="conservative")["verdict"] is None
    assert "not_a_forecast" in one(rows, arm="conservative")["flags"]
    assert rows.filter(pl.col("verdict").is_not_null())["measure"].to_list() == ["phat_total"]


@pytest.mark.parametrize(
    ("percent", "band"),
    [(63.9, "below_q1"), (64.0, "q1_to_median"), (73.0, "median_to_q3"), (81.5, "median_to_q3"), (81.6, "above_q3")],
)
def test_medians_have_four_bands(percent: float, band: str) -> None:
    row = one(compared({"strength_prone_0_90_percent": percent}), "strength_prone_0_90_percent")
    assert (row["band"], row["percentile"], row["prediction_lower"]) == (band, None, None)


def test_counts_have_a_yes_or_no_beside_the_proportion() -> None:
    row = one(compared({}), "return_to_sport", category="different_level")
    assert row["has_outcome"] is True
    assert row["reference_proportion"] == pytest.approx(10 / 26)
    assert row["reference_proportion_lower"] < 10 / 26 < row["reference_proportion_upper"]
    assert one(compared({}), "return_to_sport", category="no_return")["has_outcome"] is False


def test_a_proportion_without_counts_has_no_interval() -> None:
    row = one(compared({}), "would_choose_same_treatment")
    assert (row["reference_proportion"], row["reference_proportion_lower"]) == (0.9, None)


def test_the_sign_of_leg_differences_is_not_known_so_nothing_is_placed() -> None:
    row = one(compared({}), "passive_straight_leg_raise_difference_deg")
    assert (row["percentile"], row["prediction_lower"]) == (None, None)
    assert row["flags"] == ["sign_unknown"]


def test_printed_p_and_notes_are_kept_as_printed() -> None:
    row = one(compared({}), "mri_tendon_continuity")
    assert row["p_between_arms"] == "0.008"
    assert "never recompute" in row["note"]


EXCLUDED: list[tuple[Row, str]] = [
    ({"age_at_injury_years": 17}, "under_18"),
    ({"sport_level": "elite"}, "elite_athlete"),
    ({"is_mri_confirmed": False}, "mri_not_confirmed"),
    ({"is_mri_confirmed": None}, "mri_not_confirmed"),
    ({"n_tendons_avulsed": 1}, "one_tendon"),
    ({"n_tendons_avulsed": 0}, "no_tendon_avulsed"),
    ({"days_injury_to_surgery": 57}, "late_surgery"),
    ({"days_injury_to_visit": 85}, "late_first_visit"),
    ({"is_in_window": False}, "outside_window"),
    ({"phat_items_answered": 7}, "few_phat_items"),
    ({"arm": None}, "arm_unknown"),
    ({"phat_total": None}, "not_measured"),
    ({"phat_total": None, "visit_status": "ended"}, "ended"),
]


@pytest.mark.parametrize(("change", "reason"), EXCLUDED, ids=[reason for _, reason in EXCLUDED])
def test_outside_what_the_study_supports_there_is_a_reason_and_no_percentile(change: Row, reason: str) -> None:
    row = one(compared(change))
    assert row["comparability"] == "not_comparable"
    assert reason in row["reasons"]
    assert (row["percentile"], row["expected"], row["prediction_lower"], row["verdict"]) == (None, None, None, None)


@pytest.mark.parametrize(
    "change",
    [
        {"age_at_injury_years": 18},
        {"days_injury_to_surgery": 56},
        {"days_injury_to_visit": 84},
        {"phat_items_answered": 8},
        {"sport_level": "competitive"},
    ],
)
def test_at_the_limit_a_patient_compares(change: Row) -> None:
    assert one(compared(change))["comparability"] == "comparable"


def test_a_conservative_patient_with_one_tendon_compares_with_the_conservative_arm_and_is_flagged() -> None:
    rows = compared(CONSERVATIVE | {"n_tendons_avulsed": 1})
    own, other = one(rows, arm="conservative"), one(rows)
    assert (own["comparability"], own["flags"][0]) == ("comparable", "one_tendon_as_few")
    assert (other["comparability"], other["reasons"]) == ("not_comparable", ["one_tendon"])


def test_age_and_delay_outside_the_quartiles_are_flags_only() -> None:
    row = one(compared({"age_at_injury_years": 70, "days_injury_to_visit": 30}))
    assert row["comparability"] == "comparable"
    assert {"age_outside_quartiles", "delay_outside_quartiles"} <= set(row["flags"])


def test_an_injured_other_leg_is_no_yardstick() -> None:
    rows = compared({"other_leg_state": "injured_too"})
    assert one(rows, "strength_prone_0_15_percent")["reasons"] == ["other_leg_injured"]
    assert one(rows)["comparability"] == "comparable"


@pytest.mark.parametrize(("version", "reason"), [("5L", "eq5d_5l"), (None, "eq5d_version_unknown")])
def test_a_5l_is_never_compared_with_the_3l(version: str | None, reason: str) -> None:
    assert one(compared({"eq5d_version": version}), "eq5d_pain_no_problems")["reasons"] == [reason]


def test_after_a_crossover_a_patient_is_shown_and_not_compared() -> None:
    rows = compared(CONSERVATIVE | {"is_crossed_over": True, "crossed_over_on": date(2024, 9, 1)})
    row = one(rows, arm="conservative")
    assert (row["value"], row["arm"], row["comparability"]) == (80.0, "conservative", "not_comparable")
    assert row["reasons"] == ["crossed_over"]


def test_weeks_to_return_are_for_those_who_returned() -> None:
    row = one(compared({"return_to_sport": "no_return", "weeks_to_return_to_sport": None}), "weeks_to_return_to_sport")
    assert row["reasons"] == ["not_returned"]


def test_before_one_year_there_is_what_to_expect_and_no_place() -> None:
    row = one(compared(NOT_YET))
    assert row["comparability"] == "not_yet"
    assert row["expected"] == pytest.approx(80)
    assert (row["percentile"], row["verdict"], row["value"]) == (None, None, None)


def test_no_recurrence_so_far_is_not_no_recurrence_at_one_year() -> None:
    rows = compared(NOT_YET | {"has_recurrence": False}, NOT_YET | {"has_recurrence": True})
    found = rows.filter(measure="recurrence", reference_arm="surgical", timepoint="month_12")
    assert found["comparability"].to_list() == ["not_yet", "comparable"]


def test_phat_at_six_months_has_no_reference() -> None:
    rows = compared(NOT_YET, follow_up=follow_ups({"phat_total": 60.0, "phat_items_answered": 10}))
    row = one(rows, timepoint="month_6")
    assert (row["value"], row["comparability"], row["percentile"]) == (60.0, "no_reference", None)


def test_six_months_are_compared_where_the_study_has_figures() -> None:
    rows = compared(
        NOT_YET,
        follow_up=follow_ups({"straight_leg_raise_left_deg": 70.0, "straight_leg_raise_right_deg": 78.0}),
        strength=strengths({"strength_prone_0_90_percent": 70.0}),
    )
    assert one(rows, "strength_prone_0_90_percent", timepoint="month_6")["band"] == "median_to_q3"
    assert one(rows, "passive_straight_leg_raise_difference_deg", timepoint="month_6")["value"] == -8.0


def test_how_many_measures_would_be_low_by_chance_is_said() -> None:
    row = one(compared({}))
    assert row["n_measures_compared"] == 16
    assert row["n_low_by_chance"] == pytest.approx(0.8)


def test_a_second_study_with_a_later_timepoint_needs_no_code() -> None:
    late = follow_ups({"phat_total": 70.0, "visit": "month_24", "assessed_on": date(2026, 1, 15)})
    rows = compared({}, follow_up=late, outcome=reference(*SECOND_STUDY))
    row = one(rows, timepoint="month_24", study="other_2030")
    assert (row["reference_n"], row["percentile"] < 20, row["comparability"]) == (200, True, "comparable")
    assert row["expected"] is None
    assert row["expected_r_20"] is not None
    assert "no_correlation" in row["flags"]
    assert one(rows, timepoint="month_24", study="van_der_made_2022")["comparability"] == "no_reference"


def test_an_asymmetric_interval_of_the_change_implies_no_correlation() -> None:
    lopsided = reference().with_columns(
        pl.when(pl.col("measure") == "phat_change").then(70.0).otherwise(pl.col("upper")).alias("upper")
    )
    row = one(compared({}, outcome=lopsided))
    assert (row["implied_r"], row["expected"], "no_correlation" in row["flags"]) == (None, None, True)


def test_a_registry_without_episodes_gives_a_table_without_rows() -> None:
    rows = compared()
    assert rows.height == 0
    assert rows.columns == compared({}).columns


def test_every_reason_and_flag_names_its_source() -> None:
    assert {rule.source for rule in RULES.values()} == {"study", "article", "guideline", "registry's choice"}
    assert all(rule.text.endswith(".") for rule in RULES.values())


def test_ranges_of_patients_give_what_all_at_once_give_and_neighbours_lie_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipelines.benchmark.stacking.NEIGHBOURS", 2)
    changes = ({}, CONSERVATIVE, NOT_YET, {"phat_total": 97.0}, {"tegner": None}, {"eq5d_version": "5L"}, {"arm": None})
    one_year, later = episodes(*changes), follow_ups({"phat_total": 55.0, "phat_total_missing": None})
    ids = one_year["patient_id"].to_list()
    assert ids == sorted(ids)

    def of(*ranges: list[str]) -> pl.DataFrame:
        parts = [
            compare_patients(
                *(table.filter(pl.col("patient_id").is_in(part)) for table in (one_year, later, strengths())),
                reference(*SECOND_STUDY),
            )
            for part in ranges
        ]
        return pl.concat(parts)

    whole = of(ids)
    assert whole.equals(of(ids[:2], ids[2:6], ids[6:]))
    pairs = whole["patient_id"].cast(pl.String).replace_strict({patient: n // 2 for n, patient in enumerate(ids)})
    assert pairs.is_sorted()
    assert whole.sort(KEY).equals(of(ids[5:], ids[:1], ids[1:5]).sort(KEY))
