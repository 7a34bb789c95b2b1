"""What was known at an instant: facts and seeds as models see them. Filters by time, and by patient on demand."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from warehouse.connection import attach, identifier, literal
from warehouse.errors import ModelError
from warehouse.form_tables import read_tables

# Which instant says when a fact became known. Others come with their submission, or are no facts about a patient.
_KNOWN_BY = ("received_at", "decided_at")
KNOWN_TEXTS = {
    "ops.known": "What the snapshot knows, and when: one row.",
    "ops.known.known_at": "Facts received and decisions made up to this instant (UTC) are in the snapshot.",
    "ops.known.today": "The day the snapshot speaks of, in the registry's time zone; windows are judged on it.",
}


def expose_facts(
    connection: duckdb.DuckDBPyConnection,
    facts_path: Path,
    known_at: datetime,
    patients: Sequence[str] | None = None,
) -> None:
    """Attach the facts read-only as `store`, and as `facts` views of what was known at the instant.

    With `patients`, a form's rows are only theirs; submissions, findings and decisions stay whole.
    """
    attach(connection, facts_path, "store", is_read_only=True)
    expose(connection, "store", "facts", known_at, patients)


def expose(
    connection: duckdb.DuckDBPyConnection,
    store: str,
    name: str,
    known_at: datetime,
    patients: Sequence[str] | None = None,
) -> None:
    """Make the database `name` in memory, with a view for each table of the database `store`."""
    connection.execute(f"attach ':memory:' as {name}")
    if patients is not None:
        _insert_texts(connection, f"{name}.only_patient", ["patient_id"], [[patient] for patient in patients])
    instant = literal(known_at)
    has_later = _has_later(connection, store, instant)
    for table, columns in read_tables(connection, store).items():
        conditions = _conditions(columns, store, instant, has_later)
        if patients is not None and "patient_id" in columns and "line" in columns:
            conditions.append(f"patient_id in (select patient_id from {name}.only_patient)")
        where = f" where {' and '.join(conditions)}" if conditions else ""
        quoted = identifier(table)
        connection.execute(f"create view {name}.{quoted} as select * from {store}.{quoted}{where}")


def set_known(connection: duckdb.DuckDBPyConnection, known_at: datetime, today: date) -> None:
    """Make `ops.known` in the database in use."""
    connection.execute(f"create table ops.known as select {literal(known_at)} as known_at, {literal(today)} as today")


def load_seeds(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Every CSV of the folder as a table of text, `seeds.<file>`; the files of a folder in it stacked as one table.

    Empty cells are null. A stacked table also says `file` and `line`.
    """
    connection.execute("attach ':memory:' as seeds")
    for path in sorted(folder.glob("*.csv")):
        header, rows = _read_csv(path)
        _insert_texts(connection, f"seeds.{identifier(path.stem)}", header, [cells for _, cells in rows])
    for inner in sorted(item for item in folder.iterdir() if item.is_dir() and list(item.glob("*.csv"))):
        _stack(connection, inner)


def _conditions(columns: Iterable[str], store: str, instant: str, has_later: bool) -> list[str]:
    if not has_later:
        return []
    conditions = [f"{column} <= {instant}" for column in _KNOWN_BY if column in columns]
    if not conditions and "submission" in columns:
        known = f"select submission from {store}.submission where received_at <= {instant}"
        conditions.append(f"submission in ({known})")
    return conditions


def _has_later(connection: duckdb.DuckDBPyConnection, store: str, instant: str) -> bool:
    """Whether anything is to be hidden; a filter that keeps every row would still cost a scan."""
    row = connection.execute(
        f"select exists (select 1 from {store}.submission where received_at > {instant}) "
        f"or exists (select 1 from {store}.decision where decided_at > {instant})"
    ).fetchone()
    return bool(row and row[0])


def _stack(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    columns: list[str] = []
    stacked: list[Sequence[str | None]] = []
    for path in sorted(folder.glob("*.csv")):
        header, rows = _read_csv(path)
        columns = columns or header
        if header != columns:
            raise ModelError(f"{folder.name}/{path.name}: its header differs from that of the other files.")
        stacked += [[*cells, path.name, str(line)] for line, cells in rows]
    _insert_texts(connection, f"seeds.{identifier(folder.name)}", [*columns, "file", "line"], stacked)


def _read_csv(path: Path) -> tuple[list[str], list[tuple[int, list[str | None]]]]:
    """The header, and each record with the line it ends on."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        header = next(reader, [])
        rows = [(reader.line_num, [cell or None for cell in cells]) for cells in reader if cells]
    for line, cells in rows:
        if len(cells) != len(header):
            raise ModelError(f"{path.name}, line {line}: {len(cells)} cells, the header has {len(header)}.")
    return header, rows


def _insert_texts(
    connection: duckdb.DuckDBPyConnection, table: str, columns: Sequence[str], rows: Sequence[Sequence[str | None]]
) -> None:
    connection.execute(f"create table {table} ({', '.join(f'{identifier(name)} varchar' for name in columns)})")
    if rows:
        values = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
        connection.execute(f"insert into {table} values {values}")
