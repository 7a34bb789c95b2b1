"""Backups as a coordinator means them: made and read to the end, brought back; who was erased since stays erased.

What a backup file holds is `warehouse.backup`'s to say.
"""

import shutil
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from pipelines.accountability.log import Actor, record
from pipelines.errors import HomeError
from pipelines.run import publish_snapshot
from pipelines.settings import read_settings
from warehouse.backup import Manifest, back_up, check_backup, measure, restore
from warehouse.durability import sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FOLDER, Home, instant_id
from warehouse.lock import lock
from warehouse.tombstones import carry_log, read_log

Progress = Callable[[str, int, int], None]  # what is done, how much of how much
ASIDE = ".before-"  # stands between a home's name and the instant at which another took its place


@dataclass(frozen=True)
class Restored:
    """What came back: the backup's manifest, how many erasures it was brought up to, the home that made room."""

    manifest: Manifest
    n_erased: int
    aside: Path | None


def make_backup(home: Home, folder: Path, actor: Actor, now: datetime, progress: Progress) -> tuple[Path, Manifest]:
    """Write the home to a new file in `folder`, then read that file to its end."""
    target = folder / f"hamreg-{instant_id(now)}.tar"
    with lock(home, "backup"):
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
        for half in folder.glob("hamreg-*.tar.part"):
            half.unlink()
        _refuse_full(measure(home), folder)
        record(home, actor, "backup", now, file=target.name)
        back_up(home, target, now, partial(progress, "backup"))
    return target, check_backup(target, partial(progress, "backup_check"))


def restore_home(
    path: Path, home: Home, actor: Actor, clock: Callable[[], datetime], is_replacing: bool, progress: Progress
) -> Restored:
    """Make the home of a backup, then a snapshot. A home that is there is moved aside, if it may be, never removed.

    It is brought up to the erasures of every home that was moved aside, so that nobody erased since comes back.
    Killed at any point, doing it again goes on.
    """
    if not is_replacing and _is_taken(home):
        restored = f"hamreg restore {path} --replace"
        raise HomeError(f"There is a registry home at {home.path}.", f"{restored} moves it aside and keeps it.")
    staged = Home(home.path.with_name(f"{home.path.name}.restored"))
    shutil.rmtree(staged.path, ignore_errors=True)
    manifest = restore(path, staged, partial(progress, "restore"))
    with lock(home, "restore") if _is_taken(home) else nullcontext():
        n_erased = _carry([home.path, *_homes_aside(home)], staged)
        record(staged, actor, "restore", clock(), file=path.name, n_submissions=manifest.n_submissions)
        reached("restore.carried")
        aside = _put_in_place(staged, home, clock())
    with lock(home, "restore"):
        publish_snapshot(home, read_settings(home.settings_path), clock(), progress)
    return Restored(manifest, n_erased, aside)


def _is_taken(home: Home) -> bool:
    return home.path.exists() and any(home.path.iterdir())


def _homes_aside(home: Home) -> list[Path]:
    return sorted(home.path.parent.glob(f"{home.path.name}{ASIDE}*"))


def _carry(sources: Iterable[Path], target: Home) -> int:
    """Bring a home up to what others erased; the number of erasures it knows now."""
    for source in sources:
        carry_log(Home(source), target)
    return len(read_log(target))


def _put_in_place(staged: Home, home: Home, now: datetime) -> Path | None:
    """Give the restored home its name; the one that had it gets another, which is told."""
    aside = None
    if _is_taken(home):
        aside = home.path.with_name(f"{home.path.name}{ASIDE}{instant_id(now)}")
        home.path.rename(aside)
        reached("restore.aside")
    elif home.path.exists():
        home.path.rmdir()
    staged.path.rename(home.path)
    sync_folder(home.path.parent)
    reached("restore.placed")
    return aside


def _refuse_full(n_bytes: int, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise HomeError(
            f"The backup needs {n_bytes / 1e6:,.0f} MB and {folder} has {free / 1e6:,.0f} MB left.",
            "Name a folder on another disk: hamreg backup DIR",
        )
