"""The columns of `mart.arm_benchmark`: their types and what they mean."""

from collections.abc import Mapping

import polars as pl

from pipelines.benchmark.patient_columns import FEW, REFERENCE, Column

COUNTS: Mapping[str, Column] = {
    "n_episodes": (
        pl.Int32,
        "Episodes of the arm, the first of each patient; at other visits than month 12 those assessed.",
    ),
    "n_not_comparable": (
        pl.Int32,
        "Of those, the ones a rule excludes; whoever crossed over stays in the arm decided.",
    ),
    "n_not_yet": (pl.Int32, "Of the comparable, the ones whose visit is still to come or open."),
    "n_missing": (pl.Int32, "Of the comparable, the ones without a value though their time has passed."),
    "n": (pl.Int32, "Of the comparable, the ones with a value: what the estimate rests on."),
}

COLUMNS: Mapping[str, Column] = {
    "arm": (FEW, "The treatment decided, beside the study's arm of that name; chosen, not drawn."),
    "study": (FEW, "Study that stands beside the registry; the name of its reference file."),
    "timepoint": (FEW, "Baseline, or the visit, such as month_12."),
    "measure": (FEW, "Measure, by its name in the reference files."),
    "category": (FEW, "Category of the measure; empty where it has none."),
    **COUNTS,
    "n_events": (pl.Int32, "Of n, the ones with the outcome, where it is yes or no."),
    "estimate": (pl.Float64, "The registry's mean, median or proportion (0 to 1), as the study's statistic is."),
    "sd": (pl.Float64, "Standard deviation in the registry, beside a mean."),
    "estimate_lower": (pl.Float64, "Lower 95 % limit of a mean (t) or share (Wilson); lower quartile of a median."),
    "estimate_upper": (pl.Float64, "Upper 95 % limit of a mean (t) or share (Wilson); upper quartile of a median."),
    "reference_estimate": (pl.Float64, "The study's mean, median or proportion (0 to 1)."),
    "reference_estimate_lower": (pl.Float64, "The study's lower 95 % limit or lower quartile."),
    "reference_estimate_upper": (pl.Float64, "The study's upper 95 % limit or upper quartile."),
    "difference": (pl.Float64, "Registry minus study, where an interval can be given; none for medians."),
    "difference_lower": (pl.Float64, "Lower 95 % limit of the difference: Welch for means, Newcombe for proportions."),
    "difference_upper": (pl.Float64, "Upper 95 % limit of the difference: Welch for means, Newcombe for proportions."),
    "equivalence_margin": (pl.Float64, "Differences within this many points either way count as equivalent."),
    "equivalence_lower": (pl.Float64, "Lower 90 % limit of the difference, for two one-sided tests."),
    "equivalence_upper": (pl.Float64, "Upper 90 % limit of the difference, for two one-sided tests."),
    "equivalence": (FEW, "equivalent, different (from 0), inconclusive (the normal answer) or not estimable."),
    "equivalence_power": (pl.Float64, "Chance of the answer equivalent if there were no difference at all, 0 to 1."),
    **REFERENCE,
}  # fmt: skip

SCHEMA = {name: column[0] for name, column in COLUMNS.items()}
TEXTS = {name: column[1] for name, column in COLUMNS.items()}
