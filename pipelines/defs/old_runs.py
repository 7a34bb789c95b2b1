"""Dagster's history of runs, kept for as long as `registry.toml` says. What the runs did stands in the facts."""

from datetime import datetime, timedelta

import dagster as dg

from pipelines.journal import note
from pipelines.settings import Settings

MOST_AT_ONCE = 200  # the rest goes with the next run


def forget_runs(instance: dg.DagsterInstance, settings: Settings, now: datetime) -> int:
    """Remove runs that ended before the days that are kept, with their events; how many."""
    days = settings.retention.dagster_days
    if not days:
        return 0
    ended = dg.RunsFilter(
        statuses=[dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED],
        created_before=now - timedelta(days=days),
    )
    old = instance.get_run_records(ended, limit=MOST_AT_ONCE, ascending=True)
    for record in old:
        instance.delete_run(record.dagster_run.run_id)
    if old:
        note("retention.removed", folder="dagster", n_files=len(old))
    return len(old)
