"""Dagster's SQLite event log with one open connection a database. Changes how events are stored, never what is stored.

The stock class opens, compiles and closes anew for every event, and looks at the schema as often: 43 CPU seconds for a
run over 1,000 files, against 7 here. The tables are the same, so the stock class reads what this one wrote.
"""

import sqlite3
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster import DagsterEventType
from dagster._core.events.log import EventLogEntry
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import StaticPool

BUSY_TIMEOUT_SECONDS = 60
MOST_OPEN_DATABASES = 8  # each run has a database of its own, and the web page may look at hundreds

# One a file or table: the web page, which watches the database file, need not see each of them at once.
BULK_EVENTS = frozenset(
    {
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
        DagsterEventType.ASSET_CHECK_EVALUATION,
        DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
        DagsterEventType.STEP_OUTPUT,
    }
)


class EventLog(SqliteEventLogStorage):
    """`SqliteEventLogStorage` that keeps its connections and remembers which tables exist."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._tables: set[str] = set()
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Any) -> "EventLog":
        """The log in the folder that `dagster.yaml` names."""
        return cls(config_value["base_dir"], inst_data)

    def has_table(self, table_name: str) -> bool:
        """Whether the index has this table; once there, a table stays."""
        if table_name not in self._tables and super().has_table(table_name):
            self._tables.add(table_name)
        return table_name in self._tables

    def store_event(self, event: EventLogEntry) -> None:
        """Store an event; what is not one of many reaches the database file at once, where the web page watches."""
        super().store_event(event)
        if not event.is_dagster_event or event.dagster_event_type not in BULK_EVENTS:
            with self.run_connection(event.run_id) as connection:
                connection.execute(text("pragma wal_checkpoint(passive)"))

    def wipe(self) -> None:
        """Forget every event of every run."""
        self._close()
        super().wipe()

    def dispose(self) -> None:
        """Close every connection."""
        self._close()
        super().dispose()

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engine(shard)
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.connect() as connection, connection.begin():
                yield connection

    def _engine(self, shard: str) -> Engine:
        if shard not in self._engines:
            self._engines[shard] = _open(self.conn_string_for_shard(shard))
        self._engines.move_to_end(shard)
        while len(self._engines) > MOST_OPEN_DATABASES:
            self._engines.popitem(last=False)[1].dispose()
        return self._engines[shard]

    def _close(self) -> None:
        with self._db_lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


def _open(url: str) -> Engine:
    """One connection, used by whichever thread holds the log's lock."""
    options = {"timeout": BUSY_TIMEOUT_SECONDS, "check_same_thread": False}
    engine = create_engine(url, poolclass=StaticPool, connect_args=options)
    event.listen(engine, "connect", _relax)
    return engine


def _relax(connection: sqlite3.Connection, _record: object) -> None:
    """In WAL mode this is safe against corruption; a power cut may cost the last events, which healing expects."""
    connection.execute("pragma synchronous = normal")
