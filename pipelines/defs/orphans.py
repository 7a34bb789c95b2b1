"""Failing the runs whose process is gone: after a kill or a power cut Dagster leaves them "in progress".

The queue of one would wait for them for ever. What shows that a run lives stands in `life`.
"""

import time
from collections.abc import Callable

import dagster as dg
from dagster import DagsterRunStatus as Status

from pipelines.defs.life import is_alive, life_path
from warehouse.layout import Home

# A run is STARTED a moment before its process gives the sign of life: one that seems dead is looked at again.
SECOND_LOOK_SECONDS = 1.0
START_TIMEOUT_SECONDS = 180.0
DEAD = "The process of this run is gone. What it had loaded is kept, and the next run goes on from there."


def fail_orphans(
    instance: dg.DagsterInstance, home: Home, pause: Callable[[float], None] = time.sleep
) -> tuple[str, ...]:
    """Fail the runs "in progress" whose process is gone; gives their ids."""
    suspects = _orphans(instance, home)
    if suspects:
        pause(SECOND_LOOK_SECONDS)
        suspects = [run for run in _orphans(instance, home) if run.run_id in {suspect.run_id for suspect in suspects}]
    for run in suspects:
        if run.status == Status.CANCELING:
            instance.report_run_canceled(run, DEAD)
        else:
            instance.report_run_failed(run, DEAD)
        life_path(home, run.run_id).unlink(missing_ok=True)
    return tuple(run.run_id for run in suspects)


def _orphans(instance: dg.DagsterInstance, home: Home) -> list[dg.DagsterRun]:
    unfinished = [Status.NOT_STARTED, Status.STARTING, Status.STARTED, Status.CANCELING]
    records = instance.get_run_records(dg.RunsFilter(statuses=unfinished))
    return [
        record.dagster_run
        for record in records
        if _is_overdue(record) and not is_alive(home, record.dagster_run.run_id)
    ]


def _is_overdue(record: dg.RunRecord) -> bool:
    """A run that never reached its process is Dagster's to start, and gets its time for that."""
    if record.dagster_run.status in (Status.STARTED, Status.CANCELING):
        return True
    return time.time() - record.update_timestamp.timestamp() > START_TIMEOUT_SECONDS
