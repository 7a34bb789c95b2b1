"""A reading -> a verdict: cells typed, ranges and rules of the form applied, contradicting rows named, rows handed out.

All faults come back in one pass. Nothing here reads files, other submissions or the facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pandera.errors
import polars as pl

from pipelines.intake.cell import conventions_of
from pipelines.intake.cell_ids import IdRules
from pipelines.intake.contradiction import ROWS_CONTRADICT, name_contradictions
from pipelines.intake.draft import ROW_FINDING_SCHEMA, Draft, collect, read_table
from pipelines.intake.sections import make_section, set_faulty_cells_aside
from pipelines.intake.verdict import Reading, Refusal, TextTable, Verdict
from pipelines.settings import Clinic
from schemas.dictionary import Dictionary, Field, Rule, model_of

_ROW_SCOPES = ("record", "row", "rows")
KEY_MISSING = "key_missing"
CLINIC_OTHER = "clinic_other"
DOES_NOT_ADD_UP = "file_does_not_add_up"
_NOT_NULLABLE = "not_nullable"


def validate(
    name: str, reading: Reading, dictionary: Dictionary, clinic: Clinic, formats: Mapping[str, str] | None = None
) -> Verdict:
    """The verdict on one file. `formats` are the number formats of other clinics, for patients in shared care."""
    verdict = Verdict(name, clinic.code, reading.dialect, reading.refusal, ignored=reading.ignored)
    if reading.refusal is not None:
        return verdict
    if not all(_adds_up(table) for table in reading.tables):
        return replace(verdict, refusal=Refusal(DOES_NOT_ADD_UP))
    kind = reading.dialect.kind if reading.dialect else "csv"
    conventions = conventions_of(clinic, kind)
    ids = IdRules(clinic.code, {**(formats or {}), clinic.code: clinic.id_format})
    drafts = [
        _with_rules(read_table(number, table, dictionary.forms[table.form], conventions, ids), dictionary, clinic)
        for number, table in enumerate(reading.tables, start=1)
    ]
    rejecting = rejecting_rules(dictionary)
    drafts = name_contradictions([set_faulty_cells_aside(draft, rejecting) for draft in drafts])
    return replace(verdict, sections=tuple(make_section(draft, rejecting) for draft in drafts))


def rejecting_rules(dictionary: Dictionary) -> frozenset[str]:
    """Rules whose error costs the row, whatever column they speak of."""
    return frozenset(rule.id for rule in dictionary.rules.values() if rule.scope in _ROW_SCOPES) | {ROWS_CONTRADICT}


def _adds_up(table: TextTable) -> bool:
    return table.records.data == table.frame.height + len(table.unsplit) == table.raw.height


def _with_rules(draft: Draft, dictionary: Dictionary, clinic: Clinic) -> Draft:
    """The draft with the findings of its Pandera model and of its key."""
    failures = _failures(draft)
    faulty = draft.findings.filter(pl.col("severity") == "error")
    parts = [_cell_failures(draft, failures, faulty), _other_clinics(draft, clinic)]
    known = collect([draft.findings, *parts])
    return replace(draft, findings=collect([known, _row_failures(draft, failures, known, dictionary.rules)]))


def _failures(draft: Draft) -> pl.DataFrame:
    """Which check failed where: `row`, `column` (null for a check of the whole row), `check`."""
    try:
        model_of(draft.form.name).validate(draft.flat, lazy=True)
    except pandera.errors.SchemaErrors as errors:
        cases: pl.DataFrame = errors.failure_cases
    else:
        return pl.DataFrame(schema={"row": pl.UInt32, "column": pl.String, "check": pl.String})
    if cases["index"].null_count():  # a check that could not run is a fault of the project, not of the file
        checks = cases.filter(pl.col("index").is_null())["check"].unique().sort().to_list()
        raise RuntimeError(f"checks of the form {draft.form.name} did not run: {checks}")
    is_row = pl.col("schema_context") == "DataFrameSchema"
    return cases.select(
        pl.col("index").cast(pl.UInt32).alias("row"), pl.when(~is_row).then("column").alias("column"), "check"
    )


def _cell_failures(draft: Draft, failures: pl.DataFrame, faulty: pl.DataFrame) -> pl.DataFrame:
    """Ranges, codes and blank keys; a key cell that could not be read already has its finding."""
    cells = failures.filter(pl.col("column").is_not_null()).join(faulty, on=["row", "column"], how="anti")
    expected = {field.name: _expected(field) for field in draft.form.fields}
    parts = []
    for (column,), group in cells.group_by("column"):
        name = str(column)
        texts = draft.texts(name, group["row"])
        rules = pl.when(pl.col("check") == _NOT_NULLABLE).then(pl.lit(KEY_MISSING)).otherwise("check")
        parts.append(
            group.select(
                "row",
                "column",
                rules.alias("rule"),
                pl.lit("error").alias("severity"),
                texts.alias("found"),
                pl.lit(expected[name]).alias("expected"),
            )
        )
    return collect(parts)


def _expected(field: Field) -> str:
    return field.range_text


def _other_clinics(draft: Draft, clinic: Clinic) -> pl.DataFrame:
    """Screening counts are sent for the own clinic only."""
    if draft.form.field(draft.form.key[0]).kind != "text":
        return collect([])
    name = draft.form.key[0]
    rows = (draft.flat[name] != clinic.code).fill_null(False).arg_true().cast(pl.UInt32)
    return collect([_findings(rows, name, CLINIC_OTHER, "error", draft.texts(name, rows), clinic.code)])


def _row_failures(draft: Draft, failures: pl.DataFrame, known: pl.DataFrame, rules: Mapping[str, Rule]) -> pl.DataFrame:
    """Rules across the cells of a row; one that rests on a faulty cell is not applicable."""
    faulty = known.filter(pl.col("severity") == "error").select("row", "column")
    parts = []
    for (check,), group in failures.filter(pl.col("column").is_null()).group_by("check"):
        rule = rules[str(check)]
        columns = [name for name in rule.columns if name in draft.flat.columns]
        spoilt = faulty.filter(pl.col("column").is_in(columns))["row"]
        rows = group["row"].filter(~group["row"].is_in(spoilt.implode())).sort()
        found = draft.texts(columns[0], rows) if columns else pl.Series([""] * len(rows), dtype=pl.String)
        part = _findings(rows, columns[0] if columns else "", rule.id, rule.severity, found, "")
        others = [draft.texts(name, rows) for name in columns[1:]]
        parts.append(part.with_columns(_joined(others).alias("expected")) if others else part)
    return collect(parts)


def _joined(texts: Sequence[pl.Series]) -> pl.Series:
    frame = pl.DataFrame([text.rename(str(place)) for place, text in enumerate(texts)])
    given = pl.concat_list([pl.when(pl.col(name) != "").then(name) for name in frame.columns]).list.drop_nulls()
    return frame.select(given.list.join(", ")).to_series()


def _findings(rows: pl.Series, column: str, rule: str, severity: str, found: pl.Series, expected: str) -> pl.DataFrame:
    constants = {"column": column, "rule": rule, "severity": severity, "expected": expected}
    frame = pl.DataFrame({"row": rows.cast(pl.UInt32), "found": found})
    return frame.with_columns(pl.lit(text).alias(name) for name, text in constants.items()).select(
        list(ROW_FINDING_SCHEMA)
    )
