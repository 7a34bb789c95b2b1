"""Columns of text -> typed columns: a strict fast path for all cells, a careful reader for the distinct odd texts.

Each cell becomes a value, a reason for having none, or nothing with a finding; ranges and rules come later.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from pipelines.intake.cell import Cell, Conventions, explain_absence, read_absence, tidy, tidying_rule
from pipelines.intake.cell_codes import read_boolean, read_coded
from pipelines.intake.cell_dates import read_day, read_month, read_partial_day
from pipelines.intake.cell_ids import IdRules, is_checked, own_number, read_id
from pipelines.intake.cell_numbers import NumberShape, read_number
from pipelines.intake.column_habits import doubtful_rows, habit_of, undeclared, with_suffix
from pipelines.intake.slices import by_slices
from schemas.column_types import TYPES
from schemas.dictionary import Field
from schemas.vocabulary import VOCABULARIES

ODD_SCHEMA: Mapping[str, pl.DataType] = {
    "row": pl.UInt32(),  # 0-based row of the table
    "found": pl.String(),
    "missing": pl.String(),
    "rule": pl.String(),
    "severity": pl.String(),
    "expected": pl.String(),
    "extra": pl.String(),
}
_TRUE, _FALSE = (
    ("yes", "true", "1", "ja", "Yes", "Ja", "TRUE"),
    ("no", "false", "0", "nee", "nein", "No", "Nee", "Nein", "FALSE"),
)
_LARGEST = 2**31
_FLOAT_NOISE = 1e-6
_PLAIN_TEXT = r"^[!-~&&[^#='@]]([ -~]*[!-~])?$"


class TooManyFindingsError(Exception):
    """There is more to say of a table than anybody will read: it is not read on."""


@dataclass(frozen=True)
class TypedColumn:
    """A column read: `values` typed, `odd` (ODD_SCHEMA) the cells that were no plain answer of their kind."""

    values: pl.Series
    odd: pl.DataFrame

    @property
    def findings(self) -> pl.DataFrame:
        """The odd cells there is something to say about."""
        return self.odd.filter(pl.col("rule") != "") if self.odd.height else self.odd


def read_columns(
    texts: pl.DataFrame,
    fields: Sequence[Field],
    conventions: Conventions,
    ids: IdRules,
    most_findings: int = _LARGEST,
    headers: Mapping[str, str] | None = None,
) -> dict[str, TypedColumn]:
    """The typed values of String columns named as their fields, and what their odd cells were taken for.

    `headers` are the columns' headers as sent, by field: they may name a unit, a range or a date order.
    """
    habits = {field.name: habit_of(field, (headers or {}).get(field.name, ""), conventions) for field in fields}
    changed = [with_suffix(texts[name], habit.suffix, conventions) for name, habit in habits.items() if habit.suffix]
    texts = texts.with_columns(changed)
    fast = _read_fast(texts, fields, conventions, ids)
    columns: dict[str, TypedColumn] = {}
    for field in fields:
        own = undeclared(conventions, habits[field.name])
        column = _completed(texts[field.name], fast[field.name], field, own, ids)
        columns[field.name] = _doubted(texts[field.name], column, field, own, ids)
        most_findings -= columns[field.name].findings.height
        if most_findings < 0:
            raise TooManyFindingsError
    for field in fields:
        if field.kind == "decimal" and field.decimals is not None:
            columns[field.name] = _rounded(texts[field.name], columns[field.name], field.decimals)
    return columns


def _doubted(
    texts: pl.Series, column: TypedColumn, field: Field, conventions: Conventions, ids: IdRules
) -> TypedColumn:
    """The column, where it contradicts what the clinic declared read anew in the cells that then have two readings."""
    rows = doubtful_rows(texts, column.odd, field, conventions)
    if rows.is_empty():
        return column
    odd = _read_odd(texts.gather(rows), field, undeclared(conventions), ids)
    values = column.values.scatter(rows, odd["value"])
    frame = odd.drop("value").with_columns(rows.cast(pl.UInt32).alias("row")).select(list(ODD_SCHEMA))
    return TypedColumn(values, pl.concat([column.odd.filter(~pl.col("row").is_in(rows.implode())), frame]))


@cache
def _nothing_odd() -> pl.DataFrame:
    return pl.DataFrame(schema=ODD_SCHEMA)


def _completed(
    texts: pl.Series, values: pl.Series, field: Field, conventions: Conventions, ids: IdRules
) -> TypedColumn:
    if values.null_count() == texts.null_count():
        return TypedColumn(values, _nothing_odd())
    odd_rows = (texts.is_not_null() & values.is_null()).arg_true()
    odd = _read_odd(texts.gather(odd_rows), field, conventions, ids)
    values = values.scatter(odd_rows, odd["value"]).rename(field.name)
    frame = odd.drop("value").with_columns(odd_rows.cast(pl.UInt32).alias("row")).select(list(ODD_SCHEMA))
    return TypedColumn(values, frame)


def _rounded(texts: pl.Series, column: TypedColumn, decimals: int) -> TypedColumn:
    """The column with as many decimals as its field keeps; a difference that is not a float's own is noted."""
    values = column.values.round(decimals, mode="half_away_from_zero")
    rows = ((values - column.values).abs() > _FLOAT_NOISE).fill_null(False).arg_true().cast(pl.UInt32)
    rows = rows.filter(~rows.is_in(column.odd["row"].implode()))
    if rows.is_empty():
        return TypedColumn(values, column.odd)
    found, kept = texts.gather(rows).alias("found"), values.gather(rows).cast(pl.String)
    note = {"missing": None, "rule": "number_rounded", "severity": "note", "extra": ""}
    constants = [pl.lit(text, pl.String).alias(name) for name, text in note.items()]
    odd = pl.DataFrame([rows.alias("row"), found, kept.alias("expected")]).with_columns(constants)
    return TypedColumn(values, pl.concat([column.odd, odd.select(list(ODD_SCHEMA))]))


def read_cell(text: str, field: Field, conventions: Conventions, ids: IdRules) -> Cell:
    """One text, read slowly and carefully."""
    plain = tidy(text)
    if not plain:
        return Cell()
    cell = read_absence(plain, conventions) or explain_absence(plain, _read_kind(plain, field, conventions, ids))
    if cell.is_readable and not cell.rule and cell.missing is None:
        rule = tidying_rule(text, plain)
        return Cell(cell.value, rule=rule, expected=plain if rule else "", extra=cell.extra)
    return cell


def _read_kind(plain: str, field: Field, conventions: Conventions, ids: IdRules) -> Cell:
    if field.kind in ("integer", "decimal"):
        shape = NumberShape(
            *(field.kind == "integer", field.minimum, field.maximum, field.unit),
            *(conventions.decimal, conventions.is_workbook),
        )
        return read_number(plain, shape)
    readers: Mapping[str, Callable[[], Cell]] = {
        "date": lambda: read_day(plain, conventions),
        "partial_date": lambda: read_partial_day(plain, conventions),
        "month": lambda: read_month(plain, conventions),
        "code": lambda: read_coded(plain, field.vocabulary),
        "boolean": lambda: read_boolean(plain),
        "id": lambda: read_id(plain, ids),
        "text": lambda: Cell(plain),
    }
    return readers[field.kind]()


def _read_odd(texts: pl.Series, field: Field, conventions: Conventions, ids: IdRules) -> pl.DataFrame:
    """One row for each odd cell, in order; each distinct text is read once."""
    distinct = texts.unique()
    cells = [read_cell(text, field, conventions, ids) for text in distinct]
    known = pl.DataFrame(
        {
            "found": distinct,
            "value": pl.Series([cell.value for cell in cells], dtype=TYPES[field.kind], strict=False),
            "missing": pl.Series([cell.missing for cell in cells], dtype=pl.String),
            "rule": [cell.rule for cell in cells],
            "severity": ["note" if cell.is_readable else "error" for cell in cells],
            "expected": [cell.expected for cell in cells],
            "extra": [cell.extra for cell in cells],
        }
    )
    return texts.rename("found").to_frame().join(known, on="found", how="left", maintain_order="left")


def _read_fast(texts: pl.DataFrame, fields: Sequence[Field], conventions: Conventions, ids: IdRules) -> pl.DataFrame:
    """Typed values of the cells written as their kind is written; null for every other cell."""
    expressions = [_fast(field, conventions).alias(field.name) for field in fields if field.kind != "id"]
    fast = by_slices(texts, lambda part: part.lazy().select(expressions).collect())  # lazy: a date is read once
    ids_read = [_fast_ids(texts[field.name], ids).rename(field.name) for field in fields if field.kind == "id"]
    return fast.hstack(ids_read) if fast.width else pl.DataFrame(ids_read)


def _fast(field: Field, conventions: Conventions) -> pl.Expr:
    column = pl.col(field.name)
    expressions: Mapping[str, Callable[[], pl.Expr]] = {
        "integer": lambda: _fast_integer(column),
        "decimal": lambda: _fast_decimal(column, conventions),
        "date": lambda: _fast_date(column),
        "partial_date": lambda: _fast_date(column),
        "month": lambda: _fast_date(column + "-01"),
        "code": lambda: pl.when(column.is_in([code.code for code in VOCABULARIES[field.vocabulary]])).then(column),
        "boolean": lambda: pl.when(column.is_in(_TRUE)).then(True).when(column.is_in(_FALSE)).then(False),
        "text": lambda: pl.when(column.str.contains(_PLAIN_TEXT)).then(column),
    }
    typed = expressions[field.kind]()
    if not conventions.missing_codes:
        return typed
    is_code = column.str.to_lowercase().is_in(list(conventions.missing_codes))
    if field.kind in ("integer", "decimal"):
        numbers = pl.Series(conventions.missing_numbers, dtype=pl.Int64).cast(TYPES[field.kind])
        is_code = is_code | typed.is_in(numbers.implode())
    return pl.when(~is_code).then(typed)


def _fast_integer(column: pl.Expr) -> pl.Expr:
    number = column.cast(pl.Int64, strict=False)
    return pl.when(number.abs() < _LARGEST).then(number)


def _fast_decimal(column: pl.Expr, conventions: Conventions) -> pl.Expr:
    """Plain numbers with the declared mark; undeclared, three digits after a point could be thousands."""
    if conventions.decimal == "comma" and not conventions.is_workbook:  # in a workbook, numbers come with a point
        number = column.str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        return pl.when(column.str.contains(r"^-?\d{1,12}(,\d+)?$")).then(number)
    is_declared = conventions.decimal == "point"
    plain = r"^-?\d{1,12}(\.\d+)?$" if is_declared else r"^-?\d{1,12}(\.\d{1,2}|\.\d{4,})?$"
    return pl.when(column.str.contains(plain)).then(column.cast(pl.Float64, strict=False))


def _fast_date(column: pl.Expr) -> pl.Expr:
    day = column.str.to_date("%Y-%m-%d", strict=False)
    is_plain = (column.str.len_bytes() == len("2024-01-31")) & day.dt.year().is_between(1900, 2099)
    return pl.when(is_plain).then(day)


def _fast_ids(texts: pl.Series, ids: IdRules) -> pl.Series:
    distinct = texts.drop_nulls().unique()
    is_known = is_checked(distinct)
    if any(ids.formats.values()):
        own = pl.Series([own_number(text, ids) for text in distinct], dtype=pl.String)
        stored = pl.DataFrame({"text": distinct, "own": own}).select(pl.when(is_known).then("text").otherwise("own"))
        known = pl.DataFrame({"text": distinct, "stored": stored.to_series()})
        return texts.to_frame("text").join(known, on="text", how="left", maintain_order="left")["stored"]
    return texts.set(~texts.is_in(distinct.filter(is_known).implode()).fill_null(False), None)
