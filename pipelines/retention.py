"""How long each folder of the home keeps what lies in it. Facts, releases and what waits are never among them."""

import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.accountability.chain import CUT, read_last, read_segments
from pipelines.accountability.log import Actor, record
from pipelines.journal import note
from pipelines.settings import Retention
from warehouse.durability import sync_folder
from warehouse.faults import reached
from warehouse.layout import Home, read_instant_id


def apply_retention(home: Home, retention: Retention, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Remove what is older than its folder keeps; how many of each, which the log tells as well. 0 days keep all.

    The log tells first: cut off between the two, nothing is gone that it does not name.
    """
    old = {
        folder: found
        for folder, days in folders(home, retention).items()
        if days and (found := list(_older(folder, now - timedelta(days=days))))
    }
    removed: Counter[str] = Counter()
    for folder, paths in old.items():
        removed[f"n_{folder.relative_to(home.path).parts[0]}"] += len(paths)
    if removed:
        record(home, actor, "retention", now, **removed)  # type: ignore[arg-type]  # names of folders and counts
    for folder, paths in old.items():
        for path in paths:
            _remove(path)
        sync_folder(folder)
    n_cut = _cut_log(home, retention.log_days, actor, now)
    for name, count in removed.items():
        note("retention.removed", folder=name.removeprefix("n_"), n_files=count)
    return {**removed, **({"n_log": n_cut} if n_cut else {})}


def folders(home: Home, retention: Retention) -> Mapping[Path, int]:
    """Each folder and how many days it keeps. Snapshots are counted, not dated, and go when a new one stands."""
    outboxes = [path for path in sorted(home.outbox_folder.glob("*")) if path.is_dir()]
    archives = [path for path in sorted(home.archive_folder.glob("*")) if path.is_dir()]
    return {
        **dict.fromkeys(outboxes, retention.outbox_days),
        **dict.fromkeys(archives, retention.archive_days),
        home.audits: retention.audits_days,
        home.backups: retention.backups_days,
        home.digests: retention.digests_days,
    }


def _older(folder: Path, limit: datetime) -> Iterator[Path]:
    for path in sorted(folder.glob("*")):
        if not path.name.startswith(".") and _dated(path) < limit:
            yield path


def _dated(path: Path) -> datetime:
    """When something came about: by its name where that is an instant, else by the file."""
    try:
        return read_instant_id(path.name.partition("~")[0]).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    reached("retention.removed")


def _cut_log(home: Home, days: int, actor: Actor, now: datetime) -> int:
    """Remove whole months of the log, all of them over; the chain names the digest of the last line that goes."""
    limit = f"acts-{now - timedelta(days=days):%Y-%m}.jsonl"
    old = [path for path in read_segments(home)[:-1] if path.name < limit] if days else []
    if old:
        record(home, actor, CUT, now, n_files=len(old), last_digest=read_last(old[-1]))
        for path in old:
            _remove(path)
        sync_folder(home.log)
    return len(old)
