"""When things run: the sensor on the inbox and the schedules of registry.toml. What a run does lies elsewhere."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import dagster as dg
from dagster import DagsterRunStatus as Status
from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition
from dagster._utils.schedules import is_valid_cron_schedule

from pipelines.answers import read_answers
from pipelines.defs.alerts import DIGEST_KEY
from pipelines.defs.old_runs import forget_runs
from pipelines.defs.orphans import fail_orphans
from pipelines.defs.readings import READING_KEY
from pipelines.defs.releases import RELEASE_KEY
from pipelines.defs.resources import now
from pipelines.defs.submissions import SUBMISSION_KEY, SUBMISSIONS
from pipelines.defs.waiting import find_range
from pipelines.errors import SettingsError
from pipelines.settings import SETTINGS_REMEDY, Settings, read_settings
from warehouse.freshness import is_behind, newest_fact
from warehouse.layout import Home
from warehouse.lock import read_holder

LOAD, REREAD, DERIVE, RELEASE, DIGEST = "load", "reread", "derive", "release", "digest"
TICK_SECONDS = 30
LONGEST_WAIT_SECONDS = 3600.0
IN_PROGRESS = [Status.QUEUED, Status.STARTING, Status.STARTED, Status.CANCELING]

UnresolvedJob = UnresolvedAssetJobDefinition
SensorOutcome = dg.SensorResult | dg.SkipReason


@dataclass(frozen=True)
class Attempt:
    """What the sensor asked for last, how often, and when (seconds since 1970)."""

    what: str
    n_tries: int
    at: float

    @property
    def cursor(self) -> str:
        """The attempt as the sensor keeps it."""
        return json.dumps(asdict(self))


def next_attempt(cursor: str | None, what: str, now: float) -> Attempt | None:
    """Ask anew at once, and ever more seldom for what is still there after it was asked for; None is not yet."""
    before = Attempt(**json.loads(cursor)) if cursor else None
    if before is None or before.what != what:
        return Attempt(what, 1, now)
    wait = min(TICK_SECONDS * 2.0 ** (before.n_tries - 1), LONGEST_WAIT_SECONDS)
    return Attempt(what, before.n_tries + 1, now) if now - before.at >= wait else None


def build_inbox_sensor(home: Home, jobs: Sequence[UnresolvedJob]) -> dg.SensorDefinition:
    """One run for all that waits, no matter how many files; a run that died is failed and what it left is taken up."""

    @dg.sensor(
        name="inbox",
        jobs=jobs,
        minimum_interval_seconds=TICK_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Loads what lies in the inboxes, one run for all of it, and derives anew what a run left undone.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> SensorOutcome:
        return look(context.instance, home, context.cursor, now())

    return inbox


def look(instance: dg.DagsterInstance, home: Home, cursor: str | None, instant: datetime) -> SensorOutcome:
    """What a tick does: heal, then ask for a run, or say why not."""
    if not home.settings_path.is_file():
        return dg.SkipReason("There is no registry home yet: make one with `hamreg init`, or set HAMREG_HOME.")
    fail_orphans(instance, home)
    if instance.get_runs_count(dg.RunsFilter(statuses=IN_PROGRESS)):
        return dg.SkipReason("A run is in progress.")
    forget_runs(instance, read_settings(home.settings_path), instant)
    if holder := read_holder(home):
        return dg.SkipReason(f"The registry is being written by {holder}.")
    if found := find_range(instance, home, instant):
        request = dg.RunRequest(job_name=LOAD, tags=dict(found.tags))
        return _ask(cursor, f"{found.last} and {found.n_waiting} files", instant, request, found.new)
    if answers := read_answers(home):
        return _ask(cursor, f"{len(answers)} answers until {max(answers)}", instant, dg.RunRequest(job_name=DERIVE))
    if is_behind(home):
        return _ask(cursor, f"facts of {newest_fact(home)}", instant, dg.RunRequest(job_name=DERIVE))
    return dg.SkipReason("Nothing waits.")


def _ask(
    cursor: str | None, what: str, instant: datetime, request: dg.RunRequest, new: Sequence[str] = ()
) -> SensorOutcome:
    attempt = next_attempt(cursor, what, instant.timestamp())
    if attempt is None:
        return dg.SkipReason("The last run over the same did not end well; it is tried again later.")
    add = [SUBMISSIONS.build_add_request(list(new))] if new else []
    return dg.SensorResult(run_requests=[request], dynamic_partitions_requests=add, cursor=attempt.cursor)


def build_jobs(derived: Sequence[dg.AssetKey]) -> dict[str, UnresolvedJob]:
    """The jobs by name. The nightly one leaves the submissions out: with them it could not run without a range."""
    return {
        LOAD: _job(LOAD, [SUBMISSION_KEY, *derived], "Load what waits, derive a new snapshot, publish it."),
        REREAD: _job(REREAD, [READING_KEY], "Read submissions again under this version's dictionary: pick the range."),
        DERIVE: _job(DERIVE, derived, "Derive a new snapshot from the facts there are, and publish it."),
        RELEASE: _job(RELEASE, [RELEASE_KEY], "Cut a release from the current snapshot."),
        DIGEST: _job(DIGEST, [DIGEST_KEY], "Tell the coordinator and the clinics what needs whom."),
    }


def build_schedules(settings: Settings) -> list[dg.ScheduleDefinition]:
    """Nightly derive, weekly digest, monthly release: at the times of registry.toml, in the registry's time zone."""
    times = settings.schedules
    return [
        _schedule(DERIVE, "derive", times.derive, settings.timezone),
        _schedule(DIGEST, "overdue", times.overdue, settings.timezone),
        _schedule(RELEASE, "release", times.release, settings.timezone),
    ]


def _job(name: str, keys: Sequence[dg.AssetKey], description: str) -> UnresolvedJob:
    return dg.define_asset_job(name, dg.AssetSelection.assets(*keys), description=description)


def _schedule(job: str, key: str, cron: str, timezone: str) -> dg.ScheduleDefinition:
    if not is_valid_cron_schedule(cron):
        raise SettingsError(f"registry.toml, schedules.{key}: {cron!r} is not a cron line.", SETTINGS_REMEDY)
    return dg.ScheduleDefinition(
        name=f"{job}_on_time",
        job_name=job,
        cron_schedule=cron,
        execution_timezone=timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
    )
