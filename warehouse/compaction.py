"""Taking rows out of the facts for good: what stays is written into a new file, and that takes the old one's place.

A deleted row lives on in a DuckDB file, whatever is done to the file; only leaving the file behind removes it. Which
rows go, and what else knows of them (archive, outbox, snapshots, releases, backups), is for the caller to say.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.connection import attach, identifier, open_memory, translated
from warehouse.durability import sync_file, sync_folder
from warehouse.faults import reached
from warehouse.form_tables import read_tables
from warehouse.layout import PRIVATE_FILE, Home


def compact(home: Home, drop: Mapping[str, str]) -> dict[str, int]:
    """Rewrite the facts without the rows for which a table's condition is true; how many went, by table.

    A condition is SQL over the table's columns, and may ask other tables as `facts.<table>`. The caller holds the
    writer's lock, with no connection to the facts open. Killed at any point, the facts are the old ones or the new.
    """
    part = part_of(home)
    part.unlink(missing_ok=True)
    with open_memory() as connection, translated("The facts could not be rewritten"):
        settle(connection, home.facts_path)
        attach(connection, home.facts_path, "facts", is_read_only=True)
        attach(connection, part, "kept")
        part.chmod(PRIVATE_FILE)
        connection.execute("copy from database facts to kept (schema)")
        gone = {table: _keep(connection, table, drop.get(table)) for table in read_tables(connection, "facts")}
        connection.execute("detach kept; detach facts")
    sync_file(part)
    reached("compact.write")
    part.replace(home.facts_path)
    sync_folder(home.path)
    reached("compact.swap")
    return {table: n_rows for table, n_rows in gone.items() if n_rows}


def settle(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Bring into the file what a killed process left in the log beside it, so that the file alone is all there is."""
    attach(connection, path, "settled")
    connection.execute("checkpoint settled")
    connection.execute("detach settled")


def part_of(home: Home) -> Path:
    """The file that is written; one that is there before was left by a crash."""
    return home.facts_path.with_name(f"{home.facts_path.name}.part")


def _keep(connection: duckdb.DuckDBPyConnection, table: str, condition: str | None) -> int:
    name = identifier(table)
    where = f" where ({condition}) is not true" if condition else ""
    connection.execute(f"insert into kept.{name} select * from facts.{name}{where}")
    row = connection.execute(
        f"select (select count(*) from facts.{name}) - (select count(*) from kept.{name})"
    ).fetchone()
    return int(row[0]) if row else 0
