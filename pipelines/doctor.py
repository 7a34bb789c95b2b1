"""What is wrong with a registry home, and how to mend it. Looks; changes nothing."""

import importlib.metadata
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.accountability.chain import verify
from pipelines.defs.life import is_alive
from pipelines.diagnosis import BAD, OK, WARNING, Diagnosis
from pipelines.errors import RegistryError
from pipelines.protection import examine_protection
from pipelines.settings import read_settings
from warehouse.connection import attach, open_memory, reader
from warehouse.freshness import is_behind
from warehouse.layout import Home, read_instant_id
from warehouse.lock import lock, read_holder
from warehouse.schema_version import read_migrations, read_version

FREE_BYTES = 2_000_000_000
LEFT_BEHIND = timedelta(hours=1)
UNFINISHED_SQL = "select run_id from runs where status in ('STARTED', 'CANCELING')"
SHOWN_VERSIONS = ("duckdb", "polars", "pandera", "dagster", "great-expectations")


def examine(home: Home, now: datetime) -> Iterator[Diagnosis]:
    """Look at everything; each part is looked at even where another is wrong."""
    yield _versions()
    yield _settings(home)
    yield _permissions(home)
    yield from examine_protection(home)
    yield _log(home)
    yield _lock(home)
    yield _facts(home)
    yield _snapshot(home)
    yield _clock(home, now)
    yield _disk(home)
    yield _leftovers(home, now)
    yield _runs(home)


def _versions() -> Diagnosis:
    versions = [f"{name} {importlib.metadata.version(name)}" for name in SHOWN_VERSIONS]
    return Diagnosis("versions", OK, f"python {sys.version.split()[0]}, {', '.join(versions)}")


def _settings(home: Home) -> Diagnosis:
    try:
        settings = read_settings(home.settings_path)
    except RegistryError as error:
        return Diagnosis("settings", BAD, error.message, error.remedy)
    return Diagnosis("settings", OK, f"{len(settings.clinics)} clinics, time zone {settings.timezone}")


def _permissions(home: Home) -> Diagnosis:
    """Others may read nothing. The folder's own mode shuts out the rest, but files get copied."""
    if home.path.stat().st_uid != os.geteuid():
        return Diagnosis("permissions", WARNING, "the home belongs to somebody else", "Run hamreg as its owner.")
    if open_to_others(home.path):
        return Diagnosis("permissions", BAD, "others can look into the home", f"chmod 700 {home.path}")
    files = [path for path in home.path.rglob("*") if not path.is_symlink() and path.is_file() and open_to_others(path)]
    if files:
        remedy = f"find {home.path} -type f -exec chmod go= {{}} +"
        return Diagnosis("permissions", WARNING, f"{len(files):,} files would be open, were the home not shut", remedy)
    return Diagnosis("permissions", OK, "only you can read the home")


def open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may do anything with the file."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def _log(home: Home) -> Diagnosis:
    found = verify(home)
    if found.fault:
        remedy = "Compare log/ with a backup's, and tell who answers for the registry: docs/runbooks/key-and-log.md"
        return Diagnosis("log", BAD, f"it was rewritten or is damaged: {found.fault}", remedy)
    return Diagnosis("log", OK, f"{found.n_entries:,} lines hold together")


def _lock(home: Home) -> Diagnosis:
    holder = read_holder(home)
    return Diagnosis("lock", OK, f"held by {holder}" if holder else "free")


def _facts(home: Home) -> Diagnosis:
    if read_holder(home):
        return Diagnosis("facts", OK, "in use, not looked at")
    newest = len(read_migrations())
    try:
        with lock(home, "hamreg doctor"), open_memory() as connection:
            attach(connection, home.facts_path, "facts", is_read_only=True)
            version = read_version(connection)
            row = connection.execute("select count(*) from facts.submission").fetchone() if version else None
    except RegistryError as error:
        return Diagnosis("facts", BAD, error.message, _remedy(error, "hamreg restore brings a backup back"))
    if version > newest:
        return Diagnosis("facts", BAD, f"schema {version}, this version knows {newest}", "Install the newer hamreg.")
    return Diagnosis("facts", OK, f"schema {version} of {newest}, {row[0] if row else 0:,} submissions")


def _snapshot(home: Home) -> Diagnosis:
    if not home.registry_path.exists():
        return Diagnosis("snapshot", WARNING, "there is none yet", "hamreg run")
    try:
        with reader(home.registry_path) as connection:
            row = connection.execute("select count(*) from registry.episode").fetchone()
    except RegistryError as error:
        return Diagnosis("snapshot", BAD, error.message, _remedy(error, "hamreg run makes a new one"))
    if is_behind(home):
        return Diagnosis("snapshot", WARNING, "it lacks the newest facts", "hamreg run; if it fails: hamreg audit show")
    return Diagnosis("snapshot", OK, f"{home.current.resolve().name}, {row[0] if row else 0:,} episodes")


def _remedy(error: RegistryError, otherwise: str) -> str:
    """What the error itself says to do, unless that is to come here."""
    return otherwise if "hamreg doctor" in error.remedy else error.remedy


def _clock(home: Home, now: datetime) -> Diagnosis:
    """Ids hold the time: a clock that went back would give an older id to what is newer."""
    names = [path.name for path in home.snapshots.glob("*Z")]
    names += [path.name.partition("~")[0] for path in home.outbox_folder.glob("*/*Z~*")]
    if names and (newest := read_instant_id(max(names)).replace(tzinfo=UTC)) > now:
        return Diagnosis("clock", BAD, f"the registry holds something of {newest:%Y-%m-%d %H:%M} UTC", "Set the clock.")
    return Diagnosis("clock", OK, f"{now:%Y-%m-%d %H:%M} UTC")


def _disk(home: Home) -> Diagnosis:
    free = shutil.disk_usage(home.path).free
    text = f"{free / 1e9:,.1f} GB free"
    if free < FREE_BYTES:
        return Diagnosis("disk", WARNING, text, "Make room: releases/ and backups/ are the largest.")
    return Diagnosis("disk", OK, text)


def _leftovers(home: Home, now: datetime) -> Diagnosis:
    """What a crash leaves behind goes with the next run; what is still there after one is strange."""
    old = (now - LEFT_BEHIND).timestamp()
    parts = [path for folder in _folders(home) for path in folder.rglob("*.part") if path.stat().st_mtime < old]
    if parts:
        names = ", ".join(str(path.relative_to(home.path)) for path in parts[:3])
        return Diagnosis("leftovers", WARNING, f"{len(parts):,} half files: {names}", "hamreg run clears them")
    return Diagnosis("leftovers", OK, "none")


def _folders(home: Home) -> tuple[Path, ...]:
    return (home.inbox_folder, home.outbox_folder, home.archive_folder, home.snapshots, home.releases)


def _runs(home: Home) -> Diagnosis:
    """Runs that Dagster holds for alive, and whose process is gone."""
    database = home.dagster / "history" / "runs.db"
    if not database.exists():
        return Diagnosis("runs", OK, "Dagster was not used yet")
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    try:
        found = [str(row[0]) for row in connection.execute(UNFINISHED_SQL)]
    finally:
        connection.close()
    dead = [run_id for run_id in found if not is_alive(home, run_id)]
    if dead:
        return Diagnosis("runs", WARNING, f"{len(dead)} died and show as in progress", "hamreg run fails them")
    return Diagnosis("runs", OK, f"{len(found)} in progress")
