"""`hamreg run` on the real core: the same registry with Dagster and without, and a history that says what was done."""

from pathlib import Path

import dagster as dg
import pytest
from click.testing import CliRunner, Result
from dagster import DagsterRunStatus as Status
from dagster._core.test_utils import create_run_for_test

from pipelines.cli import hamreg
from pipelines.defs.instance import open_instance
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.errors import LockedError
from pipelines.intake.inbox import waiting
from tests.support.filled_home import make_home, send_enrolments
from warehouse.connection import reader
from warehouse.layout import Home
from warehouse.lock import lock


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


def hamreg_run(home: Home, *options: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home.path), "run", *options], catch_exceptions=False)


def episodes(home: Home) -> list[tuple[object, ...]]:
    with reader(home.registry_path) as connection:
        return connection.execute("select * from registry.episode order by all").fetchall()


def test_a_run_leaves_its_history_and_heals_what_died(home: Home) -> None:
    sent = send_enrolments(home, 3)
    with open_instance(home) as instance:
        dead = create_run_for_test(instance, status=Status.STARTED).run_id
    result = hamreg_run(home)
    assert result.exit_code == 0
    assert "3 submissions: 0 refused" in result.output
    with open_instance(home) as instance:
        assert instance.get_materialized_partitions(SUBMISSION_KEY) == set(sent)
        statuses = {run.run_id: run.status for run in instance.get_runs()}
        assert statuses.pop(dead) == Status.FAILURE
        assert list(statuses.values()) == [Status.SUCCESS]
        assert instance.get_latest_materialization_event(dg.AssetKey(["registry", "episode"])) is not None


def test_both_ways_give_the_same_registry(home: Home, tmp_path: Path) -> None:
    other = make_home(tmp_path / "other")
    for where in (home, other):
        send_enrolments(where, 2)
    assert hamreg_run(home).output.splitlines()[:2] == hamreg_run(other, "--no-dagster").output.splitlines()[:2]
    assert episodes(home) == episodes(other) != []


def test_another_writer_is_named_and_nothing_is_lost(home: Home) -> None:
    sent = send_enrolments(home, 1)
    with lock(home, "hamreg withdraw"), pytest.raises(LockedError, match="hamreg withdraw"):
        hamreg_run(home)
    assert [item.submission for item in waiting(home)] == sent
    assert not (home.dagster / "made").exists()
