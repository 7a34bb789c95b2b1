"""What a home holds, in a form that two homes can be compared by: rows of every table, every file, what is half done.

Left out is what differs from one time to the next without a meaning: process numbers, digests of encrypted bytes.
"""

import hashlib
import json
from pathlib import Path

from pipelines.accountability.chain import read_entries, verify
from pipelines.release.publication import list_releases, verify_release
from warehouse.backup import check_backup
from warehouse.connection import attach, identifier, open_memory
from warehouse.layout import Home
from warehouse.sealed import read_sealed
from warehouse.snapshots import read_names

HALF = (".part", ".wal", ".sealing", ".restoring")
_UNTOLD = ("lock", "dagster", ".lock")


def read_state(home: Home) -> dict[str, str]:
    """What stands where, as digests by name."""
    names = read_names(home)
    state = {"half": str(read_half(home)), "snapshots": str(len(names)), "log": verify(home).fault}
    state["current"] = str(not names or home.current.resolve().name == names[-1])
    state["releases"] = str([verify_release(release) for release in list_releases(home)])
    acts = {json.dumps([entry.said.get("act"), entry.said.get("patients")]) for entry in read_entries(home)}
    state["acts"] = str(sorted(acts - {'["run", null]'}))
    for path in _files(home):
        state |= _read(home, path)
    return state


def read_half(home: Home) -> list[str]:
    """Files and folders that only a write under way has."""
    return sorted(path.relative_to(home.path).as_posix() for path in home.path.rglob("*") if path.name.endswith(HALF))


def read_backups(folder: Path) -> dict[str, str]:
    """What the backups in a folder say they hold; each is read to its end."""
    return {path.name: str(check_backup(path).n_submissions) for path in sorted(folder.glob("*.tar"))}


def _files(home: Home) -> list[Path]:
    """The files that tell something; of snapshots the current one's."""
    old = [path for path in home.snapshots.glob("*") if path.resolve() != home.current.resolve()]
    return [
        path
        for path in sorted(home.path.rglob("*"))
        if path.is_file()
        and path.name not in _UNTOLD
        and home.dagster not in path.parents
        and not path.is_relative_to(home.current)
        and not any(folder in path.parents for folder in old)
    ]


def _read(home: Home, path: Path) -> dict[str, str]:
    name = path.relative_to(home.path).as_posix()
    if home.snapshots in path.parents:
        name = f"current/{path.name}"
    if path.suffix == ".duckdb":
        return {f"{name}: {table}": digest for table, digest in _tables(path).items()}
    if path.suffix == ".parquet" or (home.log in path.parents and path.name.startswith("acts-")):
        return {name: "there"}  # its release vouches for the one, the chain for the other
    content = read_sealed(path)
    if path.name == "manifest.json" or path.name.startswith("."):
        content = _without(json.loads(content), "digests", "pid")
    return {name: hashlib.sha256(content).hexdigest()}


def _without(content: dict[str, object], *names: str) -> bytes:
    return json.dumps({key: value for key, value in content.items() if key not in names}).encode()


def _tables(path: Path) -> dict[str, str]:
    """How many rows each table has and what they are, whatever their order."""
    with open_memory() as connection:
        attach(connection, path, "told", is_read_only=True)
        connection.execute("set threads = 1")
        names = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'told'"
        ).fetchall()
        told = [
            f"select '{schema}.{table}', count(*), sum(hash(row::varchar)) "
            f"from told.{identifier(schema)}.{identifier(table)} as row"
            for schema, table in names
        ]
        return {str(name): str(rest) for name, *rest in connection.execute(" union all ".join(told)).fetchall()}
