"""What was known at an instant: facts and seeds as models see them. Filters by time, and by patient on demand."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb

from warehouse.connection import attach, identifier, literal
from warehouse.errors import ModelError
from warehouse.form_tables import read_tables
from warehouse.readings import expose_readings, has_readings, read_as_original

# Which instant says when a fact became known. Others come with their submission, or are no facts about a patient.
_KNOWN_BY = ("received_at", "decided_at", "adopted_at")
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

    With `patients`, a form's rows are only theirs and those of patients linked to them; the rest stays whole.
    """
    attach(connection, facts_path, "store", is_read_only=True)
    only = None if patients is None else f"select unnest({literal(list(patients))}::varchar[]) as patient_id"
    expose(connection, "store", "facts", known_at, only)


def expose(
    connection: duckdb.DuckDBPyConnection, store: str, name: str, known_at: datetime | None, only: str | None = None
) -> None:
    """Make the database `name` in memory, with a view for each table of the database `store`.

    `only` is a SELECT of the column patient_id: whose rows of the forms are to be seen.
    """
    connection.execute(f"attach ':memory:' as {name}")
    if only is not None:
        connection.execute(f"create table {name}.only_patient as {_with_linked(only, store)}")
    instant = literal(known_at) if known_at is not None and _has_later(connection, store, literal(known_at)) else None
    was_read_again = expose_readings(connection, store, name, instant)
    for table, columns in read_tables(connection, store).items():
        conditions = _conditions(columns, store, instant) if instant else []
        if only is not None and {"patient_id", "line"} <= set(columns):
            conditions.append(f"patient_id in (select patient_id from {name}.only_patient)")
        where = f" where {' and '.join(conditions)}" if conditions else ""
        plain = f"{store}.{identifier(table)}"
        source = f"({read_as_original(store, name, table, columns)})" if was_read_again else plain
        connection.execute(f"create view {name}.{identifier(table)} as select * from {source}{where}")


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


def _with_linked(only: str, store: str) -> str:
    """The same patients and, step by step, those that a decision linked to them: two ids of one person."""
    return (
        f"with recursive seen as (select distinct patient_id from ({only}) union "
        "select if(link.patient_id = seen.patient_id, link.other_patient_id, link.patient_id) "
        f"from seen inner join {store}.decision as link on link.kind = 'link' "
        "and seen.patient_id in (link.patient_id, link.other_patient_id)) select patient_id from seen"
    )


def _conditions(columns: Iterable[str], store: str, instant: str) -> list[str]:
    """What a table's rows must fulfil to have been known at the instant."""
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
    return bool(row and row[0]) or has_readings(connection, store)


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
