"""What was, and what would be: the same derivation into a scratch file, which is read and thrown away.

As known on an earlier day, or with one decision more. Nothing here changes the facts or a snapshot.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pipelines.plan import build_plan
from pipelines.settings import Settings
from warehouse import ledger
from warehouse.comparison import Difference, compare
from warehouse.connection import attach, open_memory
from warehouse.derive import derive
from warehouse.layout import FACTS_FILE, Home
from warehouse.lock import lock
from warehouse.records import Decision

EPISODE = ("patient_id", "side", "injury_no")

# The registry's tables, each with its key.
GRAINS = {
    "episode": EPISODE,
    "treatment": (*EPISODE, "treatment_no"),
    "follow_up": (*EPISODE, "assessed_on"),
    "imaging": (*EPISODE, "mri_on"),
    "rehabilitation": (*EPISODE, "phase"),
    "event": (*EPISODE, "event_no"),
    "schedule": (*EPISODE, "visit"),
    "screening": ("clinic", "month_on"),
}


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
    today = now.astimezone(settings.zone).date()
    with lock(home, "preview"), _scratch(home) as folder:
        before, after = folder / "before", folder / "after"
        before.mkdir()
        after.mkdir()
        derive(home.facts_path, before, build_plan(), known_at=now, today=today)
        rehearsed = folder / FACTS_FILE
        shutil.copyfile(home.facts_path, rehearsed)
        with open_memory() as connection:
            attach(connection, rehearsed, "facts")
            ledger.decide(connection, decision)
        derive(rehearsed, after, build_plan(), known_at=now, today=today)
        return compare(before / "registry.duckdb", after / "registry.duckdb", GRAINS)


@contextmanager
def _scratch(home: Home) -> Iterator[Path]:
    home.scratch.mkdir(mode=0o700, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.scratch) as folder:
        yield Path(folder)
