"""Where a report's rows come from: one snapshot or release, named on every page, and one way to read it."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TypeAlias

from warehouse.connection import Connection, reader, translated

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = list[dict[str, Any]]


@dataclass(frozen=True)
class Source:
    """What every number of a report rests on."""

    id: str
    kind: str  # snapshot or release
    known_at: datetime | None = None  # UTC
    is_synthetic: bool = False
    registry: str = ""


class Database:
    """A snapshot or release, open for reading; a context manager."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self._stack = ExitStack()

    def __enter__(self) -> "Database":
        self._connection = self._stack.enter_context(reader(self.path))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)

    @property
    def id(self) -> str:
        """The id of the snapshot or release: its folder's name."""
        return self.path.parent.name

    @property
    def connection(self) -> Connection:
        """What it is read through."""
        return self._connection

    def rows(self, sql: str) -> Rows:
        """Give the rows of a query by column name; `QueryError` where it cannot run."""
        with translated("A report's rows could not be read"):
            answer = self._connection.execute(sql)
            names = [column[0] for column in answer.description or []]
            return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def has(self, table: str) -> bool:
        """Say whether a table, written `layer.name`, is there: older snapshots lack newer tables."""
        layer, _, name = table.partition(".")
        found = self.rows(f"select 1 from duckdb_tables() where schema_name = '{layer}' and table_name = '{name}'")  # noqa: S608 (names from this code)
        return bool(found)


def source_of(database: Database, *, is_synthetic: bool, registry: str) -> Source:
    """Name the snapshot or release behind a database: its folder is its id."""
    known = database.rows("select known_at from ops.known") if database.has("ops.known") else []
    kind = "release" if database.path.parent.parent.name == "releases" else "snapshot"
    return Source(database.id, kind, known[0]["known_at"] if known else None, is_synthetic, registry)
