"""Every rule with its words. Ids are stable and never used for anything else; no file or cell is read here."""

from functools import cache
from typing import TYPE_CHECKING

from schemas.records import Rule
from schemas.rules.cell import CELL_RULES, CODE_UNKNOWN, DATE_TOO_EARLY, OUT_OF_RANGE, TEXT_TOO_LONG
from schemas.rules.cell_keys import DATE_AND_ID_RULES
from schemas.rules.cell_notes import NOTE_RULES
from schemas.rules.enrolment import ENROLMENT_RULES
from schemas.rules.file import FILE_RULES
from schemas.rules.follow_up import FOLLOW_UP_RULES
from schemas.rules.mapping import MAPPING_RULES
from schemas.rules.other_forms import EVENT_RULES, IMAGING_RULES, REHABILITATION_RULES, SCREENING_RULES
from schemas.rules.query_answers import ANSWER_RULES
from schemas.rules.query_dates import DATE_RULES
from schemas.rules.reading import READING_RULES
from schemas.rules.rows import ROWS_RULES

if TYPE_CHECKING:
    import pandera.polars as pa
    import polars as pl

__all__ = [
    "CODE_UNKNOWN",
    "DATE_TOO_EARLY",
    "OUT_OF_RANGE",
    "RULES",
    "TEXT_TOO_LONG",
    "predicate_of",
    "reasons_asked",
    "row_checks",
    "row_rules",
    "with_reasons",
]

RULES: tuple[Rule, ...] = (
    *FILE_RULES,
    *MAPPING_RULES,
    *READING_RULES,
    *CELL_RULES,
    *DATE_AND_ID_RULES,
    *NOTE_RULES,
    *ENROLMENT_RULES,
    *FOLLOW_UP_RULES,
    *IMAGING_RULES,
    *REHABILITATION_RULES,
    *EVENT_RULES,
    *SCREENING_RULES,
    *ROWS_RULES,
    *DATE_RULES,
    *ANSWER_RULES,
)


def row_rules(form: str) -> tuple[Rule, ...]:
    """The rules about one row of that form that have a predicate."""
    return tuple(rule for rule in RULES if rule.scope == "row" and form in rule.forms)


def predicate_of(rule: Rule) -> "pl.Expr":
    """The rule's predicate as a polars expression: true passes, false fails, null is not applicable."""
    import polars as pl

    return pl.sql_expr(rule.predicate)


def row_checks(form: str) -> "list[pa.Check]":
    """The row rules of a form as Pandera checks over the whole frame, each named by its rule's id."""
    return [_check(rule) for rule in row_rules(form)]


def with_reasons(frame: "pl.LazyFrame", rule: Rule) -> "pl.LazyFrame":
    """The frame with a `<column>_missing` text column for each one the predicate asks for, null where absent."""
    import polars as pl

    present = frame.collect_schema().names()
    absent = [name for name in reasons_asked(rule.predicate) if name not in present]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent) if absent else frame


@cache
def reasons_asked(predicate: str) -> tuple[str, ...]:
    """The `<column>_missing` columns that a predicate reads."""
    import polars as pl

    return tuple(name for name in pl.sql_expr(predicate).meta.root_names() if name.endswith("_missing"))


def _check(rule: Rule) -> "pa.Check":
    import pandera.polars as pa

    expression = predicate_of(rule).fill_null(True)

    def is_passed(data: "pa.PolarsData") -> "pl.LazyFrame":
        return with_reasons(data.lazyframe, rule).select(expression)

    return pa.Check(is_passed, name=rule.id, error=rule.id)
