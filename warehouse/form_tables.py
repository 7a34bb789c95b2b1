"""One table of facts for each form, made from the dictionary's plain records. Reads and writes no rows."""

from collections.abc import Iterable, Mapping, Sequence

import duckdb

from warehouse.connection import identifier, literal, translated
from warehouse.errors import HomeError
from warehouse.records import ROW_COLUMNS, FormTable


def ensure_form_tables(connection: duckdb.DuckDBPyConnection, forms: Sequence[FormTable]) -> None:
    """Create what is missing, a table or a column; a column whose type changed is a `HomeError`."""
    with translated("The forms' tables could not be made"):
        known = _read_kinds(connection)
        spelled = _as_spelled(connection, (kind for form in forms for kind in columns_of(form).values()))
        for form in forms:
            _ensure(connection, form, known.get(form.name, {}), spelled)


def _read_kinds(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """The columns of every table of the facts, with their SQL types."""
    rows = connection.execute(
        "select table_name, column_name, data_type from duckdb_columns() where database_name = 'facts' "
        "order by table_name, column_index"
    ).fetchall()
    tables: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        tables.setdefault(str(table), {})[str(column)] = str(kind)
    return tables


def read_form_names(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The forms that have a table of facts: those whose table begins with ROW_COLUMNS."""
    return tuple(name for name, columns in read_tables(connection, "facts").items() if {*ROW_COLUMNS} <= {*columns})


def read_columns(connection: duckdb.DuckDBPyConnection, table: str, database: str = "facts") -> dict[str, str]:
    """The columns of a table with their SQL types, in order; empty where there is no such table."""
    rows = connection.execute(
        f"select column_name, data_type from duckdb_columns() where database_name = {literal(database)} "
        f"and table_name = {literal(table)} order by column_index"
    ).fetchall()
    return {str(name): str(kind) for name, kind in rows}


def read_tables(connection: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """Every table of a database with its columns, in order; the default schema's under its bare name."""
    rows = connection.execute(
        "select if(schema_name = 'main', table_name, schema_name || '.' || table_name), column_name "
        f"from duckdb_columns() where database_name = {literal(database)} and not internal "
        "order by schema_name, table_name, column_index"
    ).fetchall()
    tables: dict[str, list[str]] = {}
    for table, column in rows:
        tables.setdefault(str(table), []).append(str(column))
    return tables


def columns_of(form: FormTable) -> dict[str, str]:
    """The columns a form's table must have, with their SQL types."""
    keys = {name: kind for name, kind in form.key if name not in ROW_COLUMNS}
    values = {name: f'struct("value" {kind}, missing varchar)' for name, kind in form.values}
    return {**ROW_COLUMNS, **keys, **values}


def _ensure(
    connection: duckdb.DuckDBPyConnection, form: FormTable, known: Mapping[str, str], spelled: Mapping[str, str]
) -> None:
    needed, table = columns_of(form), f"facts.{identifier(form.name)}"
    if not known:
        columns = ", ".join(f"{identifier(name)} {kind}" for name, kind in needed.items())
        connection.execute(f"create table {table} ({columns})")
        return
    _refuse_changed(form.name, known, {name: spelled[kind] for name, kind in needed.items()})
    for name, kind in needed.items():
        if name not in known:
            connection.execute(f"alter table {table} add column {identifier(name)} {kind}")


def _as_spelled(connection: duckdb.DuckDBPyConnection, kinds: Iterable[str]) -> dict[str, str]:
    """SQL types in DuckDB's own spelling."""
    distinct = sorted(set(kinds))
    casts = ", ".join(f"null::{kind}" for kind in distinct)
    described = connection.execute(f"describe select {casts}").fetchall()
    return {kind: str(row[1]) for kind, row in zip(distinct, described, strict=True)}


def _refuse_changed(form: str, known: Mapping[str, str], needed: Mapping[str, str]) -> None:
    changed = [name for name in needed if name in known and known[name] != needed[name]]
    if changed:
        raise HomeError(
            f"In {form} the facts hold another type for {', '.join(changed)}.",
            "A field keeps its type: give the new one a new name, or add a migration.",
        )
