"""Episodes and reference figures for benchmark tests: a typical episode, of which a test changes what it is about."""

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

Row = dict[str, Any]

REFERENCE = Path(__file__).parents[2] / "dbt_like_sql" / "seeds" / "reference"

POSITIONS = ("prone_0_90", "prone_0_15", "supine_90_90")
EQ5D = ("eq5d_mobility", "eq5d_self_care", "eq5d_usual_activities", "eq5d_pain", "eq5d_anxiety", "eq5d_vas")

OF_THE_EPISODE: Row = {
    **dict.fromkeys(["patient_id", "side"], pl.String),
    "injury_no": pl.Int32,
    **dict.fromkeys(["clinic", "arm", "received_treatment_at_month_12"], pl.String),
    "is_crossed_over": pl.Boolean,
    **dict.fromkeys(["crossed_over_on", "anchor_on", "injured_on"], pl.Date),
    "injured_on_precision": pl.String,
    "age_at_injury_years": pl.Int32,
    **dict.fromkeys(["sex", "sport_level"], pl.String),
    "is_mri_confirmed": pl.Boolean,
    **dict.fromkeys(["n_tendons_avulsed", "conjoint_retraction_mm", "semimembranosus_retraction_mm"], pl.Int32),
    "max_retraction_mm": pl.Int32,
    "other_leg_state": pl.String,
    **dict.fromkeys(["days_injury_to_visit", "days_injury_to_surgery"], pl.Int32),
    "baseline_on": pl.Date,
    "is_baseline_before_treatment": pl.Boolean,
    "baseline_phat_total": pl.Float64,
    "baseline_phat_items_answered": pl.Int32,
}

OF_MONTH_12: Row = {
    "assessed_on": pl.Date,
    "days_anchor_to_assessment": pl.Int32,
    "is_in_window": pl.Boolean,
    "phat_total": pl.Float64,
    "phat_items_answered": pl.Int32,
    "phat_total_missing": pl.String,
    "phat_change": pl.Float64,
    "tegner": pl.Int32,
    "eq5d_version": pl.String,
    **dict.fromkeys(EQ5D, pl.Int32),
    "return_to_sport": pl.String,
    "returned_to_sport_on": pl.Date,
    "weeks_to_return_to_sport": pl.Float64,
    **dict.fromkeys(["straight_leg_raise_difference_deg", "knee_extension_difference_deg"], pl.Float64),
    **{f"strength_{position}_percent": pl.Float64 for position in POSITIONS},
    **dict.fromkeys(["would_choose_same_treatment", "has_proximal_continuity", "has_shared_neotendon"], pl.Boolean),
}

ONE_YEAR: Row = OF_THE_EPISODE | OF_MONTH_12 | {"visit_status": pl.String, "has_recurrence": pl.Boolean}

TYPICAL: Row = {
    "side": "left",
    "injury_no": 1,
    "clinic": "AMC",
    "arm": "surgical",
    "is_crossed_over": False,
    "anchor_on": date(2024, 1, 20),
    "injured_on": date(2024, 1, 1),
    "injured_on_precision": "day",
    "age_at_injury_years": 50,
    "sex": "female",
    "sport_level": "recreational",
    "is_mri_confirmed": True,
    "n_tendons_avulsed": 2,
    "max_retraction_mm": 10,
    "other_leg_state": "healthy",
    "days_injury_to_visit": 12,
    "days_injury_to_surgery": 19,
    "baseline_on": date(2024, 1, 13),
    "is_baseline_before_treatment": True,
    "baseline_phat_total": 32.0,
    "baseline_phat_items_answered": 10,
    "assessed_on": date(2025, 1, 20),
    "is_in_window": True,
    "visit_status": "done",
    "phat_total": 80.0,
    "phat_items_answered": 10,
    "phat_change": 48.0,
    "eq5d_version": "3L",
    "eq5d_mobility": 1,
    "eq5d_self_care": 1,
    "eq5d_usual_activities": 2,
    "eq5d_pain": 1,
    "eq5d_anxiety": 1,
    "return_to_sport": "different_level",
    "weeks_to_return_to_sport": 30.0,
    "straight_leg_raise_difference_deg": -3.0,
    "knee_extension_difference_deg": 2.0,
    "strength_prone_0_90_percent": 70.0,
    "strength_prone_0_15_percent": 66.5,
    "strength_supine_90_90_percent": 95.0,
    "would_choose_same_treatment": True,
    "has_proximal_continuity": True,
    "has_recurrence": False,
}

CONSERVATIVE: Row = {"arm": "conservative", "days_injury_to_surgery": None, "days_injury_to_visit": 21}

NOT_YET: Row = dict.fromkeys(OF_MONTH_12) | {"visit_status": "not_yet_due"}

FOLLOW_UP: Row = {
    **dict.fromkeys(["patient_id", "side"], pl.String),
    "injury_no": pl.Int32,
    "clinic": pl.String,
    "assessed_on": pl.Date,
    "visit": pl.String,
    "is_counted": pl.Boolean,
    "phat_total": pl.Float64,
    "phat_total_missing": pl.String,
    "phat_items_answered": pl.Int32,
    "tegner": pl.Int32,
    "eq5d_version": pl.String,
    **dict.fromkeys(EQ5D, pl.Int32),
    "return_to_sport": pl.String,
    "returned_to_sport_on": pl.Date,
    **{
        f"{name}_{side}_deg": pl.Float64
        for name in ("straight_leg_raise", "knee_extension")
        for side in ("left", "right")
    },
    **{f"strength_{position}_{side}": pl.Float64 for position in POSITIONS for side in ("left", "right", "percent")},
    "would_choose_same_treatment": pl.Boolean,
}

STRENGTH: Row = {name: FOLLOW_UP[name] for name in ("patient_id", "side", "injury_no", "assessed_on")} | {
    f"strength_{position}_percent": pl.Float64 for position in POSITIONS
}

OUTCOME: Row = {
    **dict.fromkeys(["study", "arm", "timepoint", "measure", "category", "statistic"], pl.String),
    "n": pl.Int32,
    **dict.fromkeys(["value", "sd", "lower", "upper"], pl.Float64),
    **dict.fromkeys(["p_between_arms", "source", "note"], pl.String),
}


def framed(rows: list[Row], schema: Row) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def episodes(*changes: Row) -> pl.DataFrame:
    """Give `mart.one_year` with one episode a change, each another patient unless the change says who."""
    people = ({"patient_id": f"AMC-{number:04}X"} for number in range(1, len(changes) + 1))
    return framed([TYPICAL | person | change for person, change in zip(people, changes, strict=True)], ONE_YEAR)


def follow_ups(*rows: Row) -> pl.DataFrame:
    """Give `registry.follow_up` with these rows of the first episode, counted for month 6 unless they say otherwise."""
    usual: Row = {"patient_id": "AMC-0001X", "side": "left", "injury_no": 1, "clinic": "AMC", "is_counted": True}
    usual |= {"assessed_on": date(2024, 7, 21), "visit": "month_6", "eq5d_version": "3L"}
    return framed([usual | row for row in rows], FOLLOW_UP)


def strengths(*rows: Row) -> pl.DataFrame:
    """Give `mart.strength` with these rows of the first episode's assessment in month 6."""
    usual: Row = {"patient_id": "AMC-0001X", "side": "left", "injury_no": 1, "assessed_on": date(2024, 7, 21)}
    return framed([usual | row for row in rows], STRENGTH)


def schedules(*rows: Row) -> pl.DataFrame:
    """Give `registry.schedule` with these visits; those of month 12 are read from `mart.one_year`."""
    columns: Row = {**dict.fromkeys(["patient_id", "side"], pl.String), "injury_no": pl.Int32}
    usual: Row = {"patient_id": "AMC-0001X", "side": "left", "injury_no": 1}
    return framed([usual | row for row in rows], columns | dict.fromkeys(["visit", "status"], pl.String))


def reference(*added: Row, study: str = "van_der_made_2022") -> pl.DataFrame:
    """Give `reference.outcome` with the study's printed figures, and with rows of other studies."""
    printed = pl.read_csv(REFERENCE / f"{study}.csv", schema_overrides=OUTCOME)
    return pl.concat([printed, framed([{"category": ""} | row for row in added], OUTCOME)])
