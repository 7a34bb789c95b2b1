"""What a tick of the inbox sensor does: heal, ask for one run, ask ever more seldom, or say why not."""

import itertools
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status
from dagster._core.test_utils import create_run_for_test

from pipelines.defs.automation import LONGEST_WAIT_SECONDS, look, next_attempt
from pipelines.defs.life import sign_of_life
from pipelines.intake.inbox import hand_in
from warehouse.layout import Home, instant_id
from warehouse.lock import lock

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _settled(home: Home) -> None:
    home.settings_path.touch()


def send(home: Home, n_files: int) -> None:
    for number in range(n_files):
        hand_in(home, "AMC", "follow_up.csv", b"%d" % number, NOW)


def drop(home: Home, n_files: int) -> None:
    """Put files where `hand_in` puts them, without waiting for the disk a thousand times."""
    home.inbox("AMC").mkdir(parents=True, exist_ok=True)
    for number in range(n_files):
        name = f"{instant_id(NOW + timedelta(seconds=number))}~{number:012x}.csv"
        (home.inbox("AMC") / name).write_bytes(b"%d" % number)


def reason(outcome: dg.SensorResult | dg.SkipReason) -> str:
    assert isinstance(outcome, dg.SkipReason)
    return outcome.skip_message or ""


def asked(outcome: dg.SensorResult | dg.SkipReason) -> dg.RunRequest:
    assert isinstance(outcome, dg.SensorResult)
    (request,) = outcome.run_requests or ()
    return request


def test_a_thousand_files_are_one_run_without_a_key(home: Home, instance: dg.DagsterInstance) -> None:
    drop(home, 1_000)
    outcome = look(instance, home, None, NOW)
    assert asked(outcome).job_name == "load"
    assert asked(outcome).run_key is None
    assert isinstance(outcome, dg.SensorResult)
    (added,) = outcome.dynamic_partitions_requests or ()
    assert len(added.partition_keys) == 1_000
    assert asked(outcome).tags["dagster/asset_partition_range_start"] == min(added.partition_keys)
    assert asked(outcome).tags["dagster/asset_partition_range_end"] == max(added.partition_keys)


def test_an_empty_inbox_starts_nothing(home: Home, instance: dg.DagsterInstance) -> None:
    assert reason(look(instance, home, None, NOW)) == "Nothing waits."


def test_without_a_home_the_sensor_says_how_to_make_one(home: Home, instance: dg.DagsterInstance) -> None:
    home.settings_path.unlink()
    assert "hamreg init" in reason(look(instance, home, None, NOW))


def test_a_run_in_progress_is_waited_for(home: Home, instance: dg.DagsterInstance) -> None:
    send(home, 1)
    run = create_run_for_test(instance, status=Status.STARTED)
    with sign_of_life(home, run.run_id):
        assert reason(look(instance, home, None, NOW)) == "A run is in progress."


def test_a_run_that_died_is_failed_and_what_waits_is_asked_for(home: Home, instance: dg.DagsterInstance) -> None:
    send(home, 1)
    run = create_run_for_test(instance, status=Status.STARTED)
    assert asked(look(instance, home, None, NOW)).job_name == "load"
    healed = instance.get_run_by_id(run.run_id)
    assert healed is not None
    assert healed.status == Status.FAILURE


def test_another_writer_is_named(home: Home, instance: dg.DagsterInstance) -> None:
    send(home, 1)
    with lock(home, "hamreg run"):
        assert "`hamreg run` (process" in reason(look(instance, home, None, NOW))


def test_facts_newer_than_the_snapshot_are_derived(home: Home, instance: dg.DagsterInstance) -> None:
    home.facts_path.touch()
    assert asked(look(instance, home, None, NOW)).job_name == "derive"


def test_what_did_not_end_well_is_asked_for_again_and_not_at_every_tick(
    home: Home, instance: dg.DagsterInstance
) -> None:
    send(home, 1)
    first = look(instance, home, None, NOW)
    assert isinstance(first, dg.SensorResult)
    assert "tried again later" in reason(look(instance, home, first.cursor, NOW + timedelta(seconds=10)))
    assert asked(look(instance, home, first.cursor, NOW + timedelta(seconds=30))).job_name == "load"


def test_a_new_file_is_asked_for_at_once(home: Home, instance: dg.DagsterInstance) -> None:
    send(home, 1)
    first = look(instance, home, None, NOW)
    assert isinstance(first, dg.SensorResult)
    send(home, 1)
    assert asked(look(instance, home, first.cursor, NOW + timedelta(seconds=1))).job_name == "load"


def test_waits_double_up_to_an_hour() -> None:
    instant, cursor, waits = 0.0, None, []
    for _ in range(10):
        attempt = next_attempt(cursor, "the same", instant)
        while attempt is None:
            instant += 30
            attempt = next_attempt(cursor, "the same", instant)
        waits.append(instant)
        cursor = attempt.cursor
    steps = [after - before for before, after in itertools.pairwise(waits)]
    assert steps == [30, 60, 120, 240, 480, 960, 1920, LONGEST_WAIT_SECONDS, LONGEST_WAIT_SECONDS]
