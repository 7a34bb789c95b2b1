"""Dagster's event log in the home: the same tables as the stock class, through one connection."""

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage

from pipelines.defs.event_log import MOST_OPEN_DATABASES, EventLog
from pipelines.defs.instance import open_instance
from warehouse.layout import Home

PARTS = dg.DynamicPartitionsDefinition(name="part")
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset(partitions_def=PARTS)
def many() -> dg.MaterializeResult:
    return dg.MaterializeResult(metadata={"rows": 3})


def run(instance: dg.DagsterInstance, keys: list[str]) -> str:
    instance.add_dynamic_partitions("part", keys)
    defs = dg.Definitions([many], jobs=[dg.define_asset_job("job", executor_def=dg.in_process_executor)])
    tags = {"dagster/asset_partition_range_start": keys[0], "dagster/asset_partition_range_end": keys[-1]}
    return defs.resolve_job_def("job").execute_in_process(instance=instance, tags=tags, run_config=QUIET).run_id


def test_the_home_stores_events_in_this_log(home: Home) -> None:
    with open_instance(home) as instance:
        assert isinstance(instance.event_log_storage, EventLog)


def test_the_stock_log_reads_what_this_one_wrote(home: Home) -> None:
    with open_instance(home) as instance:
        run_id = run(instance, ["a", "b"])
        written = [entry.to_json() for entry in instance.all_logs(run_id)]
    stock = SqliteEventLogStorage(str(home.dagster / "history" / "runs"))
    assert [entry.to_json() for entry in stock.get_logs_for_run(run_id)] == written
    assert stock.get_materialized_partitions(dg.AssetKey("many")) == {"a", "b"}
    stock.dispose()


def test_the_end_of_a_run_reaches_the_file_that_the_web_page_watches(home: Home) -> None:
    with open_instance(home) as instance:
        run_id = run(instance, ["a", "b"])
        database = (home.dagster / "history" / "runs" / f"{run_id}.db").read_bytes()
        assert b"PIPELINE_SUCCESS" in database


def test_only_a_few_databases_stay_open(home: Home) -> None:
    with open_instance(home) as instance:
        for number in range(MOST_OPEN_DATABASES + 3):
            instance.event_log_storage.get_logs_for_run(f"run-{number}")
        assert len(instance.event_log_storage._engines) == MOST_OPEN_DATABASES


def test_events_can_be_wiped(home: Home) -> None:
    with open_instance(home) as instance:
        run_id = run(instance, ["a"])
        instance.wipe()
        assert list(instance.all_logs(run_id)) == []
