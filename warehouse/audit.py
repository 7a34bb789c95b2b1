"""What a snapshot checks about itself: keys, row checks, audits. Results are pass, fail, error or not applicable."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from warehouse.connection import attach, describe, identifier, literal, open_memory
from warehouse.errors import AuditError
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
}


@dataclass(frozen=True)
class AuditResult:
    """How one check came out. `query` gives the offending rows."""

    audit: str
    table_name: str
    kind: str
    sentence: str
    query: str
    result: str = NOT_APPLICABLE
    n_offending: int = 0
    n_rows: int = 0

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
    counts: dict[str, int] = {}
    for model in models:
        asked = _questions(model)
        if failed.intersection(model.upstream):
            failed.add(model.name)
            results += asked
            continue
        answers = _answer(connection, model, asked)
        counts[model.name] = answers[0].n_rows
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


def write_results(connection: duckdb.DuckDBPyConnection, results: Iterable[AuditResult], table: str) -> None:
    """Write the results as a table."""
    connection.execute(
        f"create table {table} (audit varchar, table_name varchar, kind varchar, sentence varchar, result varchar, "
        "n_offending bigint, n_rows bigint)"
    )
    rows = [
        (item.audit, item.table_name, item.kind, item.sentence, item.result, item.n_offending, item.n_rows)
        for item in results
    ]
    if rows:
        values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
        connection.execute(f"insert into {table} values {values}")


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


def _answer(connection: duckdb.DuckDBPyConnection, model: AnyModel, asked: Sequence[AuditResult]) -> list[AuditResult]:
    """Answer a table's questions in one scan; where one cannot run, one by one, to see which."""
    checks = [f"count(*) filter (where ({check}) is false)" for check in model.checks]
    try:
        row = connection.execute(f"select {', '.join(['count(*)', *checks])} from {model.name}").fetchone() or (0,)
        n_rows = int(row[0])
        broken = _count_broken_keys(connection, model) if model.grain else abs(n_rows - 1)
    except duckdb.Error:
        return [_answer_alone(connection, question) for question in asked]
    return [_judged(question, int(n), n_rows) for question, n in zip(asked, (broken, *row[1:]), strict=True)]


def _count_broken_keys(connection: duckdb.DuckDBPyConnection, model: AnyModel) -> int:
    """Group-by rather than the window of the question itself: the cheap way where all is well."""
    names = [identifier(column) for column in model.grain]
    row = connection.execute(
        f"select coalesce(sum(n) filter (where n > 1 or not is_filled), 0) from (select count(*) as n, "
        f"({_is_filled(model)}) as is_filled from {model.name} group by {', '.join(names)})"
    ).fetchone()
    return int(row[0]) if row else 0


def _is_filled(model: AnyModel) -> str:
    needed = [column for column in model.grain if column not in model.may_be_empty]
    return " and ".join(f"{identifier(column)} is not null" for column in needed) or "true"


def _answer_alone(connection: duckdb.DuckDBPyConnection, question: AuditResult) -> AuditResult:
    try:
        row = connection.execute(
            f"select (select count(*) from ({question.query})), (select count(*) from {question.table_name})"
        ).fetchone() or (0, 0)
    except duckdb.Error as error:
        return replace(question, result=ERROR, sentence=f"{question.sentence} ({describe(error)})")
    return _judged(question, int(row[0]), int(row[1]))


def _judged(question: AuditResult, n_offending: int, n_rows: int) -> AuditResult:
    result = FAIL if n_offending else PASS if n_rows else NOT_APPLICABLE
    return replace(question, result=result, n_offending=n_offending, n_rows=n_rows)


def _run(connection: duckdb.DuckDBPyConnection, audit: Audit, counts: dict[str, int], failed: set[str]) -> AuditResult:
    question = AuditResult(audit.name, audit.of, "audit", audit.description, audit.query)
    if failed.intersection(audit.upstream):
        return question
    try:
        row = connection.execute(f"select count(*) from ({audit.query}\n)").fetchone() or (0,)
        n_rows = counts.get(audit.of)
        if n_rows is None:
            n_rows = int((connection.execute(f"select count(*) from {audit.of}").fetchone() or (0,))[0])
    except duckdb.Error as error:
        return replace(question, result=ERROR, sentence=f"{question.sentence} ({describe(error)})")
    return _judged(question, int(row[0]), n_rows)


def _keep(connection: duckdb.DuckDBPyConnection, results: Sequence[AuditResult], path: Path) -> None:
    path.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # of a run at the same instant that failed too
    attach(connection, path, "kept")
    path.chmod(PRIVATE_FILE)
    write_results(connection, results, "kept.audit")
    for result in results:
        if result.result == FAIL:
            name = identifier(result.audit)
            connection.execute(f"create table kept.{name} as select * from ({result.query}\n) limit {MAX_STORED_ROWS}")
    connection.execute("detach kept")
