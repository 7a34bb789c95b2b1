"""The facts file's schema: numbered migrations, applied in order, each once. Says nothing of what the tables hold."""

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.disk import find_trouble
from warehouse.durability import sync_file, sync_folder
from warehouse.errors import HomeError
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home
from warehouse.transaction import transaction

MIGRATIONS = Path(__file__).parent / "migrations"
_FILE_NAME = re.compile(r"(\d{4})_(\w+)\.sql")


@dataclass(frozen=True)
class Migration:
    """One step of the schema."""

    version: int
    name: str
    script: str


def read_migrations(folder: Path = MIGRATIONS) -> tuple[Migration, ...]:
    """Every migration, in order; they are numbered from 1 without gaps."""
    matches = [(match, path) for path in sorted(folder.glob("*.sql")) if (match := _FILE_NAME.fullmatch(path.name))]
    migrations = tuple(Migration(int(match[1]), match[2], path.read_text("utf-8")) for match, path in matches)
    if [migration.version for migration in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError(f"the migrations in {folder.name} are not numbered 1, 2, 3, ...")
    return migrations


def migrate(connection: duckdb.DuckDBPyConnection, home: Home, folder: Path = MIGRATIONS) -> None:
    """Bring the attached `facts` to the newest schema or leave it as it is, after a backup where it holds anything."""
    migrations = read_migrations(folder)
    version = read_version(connection)
    _refuse_newer(version, len(migrations))
    pending = migrations[version:]
    if pending and version:
        back_up_facts(connection, home, version)
    if pending:
        _apply(connection, pending)


def read_version(connection: duckdb.DuckDBPyConnection) -> int:
    """The schema of the attached `facts`; 0 where the file is new."""
    known = connection.execute(
        "select count(*) from duckdb_tables() where database_name = 'facts' and table_name = 'schema_version'"
    ).fetchone()
    if not known or not known[0]:
        return 0
    found = connection.execute("select coalesce(max(version), 0) from facts.schema_version").fetchone()
    return int(found[0]) if found else 0


def back_up_facts(connection: duckdb.DuckDBPyConnection, home: Home, version: int) -> Path:
    """Copy the facts file beside the home's other backups, as it is before a migration."""
    # What the write-ahead log holds must be in the file before the file is copied.
    connection.execute("checkpoint facts")
    home.backups.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    target = home.backups / f"facts-schema-{version:04d}.duckdb"
    part = target.with_suffix(".part")
    shutil.copyfile(home.facts_path, part)
    part.chmod(PRIVATE_FILE)
    sync_file(part)
    reached("migrate.copied")
    part.replace(target)
    sync_folder(home.backups)
    return target


def _apply(connection: duckdb.DuckDBPyConnection, migrations: Sequence[Migration]) -> None:
    """Take all steps or none: whoever is cut off begins again from the schema that was backed up."""
    connection.execute("use facts")
    try:
        with transaction(connection):
            connection.execute("create table if not exists schema_version (version integer primary key, name varchar)")
            for migration in migrations:
                _take(connection, migration)
    finally:
        connection.execute("use memory")


def _take(connection: duckdb.DuckDBPyConnection, migration: Migration) -> None:
    try:
        connection.execute(migration.script)
        connection.execute(f"insert into schema_version values ({migration.version}, '{migration.name}')")
    except duckdb.Error as error:
        raise find_trouble(error) or HomeError(
            f"Migration {migration.version:04d}_{migration.name} failed ({type(error).__name__}); nothing changed.",
            "The copy in backups/ is as it was; report this as a fault.",
        ) from None
    reached("migrate.step")


def _refuse_newer(version: int, newest: int) -> None:
    if version > newest:
        raise HomeError(
            f"The facts have schema {version}; this version of hamreg knows {newest} at most.",
            "Install the version of hamreg that wrote them.",
        )
