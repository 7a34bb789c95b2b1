"""Every rule about one row passes its passing example, fires on its failing one, and names the row and itself."""

import datetime
from collections.abc import Callable, Mapping

import pandera.polars as pa
import polars as pl
import pytest

from schemas.column_types import TYPES
from schemas.dictionary import FORM_NAMES, Row, Rule, read_dictionary
from schemas.models import model_of
from schemas.rules import RULES, predicate_of, row_rules, with_reasons

ROW_RULES = [rule for rule in RULES if rule.scope == "row"]


def typed(kind: str, text: str) -> object:
    """The value of an example's text; examples are written one way only."""
    if not text:
        return None
    if kind in ("date", "partial_date", "month"):
        return datetime.date.fromisoformat(text if len(text) == 10 else f"{text}-01")
    readers: Mapping[str, Callable[[str], object]] = {"integer": int, "decimal": float, "boolean": "yes".__eq__}
    return readers.get(kind, str)(text)


def typed_frame(*rows: Row, **extra: list[str | None]) -> pl.DataFrame:
    form = read_dictionary().forms[rows[0][0]]
    texts = [form.example_row(**changes) for _, changes in rows]
    columns = {
        field.name: pl.Series([typed(field.kind, row.get(field.name, "")) for row in texts], dtype=TYPES[field.kind])
        for field in form.fields
    }
    return pl.DataFrame({**columns, **extra})


def failing_rules(frame: pl.DataFrame, form: str) -> Mapping[int, set[str]]:
    try:
        model_of(form).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return {row: set(cases.filter(pl.col("index") == row)["check"]) for row in cases["index"].unique()}
    return {}


def holds(rule: Rule, frame: pl.DataFrame) -> list[bool | None]:
    found: list[bool | None] = (
        with_reasons(frame.lazy(), rule).select(predicate_of(rule).alias("holds")).collect()["holds"].to_list()
    )
    return found


@pytest.mark.parametrize("form", FORM_NAMES)
def test_the_example_of_every_form_breaks_no_rule(form: str) -> None:
    assert failing_rules(typed_frame((form, {})), form) == {}


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: rule.id)
def test_a_row_rule_passes_and_fires_on_its_examples(rule: Rule) -> None:
    (form,) = rule.forms
    assert all(holds(rule, typed_frame(row)) == [True] for row in rule.passes)
    assert rule.passes
    failing = failing_rules(typed_frame(*rule.passes, *rule.fails), form)
    firing = [row for row, rules in failing.items() if rule.id in rules]
    assert firing == list(range(len(rule.passes), len(rule.passes) + len(rule.fails)))
    assert rule.fails


@pytest.mark.parametrize("rule", ROW_RULES, ids=lambda rule: rule.id)
def test_a_row_rule_reads_only_the_columns_it_names(rule: Rule) -> None:
    (name,) = rule.forms
    read = {column.removesuffix("_missing") for column in predicate_of(rule).meta.root_names()}
    assert read == set(rule.columns)
    assert read <= {field.name for field in read_dictionary().forms[name].fields}


@pytest.mark.parametrize("form", FORM_NAMES)
def test_a_row_of_blanks_fires_only_what_asks_for_an_answer(form: str) -> None:
    blanks = {field.name: "" for field in read_dictionary().forms[form].template_fields if not field.is_key}
    fired = failing_rules(typed_frame((form, blanks)), form).get(0, set())
    assert fired <= {"consent_missing", "outcome_missing", "imaging_answer_missing"}


def test_a_reason_is_an_answer() -> None:
    rule = read_dictionary().rules["outcome_missing"]
    blank = typed_frame(rule.fails[0])
    assert holds(rule, blank) == [False]
    assert holds(rule, blank.with_columns(tegner_missing=pl.lit("refused"))) == [True]


def test_every_rule_of_a_row_is_checked_once() -> None:
    checked = [check.name for form in FORM_NAMES for check in model_of(form).checks]
    assert sorted(checked) == sorted(rule.id for rule in ROW_RULES)
    assert all(rule.forms == (form,) for form in FORM_NAMES for rule in row_rules(form))


def test_the_outcomes_of_the_rules_are_those_of_the_forms() -> None:
    rules, forms = read_dictionary().rules, read_dictionary().forms
    for rule_id, form in (("outcome_missing", "follow_up"), ("imaging_answer_missing", "imaging")):
        outcomes = {field.name for field in forms[form].fields if field.is_outcome}
        assert set(rules[rule_id].columns) == outcomes
