"""Visit labels against dates, where a file brings the enrolment too: a label is one of the two visits around its date.

Where the enrolment came in another file the same question is a query, asked in SQL.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.draft import Draft, collect
from schemas.vocabulary import VOCABULARIES

VISIT_LABEL_IMPOSSIBLE = "visit_label_impossible"
_EPISODE = ("patient_id", "side", "injury_no")
_MONTHS = {code.code: int(code.code.removeprefix("month_")) for code in VOCABULARIES["visit"]}


def name_impossible_visits(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts of a file, its follow-ups with a finding for each label that cannot be."""
    enrolments = [draft for draft in drafts if draft.form.name == "enrolment"]
    if not enrolments:
        return list(drafts)
    anchors = _anchors(enrolments)
    return [_named(draft, anchors) if draft.form.name == "follow_up" else draft for draft in drafts]


def _anchors(enrolments: Sequence[Draft]) -> pl.DataFrame:
    """Episode and the one day its visits are counted from, where the file is of one mind about it."""
    is_surgical = pl.col("initial_treatment") == "surgical"
    anchor = pl.when(is_surgical).then("surgery_on").otherwise("decision_on").alias("anchor")
    rows = pl.concat([draft.flat.select(*_EPISODE, anchor) for draft in enrolments]).drop_nulls()
    agreed = rows.group_by(_EPISODE).agg(pl.col("anchor").unique()).filter(pl.col("anchor").list.len() == 1)
    return agreed.with_columns(pl.col("anchor").list.first())


def _named(draft: Draft, anchors: pl.DataFrame) -> Draft:
    rows = draft.flat.select(*_EPISODE, "assessed_on", "visit").with_row_index("row")
    dated = rows.drop_nulls().join(anchors, on=_EPISODE)
    label = pl.col("visit").replace_strict(_MONTHS, default=None, return_dtype=pl.Int32)
    around = dated.with_columns(_before().alias("before"), _after().alias("after"))
    wrong = around.filter((label != pl.col("before").fill_null(-1)) & (label != pl.col("after").fill_null(-1)))
    visits = pl.concat_list("before", "after").list.drop_nulls().cast(pl.List(pl.String))
    expected = visits.list.eval("month_" + pl.element()).list.join(", ")
    part = wrong.select(
        pl.col("row").cast(pl.UInt32),
        pl.lit("visit").alias("column"),
        pl.lit(VISIT_LABEL_IMPOSSIBLE).alias("rule"),
        pl.lit("error").alias("severity"),
        draft.texts("visit", wrong["row"]).alias("found"),
        expected.alias("expected"),
    )
    return replace(draft, findings=collect([draft.findings, part]))


def _before() -> pl.Expr:
    """Months of the last visit that was due on or before the day."""
    due = [pl.when(_due(months) <= pl.col("assessed_on")).then(pl.lit(months, pl.Int32)) for months in _MONTHS.values()]
    return pl.max_horizontal(due)


def _after() -> pl.Expr:
    """Months of the first visit that is due after the day."""
    due = [pl.when(_due(months) > pl.col("assessed_on")).then(pl.lit(months, pl.Int32)) for months in _MONTHS.values()]
    return pl.min_horizontal(due)


def _due(months: int) -> pl.Expr:
    return pl.col("anchor").dt.offset_by(f"{months}mo")
