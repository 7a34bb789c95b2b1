"""A text table typed: a column for each field of its form, and findings by row. Ranges and rules come later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.intake.cell import Conventions
from pipelines.intake.cell_ids import IdRules
from pipelines.intake.cells import ODD_SCHEMA, TypedColumn, read_columns
from pipelines.intake.verdict import TextTable
from schemas.column_types import TYPES
from schemas.dictionary import Field, Form

# A finding before it knows its line: `row` is the 0-based row of the table.
ROW_FINDING_SCHEMA: Mapping[str, pl.DataType] = {
    "row": pl.UInt32(),
    "column": pl.String(),
    "rule": pl.String(),
    "severity": pl.String(),
    "found": pl.String(),
    "expected": pl.String(),
}
# A check that fails in a row; `column` is null where it is a check of the whole row.
FAILURE_SCHEMA: Mapping[str, pl.DataType] = {"row": pl.UInt32(), "column": pl.String(), "check": pl.String()}
_PRECISION = "_precision"


@dataclass(frozen=True)
class Draft:
    """A table between text and verdict: rows as in `table.frame`, `flat` typed, `reasons` why a cell has no value."""

    number: int
    table: TextTable
    form: Form
    flat: pl.DataFrame
    reasons: Mapping[str, pl.Series]
    findings: pl.DataFrame  # ROW_FINDING_SCHEMA

    def texts(self, name: str, rows: pl.Series) -> pl.Series:
        """The texts as sent in a column's cells; empty where the file has no such column."""
        if name not in self.table.frame.columns:
            return pl.Series([""], dtype=pl.String).new_from_index(0, len(rows))
        return self.table.frame[name].gather(rows).fill_null("")


def read_table(
    number: int, table: TextTable, form: Form, conventions: Conventions, ids: IdRules, most_findings: int
) -> Draft:
    """Every cell of the table typed; faults and notes in `findings`."""
    present = [field for field in form.fields if field.name in table.frame.columns]
    headers = {name: table.header[place] for name, place in table.positions.items()}
    columns = read_columns(table.frame, present, conventions, ids, most_findings, headers)
    columns |= _computed(form, columns)
    columns = _confirm_units(form, columns)
    height = table.frame.height
    flat = pl.DataFrame([_series(field, columns, height) for field in form.fields])
    defaults = _defaults(form.fields, table.frame, conventions.clinic)
    unusual = {name: column for name, column in columns.items() if column.odd.height}
    reasons = {name: _reasons(column, height) for name, column in unusual.items() if column.odd["missing"].count()}
    findings = collect(_named(name, column.findings) for name, column in unusual.items())
    return Draft(number, table, form, flat.with_columns(defaults), reasons, findings)


def collect(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Findings of several origins in one frame."""
    filled = [part for part in parts if part.height]
    return pl.concat(filled) if filled else pl.DataFrame(schema=ROW_FINDING_SCHEMA)


def _named(name: str, odd: pl.DataFrame) -> pl.DataFrame:
    return odd.with_columns(pl.lit(name).alias("column")).select(list(ROW_FINDING_SCHEMA))


def _series(field: Field, columns: Mapping[str, TypedColumn], height: int) -> pl.Series:
    if field.name in columns:
        return columns[field.name].values
    return pl.Series(field.name, [None], dtype=TYPES[field.kind]).new_from_index(0, height)


def _reasons(column: TypedColumn, height: int) -> pl.Series:
    reasons = pl.Series([None], dtype=pl.String).new_from_index(0, height)
    return reasons.scatter(column.odd["row"], column.odd["missing"]) if height else reasons


def _defaults(fields: Sequence[Field], texts: pl.DataFrame, clinic: str) -> list[pl.Expr]:
    """A key that is not required and was left blank: injury number 1, the submitting clinic."""
    expressions = []
    for field in fields:
        if field.is_key and not field.is_required:
            default = pl.lit(1 if field.kind == "integer" else clinic, dtype=TYPES[field.kind])
            blank = (
                texts[field.name].str.strip_chars().fill_null("") == "" if field.name in texts.columns else pl.lit(True)
            )
            expressions.append(pl.when(blank).then(default).otherwise(pl.col(field.name)).alias(field.name))
    return expressions


def _computed(form: Form, columns: Mapping[str, TypedColumn]) -> dict[str, TypedColumn]:
    """The precision of each partial date: day where it is written in full."""
    computed = {}
    for name in [field.name for field in form.fields if field.kind == "partial_date" and field.name in columns]:
        dates, odd = columns[name].values, columns[name].odd.filter(pl.col("extra") != "")
        precision = dates.to_frame().select(pl.when(pl.col(name).is_not_null()).then(pl.lit("day"))).to_series()
        values = precision.scatter(odd["row"], odd["extra"]) if odd.height else precision
        computed[name + _PRECISION] = TypedColumn(values.rename(name + _PRECISION), pl.DataFrame(schema=ODD_SCHEMA))
    return computed


def _confirm_units(form: Form, columns: dict[str, TypedColumn]) -> dict[str, TypedColumn]:
    """A unit written beside a number must be the one that the row names in its unit column."""
    for field in form.fields:
        column = columns.get(field.name)
        if (
            column is not None
            and field.kind == "decimal"
            and column.odd.height
            and column.odd["extra"].str.len_bytes().sum()
        ):
            named = columns[field.unit].values if field.unit in columns else None
            columns[field.name] = _with_confirmed_unit(column, named)
    return columns


def _with_confirmed_unit(column: TypedColumn, named: pl.Series | None) -> TypedColumn:
    odd = column.odd
    unit = named.gather(odd["row"]) if named is not None else pl.Series([None] * odd.height, dtype=pl.String)
    wrong = (pl.col("extra") != "") & (pl.col("extra") != unit.fill_null(""))
    odd = odd.with_columns(
        pl.when(wrong).then(pl.lit("number_other_unit")).otherwise("rule").alias("rule"),
        pl.when(wrong).then(pl.lit("error")).otherwise("severity").alias("severity"),
        pl.when(wrong).then(unit.fill_null("")).otherwise("expected").alias("expected"),
    )
    rows = odd.filter(pl.col("rule") == "number_other_unit")["row"]
    values = (
        column.values.scatter(rows, pl.Series([None] * len(rows), dtype=column.values.dtype))
        if len(rows)
        else column.values
    )
    return TypedColumn(values, odd)
