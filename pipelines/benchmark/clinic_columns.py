"""The columns of `mart.clinic_benchmark`: their types and what they mean."""

from collections.abc import Mapping

import polars as pl

from pipelines.benchmark.arm_columns import COUNTS
from pipelines.benchmark.patient_columns import FEW, Column

_LIMIT = "end of the funnel about the registry's value, beyond which chance alone puts 1 clinic in"

COLUMNS: Mapping[str, Column] = {
    "clinic": (FEW, "Clinic that enrolled the episodes."),
    "study": (FEW, "Study whose rules of comparability and whose figures stand beside the clinics."),
    "arm": (FEW, "The treatment decided, or all for both."),
    "timepoint": (FEW, "Baseline, or the visit, such as month_12."),
    "measure": (FEW, "Measure, by its name in the reference files."),
    "category": (FEW, "Category of the measure; empty where it has none."),
    **COUNTS,
    "n_events": (pl.Int32, "Of n, the ones with the outcome, where it is yes or no."),
    "follow_up_percent": (pl.Float64, "Values that there are, of those due: n of n + n_missing, in percent."),
    "observed": (pl.Float64, "The clinic's mean, median or proportion (0 to 1)."),
    "n_adjusted": (pl.Int32, "Of n, the ones whose baseline, age and tendons are known, who are adjusted."),
    "expected_here": (pl.Float64, "Mean that the registry's case-mix model expects of these patients."),
    "adjusted": (pl.Float64, "Observed minus expected plus the registry's mean; as observed where no model fits."),
    "adjusted_with_arm": (pl.Float64, "The same with the arm in the model, for both arms together."),
    "is_adjusted": (pl.Boolean, "A case-mix model stands behind the adjusted value."),
    "registry_estimate": (pl.Float64, "The registry's mean or proportion: the middle of the funnel."),
    "residual_sd": (pl.Float64, "Residual standard deviation of the case-mix model, from which the limits follow."),
    "limit_lower_95": (pl.Float64, f"Lower {_LIMIT} 40."),
    "limit_upper_95": (pl.Float64, f"Upper {_LIMIT} 40."),
    "limit_lower_998": (pl.Float64, f"Lower {_LIMIT} 1000."),
    "limit_upper_998": (pl.Float64, f"Upper {_LIMIT} 1000."),
    "verdict": (FEW, "PHAT only: within, low_95, low_998, high_95, high_998, or too_few (under 10 patients)."),
    "verdict_with_arm": (FEW, "The same with the arm in the model, for both arms together."),
    "verdict_overdispersed": (FEW, "The same with limits as wide as clinics differ beyond chance; from ten judged on."),
    "overdispersion_phi": (pl.Float64, "How much more the clinics vary than chance lets them: 1 is chance alone."),
    "overdispersion_tau2": (pl.Float64, "Variance between clinics beyond chance, in the measure's unit squared."),
    "n_clinics_judged": (pl.Int32, "Clinics with a verdict of within, low or high."),
    "n_flags_by_chance": (pl.Float64, "How many of those chance alone would put beyond the 95 % limits: 5 %."),
    "tipping_mean": (pl.Float64, "What the missing would have to average to undo the verdict, if on the scale."),
    "tipping_side": (FEW, "at_least (a low verdict) or at_most (a high one)."),
    "is_tipping_possible": (pl.Boolean, "That average lies on the scale."),
    "raising_low_at_most": (pl.Float64, "A low verdict comes if the missing average this or less; under 0, none can."),
    "raising_high_at_least": (pl.Float64, "A high verdict comes if the missing average this or more; over 100, none."),
    "reference_estimate": (pl.Float64, "The study's mean, median or proportion: a line, not adjusted."),
    "reference_estimate_lower": (pl.Float64, "The study's lower 95 % limit or lower quartile."),
    "reference_estimate_upper": (pl.Float64, "The study's upper 95 % limit or upper quartile."),
}  # fmt: skip

SCHEMA = {name: column[0] for name, column in COLUMNS.items()}
TEXTS = {name: column[1] for name, column in COLUMNS.items()}
