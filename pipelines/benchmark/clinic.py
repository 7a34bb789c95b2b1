"""`mart.clinic_benchmark`: each clinic beside its peers, in a funnel about the registry's own value.

The study's figure is a line beside the funnel, not its middle: whether the registry differs from the study is asked
once, in `arm.py`.
"""

from collections.abc import Iterator, Mapping
from math import nan

import numpy as np
import polars as pl

from pipelines.benchmark import clinic_funnel as funnel
from pipelines.benchmark.arm import reference_estimates
from pipelines.benchmark.assessments import first_episodes, read_timepoints
from pipelines.benchmark.case_mix import CaseMix
from pipelines.benchmark.clinic_columns import SCHEMA
from pipelines.benchmark.measures import BASELINE, MEASURES, PHAT, Measure
from pipelines.benchmark.patient import beside, figures_of
from pipelines.benchmark.placement import Columns
from pipelines.benchmark.population import count, known_values, population
from pipelines.benchmark.reference import Figure, Study, read_studies
from pipelines.benchmark.tables import table
from pipelines.benchmark.verdict import CHANCE

BOTH = "all"
"""Name of both arms together."""


def compare_clinics(
    one_year: pl.DataFrame,
    follow_up: pl.DataFrame,
    strength: pl.DataFrame,
    outcome: pl.DataFrame,
    schedule: pl.DataFrame,
) -> pl.DataFrame:
    """Give the rows of `mart.clinic_benchmark`, made of `mart.one_year`, `registry.follow_up`, `mart.strength`,
    `reference.outcome` and `registry.schedule`.

    A row for every clinic and every outcome of a study, by arm and for both arms; values are of comparable episodes
    alone, the first of each patient, by the treatment decided.
    """
    timepoints = read_timepoints(first_episodes(one_year), follow_up, strength, schedule)
    rows = [
        row
        for study in read_studies(outcome)
        for timepoint, frame in timepoints.items()
        if timepoint != BASELINE
        for row in _timepoint(study, timepoint, frame)
    ]
    return table(rows, SCHEMA)


def _timepoint(study: Study, timepoint: str, frame: pl.DataFrame) -> Iterator[Columns]:
    arms = [beside(frame.filter(pl.col("arm") == arm), study, arm, timepoint) for arm in study.arms]
    for figures in zip(*(figures_of(study, arm, timepoint) for arm in study.arms), strict=True):
        measure, category = MEASURES[figures[0].measure], figures[0].category
        if not measure.is_outcome or not any(figure.statistic for figure in figures):
            continue
        people = [group for here in arms if (group := population(here, measure, category)) is not None]
        is_median = any(figure.statistic == "median_iqr" for figure in figures)
        for figure, group in zip(figures, people, strict=bool(people)):
            yield from _clinics(measure, figure, group, is_median=is_median)
        if people:
            both = Figure(study.name, BOTH, timepoint, measure.name, category)
            yield from _clinics(measure, both, pl.concat(people), is_median=is_median)


def _clinics(measure: Measure, figure: Figure, people: pl.DataFrame, *, is_median: bool) -> Iterator[Columns]:
    """Give the rows of one outcome in one arm, or in both."""
    names = {name: getattr(figure, name) for name in ("study", "arm", "timepoint", "measure", "category")}
    rows = {
        str(clinic): {"clinic": clinic} | names | reference_estimates(figure) | _observed(measure, group, is_median)
        for (clinic,), group in sorted(people.partition_by("clinic", as_dict=True).items())
    }
    known = known_values(people)
    if measure.name == PHAT:
        _judge(rows, people, has_both=figure.arm == BOTH)
    elif measure.kind != "number" and len(known):
        theta = float(known.mean())
        for row in rows.values():
            row |= {"registry_estimate": theta} | funnel.share_limits(theta, row["n"])
    yield from rows.values()


def _observed(measure: Measure, group: pl.DataFrame, is_median: bool) -> Columns:
    known, counts = known_values(group), count(group)
    n, n_due = counts["n"], counts["n"] + counts["n_missing"]
    columns = counts | {"follow_up_percent": 100 * n / n_due if n_due else nan}
    if n == 0:
        return columns
    events = {} if measure.kind == "number" else {"n_events": int(known.sum())}
    return columns | events | {"observed": np.median(known) if is_median else known.mean()}


def _judge(rows: Mapping[str, Columns], people: pl.DataFrame, *, has_both: bool) -> None:
    """Add the funnel, the verdicts and what could turn them."""
    adjusted, model = funnel.adjusted_means(people, with_arm=False)
    for clinic, row in rows.items():
        row |= {"registry_estimate": model.mean, "residual_sd": model.residual_sd, "is_adjusted": model.is_adjusted}
        row |= adjusted.get(clinic, {"n_adjusted": 0, "adjusted": nan})
        row |= (limits := funnel.mean_limits(model, row["n_adjusted"]))
        row["verdict"] = funnel.verdict(row["adjusted"], row["n_adjusted"], limits)
        if row["verdict"] in funnel.JUDGED:
            n_unseen = row["n"] + row["n_missing"] - row["n_adjusted"]
            row |= funnel.tipping(model, row["n_adjusted"], row["adjusted"], n_unseen)
    _judge_overdispersed(rows, model)
    if has_both:
        _judge_with_arm(rows, people)


def _judge_overdispersed(rows: Mapping[str, Columns], model: CaseMix) -> None:
    between = funnel.spread_between(tuple(rows.values()), model)
    n_judged = sum(row["verdict"] in funnel.JUDGED for row in rows.values())
    for row in rows.values():
        row |= between | {"n_clinics_judged": n_judged, "n_flags_by_chance": n_judged * CHANCE}
        limits = funnel.mean_limits(model, row["n_adjusted"], between["overdispersion_tau2"])
        row["verdict_overdispersed"] = funnel.verdict(row["adjusted"], row["n_adjusted"], limits)


def _judge_with_arm(rows: Mapping[str, Columns], people: pl.DataFrame) -> None:
    adjusted, model = funnel.adjusted_means(people, with_arm=True)
    for clinic, columns in adjusted.items():
        limits = funnel.mean_limits(model, columns["n_adjusted"])
        rows[clinic]["adjusted_with_arm"] = columns["adjusted"]
        rows[clinic]["verdict_with_arm"] = funnel.verdict(columns["adjusted"], columns["n_adjusted"], limits)
