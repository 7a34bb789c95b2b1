"""Snapshots in the home: derived beside the others, put in place in one step, old ones removed. Derives nothing."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

from warehouse.compaction import part_of
from warehouse.connection import reader
from warehouse.derive import Derivation, Plan, derive
from warehouse.durability import replace_link, sync_folder, sync_tree
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FOLDER, REGISTRY_FILE, Home, instant_id, read_instant_id
from warehouse.lock import lock
from warehouse.model import closure, order_models

PART = ".part"
DRAFT_PREFIX = "draft-"  # of a folder that is derived into, read and thrown away


def publish(home: Home, plan: Plan, *, known_at: datetime, today: date, zone: str = "UTC", keep: int = 5) -> Derivation:
    """Derive a snapshot and point `current` to it, or leave everything as it was.

    The caller holds the writer's lock, with no connection to the facts open. Readers see the old snapshot or the new
    one; a crash leaves at most a folder `.part`, which the next call removes.
    """
    heal(home)
    name = _free_name(home, known_at)
    part = home.snapshots / f"{name}{PART}"
    part.mkdir(mode=PRIVATE_FOLDER)
    reached("publish.folder")
    try:
        offending = home.audits / f"{name}.duckdb"
        derivation = derive(
            home.facts_path, part, plan, known_at=known_at, today=today, zone=zone, keep_offending_in=offending
        )
    except BaseException:
        shutil.rmtree(part)
        raise
    sync_tree(part)
    reached("publish.sync")
    part.rename(home.snapshots / name)
    sync_folder(home.snapshots)
    reached("publish.rename")
    replace_link(home.current, name)
    reached("publish.link")
    prune(home, keep)
    return Derivation(home.snapshots / name / REGISTRY_FILE, derivation.tables, derivation.audits)


@contextmanager
def open_as_of(
    home: Home,
    plan: Plan,
    *,
    known_at: datetime,
    today: date,
    wanted: Collection[str] | None = None,
    command: str = "as-of",
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A reader of the registry as known at an instant, derived for the occasion and thrown away.

    With `wanted`, tables by name, only those and what they rest on. The writer's lock is held while it is derived.
    """
    models = order_models(plan.models, plan.records)
    plan = plan if wanted is None else replace(plan, models=closure(models, wanted))
    home.scratch.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=DRAFT_PREFIX, dir=home.scratch))
    try:
        with ExitStack() as stack:
            with lock(home, command):
                path = derive(home.facts_path, folder, plan, known_at=known_at, today=today, is_draft=True).path
                # Opened under the lock: whoever heals the home next may remove the file, and the reader keeps it.
                connection = stack.enter_context(reader(path))
            yield connection
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def heal(home: Home) -> None:
    """Finish what a crash cut off: remove half files and drafts, point `current` to the newest whole snapshot."""
    part_of(home).unlink(missing_ok=True)
    for draft in home.scratch.glob(f"{DRAFT_PREFIX}*"):
        shutil.rmtree(draft, ignore_errors=True)
    for leftover in home.snapshots.glob(f"*{PART}"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover)
        else:
            leftover.unlink()
    names = read_names(home)
    if names and (not home.current.exists() or home.current.resolve().name != names[-1]):
        replace_link(home.current, names[-1])


def prune(home: Home, keep: int) -> None:
    """Remove all but the newest snapshots, and the offending rows kept of audits older than those.

    A reader that has one open keeps it until it closes.
    """
    names = read_names(home)
    for name in names[: -max(keep, 1)]:
        shutil.rmtree(home.snapshots / name)
        reached("publish.prune")
    for path in sorted(home.audits.glob("*.duckdb"))[: -max(keep, 1)]:
        path.unlink()


def read_names(home: Home) -> list[str]:
    """The ids of the whole snapshots, oldest first."""
    return sorted(path.parent.name for path in home.snapshots.glob(f"*/{REGISTRY_FILE}") if _is_id(path.parent))


def _is_id(folder: Path) -> bool:
    try:
        read_instant_id(folder.name)
    except ValueError:
        return False
    return not folder.is_symlink()


def _free_name(home: Home, known_at: datetime) -> str:
    """An id of the instant, later than every snapshot's: a clock that went back must not make an older `newest`."""
    instant, names = known_at, read_names(home)
    if names:
        instant = max(instant, read_instant_id(names[-1]).replace(tzinfo=UTC) + timedelta(microseconds=1))
    return instant_id(instant)
