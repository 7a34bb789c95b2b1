"""The seven forms as Pandera models, and how a model becomes a plain record or a schema with named checks."""

import copy
import sys
from collections.abc import Mapping
from functools import cache

import pandera.polars as pa

from schemas.dictionary import Field, Form, Rule
from schemas.forms.enrolment import Enrolment
from schemas.forms.event import Event
from schemas.forms.follow_up import FollowUp
from schemas.forms.imaging import Imaging
from schemas.forms.rehabilitation import Rehabilitation
from schemas.forms.screening import Screening
from schemas.forms.treatment import Treatment
from schemas.rules import CODE_UNKNOWN, DATE_TOO_EARLY, OUT_OF_RANGE, TEXT_TOO_LONG, row_checks
from schemas.vocabulary import translated

MODELS: Mapping[str, type[pa.DataFrameModel]] = {
    "enrolment": Enrolment,
    "treatment": Treatment,
    "follow_up": FollowUp,
    "imaging": Imaging,
    "rehabilitation": Rehabilitation,
    "event": Event,
    "screening": Screening,
}

# kind -> the rule that its column's own check stands for
_RULE_OF_KIND: Mapping[str, Rule] = {
    "code": CODE_UNKNOWN,
    "text": TEXT_TOO_LONG,
    "date": DATE_TOO_EARLY,
    "partial_date": DATE_TOO_EARLY,
    "month": DATE_TOO_EARLY,
}


@cache
def _plain_schema(form: str) -> pa.DataFrameSchema:
    return MODELS[form].to_schema()


def read_form(name: str) -> Form:
    """The form as a plain record."""
    schema = _plain_schema(name)
    fields = tuple(_read_field(column, declared) for column, declared in schema.columns.items())
    labels = (schema.title or "").split("|")
    description = (MODELS[name].__doc__ or "").strip()
    key = tuple(field.name for field in fields if field.is_key)
    return Form(name, translated(*labels), description, key, fields)


def _read_field(name: str, declared: pa.Column) -> Field:
    marks = dict(declared.metadata or {})
    labels = marks.pop("labels")
    return Field(name=name, label=translated(*labels), description=declared.description or "", **marks)


def schema_of(form: str) -> pa.DataFrameSchema:
    """The schema that validates a typed frame of the form. Every check is named by the id of its rule."""
    _load_checks()
    columns = {name: _with_named_checks(column) for name, column in _plain_schema(form).columns.items()}
    return pa.DataFrameSchema(columns, checks=row_checks(form), name=form)


def _with_named_checks(declared: pa.Column) -> pa.Column:
    column = copy.deepcopy(declared)
    rule = _RULE_OF_KIND.get((column.metadata or {})["kind"], OUT_OF_RANGE)
    for check in column.checks:
        check.name = check.error = rule.id
    return column


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
