"""The words beside every table and column of a snapshot. A column that nobody explains is a fault of the build."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.connection import identifier, literal
from warehouse.errors import ModelError
from warehouse.form_tables import read_tables


@dataclass(frozen=True)
class TableTexts:
    """What a table's maker says of it: its own words, and the tables whose words it inherits."""

    name: str
    description: str
    columns: Mapping[str, str]
    upstream: Sequence[str] = ()


def write_comments(
    connection: duckdb.DuckDBPyConnection, tables: Iterable[TableTexts], texts: Mapping[str, str]
) -> None:
    """Comment every table and column of the database `registry`, in the order they were made.

    A column's text is the table's own, else that of `texts` under `schema.table.column`, else under the bare name (a
    name means one thing everywhere), else that of the first table upstream with a column of that name.
    """
    columns = {
        name if "." in name else f"registry.{name}": names
        for name, names in read_tables(connection, "registry").items()
    }
    found: dict[str, dict[str, str]] = {}
    faults: list[str] = []
    statements: list[str] = []
    for table in tables:
        names = columns[table.name]
        found[table.name] = {name: _text(table, name, texts, found) for name in names}
        faults += [f"{table.name}.{name} has no text" for name, text in found[table.name].items() if not text]
        faults += [f"{table.name}.{name} has a text and does not exist" for name in table.columns if name not in names]
        faults += [] if table.description else [f"{table.name} has no description"]
        statements += _statements(table, found[table.name])
    if faults:
        raise ModelError(f"{len(faults)} columns lack their words: {'; '.join(faults)}.", "Write a trailing comment.")
    connection.execute(";\n".join(statements))


def _text(table: TableTexts, column: str, texts: Mapping[str, str], found: Mapping[str, Mapping[str, str]]) -> str:
    inherited = (found.get(name, {}).get(column) for name in table.upstream)
    own = (table.columns.get(column), texts.get(f"{table.name}.{column}"), texts.get(column))
    return next((text for text in (*own, *inherited) if text), "")


def _statements(table: TableTexts, columns: Mapping[str, str]) -> list[str]:
    schema, name = table.name.split(".")
    place = f"registry.{identifier('main' if schema == 'registry' else schema)}.{identifier(name)}"
    return [
        f"comment on table {place} is {literal(table.description)}",
        *(f"comment on column {place}.{identifier(column)} is {literal(text)}" for column, text in columns.items()),
    ]
