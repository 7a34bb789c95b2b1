"""Every rule with its words. Ids are stable and never used for anything else; forms and cells are read elsewhere."""

from typing import TYPE_CHECKING

from schemas.dictionary import Rule
from schemas.rules.cell import CELL_RULES, CODE_UNKNOWN, DATE_TOO_EARLY, OUT_OF_RANGE

if TYPE_CHECKING:
    import pandera.polars as pa
    import polars as pl

__all__ = ["CODE_UNKNOWN", "DATE_TOO_EARLY", "OUT_OF_RANGE", "RULES", "row_checks"]

RULES: tuple[Rule, ...] = (*CELL_RULES,)


def row_rules(form: str) -> tuple[Rule, ...]:
    """The rules about one row of that form, in order of their ids' introduction."""
    return tuple(rule for rule in RULES if rule.scope == "row" and form in rule.forms)


def predicate_of(rule: Rule) -> "pl.Expr":
    """The rule's predicate as a polars expression: true passes, false fails, null is not applicable."""
    import polars as pl

    return pl.sql_expr(rule.predicate)


def row_checks(form: str) -> "list[pa.Check]":
    """The row rules of a form as Pandera checks over the whole frame, each named by its rule's id."""
    return [_check(rule) for rule in row_rules(form)]


def _check(rule: Rule) -> "pa.Check":
    import pandera.polars as pa

    def is_passed(data: "pa.PolarsData") -> "pl.LazyFrame":
        return data.lazyframe.select(predicate_of(rule).fill_null(True))

    return pa.Check(is_passed, name=rule.id, error=rule.id)
