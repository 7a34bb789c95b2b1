"""Copies of a snapshot's tables into files that researchers open: one DuckDB file and a Parquet file a table.

Which tables leave, and what is written beside them, is for the caller to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.connection import attach, literal, open_memory
from warehouse.keys import release_secret


@dataclass(frozen=True)
class ExportedColumn:
    """A column as the snapshot documents it."""

    name: str
    type: str
    text: str


@dataclass(frozen=True)
class ExportedTable:
    """A table that was copied: its layer and name, its text, its columns, its row count and its Parquet file."""

    layer: str
    name: str
    text: str
    n_rows: int
    columns: tuple[ExportedColumn, ...]
    parquet: Path


def export_tables(snapshot: Path, folder: Path, layers: Sequence[str]) -> tuple[ExportedTable, ...]:
    """Copy each table of `layers` (and `ops.known`), with comments, to `registry.duckdb` and `parquet/` in `folder`."""
    (folder / "parquet").mkdir(parents=True)
    with open_memory() as connection:
        connection.execute("set preserve_insertion_order = false")
        attach(connection, snapshot, "source", is_read_only=True)
        attach(connection, folder / "registry.duckdb", "registry")
        tables = _tables(connection, layers)
        return tuple(_export(connection, folder, *table) for table in tables)


def _tables(connection: duckdb.DuckDBPyConnection, layers: Sequence[str]) -> list[tuple[str, str, str]]:
    """(layer, name, text) of each table to copy; the layer `registry` is the file's default schema."""
    schemas = ", ".join(literal("main" if layer == "registry" else layer) for layer in layers)
    return connection.execute(
        "select if(schema_name = 'main', 'registry', schema_name), table_name, coalesce(comment, '') "
        f"from duckdb_tables() where database_name = 'source' and (schema_name in ({schemas}) "
        "or (schema_name, table_name) = ('ops', 'known')) order by all"
    ).fetchall()


def _export(connection: duckdb.DuckDBPyConnection, folder: Path, layer: str, name: str, text: str) -> ExportedTable:
    schema = "main" if layer == "registry" else layer
    source, target = f'source."{schema}"."{name}"', f'registry."{schema}"."{name}"'
    key = parquet_key(connection, folder)
    parquet = folder / "parquet" / f"{layer}.{name}.parquet"
    connection.execute(f'create schema if not exists registry."{schema}"')
    connection.execute(f"create table {target} as from {source}")
    connection.execute(f"comment on table {target} is {literal(text)}")
    columns = _columns(connection, schema, name)
    for column in columns:
        connection.execute(f'comment on column {target}."{column.name}" is {literal(column.text)}')
    connection.execute(f"copy (from {source}) to {literal(str(parquet))} (format parquet, compression zstd{key})")
    counted = connection.execute(f"select count(*) from {target}").fetchone()
    return ExportedTable(layer, name, text, counted[0] if counted else 0, columns, parquet)


def parquet_key(connection: duckdb.DuckDBPyConnection, folder: Path) -> str:
    """The option that encrypts a release's Parquet files with the release's own key; '' where no key is set."""
    secret = release_secret(folder.name.removesuffix(".part"))
    if secret is None:
        return ""
    connection.execute(f"pragma add_parquet_key('release', {literal(secret)})")
    return ", encryption_config {footer_key: 'release'}"


def _columns(connection: duckdb.DuckDBPyConnection, schema: str, name: str) -> tuple[ExportedColumn, ...]:
    rows = connection.execute(
        "select column_name, data_type, coalesce(comment, '') from duckdb_columns() where database_name = 'source' "
        f"and schema_name = {literal(schema)} and table_name = {literal(name)} order by column_index"
    ).fetchall()
    return tuple(ExportedColumn(*row) for row in rows)
