"""A draft against its form's Pandera model: ranges, codes, blank keys, rules across a row. Findings by row come out.

What Pandera says is asked in `model_answers.py`, which loads it, where something fails at all.
"""

from collections.abc import Mapping
from functools import cache

import polars as pl

from pipelines.intake.cell import LIKELY_MISSING, REASON_TOKENS
from pipelines.intake.draft import FAILURE_SCHEMA, ROW_FINDING_SCHEMA, Draft, collect
from schemas.dictionary import Rule
from schemas.rules import predicate_of, row_rules
from schemas.suspects import suspect_rows, unsound_cells

KEY_MISSING = "key_missing"
REQUIRED_MISSING = "required_missing"
CLINIC_OTHER = "clinic_other"
UNDECLARED_MISSING = "cell_undeclared_missing"
OUT_OF_RANGE = "out_of_range"
_NOT_NULLABLE = "not_nullable"
_NO_FAILURES = pl.DataFrame(schema=FAILURE_SCHEMA)


def check_rows(draft: Draft, clinic: str, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """The draft's findings with those of its model, its key and its required cells (ROW_FINDING_SCHEMA)."""
    failures = _failures(draft)
    parts = [_cell_failures(draft, failures), _blank_required(draft), _other_clinics(draft, clinic)]
    known = collect([draft.findings, *parts])
    return collect([known, _row_failures(draft, failures, known, rules)])


def _failures(draft: Draft) -> pl.DataFrame:
    """Which check failed where: `row`, `column` (null for a check of the whole row), `check`."""
    reasons = [reason.rename(f"{name}_missing") for name, reason in draft.reasons.items()]
    frame = draft.flat.with_columns(reasons)
    suspects = suspect_rows(frame, draft.form.name)
    if suspects.is_empty():
        return _NO_FAILURES
    from pipelines.intake.model_answers import column_question, rule_questions  # with Pandera, for most of a second

    form, suspected = draft.form.name, frame[suspects].with_columns(suspects.cast(pl.UInt32).alias("row"))
    # Pandera asks a query for each check of each column and copies what fails, so it is asked about each column in
    # which something fails, and each row rule that some row breaks, and of those about what fails alone.
    parts = [
        column_question(form, name).ask(suspected[rows].select("row", name))
        for name, rows in unsound_cells(suspected, form).items()
    ]
    parts += [rule_questions(form)[rule].ask(rows) for rule, rows in _broken(form, suspected).items()]
    return pl.concat(parts) if parts else _NO_FAILURES


def _broken(form: str, frame: pl.DataFrame) -> Mapping[str, pl.DataFrame]:
    """The row rules that some row breaks, with those rows and the columns the rule reads."""
    predicates = _predicates(form)
    asked = {name for predicate in predicates.values() for name in predicate.meta.root_names()}
    absent = sorted(asked - set(frame.columns))
    frame = frame.with_columns(pl.lit(None, pl.String).alias(name) for name in absent)
    holds = frame.select(predicate.fill_null(True).alias(rule) for rule, predicate in predicates.items())
    return {
        rule: frame.select("row", *sorted({*predicate.meta.root_names()})).filter(~holds[rule])
        for rule, predicate in predicates.items()
        if not holds[rule].all()
    }


@cache
def _predicates(form: str) -> Mapping[str, pl.Expr]:
    return {rule.id: predicate_of(rule) for rule in row_rules(form)}


def _cell_failures(draft: Draft, failures: pl.DataFrame) -> pl.DataFrame:
    """Ranges, codes and blank keys; a key cell that could not be read already has its finding."""
    faulty = draft.findings.filter(pl.col("severity") == "error")
    cells = failures.filter(pl.col("column").is_not_null()).join(faulty, on=["row", "column"], how="anti")
    parts = []
    for (column, check), group in cells.group_by("column", "check"):
        field, rule = draft.form.field(str(column)), KEY_MISSING if check == _NOT_NULLABLE else str(check)
        texts = draft.texts(field.name, group["row"])
        expected = "" if rule == KEY_MISSING else field.range_text
        part = _findings(group["row"], field.name, rule, "error", texts, expected)
        parts.append(_undeclared(part) if rule == OUT_OF_RANGE else part)
    return collect(parts)


def _undeclared(findings: pl.DataFrame) -> pl.DataFrame:
    """-99 where 0 to 100 is asked is a code for "missing" that nobody declared, and is called so."""
    is_code = pl.col("found").is_in(list(LIKELY_MISSING))
    return findings.with_columns(
        pl.when(is_code).then(pl.lit(UNDECLARED_MISSING)).otherwise("rule").alias("rule"),
        pl.when(is_code).then(pl.lit(REASON_TOKENS)).otherwise("expected").alias("expected"),
    )


def _blank_required(draft: Draft) -> pl.DataFrame:
    """Required answers that are blank: they may have been sent before, so the row loads."""
    faulty = draft.findings.filter(pl.col("severity") == "error")
    parts = []
    for field in draft.form.fields:
        is_asked = field.is_required and not field.is_key and field.name in draft.table.frame.columns
        if is_asked and draft.flat[field.name].null_count():
            blank = draft.flat[field.name].is_null()
            if field.name in draft.reasons:
                blank &= draft.reasons[field.name].is_null()
            spoilt = faulty.filter(pl.col("column") == field.name)["row"]
            rows = blank.arg_true().cast(pl.UInt32)
            rows = rows.filter(~rows.is_in(spoilt.implode()))
            parts.append(_findings(rows, field.name, REQUIRED_MISSING, "warning", draft.texts(field.name, rows), ""))
    return collect(parts)


def _other_clinics(draft: Draft, clinic: str) -> pl.DataFrame:
    """Screening counts are sent for the own clinic only."""
    field = draft.form.field(draft.form.key[0])
    if field.kind != "text" or not clinic:  # a check before sending may not know who will send
        return collect([])
    rows = (draft.flat[field.name] != clinic).fill_null(False).arg_true()
    if rows.is_empty():
        return collect([])
    return _findings(rows, field.name, CLINIC_OTHER, "error", draft.texts(field.name, rows), clinic)


def _row_failures(draft: Draft, failures: pl.DataFrame, known: pl.DataFrame, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """Rules across the cells of a row; one that rests on a faulty cell is not applicable."""
    faulty = known.filter(pl.col("severity") == "error").select("row", "column")
    parts = []
    for (check,), group in failures.filter(pl.col("column").is_null()).group_by("check"):
        rule = rules[str(check)]
        spoilt = faulty.filter(pl.col("column").is_in(list(rule.columns)))["row"]
        rows = group["row"].filter(~group["row"].is_in(spoilt.implode()))
        first, second = [*rule.columns, "", ""][:2]
        part = _findings(rows, first, rule.id, rule.severity, draft.texts(first, rows), "")
        parts.append(part.with_columns(draft.texts(second, rows).alias("expected")))
    return collect(parts)


def _findings(rows: pl.Series, column: str, rule: str, severity: str, found: pl.Series, expected: str) -> pl.DataFrame:
    constants = {"column": column, "rule": rule, "severity": severity, "expected": expected}
    frame = pl.DataFrame({"row": rows.cast(pl.UInt32), "found": found})
    columns = [pl.lit(text).alias(name) for name, text in constants.items()]
    return frame.with_columns(columns).select(list(ROW_FINDING_SCHEMA))
