"""Runs that look alive and are not: a sign of life for each run, and failing those whose process is gone.

After a kill or a power cut Dagster leaves a run "in progress", and the queue waits for it for ever. The sign of life is
a lock on a file, which the kernel drops with the process, whatever ended it.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
from dagster import DagsterRunStatus as Status

from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home

# A run is STARTED a moment before its process gives the sign of life: one that seems dead is looked at again.
SECOND_LOOK_SECONDS = 1.0
START_TIMEOUT_SECONDS = 180.0
DEAD = "The process of this run is gone. What it had loaded is kept, and the next run goes on from there."


@contextmanager
def sign_of_life(home: Home, run_id: str) -> Iterator[None]:
    """Show that this run's process lives, until the block ends or the process dies."""
    path = _path(home, run_id)
    path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def is_alive(home: Home, run_id: str) -> bool:
    """Whether a process shows the run's sign of life."""
    try:
        descriptor = os.open(_path(home, run_id), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


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
        _path(home, run.run_id).unlink(missing_ok=True)
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


def _path(home: Home, run_id: str) -> Path:
    return home.dagster / "running" / run_id
