"""Clinics beside their peers: adjusted values, funnels, verdicts and what could turn them."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.benchmark.case_mix import fit
from pipelines.benchmark.clinic import compare_clinics
from tests.support.benchmark_frames import NOT_YET, Row, episodes, follow_ups, reference, schedules, strengths


def compared(rows: list[Row]) -> pl.DataFrame:
    return compare_clinics(episodes(*rows), follow_ups(), strengths(), reference(), schedules())


def one(rows: pl.DataFrame, clinic: str, measure: str = "phat_total", arm: str = "all", **where: Any) -> Row:
    found = rows.filter(**{"clinic": clinic, "measure": measure, "arm": arm, "timepoint": "month_12"} | where)
    assert found.height == 1
    return found.row(0, named=True)


def registry(n_clinics: int = 12, per_clinic: int = 20, shift: float = 0.0, seed: int = 3) -> list[Row]:
    """Clinics of one size, of which C0 differs by `shift`; who began higher ends higher."""
    random = np.random.default_rng(seed)
    return [
        {
            "clinic": f"C{number}",
            "arm": ["surgical", "conservative"][patient % 2],
            "days_injury_to_visit": 15,
            "days_injury_to_surgery": None if patient % 2 else 19,
            "baseline_phat_total": (baseline := float(random.uniform(10, 60))),
            "age_at_injury_years": int(random.integers(30, 70)),
            "phat_total": float(np.clip(50 + 0.5 * baseline + random.normal(0, 8) + shift * (number == 0), 0, 94)),
        }
        for number in range(n_clinics)
        for patient in range(per_clinic)
    ]


def test_a_clinic_that_differs_is_found_and_its_peers_are_not() -> None:
    rows = compared(registry(shift=-12))
    phat = rows.filter(measure="phat_total", arm="all", timepoint="month_12")
    assert one(rows, "C0")["verdict"] == "low_998"
    assert phat.filter(pl.col("verdict") == "within").height >= 9
    assert one(rows, "C0")["n_clinics_judged"] == 12
    assert one(rows, "C0")["n_flags_by_chance"] == pytest.approx(0.6)


def test_case_mix_undoes_what_sicker_patients_explain() -> None:
    rows = registry()
    for row in rows:
        if row["clinic"] == "C0":
            row |= {
                "baseline_phat_total": row["baseline_phat_total"] / 2,
                "phat_total": row["phat_total"] - row["baseline_phat_total"] / 4,
            }
    found = one(compared(rows), "C0")
    assert found["observed"] < found["registry_estimate"] - 5
    assert found["adjusted"] == pytest.approx(found["registry_estimate"], abs=4)
    assert found["is_adjusted"]
    assert found["verdict"] == "within"


def test_under_ten_patients_there_is_no_verdict() -> None:
    rows = [*registry(), *registry(1, 9, shift=-40, seed=9)[:9]]
    for row in rows[-9:]:
        row["clinic"] = "SMALL"
    assert one(compared(rows), "SMALL")["verdict"] == "too_few"


def test_under_ten_clinics_overdispersion_is_not_estimable() -> None:
    found = one(compared(registry(9)), "C1")
    assert (found["overdispersion_phi"], found["verdict_overdispersed"]) == (None, None)
    assert found["verdict"] == "within"


def test_clinics_that_all_differ_widen_the_limits() -> None:
    rows = registry(14, 30)
    for row in rows:
        row["phat_total"] = max(0.0, row["phat_total"] - 3.0 * (int(row["clinic"][1:]) % 7))
    found = compared(rows).filter(measure="phat_total", arm="all", timepoint="month_12")
    assert found["overdispersion_phi"][0] > 2
    plain = found.filter(pl.col("verdict") != "within").height
    assert found.filter(pl.col("verdict_overdispersed") != "within").height < plain


def test_the_missing_could_undo_a_flag_or_raise_one() -> None:
    rows = registry(shift=-9)
    for row in rows[15:20] + rows[30:40]:
        row["phat_total"] = None
    found = compared(rows)
    flagged, fine = one(found, "C0"), one(found, "C1")
    assert flagged["verdict"].startswith("low")
    assert (flagged["n_missing"], flagged["tipping_side"]) == (5, "at_least")
    assert flagged["tipping_mean"] > flagged["limit_lower_95"]
    assert flagged["raising_low_at_most"] is None
    assert fine["tipping_mean"] is None
    assert fine["raising_low_at_most"] < fine["registry_estimate"] < fine["raising_high_at_least"]


def test_the_follow_up_rate_stands_beside_every_outcome() -> None:
    rows = registry(2, 20)
    for row in rows[:5]:
        row["phat_total"] = None
    rows[5] |= NOT_YET
    found = one(compared(rows), "C0")
    assert (found["n"], found["n_missing"], found["n_not_yet"]) == (14, 5, 1)
    assert found["follow_up_percent"] == pytest.approx(100 * 14 / 19)


def test_only_phat_carries_a_verdict() -> None:
    rows = compared(registry())
    assert rows.filter(pl.col("verdict").is_not_null())["measure"].unique().to_list() == ["phat_total"]
    found = one(rows, "C0", "recurrence")
    assert found["limit_lower_95"] == 0
    assert found["limit_upper_95"] is not None


def test_the_study_is_a_line_beside_one_arm() -> None:
    rows = compared(registry())
    assert one(rows, "C0", arm="surgical")["reference_estimate"] == 80
    assert one(rows, "C0")["reference_estimate"] is None


def test_both_arms_together_are_adjusted_with_and_without_the_arm() -> None:
    found = one(compared(registry()), "C0")
    assert found["adjusted_with_arm"] == pytest.approx(found["adjusted"], abs=3)
    assert found["verdict_with_arm"] == "within"


def test_few_patients_are_not_adjusted() -> None:
    found = one(compared(registry(2, 4)), "C0")
    assert not found["is_adjusted"]
    assert found["adjusted"] == pytest.approx(found["observed"])


def test_the_case_mix_model_is_least_squares() -> None:
    random = np.random.default_rng(5)
    baseline, age, both = random.uniform(0, 80, 200), random.uniform(20, 70, 200), random.integers(0, 2, 200)
    value = 40 + 0.4 * baseline - 0.1 * age + 5 * both + random.normal(0, 6, 200)
    people = pl.DataFrame({"value": value, "baseline": baseline, "age": age, "both_tendons": both, "arm": "surgical"})
    import statsmodels.api as sm

    theirs = sm.OLS(value, sm.add_constant(np.column_stack([baseline, age, both]))).fit()
    ours = fit(people, with_arm=False)
    assert ours.expected == pytest.approx(theirs.fittedvalues, rel=1e-9)
    assert ours.residual_sd == pytest.approx(np.sqrt(theirs.mse_resid), rel=1e-9)
