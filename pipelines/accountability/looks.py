"""Looking at patients: an answer is recorded before anybody sees it. What the question was is not kept."""

from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from pipelines.accountability.log import LOOK, Actor, record
from warehouse.connection import Connection, reader, translated
from warehouse.layout import Home
from warehouse.scans import read_identifiable, read_numbers, read_scanned

Rows = Sequence[Sequence[object]]
UNTOLD = "untold"  # the plan of the query does not say which tables it reads


def ask_and_record(
    home: Home, database: Path, sql: str, actor: Actor, now: datetime, command: str
) -> tuple[list[str], Rows]:
    """Column names and rows of a query on a snapshot's file; a look is recorded where it reads patients' rows.

    `QueryError` where it cannot run; `HomeError`, and no answer, where the look cannot be recorded.
    """
    with reader(database) as connection, translated("The query did not run"):
        tables = _patients_tables(connection, sql)
        answer = connection.execute(sql)
        columns = [str(column[0]) for column in answer.description or []]
        rows = answer.fetchall()
        seen = _seen(rows, read_numbers(connection)) if tables else ()
    if tables:
        record_look(home, actor, now, command, seen, tables=sorted(tables), n_rows=len(rows))
    return columns, rows


def record_look(
    home: Home, actor: Actor, now: datetime, command: str, patients: Collection[str], **details: int | list[str]
) -> None:
    """Record that somebody is about to see these patients."""
    record(home, actor, LOOK, now, patients, command=command, **details)


def _patients_tables(connection: Connection, sql: str) -> frozenset[str]:
    """The tables of patients' rows that a query reads."""
    scanned = read_scanned(connection, sql)
    return frozenset({UNTOLD}) if scanned is None else scanned & read_identifiable(connection)


def _seen(rows: Rows, numbers: frozenset[str]) -> frozenset[str]:
    """The patients whose numbers stand in an answer, whatever its columns are called."""
    texts = {text for row in rows for cell in row for text in (cell if isinstance(cell, list) else (cell,))}
    return numbers & {text for text in texts if isinstance(text, str)}
