"""Runs whose process is gone are failed; runs that live are left alone."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.test_utils import create_run_for_test

from pipelines.defs.life import is_alive, sign_of_life
from pipelines.defs.orphans import fail_orphans
from warehouse.layout import Home

LIVE = """
import sys, time
from pathlib import Path
from pipelines.defs.life import sign_of_life
from warehouse.layout import Home
with sign_of_life(Home(Path(sys.argv[1])), sys.argv[2]):
    print("alive", flush=True)
    time.sleep(60)
"""


def no_pause(_seconds: float) -> None: ...


def status_of(instance: dg.DagsterInstance, run_id: str) -> Status:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status


@pytest.mark.parametrize(
    ("left_as", "becomes"),
    [(Status.STARTED, Status.FAILURE), (Status.CANCELING, Status.CANCELED), (Status.STARTING, Status.STARTING)],
)
def test_a_run_without_a_sign_of_life_ends_unless_dagster_still_starts_it(
    home: Home, instance: dg.DagsterInstance, left_as: Status, becomes: Status
) -> None:
    run = create_run_for_test(instance, status=left_as)
    fail_orphans(instance, home, no_pause)
    assert status_of(instance, run.run_id) == becomes


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.FAILURE])
def test_a_run_that_is_done_stays_as_it_is(home: Home, instance: dg.DagsterInstance, status: Status) -> None:
    run = create_run_for_test(instance, status=status)
    assert fail_orphans(instance, home, no_pause) == ()
    assert status_of(instance, run.run_id) == status


def test_a_run_that_shows_life_is_left_alone(home: Home, instance: dg.DagsterInstance) -> None:
    run = create_run_for_test(instance, status=Status.STARTED)
    with sign_of_life(home, run.run_id):
        assert fail_orphans(instance, home, no_pause) == ()
    assert status_of(instance, run.run_id) == Status.STARTED


def test_a_run_that_shows_life_at_the_second_look_is_left_alone(home: Home, instance: dg.DagsterInstance) -> None:
    path = home.dagster / "running"
    path.mkdir()
    run = create_run_for_test(instance, status=Status.STARTED)
    descriptor = os.open(path / run.run_id, os.O_RDWR | os.O_CREAT)
    assert fail_orphans(instance, home, lambda _: fcntl.flock(descriptor, fcntl.LOCK_EX)) == ()
    os.close(descriptor)


def test_a_killed_process_gives_no_sign_of_life(home: Home) -> None:
    command = [sys.executable, "-c", LIVE, str(home.path), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"alive\n"
        assert is_alive(home, "run")
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert not is_alive(home, "run")


def test_a_sign_of_life_leaves_nothing_behind(home: Home) -> None:
    with sign_of_life(home, "run"):
        assert is_alive(home, "run")
    assert not is_alive(home, "run")
    assert list((home.dagster / "running").iterdir()) == []
