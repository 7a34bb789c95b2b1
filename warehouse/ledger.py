"""The append-only facts: submissions, rows, findings, decisions. One submission is one transaction, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import duckdb

from warehouse.connection import identifier, literal, translated
from warehouse.errors import QueryError
from warehouse.faults import reached
from warehouse.form_tables import ensure_form_tables, read_columns
from warehouse.records import (
    ROW_COLUMNS,
    SECTION_COUNTS,
    Decision,
    FormTable,
    SectionRecord,
    SectionStates,
    StackedSection,
    StackRecord,
    SubmissionRecord,
)
from warehouse.transaction import transaction

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Decision",
    "FormTable",
    "SectionRecord",
    "SectionStates",
    "SubmissionRecord",
    "decide",
    "ensure_form_tables",
    "find",
    "find_by_digest",
    "find_known",
    "read_decisions",
    "read_sections",
    "record",
    "record_stack",
]

_RAW_COLUMNS = ("line", "cells", "record", "is_rejected")
_FINDING_COLUMNS = ("line", "column", "cell", "rule", "severity", "found", "expected")
_JSON_COLUMNS = ("refusal", "dialect")
_SUBMISSION_COLUMNS = tuple(item.name for item in fields(SubmissionRecord))
_DECISION_COLUMNS = tuple(item.name for item in fields(Decision))


def record(
    connection: duckdb.DuckDBPyConnection,
    submission: SubmissionRecord,
    sections: Sequence[SectionRecord],
    *,
    settings: str,
    dictionary: str,
    decisions: Sequence[Decision] = (),
) -> None:
    """Write one submission with the JSON of its settings and dictionary, and what its file decides: all or nothing."""
    with translated(f"Submission {submission.submission} could not be recorded"), transaction(connection):
        insert_submission(connection, submission, settings, dictionary)
        reached("ledger.submission")
        for section in sections:
            insert_section(connection, submission, section)
            reached("ledger.section")
        for decision in decisions:
            _insert_decision(connection, decision)
            reached("ledger.confirmation")
    reached("ledger.commit")


def insert_submission(
    connection: duckdb.DuckDBPyConnection, submission: SubmissionRecord, settings: str, dictionary: str
) -> None:
    """Write a submission with the JSON of its settings and dictionary. Part of the caller's transaction."""
    insert_version(connection, "settings", submission.settings_version, settings)
    insert_version(connection, "dictionary", submission.dictionary_version, dictionary)
    _insert(connection, "submission", _as_stored(asdict(submission)))


def record_stack(connection: duckdb.DuckDBPyConnection, stack: StackRecord, *, settings: str, dictionary: str) -> None:
    """Write the submissions of a stack: all of them or none."""
    submissions = [part.submission for part in stack.parts]
    first = submissions[0]
    with translated(f"A stack from {first.submission} on could not be recorded"), transaction(connection):
        insert_version(connection, "settings", first.settings_version, settings)
        insert_version(connection, "dictionary", first.dictionary_version, dictionary)
        _insert(connection, "submission", *(_as_stored(asdict(submission)) for submission in submissions))
        reached("ledger.stack_submissions")
        _insert(connection, "section", *(_stacked_section(stack, part) for part in stack.parts))
        place = {"section": 1}
        _append(connection, "raw_row", stack.raw, place)
        _append(connection, "finding", stack.findings, place)
        _append(connection, stack.form, stack.rows, {**place, "clinic": first.clinic})
        reached("ledger.stack_sections")
    reached("ledger.stack_commit")


def _stacked_section(stack: StackRecord, part: StackedSection) -> Mapping[str, object]:
    counts = {name: getattr(part, name) for name in ("physical", "accepted", "rejected", "cells_set_aside")}
    place = {"submission": part.submission.submission, "section": 1, "form": stack.form, "sheet": ""}
    return {**place, "header": list(stack.header), "header_records": 1, "blank": 0, "furniture": 0, **counts}


def find_known(
    connection: duckdb.DuckDBPyConnection, submissions: Sequence[str], digests: Sequence[str]
) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    """Which of these submissions are recorded, and which of these digests, each with its clinic."""
    asked = f"submission in {_listed(submissions)} or digest in {_listed(digests)}"
    rows = connection.execute(f"select submission, clinic, digest from facts.submission where {asked}").fetchall()
    return frozenset(str(row[0]) for row in rows), frozenset((str(row[1]), str(row[2])) for row in rows)


def _listed(values: Sequence[str]) -> str:
    return f"({', '.join(map(literal, values)) or 'null'})"


def find(connection: duckdb.DuckDBPyConnection, submission: str) -> SubmissionRecord | None:
    """The submission with this id."""
    return _find(connection, f"submission = {literal(submission)}")


def find_by_digest(
    connection: duckdb.DuckDBPyConnection, clinic: str, digest: str, received_at: datetime | None = None
) -> SubmissionRecord | None:
    """The clinic's first submission of the same bytes, of which another one is a resend.

    A refused file is no original (it may be right under other settings), nor is one that came before any file of these
    bytes was undone: sent again after that, it counts as new. With `received_at`, that of the file in question, only
    what came or was undone before it counts, so that the order in which waiting files are processed does not matter.
    """
    until = f" <= {literal(received_at)}" if received_at else " is not null"
    same = f"clinic = {literal(clinic)} and digest = {literal(digest)}"
    undone = (
        "select max(decision.decided_at) from facts.decision as decision where decision.kind = 'undo' "
        f"and decision.decided_at{until} "
        f"and decision.submission in (select submission from facts.submission where {same})"
    )
    return _find(
        connection,
        f"{same} and refused is null and resend_of is null and received_at{until} "
        f"and received_at > coalesce(({undone}), timestamp '-infinity')",
    )


def decide(connection: duckdb.DuckDBPyConnection, decision: Decision) -> int:
    """Append a person's decision and give its number."""
    with translated("The decision could not be recorded"), transaction(connection):
        number = _insert_decision(connection, decision)
    reached("ledger.decision")
    return number


def read_decisions(connection: duckdb.DuckDBPyConnection) -> dict[int, Decision]:
    """Every decision by its number, in order."""
    names = ", ".join(identifier(name) for name in _DECISION_COLUMNS)
    rows = connection.execute(f"select decision, {names} from facts.decision order by decision").fetchall()
    return {int(row[0]): Decision(**_as_read(_DECISION_COLUMNS, row[1:])) for row in rows}


def read_sections(connection: duckdb.DuckDBPyConnection, submission: str) -> tuple[SectionRecord, ...]:
    """The sections of a submission as they were recorded, to render its receipt anew."""
    of_submission = f"submission = {literal(submission)}"
    rows = connection.execute(
        "select section, form, sheet, header, physical, header_records, blank, furniture, rejected, cells_set_aside "
        f"from facts.section where {of_submission} order by section"
    ).fetchall()
    return tuple(_read_section(connection, row, f"{of_submission} and section = {row[0]}") for row in rows)


def _find(connection: duckdb.DuckDBPyConnection, condition: str) -> SubmissionRecord | None:
    names = ", ".join(_SUBMISSION_COLUMNS)
    row = connection.execute(
        f"select {names} from facts.submission where {condition} order by received_at, submission limit 1"
    ).fetchone()
    return SubmissionRecord(**_as_read(_SUBMISSION_COLUMNS, row)) if row else None


def read_version(connection: duckdb.DuckDBPyConnection, table: str, version: str) -> str | None:
    """The JSON of a version of the `settings` or the `dictionary`."""
    row = connection.execute(
        f"select content from facts.{identifier(table)} where version = {literal(version)}"
    ).fetchone()
    return str(row[0]) if row else None


def insert_version(connection: duckdb.DuckDBPyConnection, table: str, version: str, content: str) -> None:
    """Keep a version of the settings or the dictionary, once. Part of the caller's transaction."""
    known = f"select 1 from facts.{identifier(table)} where version = {literal(version)}"
    if connection.execute(known).fetchone() is None:  # asked first: a dictionary is a long statement to parse
        _insert(connection, table, {"version": version, "content": content})


def _insert(connection: duckdb.DuckDBPyConnection, table: str, *rows: Mapping[str, object]) -> None:
    """Insert rows that have the same columns."""
    names = ", ".join(identifier(name) for name in rows[0])
    values = ", ".join(f"({', '.join(map(literal, row.values()))})" for row in rows)
    connection.execute(f"insert into facts.{table} ({names}) values {values}")


def _insert_decision(connection: duckdb.DuckDBPyConnection, decision: Decision) -> int:
    found = connection.execute("select coalesce(max(decision), 0) + 1 from facts.decision").fetchone()
    number = int(found[0]) if found else 1
    _insert(connection, "decision", {"decision": number, **asdict(decision)})
    return number


def insert_section(connection: duckdb.DuckDBPyConnection, submission: SubmissionRecord, section: SectionRecord) -> None:
    """Write a section with its records, findings and rows. Part of the caller's transaction."""
    counts = {name: getattr(section, name) for name in SECTION_COUNTS}
    insert_counts(connection, submission.submission, section.number, counts)
    append_rows(connection, section, submission.submission, submission.clinic, submission.received_at)


def insert_counts(
    connection: duckdb.DuckDBPyConnection, submission: str, number: int, counts: Mapping[str, object]
) -> None:
    """Write what is counted of a section (SECTION_COUNTS). Part of the caller's transaction."""
    values = {**counts, "header": list(counts["header"])}  # type: ignore[call-overload]  # a header is a tuple of texts
    _insert(connection, "section", {"submission": submission, "section": number, **values})


def append_rows(
    connection: duckdb.DuckDBPyConnection, section: SectionRecord, submission: str, clinic: str, received_at: datetime
) -> None:
    """Write the records, findings and rows of a section or of a stretch of it. Part of the caller's transaction."""
    place = {"submission": submission, "section": section.number}
    _append(connection, "raw_row", section.raw, place)
    _append(connection, "finding", section.findings, place)
    _append(connection, section.form, section.rows, {**place, "clinic": clinic, "received_at": received_at})


def _append(connection: duckdb.DuckDBPyConnection, table: str, rows: pa.Table, constants: Mapping[str, object]) -> None:
    """Insert an Arrow table by column name, with the same constants in every row; other columns stay null.

    No name is given to it: DuckDB keeps what was registered within a transaction, though it is unregistered.
    """
    if not rows.num_rows:
        return
    target = f"facts.main.{identifier(table)}"
    values = {name: identifier(name) for name in rows.column_names}
    values |= {name: literal(value) for name, value in constants.items()}
    columns = connection.table(target).columns
    if unknown := values.keys() - {*columns}:
        raise QueryError(f"facts.{table} has no column {', '.join(sorted(unknown))}")
    connection.from_arrow(rows).project(", ".join(values.get(name, "null") for name in columns)).insert_into(target)


def _read_section(connection: duckdb.DuckDBPyConnection, row: Sequence[Any], place: str) -> SectionRecord:
    number, form, sheet, header, physical, header_records, blank, furniture, rejected, cells_set_aside = row
    own = [name for name in read_columns(connection, form) if name == "line" or name not in ROW_COLUMNS]
    return SectionRecord(
        number=number,
        form=form,
        sheet=sheet,
        header=tuple(header),
        physical=physical,
        header_records=header_records,
        blank=blank,
        furniture=furniture,
        rejected=rejected,
        cells_set_aside=cells_set_aside,
        rows=read_facts(connection, form, own, place),
        raw=read_facts(connection, "raw_row", _RAW_COLUMNS, place),
        findings=read_facts(connection, "finding", _FINDING_COLUMNS, place),
    )


def read_facts(connection: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], place: str) -> pa.Table:
    """These columns of a table of the facts, of the rows of a place: a condition in SQL."""
    columns = ", ".join(map(identifier, names))
    return connection.execute(f"select {columns} from facts.{identifier(table)} where {place}").to_arrow_table()


def _as_stored(values: Mapping[str, object]) -> dict[str, object]:
    return {
        name: json.dumps(value, ensure_ascii=False) if name in _JSON_COLUMNS and value is not None else value
        for name, value in values.items()
    }


def _as_read(names: Sequence[str], row: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip(names, row, strict=True))
    for name, value in values.items():
        if isinstance(value, datetime):
            values[name] = value.replace(tzinfo=UTC)
        elif name in _JSON_COLUMNS and value is not None:
            values[name] = json.loads(value)
    return values
