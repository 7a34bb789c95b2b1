"""The one exploratory model of the conservative course: prespecified, or nothing."""

import numpy as np
import polars as pl
import pytest

from pipelines.benchmark.predictors import TERMS, predict
from tests.support.benchmark_frames import CONSERVATIVE, NOT_YET, Row, episodes


def patients(n: int) -> list[Row]:
    random = np.random.default_rng(4)
    rows: list[Row] = []
    for _ in range(n):
        baseline, age, mm = float(random.uniform(10, 70)), int(random.integers(25, 75)), int(random.integers(0, 60))
        tendons, days = int(random.integers(1, 3)), int(random.integers(0, 84))
        level = str(random.choice(["recreational", "competitive", "none"]))
        score = 60 + 0.4 * baseline - 0.2 * (age - 50) - 6 * (tendons == 2) + random.normal(0, 6)
        rows.append(
            CONSERVATIVE
            | {
                "baseline_phat_total": baseline,
                "age_at_injury_years": age,
                "max_retraction_mm": mm,
                "sport_level": level,
            }
            | {"n_tendons_avulsed": tendons, "days_injury_to_visit": days, "phat_total": float(np.clip(score, 0, 100))}
        )
    return rows


def test_under_15_patients_a_coefficient_nothing_is_estimated() -> None:
    found = predict(episodes(*patients(119)))
    assert found["term"].to_list() == list(TERMS)
    assert found["n"].unique().to_list() == [119]
    assert found["n_needed"].unique().to_list() == [120]
    assert found["estimate"].null_count() == len(TERMS)


def test_with_enough_patients_the_model_finds_what_was_put_in() -> None:
    found = {row["term"]: row for row in predict(episodes(*patients(400))).iter_rows(named=True)}
    for term, truth in {"baseline": 0.4, "age": -0.2, "both_tendons": -6.0, "retraction": 0.0}.items():
        assert found[term]["estimate_lower"] < truth < found[term]["estimate_upper"]
    assert found["age"]["r_squared_corrected"] < found["age"]["r_squared"]


@pytest.mark.parametrize(
    "change",
    [{"arm": "surgical"}, NOT_YET, {"is_in_window": False}, {"max_retraction_mm": None}, {"phat_items_answered": 5}],
)
def test_only_complete_conservative_patients_count(change: Row) -> None:
    assert predict(episodes(*patients(3), CONSERVATIVE | change))["n"].to_list() == [3] * len(TERMS)


def test_whoever_was_operated_later_stays_in() -> None:
    frame = episodes(*patients(3)).with_columns(pl.lit(True).alias("is_crossed_over"))
    assert predict(frame)["n"][0] == 3
