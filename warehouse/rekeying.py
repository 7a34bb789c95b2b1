"""Bringing files of a home under its first key: databases, Parquet and sealed files, each in one step.

Killed at any point, each file is as before or after, and doing it again goes on. Releases carry digests of their files,
which are for the caller to renew.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import duckdb

from warehouse import keys
from warehouse.compaction import settle
from warehouse.connection import attach, literal, load_cryptography, open_memory, translated
from warehouse.durability import sync_file, sync_folder
from warehouse.export import parquet_key
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, Home
from warehouse.sealed import is_sealed_with, seal_file

_ENCRYPTED_PARQUET = b"PARE"


def read_unprotected(home: Home) -> Iterator[Path]:
    """The files with patients' rows that are not under the first key; without a key, all of them."""
    key = keys.known()[0] if keys.known() else None
    return (path for path in files_with_rows(home) if key is None or not is_under(path, key))


def files_with_rows(home: Home) -> Iterator[Path]:
    """Every file in which rows of patients, or keys to their hashes, lie."""
    yield from sorted(path for path in home.path.rglob("*.duckdb") if not path.is_symlink() and _is_real(path, home))
    yield from sorted(home.releases.glob("*/parquet/*.parquet"))
    asked = (home.answers, home.release_requests)
    folders = (home.inbox_folder, home.archive_folder, home.outbox_folder, home.drafts, *asked)
    yield from sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())
    yield from sorted(home.log.glob("error-*.txt"))
    yield from (path for path in (home.tombstone_key, home.log / "patient-keys.json") if path.exists())


def protect(path: Path) -> None:
    """Bring one file under the first key."""
    if path.suffix == ".duckdb":
        found = path.stat()
        part = write_protected(path)
        os.utime(part, ns=(found.st_atime_ns, found.st_mtime_ns))  # what it holds is as old as before
        part.replace(path)
        sync_folder(path.parent)
        reached("rekey.swap")
    else:
        seal_file(path)


def write_protected(path: Path) -> Path:
    """A copy of a database or Parquet file, under the first key and on the disk, to take the file's place."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    with open_memory() as connection, translated(f"{path.name} could not be encrypted"):
        _copy_parquet(connection, path, part) if path.suffix == ".parquet" else _copy_database(connection, path, part)
    part.chmod(PRIVATE_FILE)
    sync_file(part)
    reached("rekey.write")
    return part


def is_under(path: Path, key: keys.Key) -> bool:
    """Whether a file is under this key."""
    if path.suffix == ".duckdb":
        return keys.is_encrypted(path) and _opens(path, key)
    if path.suffix == ".parquet":
        with path.open("rb") as file:
            return file.read(len(_ENCRYPTED_PARQUET)) == _ENCRYPTED_PARQUET and _reads(path, key)
    return is_sealed_with(path, key)


def _copy_database(connection: duckdb.DuckDBPyConnection, path: Path, part: Path) -> None:
    settle(connection, path)
    attach(connection, path, "source", is_read_only=True)
    attach(connection, part, "target")
    connection.execute("copy from database source to target")
    connection.execute("detach target; detach source")


def _copy_parquet(connection: duckdb.DuckDBPyConnection, path: Path, part: Path) -> None:
    source = literal(str(path))
    for number, secret in enumerate(_parquet_secrets(path)):
        option = ""
        if secret is not None:
            connection.execute(f"pragma add_parquet_key('old{number}', {literal(secret)})")
            option = f", encryption_config = {{footer_key: 'old{number}'}}"
        try:
            connection.execute(f"create or replace temp table held as from read_parquet({source}{option})")
        except duckdb.InvalidInputException:
            continue
        load_cryptography(connection)
        key = parquet_key(connection, path.parents[1])
        connection.execute(f"copy held to {literal(str(part))} (format parquet, compression zstd{key})")
        return
    raise keys.wrong_key(path.name)


def _parquet_secrets(path: Path) -> list[str | None]:
    with path.open("rb") as file:
        is_plain = file.read(len(_ENCRYPTED_PARQUET)) != _ENCRYPTED_PARQUET
    purpose = keys.purpose_of(path.parent)
    return [None] if is_plain else [keys.text_of(key, purpose) for key in keys.known()]


def _reads(path: Path, key: keys.Key) -> bool:
    with open_memory() as connection:
        secret = literal(keys.text_of(key, keys.purpose_of(path.parent)))
        connection.execute(f"pragma add_parquet_key('only', {secret})")
        try:
            connection.execute(
                f"from read_parquet({literal(str(path))}, encryption_config = {{footer_key: 'only'}}) limit 0"
            )
        except duckdb.InvalidInputException:
            return False
        return True


def _opens(path: Path, key: keys.Key) -> bool:
    secret = literal(keys.text_of(key, keys.purpose_of(path)))
    with open_memory() as connection:
        try:
            connection.execute(f"attach {literal(str(path))} as tried (read_only, encryption_key {secret})")
        except duckdb.InvalidInputException:
            return False
        return True


def _is_real(path: Path, home: Home) -> bool:
    """Not by way of `current`, which names a snapshot a second time."""
    return home.current not in path.parents
