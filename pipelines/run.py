"""The core run, with or without Dagster: adopt and load what waits, then derive and publish a snapshot.

Everything here holds the writer's lock; what a file, a model or a benchmark means stands elsewhere.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from pipelines.accountability.log import Actor, record, record_decision, this_account
from pipelines.answers import take_answers
from pipelines.intake.outbox import read_receipts
from pipelines.intake.receipt import Receipt
from pipelines.intake.submission import Failure, Intake, Loaded, Progress, adopt, load, sweep, waiting
from pipelines.journal import note, timed
from pipelines.plan import build_plan, version_models
from pipelines.release.publication import remove_unfinished
from pipelines.release.requests import cut_requested
from pipelines.settings import Settings
from pipelines.withdrawal.execution import finish_erasures, read_erased
from schemas.dictionary import read_dictionary
from warehouse import ledger
from warehouse.connection import open_facts
from warehouse.derive import Derivation
from warehouse.layout import Home
from warehouse.lock import PATIENCE_SECONDS, lock
from warehouse.records import Decision
from warehouse.snapshots import publish
from warehouse.states import read_states

_COUNTS = ("accepted", "rejected", "held", "already_known", "corrected")


@dataclass(frozen=True)
class RunSummary:
    """What a run did, in counts: never a patient's value."""

    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    derivation: Derivation | None = None

    @property
    def n_refused(self) -> int:
        """Files that were refused whole."""
        return sum(receipt["refused"] is not None for receipt in self.receipts.values())

    @property
    def n_resent(self) -> int:
        """Files that had been sent before."""
        return sum(receipt["resend_of"] is not None for receipt in self.receipts.values())

    @property
    def rows(self) -> Mapping[str, int]:
        """Rows by what became of them, `cells_set_aside` beside them."""
        sections = [section for receipt in self.receipts.values() for section in receipt["sections"]]
        counts = {name: sum(section["records"][name] for section in sections) for name in _COUNTS}
        return {**counts, "cells_set_aside": sum(section["cells_set_aside"] for section in sections)}


def run(
    home: Home,
    settings: Settings,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
    *,
    command: str = "run",
    patience_seconds: float = PATIENCE_SECONDS,
    actor: Actor | None = None,
) -> RunSummary:
    """Load all that waits and publish a snapshot. `LockedError` where another run is under way."""
    with lock(home, command, patience_seconds):
        cut_requested(home, clock())
        loaded = load_waiting(home, settings, clock(), progress, actor=actor)
        derivation = publish_snapshot(home, settings, clock(), progress)
    return RunSummary(loaded.receipts, loaded.failures, derivation)


def load_waiting(
    home: Home,
    settings: Settings,
    now: datetime,
    progress: Progress | None = None,
    only: Collection[str] | None = None,
    actor: Actor | None = None,
) -> Loaded:
    """Load what waits, or of it the submissions named in `only`. The caller holds the lock.

    One of `only` that waits no longer was answered before: its receipt is read from the outbox.
    """
    finish_erasures(home, settings, now)
    actor = actor or this_account()
    take_in(home, actor, now)
    items = [item for item in waiting(home) if only is None or item.submission in only]
    answered = read_receipts(home.outbox_folder, set(only or ()) - {item.submission for item in items})
    with open_facts(home) as connection:
        states = partial(read_states, connection, version_models())
        is_erased = read_erased(home, connection)
        note("run.begins", n_files=len(items))
        loaded = load(Intake(home, settings, read_dictionary(), connection, now, states, is_erased), items, progress)
    _record_run(home, actor, now, loaded)
    return Loaded({**answered, **loaded.receipts}, loaded.failures)


def take_in(home: Home, actor: Actor, now: datetime) -> None:
    """Clear up after hand-ins that died, and adopt what was dropped by hand, each with its line in the log."""
    sweep(home)
    adopt(home, now, lambda name: record(home, actor, "submit", now, submission=name, how="found in the inbox"))


def _record_run(home: Home, actor: Actor, now: datetime, loaded: Loaded) -> None:
    if loaded.receipts or loaded.failures:
        n_refused = sum(receipt["refused"] is not None for receipt in loaded.receipts.values())
        n_answered, n_failed = len(loaded.receipts), len(loaded.failures)
        record(home, actor, "run", now, n_answered=n_answered, n_refused=n_refused, n_failed=n_failed)


def decide_and_derive(
    home: Home,
    settings: Settings,
    decision: Decision,
    clock: Callable[[], datetime],
    progress: Progress | None = None,
) -> int:
    """Record a person's decision and publish the snapshot that follows from it; the decision's number."""
    with lock(home, decision.kind):
        finish_erasures(home, settings, clock())
        record_decision(home, decision)
        with open_facts(home) as connection:
            number = ledger.decide(connection, decision)
        publish_snapshot(home, settings, clock(), progress)
    return number


def publish_snapshot(home: Home, settings: Settings, now: datetime, progress: Progress | None = None) -> Derivation:
    """Derive everything anew from all facts and put the snapshot in place. The caller holds the lock."""
    finish_erasures(home, settings, now)
    remove_unfinished(home)
    if home.answers.is_dir() and any(home.answers.iterdir()):
        with open_facts(home) as connection:
            take_answers(home, connection)
    if progress is not None:
        progress("derive", 0, 1)
    today = now.astimezone(settings.zone).date()
    keep = settings.retention.snapshots
    with timed("run.derived") as told:
        derivation = publish(home, build_plan(), known_at=now, today=today, zone=settings.timezone, keep=keep)
        told |= {"snapshot": derivation.path.parent.name, "n_tables": len(derivation.tables)}
        told |= {"n_rows": sum(derivation.tables.values()), "n_checks": len(derivation.audits)}
    if progress is not None:
        progress("derive", 1, 1)
    return derivation
