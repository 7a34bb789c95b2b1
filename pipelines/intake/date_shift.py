"""Dates that an export moved on purpose: two or more patients whose every known date lies off by a constant.

Pure comparison of what a file says with what is known; a correction moves one date of one patient, not all of several.
"""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.intake.verdict import Section
from schemas.dictionary import Dictionary, Form

EPISODE = ("patient_id", "side", "injury_no")
ENOUGH_DATES = 2
ENOUGH_PATIENTS = 2


def dated_forms(dictionary: Dictionary) -> Mapping[str, Sequence[str]]:
    """The dates of the forms that an episode has once; where new rows are usual, a new date is no moved one."""
    forms = [form for form in dictionary.forms.values() if set(EPISODE) == set(form.key)]
    return {form.name: dates for form in forms if (dates := _dates(form))}


def _dates(form: Form) -> list[str]:
    return [field.name for field in form.fields if field.kind in ("date", "partial_date")]


def sent_dates(section: Section, form: Form) -> pl.DataFrame:
    """`patient_id`, `side`, `injury_no`, `what` and `on` of every date in a section."""
    days = [pl.col(name).struct.field("value").alias(name) for name in _dates(form)]
    wide = section.rows.select(*EPISODE, *days)
    return wide.unpivot(index=list(EPISODE), variable_name="what", value_name="on").drop_nulls()


def count_shifted(sent: pl.DataFrame, known: pl.DataFrame) -> int:
    """How many patients had all their known dates moved by one constant each; frames as of `sent_dates`."""
    keys = [*EPISODE, "what"]
    pairs = sent.unique().join(known.unique(), on=keys, suffix="_known")
    if pairs.is_empty():
        return 0
    dates = sent.unique().join(known.select(keys).unique(), on=keys, how="semi").group_by("patient_id").len("n_dates")
    moved = pairs.with_columns((pl.col("on") - pl.col("on_known")).dt.total_days().alias("days"))
    explained = moved.group_by("patient_id", "days").agg(pl.struct(*keys, "on").n_unique().alias("n_explained"))
    whole = explained.join(dates, on="patient_id").filter(
        (pl.col("n_explained") == pl.col("n_dates")) & (pl.col("n_dates") >= ENOUGH_DATES)
    )
    stayed = whole.filter(pl.col("days") == 0).select("patient_id")
    return whole.join(stayed, on="patient_id", how="anti")["patient_id"].n_unique()
