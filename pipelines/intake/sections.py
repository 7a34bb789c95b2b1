"""A judged draft -> a section: rows with faulty cells blank, findings with line and cell, raw records marked."""

from collections.abc import Collection
from dataclasses import replace

import polars as pl

from pipelines.intake.addresses import cell_addresses
from pipelines.intake.confirmation import confirmed_lines
from pipelines.intake.draft import Draft
from pipelines.intake.slices import by_slices
from pipelines.intake.verdict import FINDING_SCHEMA, RAW_SCHEMA, Section, TextTable
from schemas.dictionary import Field

SEVERITIES = ("error", "warning", "note")
WHY_BLANK = ("record_silent", "record_contradicts")
UNSTORED = ("consent_missing", "patient_erased")


def set_faulty_cells_aside(draft: Draft, rejecting: Collection[str]) -> Draft:
    """The draft with every faulty cell blank that does not cost its row."""
    if draft.findings.is_empty():
        return draft
    flat = draft.flat
    for (column,), group in faults_of_cells(draft, rejecting).group_by("column"):
        values = flat[str(column)]
        blank = pl.Series([None], dtype=values.dtype).new_from_index(0, group.height)
        flat = flat.with_columns(values.scatter(group["row"], blank))
    return replace(draft, flat=flat)


def faults_of_cells(draft: Draft, rejecting: Collection[str]) -> pl.DataFrame:
    """`row` and `column` of the faulty cells that are set aside, once each."""
    return faults_of_rows(draft.findings, draft.form.key, rejecting).select("row", "column").unique()


def faults_of_rows(findings: pl.DataFrame, key: Collection[str], rejecting: Collection[str]) -> pl.DataFrame:
    """The findings that set a cell aside and do not cost its row."""
    is_aside = (pl.col("severity") == "error") & ~pl.col("column").is_in(list(key))
    return findings.filter(is_aside & ~pl.col("rule").is_in(list(rejecting)))


def rejected_rows(draft: Draft, rejecting: Collection[str]) -> pl.Series:
    """Rows with an error in the key, or of a rule that makes the row impossible.

    A key of which the record says nothing, or several things, is an error in the key, whatever a blank would stand for.
    """
    key, rules = list(draft.form.key), list(rejecting)
    costs_row = (pl.col("severity") == "error") & (pl.col("column").is_in(key) | pl.col("rule").is_in(rules))
    untold = draft.table.findings.filter(pl.col("rule").is_in(WHY_BLANK) & pl.col("column").is_in(key))["line"]
    places = draft.table.frame["line"].is_in(untold.implode()).arg_true() if len(untold) else untold
    return pl.concat([draft.findings.filter(costs_row)["row"], places.cast(pl.UInt32)]).unique().sort()


def make_section(draft: Draft, rejecting: Collection[str]) -> Section:
    """The section that the ledger and the receipt are made from."""
    table = draft.table
    rejected = rejected_rows(draft, rejecting)
    kept = ~pl.int_range(table.frame.height, dtype=pl.UInt32, eager=True).is_in(rejected.implode())
    bad_lines = pl.concat([table.frame["line"].gather(rejected), pl.Series(table.unsplit, dtype=pl.Int32)])
    is_rejected = pl.col("line").is_in(bad_lines.implode()).alias("is_rejected")
    unstored = _unstored_lines(draft)
    aside = faults_of_cells(draft, rejecting).filter(~pl.col("row").is_in(rejected.implode()))
    return Section(
        number=draft.number,
        form=table.form,
        sheet=table.name,
        header=table.header,
        records=table.records,
        rows=_rows(draft, kept),
        raw=_forget(table.raw.with_columns(is_rejected).select(list(RAW_SCHEMA)), unstored, "cells", []),
        findings=_forget(_forget(_located(draft), unstored, "found", ""), unstored, "expected", ""),
        cells_set_aside=aside.height,
        confirmed=confirmed_lines(table.frame),
        numbers=_numbers(table, rejected),
    )


def _numbers(table: TextTable, rejected: pl.Series) -> dict[int, str]:
    """The patient of each rejected row of an export, whose number may stand in another row of the record."""
    if not table.is_mapped or "patient_id" not in table.frame.columns:
        return {}
    return dict(table.frame[rejected].select("line", "patient_id").drop_nulls().iter_rows())


def _unstored_lines(draft: Draft) -> pl.Series:
    """Lines nobody consented to: that they came is kept, what they say is not."""
    rows = draft.findings.filter(pl.col("rule").is_in(UNSTORED))["row"]
    return draft.table.frame["line"].gather(rows).unique()


def _forget(frame: pl.DataFrame, lines: pl.Series, column: str, blank: object) -> pl.DataFrame:
    if lines.is_empty():
        return frame
    kept = pl.when(~pl.col("line").is_in(lines.implode())).then(column)
    return frame.with_columns(kept.otherwise(pl.lit(blank, dtype=frame.schema[column])).alias(column))


def _rows(draft: Draft, kept: pl.Series) -> pl.DataFrame:
    """`line`, plain key columns, a struct {value, missing} for each other field; null where there is no answer."""
    reasons = [reasons.alias(f"{name}#") for name, reasons in draft.reasons.items()]
    frame = draft.flat.with_columns(*reasons, draft.table.frame["line"], kept.alias("#kept"))
    columns = [
        _narrowed(field) if field.is_key else _answer(field, f"{field.name}#" if field.name in draft.reasons else "")
        for field in draft.form.fields
    ]
    return by_slices(frame, lambda part: part.filter("#kept").select("line", *columns))


def _narrowed(field: Field) -> pl.Expr:
    column = pl.col(field.name)
    return column.cast(pl.Int32) if field.kind == "integer" else column


def _answer(field: Field, reason: str) -> pl.Expr:
    missing = pl.col(reason) if reason else pl.lit(None)  # of no type: a million texts that are none take room
    answer = pl.struct(_narrowed(field).alias("value"), missing.alias("missing"))
    is_given = pl.col(field.name).is_not_null() | missing.is_not_null()
    return pl.when(is_given).then(answer).alias(field.name)


def _without_said(located: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """The findings without a blank key of which the reader said why it is blank."""
    if located.is_empty():
        return located
    known = said.filter(pl.col("rule").is_in(WHY_BLANK)).select("line", "column", rule=pl.lit("key_missing"))
    return located.join(known, on=["line", "column", "rule"], how="anti", maintain_order="left")


def _located(draft: Draft) -> pl.DataFrame:
    """The draft's and the reader's findings, by line and then by column of the file."""
    table, findings = draft.table, draft.findings
    if findings.is_empty() and table.findings.is_empty():
        return pl.DataFrame(schema=dict(FINDING_SCHEMA))
    lines = table.frame["line"].gather(findings["row"])
    located = findings.with_columns(lines.alias("line"), pl.lit("").alias("cell"))
    located = cell_addresses(located, table).select(list(FINDING_SCHEMA))
    place = pl.col("column").replace_strict(table.positions, default=-1, return_dtype=pl.Int32)
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)), default=0, return_dtype=pl.Int32)
    everything = pl.concat([table.findings.select(list(FINDING_SCHEMA)), _without_said(located, table.findings)])
    return everything.sort("line", place, rank, "rule", maintain_order=True)
