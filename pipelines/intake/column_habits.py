"""What a column says of how its cells are meant: a unit, a range or a date order in its header, its other cells.

A column that is written otherwise than the clinic declared is no error; a cell that then has two readings is one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from pipelines.intake.cell import Conventions
from pipelines.intake.cell_numbers import UNIT_OF, NumberShape, read_number
from schemas.dictionary import Field

DATE_KINDS = ("date", "partial_date", "month")
_IN_BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]\s*$")
_RANGE = re.compile(r"0 ?(?:-|–|\.\.|to|tot|bis) ?(\d+)")
_ORDER = re.compile(r"([dtmyj]{1,4})[-./ ]([dtmyj]{1,4})[-./ ]([dtmyj]{1,4})", re.IGNORECASE)
_LETTERS: Mapping[str, str] = {"d": "d", "t": "d", "m": "m", "y": "y", "j": "y"}
_BARE_NUMBER = r"^\s*[+-]?\d[\d.,]*\s*$"
_TWO_FIRST = r"^\s*(\d{1,2})[-./ ](\d{1,2})[-./ ]\d{2}(?:\d{2})?(?:\D.*)?$"
_LAST_MONTH = 12
_OTHER_ORDER, _OTHER_MARK, _THOUSANDS = "date_other_order", "number_decimal_mark", "number_thousands"
BY_COLUMN = (_OTHER_ORDER, _OTHER_MARK)  # rules whose cells have the column's others looked at


@dataclass(frozen=True)
class Habit:
    """How a column's header says that its cells are written."""

    suffix: str = ""  # what stands in the header in place of beside each number
    date_order: str | None = None  # None: as the clinic declared


def habit_of(field: Field, header: str, conventions: Conventions) -> Habit:
    """What stands in brackets at the end of a header, as far as it changes how the field is read."""
    match = _IN_BRACKETS.search(header)
    said = match[1].strip() if match else ""
    if not said:
        return Habit()
    if field.kind in DATE_KINDS:
        order = _order_of(said)
        is_new = order and order != conventions.date_order
        return Habit(date_order="" if conventions.date_order else order) if is_new else Habit()
    return Habit(_suffix(field, said)) if field.kind in ("integer", "decimal") else Habit()


def _order_of(said: str) -> str:
    match = _ORDER.fullmatch(said)
    letters = "".join(_LETTERS[part[0].casefold()] for part in match.groups()) if match else ""
    return letters if letters in ("dmy", "mdy", "ymd") else ""


def _suffix(field: Field, said: str) -> str:
    """The unit or the top of the range, where a number of the field is not in it anyway."""
    top = _RANGE.fullmatch(said)
    if top:
        is_other = field.maximum is not None and float(top[1]) != field.maximum
        return f"/{top[1]}" if is_other else ""
    if said.casefold().rstrip(".") not in UNIT_OF:
        return ""
    shape = NumberShape(field.kind == "integer", field.minimum, field.maximum, field.unit, "point")
    cell = read_number(f"1 {said}", shape)
    return "" if cell.value == 1 and not cell.extra else f" {said}"


def with_suffix(texts: pl.Series, suffix: str, conventions: Conventions) -> pl.Series:
    """The texts, with the suffix beside each number that is no missing code."""
    column = pl.col(texts.name)
    is_code = column.str.strip_chars().str.to_lowercase().is_in(list(conventions.missing_codes))
    is_number = column.str.contains(_BARE_NUMBER) & ~is_code
    return texts.to_frame().select(pl.when(is_number).then(column + suffix).otherwise(column)).to_series()


def doubtful_rows(texts: pl.Series, odd: pl.DataFrame, field: Field, conventions: Conventions) -> pl.Series:
    """Rows whose cell was read as declared, in a column that is mostly written the other way."""
    none = pl.Series([], dtype=pl.UInt32)
    if odd.is_empty():
        return none
    if field.kind in DATE_KINDS and conventions.date_order in ("dmy", "mdy"):
        return _doubtful_dates(texts, odd, conventions.date_order)
    if field.kind == "decimal" and conventions.decimal and not conventions.is_workbook:
        return _doubtful_numbers(texts, odd, {"comma": ",", "point": "."}[conventions.decimal])
    return none


def _doubtful_dates(texts: pl.Series, odd: pl.DataFrame, order: str) -> pl.Series:
    """Days that could be months, where more cells fit the other order alone than fit this order alone."""
    n_other = odd.filter(rule=_OTHER_ORDER).height
    if not n_other:
        return pl.Series([], dtype=pl.UInt32)
    parts = texts.to_frame("text").select(pl.col("text").str.extract_groups(_TWO_FIRST).alias("parts"))
    first, second = (parts["parts"].struct.field(name).cast(pl.Int32, strict=False) for name in ("1", "2"))
    day, month = (first, second) if order == "dmy" else (second, first)
    if n_other <= int(((day > _LAST_MONTH) & (month <= _LAST_MONTH)).sum()):
        return pl.Series([], dtype=pl.UInt32)
    return ((day <= _LAST_MONTH) & (month <= _LAST_MONTH) & (day != month)).fill_null(False).arg_true()


def _doubtful_numbers(texts: pl.Series, odd: pl.DataFrame, mark: str) -> pl.Series:
    """Thousands that could be decimals, where more cells have the other mark before decimals than this one."""
    other = re.escape("." if mark == "," else ",")
    n_other = odd.filter(pl.col("rule") == _OTHER_MARK, pl.col("found").str.contains(rf"{other}\d{{1,2}}\D*$")).height
    if not n_other:
        return pl.Series([], dtype=pl.UInt32)
    n_own = int(texts.str.contains(rf"{re.escape(mark)}\d+\D*$").sum())
    if n_other <= n_own:
        return pl.Series([], dtype=pl.UInt32)
    rows = odd.filter(pl.col("rule") == _THOUSANDS, pl.col("found").str.contains(rf"^\D*\d{{1,3}}{other}\d{{3}}\D*$"))
    return rows["row"]


def undeclared(conventions: Conventions, habit: Habit | None = None) -> Conventions:
    """The conventions without what the column contradicts, or with the date order that its header names."""
    if habit is None:
        return replace(conventions, date_order="", decimal="")
    return conventions if habit.date_order is None else replace(conventions, date_order=habit.date_order)
