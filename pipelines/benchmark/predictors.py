"""`mart.conservative_predictors`: one prespecified, exploratory model of who does well without surgery.

Nothing is selected: the terms stand here before any data came, and with too few patients there are no estimates.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.benchmark import least_squares as ols
from pipelines.benchmark.assessments import baselines, first_episodes
from pipelines.benchmark.measures import CONSERVATIVE
from pipelines.benchmark.numeric import Floats
from pipelines.benchmark.patient_columns import FEW, Column
from pipelines.benchmark.placement import Columns
from pipelines.benchmark.population import elsewhere
from pipelines.benchmark.rules import PHAT_ITEMS_NEEDED
from pipelines.benchmark.tables import table

PATIENTS_PER_COEFFICIENT = 15

TERMS: Mapping[str, tuple[pl.Expr, str]] = {
    "intercept": (pl.lit(1.0), "PHAT points at zero of every other term"),
    "baseline": (pl.col("baseline"), "PHAT points per point of baseline PHAT"),
    "age": (pl.col("age_at_injury_years"), "PHAT points per year of age"),
    "delay": (pl.col("days_injury_to_visit") / 7, "PHAT points per week from injury to first visit"),
    "both_tendons": (pl.col("n_tendons_avulsed") == 2, "PHAT points, both free tendons avulsed against fewer"),
    "retraction": (pl.col("max_retraction_mm") / 10, "PHAT points per centimetre of retraction"),
    "competitive": (pl.col("sport_level").is_in(["elite", "competitive"]), "PHAT points against recreational sport"),
    "no_sport": (pl.col("sport_level") == "none", "PHAT points against recreational sport"),
}

COLUMNS: Mapping[str, Column] = {
    "term": (FEW, "What may predict: the terms were fixed before there were data."),
    "unit": (FEW, "What the estimate is counted in."),
    "estimate": (pl.Float64, "Coefficient of least squares; an association, not a cause. Empty with too few patients."),
    "estimate_lower": (pl.Float64, "Lower 95 % limit (HC3)."),
    "estimate_upper": (pl.Float64, "Upper 95 % limit (HC3)."),
    "n": (pl.Int32, "Conservative patients with a one-year PHAT in the window and every term known."),
    "n_elsewhere": (pl.Int32, "Of n, those outside the clinic that has most of them."),
    "n_needed": (pl.Int32, "Patients needed before anything is estimated: 15 for each coefficient."),
    "r_squared": (pl.Float64, "Share of the variance explained in the patients the model was fitted to."),
    "r_squared_corrected": (pl.Float64, "The same less its optimism, by refitting in resampled patients."),
    "calibration_slope": (pl.Float64, "Slope of new outcomes on predictions; under 1, predictions are too extreme."),
}  # fmt: skip

SCHEMA = {name: column[0] for name, column in COLUMNS.items()}
TEXTS = {name: column[1] for name, column in COLUMNS.items()}


def predict(one_year: pl.DataFrame) -> pl.DataFrame:
    """Give the rows of `mart.conservative_predictors` from `mart.one_year`: a row for every term.

    Patients decided conservative, their first episode, whoever was operated later included: a failure is an outcome.
    """
    people = _complete(one_year)
    counts = {"n": people.height, "n_elsewhere": elsewhere(people), "n_needed": PATIENTS_PER_COEFFICIENT * len(TERMS)}
    estimates = _estimates(people) if people.height >= counts["n_needed"] else {}
    rows = [{"term": term, "unit": unit} | counts | estimates.get(term, {}) for term, (_, unit) in TERMS.items()]
    return table(rows, SCHEMA)


def _complete(one_year: pl.DataFrame) -> pl.DataFrame:
    first = first_episodes(one_year).filter(pl.col("arm") == CONSERVATIVE)
    has_answers = (pl.col("phat_items_answered") >= PHAT_ITEMS_NEEDED).fill_null(True)
    seen = first.with_columns(pl.Series("baseline", baselines(first))).filter(pl.col("is_in_window") & has_answers)
    terms = [term.cast(pl.Float64).fill_nan(None).alias(name) for name, (term, _) in TERMS.items()]
    return seen.select(*terms, "clinic", pl.col("phat_total").alias("value")).drop_nulls()


def _estimates(people: pl.DataFrame) -> Mapping[str, Columns]:
    design: Floats = people.select(TERMS.keys()).to_numpy()
    values = people["value"].to_numpy()
    found = ols.fit(design, values)
    if found is None:
        return {}
    validation = ols.validate(design, values)._asdict()
    names = ("estimate", "estimate_lower", "estimate_upper")
    return {
        term: dict(zip(names, ols.estimate(found, combination), strict=True)) | validation
        for term, combination in zip(TERMS, np.eye(len(TERMS)), strict=True)
    }
