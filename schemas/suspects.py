"""Which rows of a typed frame break any check of their form, in one pass. Which check it is, Pandera says.

A schema costs a query for each check, whatever the frame; most files are clean, so it is asked about suspects only.
"""

from functools import cache
from typing import TYPE_CHECKING

from schemas.dictionary import EARLIEST_DATE, Field, read_dictionary

if TYPE_CHECKING:
    import polars as pl


def suspect_rows(frame: "pl.DataFrame", form: str) -> "pl.Series":
    """The 0-based rows that fail at least one check of `model_of(form)`. `<column>_missing` columns may be absent."""
    import polars as pl

    absent = [name for name in _reasons_asked(form) if name not in frame.columns]
    asked = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    return asked.select(is_sound=_is_sound(form))["is_sound"].not_().arg_true()


def unsound_cells(frame: "pl.DataFrame", form: str) -> "dict[str, pl.Series]":
    """The columns of a typed frame in which some cell fails a check of its own, and the 0-based rows of those cells."""
    sound = frame.select(_is_sound_cell(field).alias(field.name) for field in read_dictionary().forms[form].fields)
    return {column.name: column.not_().arg_true() for column in sound if not column.all()}


@cache
def _reasons_asked(form: str) -> tuple[str, ...]:
    from schemas.rules import reasons_asked, row_rules

    return tuple(sorted({name for rule in row_rules(form) for name in reasons_asked(rule.predicate)}))


@cache
def _is_sound(form: str) -> "pl.Expr":
    import polars as pl

    from schemas.rules import predicate_of, row_rules

    cells = [_is_sound_cell(field) for field in read_dictionary().forms[form].fields]
    rows = [predicate_of(rule) for rule in row_rules(form)]
    return pl.all_horizontal(*(check.fill_null(True) for check in [*cells, *rows]))


def _is_sound_cell(field: Field) -> "pl.Expr":
    import polars as pl

    column, checks = pl.col(field.name), [pl.lit(True)]
    if field.kind == "code":
        checks.append(column.is_in([code.code for code in read_dictionary().vocabularies[field.vocabulary]]))
    elif field.kind == "text":
        checks.append(column.str.len_chars() <= field.maximum)
    elif field.kind in ("date", "partial_date", "month"):
        checks.append(column >= EARLIEST_DATE)
    elif field.kind in ("integer", "decimal"):
        checks += [column >= field.minimum] if field.minimum is not None else []
        checks += [column <= field.maximum] if field.maximum is not None else []
    sound = pl.all_horizontal(*(check.fill_null(True) for check in checks))
    return sound & column.is_not_null() if field.is_key else sound
