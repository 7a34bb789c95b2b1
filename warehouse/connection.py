"""Connections: the one writer of the facts, readers of a snapshot, and SQL literals. Holds no query of its own."""

import importlib.resources
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TypeAlias

import duckdb

from warehouse import keys
from warehouse.disk import find_trouble
from warehouse.errors import HomeError, QueryError
from warehouse.layout import PRIVATE_FILE, Home
from warehouse.lock import PATIENCE_SECONDS, lock
from warehouse.schema_version import migrate

# What callers outside this package annotate with; duckdb is imported nowhere else.
Connection: TypeAlias = duckdb.DuckDBPyConnection

# Nothing is fetched from the network, a Python variable is never mistaken for a table, and rows that do not fit in
# memory lie on the disk encrypted.
CONFIG: Mapping[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",
    "temp_file_encryption": "true",
}

# Writes a file of many small tables in a third of the time of DuckDB's oldest format; DuckDB 1.4 and later read it.
STORAGE_VERSION = "v1.4.0"

# Of work on many rows, while they are judged and recorded and once they are: what does not fit (the rows of a national
# file) lies in the home's scratch folder.
WRITER_MEMORY, READING_MEMORY = "400MB", "1GB"

# A smaller snapshot is asked on one core. Opening it and reading a patient took 28 ms instead of 38, and a query over
# all of it no longer than a few milliseconds more; several readers at once don't get in each other's way.
SMALL_SNAPSHOT_BYTES = 60_000_000

# These errors speak of the statement, not of a row, so that their first line may be shown.
_SPEAKS_OF_THE_QUERY = (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)


@contextmanager
def writer(home: Home, command: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[duckdb.DuckDBPyConnection]:
    """Hold the writer's lock and a connection with the facts, migrated, attached as `facts`."""
    with lock(home, command, patience_seconds), open_facts(home) as connection:
        yield connection


@contextmanager
def open_facts(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the facts, migrated, attached as `facts`; for a caller that holds the writer's lock."""
    # Appending with more cores costs twice the work: they take turns to keep the rows in order.
    connection = open_memory(1)
    try:
        connection.execute(f"set temp_directory = {literal(str(home.scratch / 'spill'))}")
        attach(connection, home.facts_path, "facts")
        migrate(connection, home)
        home.facts_path.chmod(PRIVATE_FILE)
        yield connection
    finally:
        connection.close()


@contextmanager
def reader(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A snapshot or release, read-only as `registry` (and in use), unable to reach any other file or setting.

    The path is resolved first: what `current` points to when the reader opens is what it sees to the end.
    """
    snapshot = resolve_snapshot(path)
    is_small = snapshot.stat().st_size < SMALL_SNAPSHOT_BYTES
    connection = open_memory(1 if is_small else None)
    try:
        attach(connection, snapshot, "registry", is_read_only=True)
        connection.execute("use registry")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        yield connection
    finally:
        connection.close()


def open_memory(n_cores: int | None = None) -> duckdb.DuckDBPyConnection:
    """A connection to a database of its own, in memory, with so many cores, else with every core."""
    cores = {} if n_cores is None else {"threads": str(n_cores)}
    return duckdb.connect(":memory:", config={**CONFIG, **cores})


def attach(connection: duckdb.DuckDBPyConnection, path: Path, name: str, is_read_only: bool = False) -> None:
    """Attach a database file under a name, with its key where it has one; `HomeError` where it cannot be opened."""
    option = "read_only" if is_read_only else f"storage_version {literal(STORAGE_VERSION)}"
    for secret in keys.database_secrets(path):
        try:
            if secret is not None and not is_read_only:
                load_cryptography(connection)
            key = f", encryption_key {literal(secret)}" if secret is not None else ""
            connection.execute(f"attach {literal(str(path))} as {identifier(name)} ({option}{key})")
        except duckdb.InvalidInputException as error:
            if "encryption key" not in str(error):
                raise _unopened(path, error) from None
        except duckdb.Error as error:
            raise _unopened(path, error) from None
        else:
            return
    raise keys.wrong_key(path.name)


def bound_memory(connection: duckdb.DuckDBPyConnection, memory: str = WRITER_MEMORY) -> None:
    """Have a connection that is about to work on many rows hold no more than that memory and lay the rest aside.

    What is laid aside is encrypted, which takes a twentieth of a second to get ready: work on few rows is spared that.
    Rows that are appended go to the file as soon as they fill a group; five groups would wait in memory otherwise.
    """
    load_cryptography(connection)
    connection.execute(f"set memory_limit = '{memory}'")
    connection.execute("set write_buffer_row_group_count = 1")


def load_cryptography(connection: duckdb.DuckDBPyConnection) -> None:
    """Have a connection encrypt: DuckDB's own code decrypts, but what encrypts comes with httpfs, as a package."""
    package = importlib.resources.files("duckdb_extension_httpfs")
    path = package / "extensions" / f"v{duckdb.__version__}" / "httpfs.duckdb_extension"
    connection.execute(f"load {literal(str(path))}")


def _unopened(path: Path, error: duckdb.Error) -> HomeError:
    return find_trouble(error) or HomeError(
        f"{path.name} cannot be opened ({type(error).__name__}).", "Run `hamreg doctor` to see what is wrong."
    )


def resolve_snapshot(path: Path) -> Path:
    """The real file behind a path that may lead through `current`."""
    try:
        return path.resolve(strict=True)
    except FileNotFoundError:
        raise HomeError("There is no snapshot yet.", "Run `hamreg run` first.") from None
    except OSError as error:
        raise HomeError(f"{path.name} cannot be read: {error.strerror}.", "Check who owns it.") from None


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn an error of DuckDB into a `QueryError` that never quotes a row, or the disk's into a `HomeError`."""
    try:
        yield
    except duckdb.Error as error:
        raise find_trouble(error) or QueryError(f"{doing}: {describe(error)}") from None


def describe(error: duckdb.Error) -> str:
    """What may be said of an error: the first line where it speaks of the statement, else its kind alone."""
    if isinstance(error, _SPEAKS_OF_THE_QUERY):
        return str(error).strip().splitlines()[0]
    return f"{type(error).__name__} (its text is withheld, it may quote a row)"


def identifier(name: str) -> str:
    """A name as quoted SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: object) -> str:
    """A Python value as SQL text. Bound parameters would import pandas, which costs more than the query."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float() if not math.isfinite(value):
            return f"'{value}'::double"
        case float():
            return f"{value!r}::double"
        case int() | Decimal():
            return str(value)
        case datetime():
            naive = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
            return f"timestamp '{naive.isoformat(sep=' ')}'"
        case date():
            return f"date '{value.isoformat()}'"
        case str() | Path():
            return _text(str(value))
        case Mapping():
            return "{" + ", ".join(f"{_text(str(key))}: {literal(item)}" for key, item in value.items()) + "}"
        case Sequence():
            return "[" + ", ".join(literal(item) for item in value) + "]"
    raise TypeError(f"no literal for {type(value).__name__}")


def _text(value: str) -> str:
    quoted = "'" + value.replace("'", "''") + "'"
    return quoted.replace("\0", "' || chr(0) || '")  # a bare NUL would end the statement
