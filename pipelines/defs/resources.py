"""The registry as the assets see it: a frozen home, and the core's acts on it. Decides nothing about data."""

import glob
import json
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.accountability.log import Actor, record, this_account
from pipelines.alerts.telling import Told, tell_digest, tell_faults
from pipelines.daily import close_day
from pipelines.defs.life import sign_of_life
from pipelines.errors import RegistryError
from pipelines.release.publication import Release, cut_release, read_release
from pipelines.release.requests import CUT, cut_requested
from pipelines.release.runs import newest_verdict
from pipelines.release.verdict import Verdict
from pipelines.settings import Settings, read_settings
from warehouse.derive import Derivation
from warehouse.disk import find_trouble
from warehouse.layout import Home, instant_id
from warehouse.lock import lock
from warehouse.sealed import read_sealed, replace_sealed

if TYPE_CHECKING:
    from pipelines.intake.submission import Loaded  # brings validation with it, which only a load needs
    from pipelines.reread import Difference

Progress = Callable[[str, int, int], None]  # what is done, how many of how many
PATIENCE_SECONDS = 600.0  # a run waits this long for another writer, then fails and says who it is


def now() -> datetime:
    """The clock of a run (UTC)."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Registry:
    """The home, and what a run does to it."""

    home: Home
    command: str = "dagster"  # what another writer is told of who holds the lock
    progress: Progress | None = None
    patience_seconds: float = PATIENCE_SECONDS
    actor: Actor = field(default_factory=this_account)
    mail_password: str = field(default="", repr=False)

    def load(self, submissions: Sequence[str]) -> "Loaded":
        """Load those that wait; one that was loaded before gives the receipt it got then."""
        from pipelines.run import load_waiting

        with Withheld(self.home), lock(self.home, f"{self.command} (load)", self.patience_seconds):
            loaded = load_waiting(self.home, self._settings(), now(), self.progress, submissions, self.actor)
            tell_faults(self.home, self._settings(), now(), loaded.failures, self.mail_password)
            answered = [name for name in submissions if name not in loaded.receipts]
            return replace(loaded, receipts={**read_receipts(self.home, answered), **loaded.receipts})

    def derive(self) -> Derivation:
        """Derive, audit and publish a new snapshot."""
        from pipelines.run import publish_snapshot

        with Withheld(self.home), lock(self.home, f"{self.command} (derive)", self.patience_seconds):
            cut_requested(self.home, now())
            derivation = publish_snapshot(self.home, self._settings(), now(), self.progress)
            close_day(self.home, self._settings(), self.actor, now(), self.mail_password)
            return derivation

    def release(self) -> Release:
        """Cut a release from the current snapshot, or what a coordinator asked for; `GateError` where it is refused."""
        from pipelines.release.gate import judge

        asked = partial(judge, at=None if self._settings().is_synthetic else now())
        with Withheld(self.home), lock(self.home, f"{self.command} (release)", self.patience_seconds):
            if requested := [request.id for request in cut_requested(self.home, now()) if request.state == CUT]:
                return read_release(self.home, requested[-1])
            release = cut_release(self.home, now, asked)
            record(self.home, self.actor, "release", now(), release=release.id)
            return release

    def newest_verdict(self) -> Verdict | None:
        """What the gate said last, also where it refused; None before the first time."""
        return newest_verdict(self.home)

    def reread(self, submissions: Sequence[str], reason: str) -> "Mapping[str, Difference]":
        """Read again those of the submissions that were read, and adopt what that gives."""
        from pipelines.reread import reread_known

        with Withheld(self.home):
            return reread_known(self.home, self._settings(), now, self.actor, submissions, reason, self.progress)

    def tell_digest(self) -> Told:
        """Write the digest and mail it."""
        with Withheld(self.home):
            return tell_digest(self.home, self._settings(), now(), self.mail_password)

    def _settings(self) -> Settings:
        """As they are now: a clinic that was added while Dagster runs may send at once."""
        return read_settings(self.home.settings_path)


def read_receipts(home: Home, submissions: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The receipts that lie in the outboxes, by submission."""
    found = {name: next(home.outbox_folder.glob(f"*/{glob.escape(name)}/receipt.json"), None) for name in submissions}
    return {name: json.loads(read_sealed(path)) for name, path in found.items() if path}


def registry_resource(registry: Registry) -> dg.ResourceDefinition:
    """The registry with its run's sign of life around it."""

    @dg.resource(description="The registry home of this code location.")
    def alive(context: dg.InitResourceContext) -> Iterator[Registry]:
        if context.run is None:
            yield registry
            return
        with sign_of_life(registry.home, context.run.run_id):
            yield registry

    return alive


class Withheld:
    """Keep the text of an error that nobody foresaw out of Dagster's storage: it may quote a row.

    The traceback goes to a private file under the home; Dagster gets the error's kind and where to look.
    """

    def __init__(self, home: Home) -> None:
        self._home = home

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if kind is None or error is None or not issubclass(kind, Exception) or issubclass(kind, RegistryError):
            return
        if told := find_trouble(error):
            raise told from None
        path = self._home.log / f"error-{instant_id(now())}.txt"
        replace_sealed(path, "".join(traceback.format_exception(error)).encode())
        raise dg.Failure(f"{kind.__name__}: its text is withheld, it may quote a row. See log/{path.name}.") from None
