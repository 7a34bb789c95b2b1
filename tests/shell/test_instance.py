"""The Dagster instance of a home: private, quiet, one run at a time, and rewritten when the home moves."""

from pathlib import Path

from pipelines.defs.instance import open_instance, write_instance_settings
from warehouse.layout import Home


def test_nothing_is_sent_anywhere_and_nothing_pops_up(home: Home) -> None:
    with open_instance(home) as instance:
        assert not instance.telemetry_enabled
        assert not instance.nux_enabled


def test_one_run_goes_at_a_time_and_runs_are_watched(home: Home) -> None:
    with open_instance(home) as instance:
        queue = instance.get_concurrency_config().run_queue_config
        assert queue is not None
        assert queue.max_concurrent_runs == 1
        assert instance.run_monitoring_enabled


def test_everything_lies_under_the_home(home: Home) -> None:
    with open_instance(home) as instance:
        assert Path(instance.root_directory) == home.dagster
    assert (home.dagster / "history" / "runs" / "index.db").is_file()


def test_a_home_that_moved_is_opened_where_it_is(home: Home, tmp_path: Path) -> None:
    with open_instance(home) as instance:
        instance.add_dynamic_partitions("part", ["a"])
    moved = Home(home.path.rename(tmp_path / "moved"))
    with open_instance(moved) as instance:
        assert instance.get_dynamic_partitions("part") == ["a"]
    assert not home.path.exists()


def test_settings_that_are_right_are_left_alone(home: Home) -> None:
    before = write_instance_settings(home).stat()
    after = write_instance_settings(home).stat()
    assert (after.st_ino, after.st_mode & 0o777) == (before.st_ino, 0o600)
