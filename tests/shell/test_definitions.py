"""What Dagster is shown: one partitioned asset, one step of models, jobs that fit them, times from registry.toml."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.readings import READING_KEY
from pipelines.defs.resources import Registry
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.defs.wiring import build_definitions
from pipelines.errors import SettingsError
from pipelines.release.checks import CHECKS
from pipelines.settings import Schedules, Settings
from schemas.dictionary import read_dictionary
from tests.support.fake_registry import PLAN
from warehouse.layout import Home

NOWHERE = Registry(Home(Path("/nowhere")))


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_definitions(NOWHERE, Settings(), PLAN)


def test_everything_loads_without_a_home(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_a_run_loads_one_partitioned_asset_and_reading_again_is_asked_for_by_hand(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    partitioned = {key for key in graph.get_all_asset_keys() if graph.get(key).is_partitioned}
    assert partitioned == {SUBMISSION_KEY, READING_KEY}
    assert {graph.get(key).backfill_policy for key in partitioned} == {dg.BackfillPolicy.single_run()}
    assert READING_KEY not in defs.resolve_job_def("load").asset_layer.selected_asset_keys
    assert graph.get(READING_KEY).code_version == read_dictionary().version


def test_models_are_derived_together_or_not_at_all(defs: dg.Definitions) -> None:
    models = defs.resolve_assets_def(dg.AssetKey(["registry", "episode"]))
    assert models is defs.resolve_assets_def(dg.AssetKey(["mart", "patient_benchmark"]))
    assert not models.can_subset


def test_the_graph_follows_what_each_table_reads(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    read = {
        key.to_user_string(): {up.to_user_string() for up in graph.get(key).parent_keys}
        for key in graph.get_all_asset_keys()
    }
    assert read["registry/episode"] == {"intake/submission"}
    assert read["registry/schedule"] == {"registry/episode", "seeds/visit_schedule"}
    assert read["release/registry"] == {"registry/episode", "registry/schedule", "mart/patient_benchmark"}


def test_every_asset_says_what_it_is_and_who_owns_it(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    nodes = [graph.get(key) for key in graph.get_all_asset_keys()]
    assert all(node.description and node.owners and node.group_name and node.kinds for node in nodes)


def test_every_table_and_every_audit_is_one_check(defs: dg.Definitions) -> None:
    checks = {key.to_user_string() for key in defs.resolve_asset_graph().asset_check_keys}
    assert checks == {
        "intake/submission:every_file_was_judged",
        "registry/episode:contract",
        "registry/schedule:contract",
        "mart/patient_benchmark:contract",
        "registry/schedule:audits_waterfall_sums",
        "registry/schedule:audits_figures",
        *(f"release/registry:{check.name}" for check in CHECKS),
    }


def test_the_nightly_job_needs_no_partition(defs: dg.Definitions) -> None:
    assert defs.resolve_job_def("derive").partitions_def is None
    assert defs.resolve_job_def("load").partitions_def is not None


def test_schedules_run_at_the_times_of_the_settings() -> None:
    settings = Settings(timezone="Europe/Berlin", schedules=Schedules(derive="5 1 * * *", release="0 4 2 * *"))
    defs = build_definitions(NOWHERE, settings, PLAN)
    times = {name: defs.resolve_schedule_def(name) for name in ("derive_on_time", "digest_on_time", "release_on_time")}
    assert {name: schedule.cron_schedule for name, schedule in times.items()} == {
        "derive_on_time": "5 1 * * *",
        "digest_on_time": "0 7 * * 1",
        "release_on_time": "0 4 2 * *",
    }
    assert {schedule.execution_timezone for schedule in times.values()} == {"Europe/Berlin"}


def test_a_time_that_is_no_cron_line_names_its_key() -> None:
    with pytest.raises(SettingsError, match=r"schedules\.derive: 'at night'"):
        build_definitions(NOWHERE, Settings(schedules=Schedules(derive="at night")), PLAN)
