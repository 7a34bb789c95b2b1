"""What Pandera checks of a form: types, ranges, codes and row rules, made of its declaration."""

import sys
from functools import cache

import pandera.polars as pa

from schemas.column_types import TYPES
from schemas.dictionary import EARLIEST_DATE, Field, Rule, read_dictionary
from schemas.rules import CODE_UNKNOWN, DATE_TOO_EARLY, OUT_OF_RANGE, TEXT_TOO_LONG, row_checks


@cache
def model_of(form: str) -> pa.DataFrameSchema:
    """The schema that validates a typed frame of the form. Each check's name is a rule's id; a key is not null."""
    _load_checks()
    fields = read_dictionary().forms[form].fields
    columns = {field.name: pa.Column(TYPES[field.kind], _checks(field), nullable=not field.is_key) for field in fields}
    return pa.DataFrameSchema(columns, checks=row_checks(form), name=form)


def _checks(field: Field) -> list[pa.Check]:
    if field.kind == "code":
        codes = [code.code for code in read_dictionary().vocabularies[field.vocabulary]]
        return [_named(pa.Check.isin(codes), CODE_UNKNOWN)]
    if field.kind == "text":
        longest = None if field.maximum is None else int(field.maximum)
        return [_named(pa.Check.str_length(max_value=longest), TEXT_TOO_LONG)]
    if field.kind in ("date", "partial_date", "month"):
        return [_named(pa.Check.ge(EARLIEST_DATE), DATE_TOO_EARLY)]
    checks = [] if field.minimum is None else [pa.Check.ge(field.minimum)]
    checks += [] if field.maximum is None else [pa.Check.le(field.maximum)]
    return [_named(check, OUT_OF_RANGE) for check in checks]


def _named(check: pa.Check, rule: Rule) -> pa.Check:
    check.name = check.error = rule.id
    return check


def _load_checks() -> None:
    """Load Pandera's checks as if Hypothesis were not installed, unless it is loaded already.

    They would load it for strategies that make data up, which nothing here does, and that takes a fresh process a
    third of what a small file takes.
    """
    if "hypothesis" in sys.modules:
        return
    sys.modules["hypothesis"] = None  # type: ignore[assignment]  # an import of it fails
    try:
        import pandera.strategies.base_strategies  # noqa: F401
    finally:
        del sys.modules["hypothesis"]
