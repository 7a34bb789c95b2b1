"""What a snapshot checks about itself: keys, row checks, audits. Results are pass, fail, error or not applicable."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeAlias

import duckdb

from warehouse.connection import attach, describe, identifier, literal, open_memory
from warehouse.counts import WHOLE
from warehouse.errors import AuditError
from warehouse.form_tables import read_tables
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER
from warehouse.model import AnyModel, Audit

PASS, FAIL, ERROR, NOT_APPLICABLE = "pass", "fail", "error", "not_applicable"
MAX_STORED_ROWS = 1_000

AUDIT_TEXTS = {
    "ops.audit": "What this snapshot checked about itself, and how each check came out.",
    "ops.audit.audit": "The check: the table and what is asked of it, or the audit's name.",
    "ops.audit.table_name": "Table whose rows are checked.",
    "ops.audit.kind": "grain (its key is unique and filled), check (true of each row) or audit (a query of its own).",
    "ops.audit.sentence": "What must be true.",
    "ops.audit.result": "pass, fail, error (it could not run) or not_applicable (no rows, or it rests on a failure).",
    "ops.audit.n_offending": "Rows that break it.",
    "ops.audit.n_rows": "Rows it looked at.",
    "ops.audit_clinic": "The same by clinic: a check's counts here sum to those of ops.audit.",
    "ops.audit_clinic.audit": "The check, as ops.audit names it.",
    "ops.audit_clinic.clinic": f"The rows' clinic; `{WHOLE}` for rows without one, and where the check tells of none.",
    "ops.audit_clinic.n_offending": "Rows of the clinic that break it.",
    "ops.audit_clinic.n_rows": "Rows of the clinic that it looked at.",
}
COLUMNS = {
    "audit": ("audit", "table_name", "kind", "sentence", "result", "n_offending", "n_rows"),
    "audit_clinic": ("audit", "clinic", "n_offending", "n_rows"),
}

Rows: TypeAlias = Mapping[str, int]  # clinic -> rows of it


@dataclass(frozen=True)
class AuditResult:
    """How one check came out. `query` gives the offending rows; `clinics` is clinic -> (offending, rows)."""

    audit: str
    table_name: str
    kind: str
    sentence: str
    query: str
    result: str = NOT_APPLICABLE
    n_offending: int = 0
    n_rows: int = 0
    clinics: Mapping[str, tuple[int, int]] = field(default_factory=dict)

    @property
    def is_bad(self) -> bool:
        """Whether the snapshot must not be published."""
        return self.result in (FAIL, ERROR)


def run_audits(
    connection: duckdb.DuckDBPyConnection, models: Sequence[AnyModel], audits: Sequence[Audit]
) -> tuple[AuditResult, ...]:
    """Check every table, in order; what rests on a table that failed is not applicable."""
    results: list[AuditResult] = []
    failed: set[str] = set()
    counts: dict[str, Rows] = {}
    split = {table for table, columns in read_tables(connection, "registry").items() if "clinic" in columns}
    for model in models:
        asked = _questions(model)
        if failed.intersection(model.upstream):
            failed.add(model.name)
            results += asked
            continue
        answers = _answer(connection, model, asked, model.name.removeprefix("registry.") in split)
        counts[model.name] = {clinic: n_rows for clinic, (_, n_rows) in answers[0].clinics.items()}
        failed.update(answer.table_name for answer in answers if answer.is_bad)
        results += answers
    return (*results, *(_run(connection, audit, counts, failed) for audit in audits))


def refuse_failed(connection: duckdb.DuckDBPyConnection, results: Sequence[AuditResult], keep_in: Path | None) -> None:
    """Raise `AuditError` where a check failed, after keeping the offending rows in a file of their own."""
    bad = [result for result in results if result.is_bad]
    if not bad:
        return
    if keep_in:
        _keep(connection, results, keep_in)
    told = [
        f"{result.audit} ({result.n_offending} of {result.n_rows} rows)"
        if result.result == FAIL
        else f"{result.audit} (could not run)"
        for result in bad
    ]
    raise AuditError(
        f"{len(bad)} of {len(results)} audits did not pass, so the snapshot was discarded: {'; '.join(told)}.",
        "The snapshot before stands. `hamreg audit show` lists the rows.",
        results,
    )


def write_results(connection: duckdb.DuckDBPyConnection, results: Sequence[AuditResult], schema: str) -> None:
    """Write the results as the tables `audit` and `audit_clinic` of a schema."""
    audits = [
        (item.audit, item.table_name, item.kind, item.sentence, item.result, item.n_offending, item.n_rows)
        for item in results
    ]
    clinics = [
        (item.audit, clinic, *counts)
        for item in results
        for clinic, counts in (item.clinics or {WHOLE: (item.n_offending, item.n_rows)}).items()
    ]
    _write(connection, f"{schema}.audit", COLUMNS["audit"], audits)
    _write(connection, f"{schema}.audit_clinic", COLUMNS["audit_clinic"], clinics)


def _write(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """A table of texts and counts (`n_…`), handed over as one JSON text: a parsed VALUES costs four times as much."""
    kinds = {name: "bigint" if name.startswith("n_") else "varchar" for name in columns}
    text = json.dumps([dict(zip(columns, row, strict=True)) for row in rows])
    connection.execute(
        f"create table {table} as select unnest(from_json({literal(text)}, {literal(json.dumps([kinds]))}), "
        "recursive := true)"
    )


def read_results(path: Path) -> tuple[AuditResult, ...]:
    """How every check of a derivation that was discarded came out."""
    with open_memory() as connection:
        attach(connection, path, "kept", is_read_only=True)
        rows = connection.execute(
            "select audit, table_name, kind, sentence, result, n_offending, n_rows from kept.audit"
        ).fetchall()
    return tuple(
        AuditResult(audit, table, kind, sentence, "", result, n_offending, n_rows)
        for audit, table, kind, sentence, result, n_offending, n_rows in rows
    )


def read_offending(path: Path, audit: str) -> tuple[list[str], list[tuple[object, ...]]]:
    """The column names and rows that one failed audit kept in its file."""
    with open_memory() as connection:
        attach(connection, path, "kept", is_read_only=True)
        cursor = connection.execute(f"select * from kept.{identifier(audit)}")
        names = [str(column[0]) for column in cursor.description or ()]
        return names, [tuple(row) for row in cursor.fetchall()]


def _questions(model: AnyModel) -> list[AuditResult]:
    """What a table's header asks of its rows: its grain, then each check. A check that is unknown (null) holds."""
    key = ", ".join(map(identifier, model.grain))
    if model.grain:
        sentence = f"{', '.join(model.grain)}: filled and unique"
        query = (
            f"select * from {model.name} qualify count(*) over (partition by {key}) > 1 or not ({_is_filled(model)})"
        )
    else:
        sentence, query = "one row", f"select * from {model.name} qualify count(*) over () <> 1"
    grain = AuditResult(f"{model.name}: grain", model.name, "grain", sentence, query)
    return [
        grain,
        *(
            AuditResult(
                f"{model.name}: {check}",
                model.name,
                "check",
                check,
                f"select * from {model.name} where ({check}) is false",
            )
            for check in model.checks
        ),
    ]


def _answer(
    connection: duckdb.DuckDBPyConnection, model: AnyModel, asked: Sequence[AuditResult], is_split: bool
) -> list[AuditResult]:
    """Answer a table's questions in one scan; where one cannot run, one by one, to see which."""
    checks = [f"count(*) filter (where ({check}) is false)" for check in model.checks]
    try:
        found = _count(connection, model.name, is_split, checks)
        rows = {clinic: counts[0] for clinic, counts in found.items()}
        broken = _count_broken_keys(connection, model, asked[0], rows, is_split)
    except duckdb.Error:
        return [_answer_alone(connection, question, is_split) for question in asked]
    failing = [{clinic: counts[place] for clinic, counts in found.items()} for place in range(1, len(asked))]
    return [_judged(question, offending, rows) for question, offending in zip(asked, (broken, *failing), strict=True)]


def _count(
    connection: duckdb.DuckDBPyConnection, source: str, is_split: bool, more: Sequence[str] = ()
) -> dict[str, tuple[int, ...]]:
    """Rows of a table or bracketed query, and `more` counts of them, by clinic where they have one."""
    clinic, grouped = (
        (f"coalesce(clinic::varchar, {literal(WHOLE)})", " group by 1") if is_split else (literal(WHOLE), "")
    )
    found = connection.execute(f"select {', '.join((clinic, 'count(*)', *more))} from {source}{grouped}").fetchall()
    return {str(clinic): tuple(map(int, counts)) for clinic, *counts in found}


def _count_rows(connection: duckdb.DuckDBPyConnection, source: str, is_split: bool) -> Rows:
    return {clinic: n for clinic, (n,) in _count(connection, source, is_split).items()}


def _count_broken_keys(
    connection: duckdb.DuckDBPyConnection, model: AnyModel, question: AuditResult, rows: Rows, is_split: bool
) -> Rows:
    """Group-by rather than the window of the question itself: the cheap way where all is well."""
    if not model.grain:
        return {WHOLE: n} if (n := abs(sum(rows.values()) - 1)) else {}
    names = [identifier(column) for column in model.grain]
    row = connection.execute(
        f"select coalesce(sum(n) filter (where n > 1 or not is_filled), 0) from (select count(*) as n, "
        f"({_is_filled(model)}) as is_filled from {model.name} group by {', '.join(names)})"
    ).fetchone()
    # A key that two clinics share is broken in both, which its rows tell and the key does not.
    return _count_rows(connection, f"({question.query})", is_split) if row and row[0] else {}


def _is_filled(model: AnyModel) -> str:
    needed = [column for column in model.grain if column not in model.may_be_empty]
    return " and ".join(f"{identifier(column)} is not null" for column in needed) or "true"


def _answer_alone(connection: duckdb.DuckDBPyConnection, question: AuditResult, is_split: bool) -> AuditResult:
    try:
        offending = _count_rows(connection, f"({question.query})", is_split)
        return _judged(question, offending, _count_rows(connection, question.table_name, is_split))
    except duckdb.Error as error:
        return replace(question, result=ERROR, sentence=f"{question.sentence} ({describe(error)})")


def _judged(question: AuditResult, offending: Rows, rows: Rows) -> AuditResult:
    """The outcome: numerator and denominator, of each clinic and summed."""
    clinics = {clinic: (offending.get(clinic, 0), rows.get(clinic, 0)) for clinic in sorted({*offending, *rows})}
    n_offending, n_rows = sum(offending.values()), sum(rows.values())
    result = FAIL if n_offending else PASS if n_rows else NOT_APPLICABLE
    return replace(question, result=result, n_offending=n_offending, n_rows=n_rows, clinics=clinics)


def _run(
    connection: duckdb.DuckDBPyConnection, audit: Audit, counts: Mapping[str, Rows], failed: set[str]
) -> AuditResult:
    question = AuditResult(audit.name, audit.of, "audit", audit.description, audit.query)
    if failed.intersection(audit.upstream):
        return question
    try:
        rows = counts.get(audit.of) or _count_rows(connection, audit.of, False)
        first = connection.execute(f"from ({audit.query}\n) limit 1")
        is_split = {*rows} != {WHOLE} and "clinic" in [column[0] for column in first.description or ()]
        offending = _count_rows(connection, f"({audit.query}\n)", is_split) if first.fetchone() else {}
    except duckdb.Error as error:
        return replace(question, result=ERROR, sentence=f"{question.sentence} ({describe(error)})")
    return _judged(question, offending, rows if is_split else {WHOLE: sum(rows.values())})


def _keep(connection: duckdb.DuckDBPyConnection, results: Sequence[AuditResult], path: Path) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # of a run at the same instant that failed too
    attach(connection, path, "kept")
    path.chmod(PRIVATE_FILE)
    write_results(connection, results, "kept")
    for result in results:
        if result.result == FAIL:
            name = identifier(result.audit)
            connection.execute(f"create table kept.{name} as select * from ({result.query}\n) limit {MAX_STORED_ROWS}")
    connection.execute("detach kept")
