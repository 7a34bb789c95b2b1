"""The columns of `mart.patient_benchmark`: their types and what they mean.

Texts that several benchmark tables share are here too: one name means one thing everywhere.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

import polars as pl

Column: TypeAlias = tuple[Any, str]

CODES = pl.List(pl.String)
FEW = pl.Categorical()
"""Text of which a column holds few: the database takes it several times faster than one string a row."""

KEY: Mapping[str, Column] = {
    "patient_id": (FEW, "Pseudonym of the patient."),
    "side": (FEW, "Injured side: left or right."),
    "injury_no": (pl.Int32, "Which injury of this side: 1 unless the same side was injured anew."),
    "study": (FEW, "Study that stands beside the registry; the name of its reference file."),
    "reference_arm": (FEW, "Arm of the study that stands beside the patient, who may be of another."),
    "timepoint": (FEW, "Baseline, or the visit, such as month_12."),
    "measure": (FEW, "Measure, by its name in the reference files."),
    "category": (FEW, "Category of the measure; empty where it has none."),
}

REFERENCE: Mapping[str, Column] = {
    "statistic": (
        FEW,
        "What the study's figures are: mean_sd, median_iqr, mean_ci95, count or proportion_above.",
    ),
    "reference_n": (pl.Int32, "People behind the study's figure, where it says so."),
    "reference_value": (pl.Float64, "The study's mean, median, count or proportion, as printed."),
    "reference_sd": (pl.Float64, "The study's standard deviation, as printed."),
    "reference_lower": (pl.Float64, "The study's lower quartile or lower 95 % limit, as printed."),
    "reference_upper": (pl.Float64, "The study's upper quartile or upper 95 % limit, as printed."),
    "reference_proportion": (pl.Float64, "The study's count as a share of its n, 0 to 1."),
    "reference_proportion_lower": (pl.Float64, "Lower 95 % limit of that share (Wilson)."),
    "reference_proportion_upper": (pl.Float64, "Upper 95 % limit of that share (Wilson)."),
    "p_between_arms": (FEW, "The study's p between its arms, as printed; never recomputed."),
    "source": (FEW, "Where in the publication the figure stands."),
    "note": (FEW, "What must be known about the figure."),
}

_EXPECTED: Mapping[str, Column] = {
    "expected": (pl.Float64, "PHAT of the study's patients of this arm who began here, by the implied correlation."),
    "expected_lower": (pl.Float64, "Lower end of the 95 % interval for one such patient, cut at 0."),
    "expected_upper": (pl.Float64, "Upper end of the 95 % interval for one such patient, cut at 100."),
    "is_expected_cut": (pl.Boolean, "An end of that interval is cut, so its other end is approximate too."),
    "expected_t": (pl.Float64, "t of the patient's PHAT about what was expected, n - 2 degrees of freedom."),
    "expected_percentile": (pl.Float64, "Percentile of the patient among those who began here (normal model)."),
}

_PLACE: Mapping[str, Column] = {
    "value": (pl.Float64, "The patient's value; 1 and 0 for yes and no."),
    "value_missing": (FEW, "Why there is no value: not_done, refused, not_applicable or unknown."),
    "has_outcome": (pl.Boolean, "The patient's yes or no, to be read beside the study's proportion."),
    "band": (FEW, "About where among the study's patients: below_q1, q1_to_median, median_to_q3 or above_q3."),
    "prediction_lower": (
        pl.Float64,
        "Lower end of what is usual (95 %) for one patient of the arm, cut at the scale's end.",
    ),
    "prediction_upper": (
        pl.Float64,
        "Upper end of what is usual (95 %) for one patient of the arm, cut at the scale's end.",
    ),
    "is_prediction_lower_cut": (pl.Boolean, "The lower end ran past the scale; the upper is approximate too."),
    "is_prediction_upper_cut": (pl.Boolean, "The upper end ran past the scale; the lower is approximate too."),
    "t": (pl.Float64, "t of the value in the arm, n - 1 degrees of freedom (Crawford and Howell)."),
    "percentile": (pl.Float64, "Percentile in the arm by a normal model, 0 to 100; empty at the top of the scale."),
    "percentile_lower": (pl.Float64, "Lower 95 % limit of that percentile: the study's arm is small."),
    "percentile_upper": (pl.Float64, "Upper 95 % limit of that percentile."),
    "percentile_scaled_beta": (
        pl.Float64,
        "Percentile by a scaled beta with the same mean and SD, which knows the ends.",
    ),
    "is_top_of_scale": (pl.Boolean, "95 or more: at the top of the scale, where no percentile is given."),
    "implied_r": (pl.Float64, "Correlation of baseline and outcome that the study's figures imply."),
    "implied_r_low": (pl.Float64, "Lowest such correlation that the rounding of the printed figures allows."),
    "implied_r_high": (pl.Float64, "Highest such correlation that the rounding of the printed figures allows."),
}

_ASSUMED: Mapping[str, Column] = {
    f"{name}_r_{r}": (
        _EXPECTED[name][0],
        f"{_EXPECTED[name][1].split(',')[0].rstrip('.')}, with a correlation of .{r}.",
    )
    for r in (20, 50)
    for name in ("expected", "expected_lower", "expected_upper", "expected_percentile")
}

_STANDING: Mapping[str, Column] = {
    "clinic": (FEW, "Clinic that enrolled the episode."),
    "arm": (FEW, "The treatment decided, which never changes: surgical or conservative."),
    "is_own_arm": (
        pl.Boolean,
        "The study's arm is the patient's; the other arm is no forecast for the other treatment.",
    ),
    "assessed_on": (pl.Date, "Day of the assessment; empty at baseline."),
    "comparability": (FEW, "comparable, not_comparable, no_reference or not_yet."),
    "reasons": (CODES, "Why the patient is not compared, as codes of the benchmark's rules."),
    "flags": (CODES, "What the comparison must be read with, as codes of the benchmark's rules."),
}

_SUMMARY: Mapping[str, Column] = {
    "verdict": (
        FEW,
        "PHAT beside the patient's own arm only: low (under the 5th percentile), usual, high (over the 95th) or "
        "top_of_scale.",
    ),
    "verdict_basis": (
        FEW,
        "What the verdict rests on: expected (given the baseline) or outcome (where nothing is expected).",
    ),
    "n_measures_compared": (pl.Int32, "Measures of the patient compared with this arm at this timepoint."),
    "n_low_by_chance": (pl.Float64, "How many of those would fall under the 5th percentile in a typical patient: 5 %."),
}

COLUMNS: Mapping[str, Column] = {
    **KEY, **_STANDING, **_PLACE, **_EXPECTED, **_ASSUMED, **_SUMMARY, **REFERENCE,
}  # fmt: skip

SCHEMA = {name: column[0] for name, column in COLUMNS.items()}
TEXTS = {name: column[1] for name, column in COLUMNS.items()}
