"""`hamreg run` that is killed, or started twice: the next one goes on, and nothing is lost or doubled."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dagster import DagsterRunStatus as Status

from pipelines.defs.instance import open_instance
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.intake.inbox import waiting
from tests.support.filled_home import make_home, send_enrolments
from warehouse.connection import reader
from warehouse.layout import Home
from warehouse.lock import read_holder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
N_FILES = 40


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    send_enrolments(home, N_FILES)
    return home


def start(home: Home) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(home.path), "run"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def episodes(home: Home) -> list[str]:
    with reader(home.registry_path) as connection:
        rows = connection.execute("select patient_id from registry.episode order by patient_id").fetchall()
    return [str(row[0]) for row in rows]


@pytest.mark.parametrize("holder", ["hamreg run (load)", "hamreg run (derive)"])
def test_the_run_after_a_killed_one_goes_on(home: Home, holder: str) -> None:
    process = start(home)
    while (found := read_holder(home)) is None or found.command != holder:
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    output, _ = start(home).communicate()
    assert "Snapshot" in output
    assert waiting(home) == ()
    assert len(episodes(home)) == len(set(episodes(home))) == N_FILES
    with open_instance(home) as instance:
        newest, killed = instance.get_runs()
        assert (newest.status, killed.status) == (Status.SUCCESS, Status.FAILURE)
        if holder.endswith("(load)"):
            assert len(instance.get_materialized_partitions(SUBMISSION_KEY)) == N_FILES


def test_of_two_at_once_one_writes_and_the_other_says_who(home: Home) -> None:
    first, second = start(home), start(home)
    outputs = [process.communicate()[0] for process in (first, second)]
    assert sorted({first.returncode, second.returncode}) in ([0], [0, 4])
    assert any("Snapshot" in output for output in outputs)
    assert all("Snapshot" in output or "is being written by `hamreg run" in output for output in outputs)
    assert waiting(home) == ()
    assert len(episodes(home)) == N_FILES
