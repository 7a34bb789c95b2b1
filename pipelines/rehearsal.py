"""What was, and what would be: the same derivation into a scratch file, which is read and thrown away.

As known on an earlier day, with one decision more, or with files that are not handed in yet. Nothing here changes the
facts or a snapshot.
"""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pipelines.intake.receipt import Receipt
from pipelines.intake.submission import Failure, hand_in, waiting
from pipelines.plan import build_plan
from pipelines.run import load_waiting
from pipelines.settings import Settings
from warehouse import ledger
from warehouse.comparison import Difference, compare
from warehouse.connection import open_facts
from warehouse.derive import derive
from warehouse.layout import PRIVATE_FOLDER, Home
from warehouse.lock import lock
from warehouse.model import closure, order_models
from warehouse.records import Decision
from warehouse.snapshots import DRAFT_PREFIX

EPISODE = ("patient_id", "side", "injury_no")

REGISTRY_GRAINS = {
    "registry.episode": EPISODE,
    "registry.treatment": (*EPISODE, "treatment_no"),
    "registry.follow_up": (*EPISODE, "assessed_on"),
    "registry.imaging": (*EPISODE, "mri_on"),
    "registry.rehabilitation": (*EPISODE, "phase"),
    "registry.event": (*EPISODE, "event_no"),
    "registry.schedule": (*EPISODE, "visit"),
    "registry.screening": ("clinic", "month_on"),
}
GRAINS = {
    **REGISTRY_GRAINS,
    "ops.query": ("rule", "row_key", "column", "found"),
    "mart.patient_benchmark": (*EPISODE, "study", "reference_arm", "timepoint", "measure", "category"),
}


@dataclass(frozen=True)
class Preview:
    """What files would become: their receipts, those that brought out a fault, and which rows differ then."""

    receipts: tuple[Receipt, ...]
    failures: tuple[Failure, ...]
    n_waiting: int  # files that wait already, and are taken as loaded
    differences: list[Difference]

    @property
    def patients(self) -> frozenset[str]:
        """Whom the differences tell of."""
        rows = [row for each in self.differences for row in (each.before, each.after) if row is not None]
        return frozenset(str(row["patient_id"]) for row in rows if row.get("patient_id"))


def end_of_day(day: date, settings: Settings) -> datetime:
    """The last instant of a day in the registry's time zone (UTC)."""
    midnight = datetime.combine(day + timedelta(days=1), time(), settings.zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)


@contextmanager
def derived_as_of(home: Home, settings: Settings, day: date) -> Iterator[Path]:
    """Everything as the registry knew it at the end of `day`: a file with all tables, gone afterwards."""
    with lock(home, "as-of"), _scratch(home) as folder:
        derive(home.facts_path, folder, build_plan(), known_at=end_of_day(day, settings), today=day)
        yield folder / "registry.duckdb"


def preview_decision(home: Home, settings: Settings, decision: Decision) -> list[Difference]:
    """What a decision would change in the registry's tables, found by deriving with and without it."""
    now = decision.decided_at
    with lock(home, "preview"), _rehearsed(home) as copy:
        before = _draft(copy, settings, now, "before", REGISTRY_GRAINS)
        with open_facts(copy) as connection:
            ledger.decide(connection, decision)
        after = _draft(copy, settings, now, "after", REGISTRY_GRAINS)
        return compare(before, after, REGISTRY_GRAINS)


def preview_files(home: Home, settings: Settings, clinic: str, files: Sequence[Path], now: datetime) -> Preview:
    """What files would change if they were handed in now: read as a run would, after whatever waits already."""
    with lock(home, "preview"), _rehearsed(home) as copy:
        n_waiting = len(load_waiting(copy, settings, now).receipts)
        before = _draft(copy, settings, now, "before", GRAINS)
        submissions = [hand_in(copy, clinic, file.name, file, now) for file in files]
        loaded = load_waiting(copy, settings, now)
        after = _draft(copy, settings, now, "after", GRAINS)
        receipts = tuple(loaded.receipts[each] for each in submissions if each in loaded.receipts)
        failures = tuple(each for each in loaded.failures if each.submission in submissions)
        return Preview(receipts, failures, n_waiting, compare(before, after, GRAINS))


def _draft(home: Home, settings: Settings, now: datetime, name: str, wanted: Collection[str]) -> Path:
    """The wanted tables and what they rest on, derived into a folder of that name."""
    plan = build_plan()
    models = closure(order_models(plan.models, plan.records), wanted)
    folder = home.scratch / name
    folder.mkdir(mode=PRIVATE_FOLDER)
    today = now.astimezone(settings.zone).date()
    drafted = replace(plan, models=models)
    return derive(home.facts_path, folder, drafted, known_at=now, today=today, is_draft=True).path


@contextmanager
def _rehearsed(home: Home) -> Iterator[Home]:
    """A home with the same facts and the same files waiting, to be changed at will. The caller holds the lock."""
    with _scratch(home) as folder:
        copy = Home(folder / "home")
        copy.create()
        for path, other in ((home.facts_path, copy.facts_path), (home.tombstone_key, copy.tombstone_key)):
            if path.exists():
                shutil.copyfile(path, other)
        for item in waiting(home):
            copy.inbox(item.clinic).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            for path in filter(Path.exists, (item.path, item.sidecar)):
                os.link(path, copy.inbox(item.clinic) / path.name)
        yield copy


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    """A folder that is gone afterwards; what a kill leaves of it goes with the next snapshot."""
    home.scratch.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=DRAFT_PREFIX, dir=home.scratch) as folder:
        yield Path(folder)
