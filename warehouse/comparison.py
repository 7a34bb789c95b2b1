"""Two derived files beside each other: which rows of a table are gone, new or changed. Derives nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.connection import attach, open_memory, translated
from warehouse.derive import place

Row = dict[str, object]


@dataclass(frozen=True)
class Difference:
    """One row that differs: its table and key, the row before and after (None where there is none)."""

    table: str
    key: tuple[object, ...]
    before: Row | None
    after: Row | None

    @property
    def changed(self) -> dict[str, tuple[object, object]]:
        """Column -> value before and after, where a row stands on both sides."""
        if self.before is None or self.after is None:
            return {}
        return {name: (old, self.after[name]) for name, old in self.before.items() if old != self.after[name]}


def compare(before: Path, after: Path, grains: Mapping[str, Sequence[str]]) -> list[Difference]:
    """The differences between two files, table by table; `grains` names the key columns of each `schema.table`."""
    with open_memory() as connection, translated("The two states could not be compared"):
        attach(connection, before, "before", is_read_only=True)
        attach(connection, after, "after", is_read_only=True)
        return [
            difference for table, grain in grains.items() for difference in _compare_table(connection, table, grain)
        ]


def _compare_table(connection: duckdb.DuckDBPyConnection, table: str, grain: Sequence[str]) -> list[Difference]:
    gone = _rows_only_in(connection, "before", "after", table, grain)
    come = _rows_only_in(connection, "after", "before", table, grain)
    keys = sorted({*gone, *come}, key=str)
    return [Difference(table, key, gone.get(key), come.get(key)) for key in keys]


def _rows_only_in(
    connection: duckdb.DuckDBPyConnection, one: str, other: str, table: str, grain: Sequence[str]
) -> dict[tuple[object, ...], Row]:
    name = place(table)
    answer = connection.execute(f"from {one}.{name} except all from {other}.{name}")
    columns = [str(column[0]) for column in answer.description or []]
    rows = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
    return {tuple(row[column] for column in grain): row for row in rows}
