"""The computed models that `derive` gets: names, grains, column texts and the functions behind them.

It turns Arrow tables into frames and back; what is computed stands in the modules it names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from pipelines.benchmark import (
    arm,
    arm_columns,
    arm_difference,
    clinic,
    clinic_columns,
    patient,
    patient_columns,
    predictors,
    rules,
)
from pipelines.benchmark.comparability import COMPARABILITY
from warehouse.model import ComputedModel

if TYPE_CHECKING:
    import pyarrow as pa

INPUTS = ("mart.one_year", "registry.follow_up", "mart.strength", "reference.outcome")
COUNTING = (*INPUTS, "registry.schedule")
"""Who counts people needs those whose visit was due and not done."""

_COUNTS = ("n_episodes", "n_not_comparable", "n_not_yet", "n_missing", "n", "n_events")
_SUM = "n_episodes = n + n_missing + n_not_yet + n_not_comparable"


def computed_models() -> tuple[ComputedModel, ...]:
    """Give every computed model; `derive` orders them by what they read."""
    return (_PATIENT, _ARM, _CLINIC, _DIFFERENCE, _PREDICTORS, _RULES)


def _computing(
    function: Callable[..., pl.DataFrame], inputs: tuple[str, ...] = INPUTS
) -> Callable[[Mapping[str, pa.Table]], pa.Table]:
    """Make a function of frames, in the order of its inputs, one of Arrow tables by name."""

    def compute(tables: Mapping[str, pa.Table]) -> pa.Table:
        return _arrow(function(*(pl.DataFrame(pl.from_arrow(tables[name])) for name in inputs)))

    return compute


def _arrow(frame: pl.DataFrame) -> pa.Table:
    """Give the frame as Arrow: views for texts, which the database reads several times faster."""
    # A dictionary without entries has a buffer that Arrow calls badly aligned, aloud.
    empty = [name for name in frame.columns if frame[name].null_count() == frame.height]
    texts = [name for name in empty if frame.schema[name] == pl.Categorical]
    return frame.with_columns(pl.col(texts).cast(pl.String)).to_arrow(compat_level=pl.CompatLevel.newest())


_PATIENT = ComputedModel(
    name="mart.patient_benchmark",
    description="Every episode beside both arms of every study, measure by measure. The other arm is no forecast for "
    "the treatment not received, and only PHAT carries a verdict.",
    grain=tuple(patient_columns.KEY),
    columns=patient_columns.TEXTS,
    upstream=INPUTS,
    compute=_computing(patient.compare_patients),
    checks=(
        f"comparability in {COMPARABILITY}",
        "len(reasons) = 0 or comparability in ('not_comparable', 'no_reference')",
        "percentile is null or (comparability = 'comparable' and percentile between 0 and 100)",
        "percentile is null or percentile_lower <= percentile_upper",
        "not (is_top_of_scale and percentile is not null)",
        "verdict is null or (measure = 'phat_total' and is_own_arm and comparability = 'comparable')",
        "prediction_lower is null or prediction_lower <= prediction_upper",
        "has_outcome is null or band is null",
    ),
    by="patient_id",  # nobody's comparison rests on who else is there
)

_ARM = ComputedModel(
    name="mart.arm_benchmark",
    description="Each arm of the registry beside the study's arm of that name. Treatment was chosen, not drawn: no row "
    "compares the two treatments.",
    grain=("arm", "study", "timepoint", "measure", "category"),
    columns=arm_columns.TEXTS,
    upstream=COUNTING,
    compute=_computing(arm.compare_arms, COUNTING),
    checks=(
        _SUM,
        "n_events is null or n_events <= n",
        "difference_lower is null or difference_lower <= difference_upper",
    ),
    counts=_COUNTS,
)

_CLINIC = ComputedModel(
    name="mart.clinic_benchmark",
    description="Each clinic beside its peers, about the registry's own value; the study's figure is a line. A verdict "
    "needs ten patients, and some flags come by chance alone.",
    grain=("clinic", "study", "arm", "timepoint", "measure", "category"),
    columns=clinic_columns.TEXTS,
    upstream=COUNTING,
    compute=_computing(clinic.compare_clinics, COUNTING),
    checks=(
        _SUM,
        "verdict is null or measure = 'phat_total'",
        "limit_lower_95 is null or limit_lower_998 <= limit_lower_95",
    ),
    counts=(*_COUNTS, "n_adjusted", "n_clinics_judged"),
)

_DIFFERENCE = ComputedModel(
    name="mart.arm_difference",
    description="Surgical minus conservative in PHAT: in the registry given the baseline, and as the study's figures "
    "imply it. Treatment was chosen, not drawn, in both: no row is a cause.",
    grain=("study", "timepoint", "quantity"),
    columns=arm_difference.TEXTS,
    upstream=INPUTS,
    compute=_computing(arm_difference.compare_treatments),
    checks=(
        "estimate is null or estimate between estimate_lower and estimate_upper",
        "at_baseline is null or at_baseline between overlap_lower and overlap_upper",
    ),
    counts=(
        "n_surgical",
        "n_conservative",
        "n_surgical_elsewhere",
        "n_conservative_elsewhere",
        "n_outside_overlap",
        "n_clinics",
    ),
)

_PREDICTORS = ComputedModel(
    name="mart.conservative_predictors",
    description="Exploratory: one prespecified model of the one-year PHAT after a conservative decision. Associations, "
    "not causes; on synthetic data it recovers the generator and says nothing of patients.",
    grain=("term",),
    columns=predictors.TEXTS,
    upstream=("mart.one_year",),
    compute=_computing(predictors.predict, ("mart.one_year",)),
    checks=("estimate is null or n >= n_needed",),
    counts=("n", "n_elsewhere"),
)

_RULES = ComputedModel(
    name="mart.benchmark_rule",
    description="What the codes of reasons and flags mean, and where each rule comes from.",
    grain=("code",),
    columns=rules.TEXTS,
    upstream=(),
    compute=_computing(rules.list_rules, ()),
)
