"""A run started by hand, in this process, on the Dagster instance of the home. The same job as the sensor's."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pipelines.accountability.log import Actor
from pipelines.defs.automation import DERIVE, LOAD
from pipelines.defs.instance import open_instance
from pipelines.defs.old_runs import forget_runs
from pipelines.defs.orphans import fail_orphans
from pipelines.defs.resources import Progress, Registry, now
from pipelines.defs.submissions import SUBMISSIONS
from pipelines.defs.waiting import find_range
from pipelines.defs.wiring import build_definitions
from pipelines.plan import build_plan
from pipelines.run import RunSummary
from pipelines.settings import Settings
from warehouse.derive import Derivation
from warehouse.layout import Home
from warehouse.lock import PATIENCE_SECONDS, lock

if TYPE_CHECKING:
    from pipelines.intake.submission import Loaded

COMMAND = "hamreg run"
# The command prints its own summary; Dagster's log stays in its storage.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
# Where Dagster's page looks for a job's runs.
TAGS = {".dagster/repository": "__repository__@hamreg", "hamreg/started_by": COMMAND}


@dataclass(frozen=True)
class RecordingRegistry(Registry):
    """A registry that remembers what its acts gave, for the command's summary."""

    summaries: list[RunSummary] = field(default_factory=lambda: [RunSummary()])

    def load(self, submissions: Sequence[str]) -> "Loaded":
        """Load, and remember the receipts."""
        loaded = super().load(submissions)
        self.summaries.append(RunSummary(loaded.receipts, loaded.failures))
        return loaded

    def derive(self) -> Derivation:
        """Derive, and remember the snapshot."""
        derivation = super().derive()
        self.summaries.append(replace(self.summaries[-1], derivation=derivation))
        return derivation


def run_in_process(
    home: Home, settings: Settings, actor: Actor, progress: Progress | None = None, mail_password: str = ""
) -> RunSummary:
    """Heal, then run the job over all that waits, or the models alone where nothing does."""
    with lock(home, COMMAND):
        pass  # another writer is named before a run begins, which would fail for it
    registry = RecordingRegistry(home, COMMAND, progress, PATIENCE_SECONDS, actor, mail_password)
    with open_instance(home) as instance:
        fail_orphans(instance, home)
        forget_runs(instance, settings, now())
        found = find_range(instance, home, now())
        if found and found.new:
            instance.add_dynamic_partitions(SUBMISSIONS.name or "", list(found.new))
        job = build_definitions(registry, settings, build_plan()).resolve_job_def(LOAD if found else DERIVE)
        tags = {**TAGS, **(found.tags if found else {})}
        job.execute_in_process(instance=instance, tags=tags, run_config=QUIET)
    return registry.summaries[-1]
