"""What a run leaves in Dagster: one event a file and table, in counts; four outcomes of a check; no word of a row."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import dagster as dg
import pytest

from pipelines.defs.models import worst
from pipelines.defs.readings import READING_KEY
from pipelines.defs.resources import Withheld
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.defs.wiring import build_definitions
from pipelines.errors import AuditError
from pipelines.release.publication import Release
from pipelines.release.verdict import CheckResult, Subject, Verdict
from pipelines.settings import Settings
from tests.support.fake_registry import AGE, GRAIN, PLAN, FakeRegistry
from warehouse.layout import Home

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
FILES = ["20260301T101500000000Z~0123456789ab.csv", "20260301T101501000000Z~0123456789ac.xlsx"]


def run(
    registry: FakeRegistry, instance: dg.DagsterInstance, job: str, files: Sequence[str] = ()
) -> dg.ExecuteInProcessResult:
    instance.add_dynamic_partitions("submission", list(files))
    ends = (
        {"dagster/asset_partition_range_start": files[0], "dagster/asset_partition_range_end": files[-1]}
        if files
        else {}
    )
    defs = build_definitions(registry, Settings(), PLAN)
    return defs.resolve_job_def(job).execute_in_process(
        instance=instance, tags=ends, run_config=QUIET, raise_on_error=False
    )


def checks(result: dg.ExecuteInProcessResult) -> Mapping[str, dg.AssetCheckEvaluation]:
    return {
        f"{item.asset_key.to_user_string()}:{item.check_name}": item for item in result.get_asset_check_evaluations()
    }


def values(metadata: Mapping[str, dg.MetadataValue[Any]]) -> dict[str, Any]:
    return {name: value.value for name, value in metadata.items()}


def test_all_files_of_a_range_are_loaded_at_once(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    assert run(registry, instance, "load", FILES).success
    assert registry.asked == [FILES]
    assert instance.get_materialized_partitions(SUBMISSION_KEY) == set(FILES)


def test_a_file_shows_counts_and_where_its_receipt_lies(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    result = run(registry, instance, "load", FILES)
    events = {event.partition: event for event in result.asset_materializations_for_node("intake__submission")}
    assert values(events[FILES[1]].metadata) == {
        "clinic": "AMC",
        "forms": "follow_up",
        "accepted": 4,
        "corrected": 1,
        "already_known": 2,
        "held": 0,
        "rejected": 1,
        "cells_set_aside": 5,
        "findings": 1,
        "findings_by_rule": "| rule | findings |\n| --- | --- |\n| id_check | 1 |",
        "receipt": str(registry.home.outbox("AMC") / FILES[1] / "receipt.html"),
    }


def test_a_file_that_brings_out_a_fault_warns_and_stops_nothing(
    registry: FakeRegistry, instance: dg.DagsterInstance
) -> None:
    broken = replace(registry, faults={FILES[0]: "KeyError at cells.py:12"})
    result = run(broken, instance, "load", FILES)
    assert result.success
    check = checks(result)["intake/submission:every_file_was_judged"]
    assert not check.passed
    assert "KeyError at cells.py:12" in str(check.metadata["faults"].value)


def test_a_table_shows_its_rows_and_its_header_as_one_check(
    registry: FakeRegistry, instance: dg.DagsterInstance
) -> None:
    result = run(registry, instance, "derive")
    (event,) = [
        item for item in result.asset_materializations_for_node("models") if item.asset_key.path[-1] == "episode"
    ]
    assert values(event.metadata) == {"dagster/row_count": 9}
    check = checks(result)["registry/episode:contract"]
    assert check.passed
    assert values(check.metadata)["status"] == "pass"
    assert values(check.metadata)["n_rows"] == 9


def test_what_was_not_judged_does_not_pass(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    check = checks(run(registry, instance, "derive"))["registry/schedule:audits_waterfall_sums"]
    assert not check.passed
    assert check.severity == dg.AssetCheckSeverity.WARN
    assert check.metadata["status"].value == "not_applicable"


def test_a_failed_audit_fails_the_run_and_shows_how_every_check_came_out(
    registry: FakeRegistry, instance: dg.DagsterInstance
) -> None:
    result = run(replace(registry, results=(GRAIN, AGE)), instance, "derive")
    assert not result.success
    assert result.asset_materializations_for_node("models") == []
    check = checks(result)["registry/episode:contract"]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "| fail | age_at_injury_years >= 10 | 2 | 9 |" in str(check.metadata["checks"].value)


def test_a_check_shows_its_split_by_clinic_where_there_is_more_than_one(
    registry: FakeRegistry, instance: dg.DagsterInstance
) -> None:
    grain = replace(GRAIN, clinics={"AMC": (0, 4), "UMCU": (0, 5)})
    age = replace(AGE, clinics={"AMC": (2, 4), "UMCU": (0, 5)})
    check = checks(run(replace(registry, results=(grain, age)), instance, "derive"))["registry/episode:contract"]
    table = "| clinic | offending rows | of |\n| --- | --- | --- |\n| AMC | 2 | 4 |\n| UMCU | 0 | 5 |"
    assert values(check.metadata)["clinics"] == table
    alone = replace(registry, results=(replace(GRAIN, clinics={"AMC": (0, 9)}),))
    assert "clinics" not in checks(run(alone, instance, "derive"))["registry/episode:contract"].metadata


def test_a_failed_audit_reaches_the_caller_as_itself(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    defs = build_definitions(replace(registry, results=(AGE,)), Settings(), PLAN)
    with pytest.raises(AuditError):
        defs.resolve_job_def("derive").execute_in_process(instance=instance, run_config=QUIET)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (["pass", "pass"], "pass"),
        (["pass", "not_applicable"], "not_applicable"),
        (["not_applicable", "fail"], "fail"),
        (["fail", "error"], "error"),
        ([], "not_applicable"),
    ],
)
def test_a_group_of_checks_is_as_good_as_its_worst(found: list[str], expected: str) -> None:
    assert worst([replace(GRAIN, result=result) for result in found]) == expected


def test_a_range_is_read_again_in_one_run_with_its_reason(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    instance.add_dynamic_partitions("submission", FILES)
    tags = {
        "dagster/asset_partition_range_start": FILES[0],
        "dagster/asset_partition_range_end": FILES[-1],
        "hamreg/reason": "code 9 is known now",
    }
    defs = build_definitions(registry, Settings(), PLAN)
    job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_selection={READING_KEY})
    result = job.execute_in_process(instance=instance, tags=tags, run_config=QUIET)
    assert registry.asked == [["code 9 is known now", *FILES]]
    events = {event.partition: event for event in result.asset_materializations_for_node("intake__reading")}
    assert values(events[FILES[0]].metadata) == {"differs": False}
    assert "| cells | follow_up phat_total readable | 2 |" in str(events[FILES[1]].metadata["differences"].value)


def test_a_release_shows_what_it_holds(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    (event,) = run(registry, instance, "release").asset_materializations_for_node("release__registry")
    assert values(event.metadata)["folder"] == "releases/20260301T000000000000Z"


def test_a_refused_release_shows_each_check_of_the_gate_in_counts(home: Home, instance: dg.DagsterInstance) -> None:
    result = run(RefusingRegistry(home), instance, "release")
    assert not result.success
    assert result.asset_materializations_for_node("release__registry") == []
    found = checks(result)
    failed = found["release/registry:rows_kept"]
    assert (failed.passed, failed.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert values(failed.metadata)["status"] == "fail"
    assert "| fail | AMC registry.follow_up | 90.0 | 100.0 | 100 |" in str(failed.metadata["counts"].value)
    unasked = found["release/registry:columns_kept"]
    assert (unasked.passed, unasked.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert values(unasked.metadata)["status"] == "not_applicable"


class RefusingRegistry(FakeRegistry):
    def release(self) -> Release:
        amc = Subject("AMC", 90.0, 100.0, 100.0, 100.0, 0.9, "fail", "registry.follow_up")
        verdict = Verdict("r1", (CheckResult("rows_kept", "warning", "None is lost", "fail", (amc,)),))
        (self.home.log / "gate").mkdir(exist_ok=True)
        (self.home.log / "gate" / "20260301T000000000000Z.json").write_text(json.dumps(verdict.as_json()))
        verdict.refuse()
        return super().release()


def test_nothing_of_a_row_and_no_file_name_is_stored(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    run(registry, instance, "load", FILES)
    stored = b"".join(path.read_bytes() for path in registry.home.dagster.rglob("*") if path.is_file())
    assert FILES[0].encode() in stored
    assert b"AMC-0015X" not in stored
    assert b"Jansen" not in stored


def test_an_error_nobody_foresaw_keeps_its_text_out_of_dagster(home: Home, instance: dg.DagsterInstance) -> None:
    assert not run(QuotingRegistry(home), instance, "release").success
    stored = b"".join(path.read_bytes() for path in home.dagster.rglob("*") if path.is_file())
    assert b"ZeroDivisionError" in stored
    assert b"AMC-0015X" not in stored
    (kept,) = home.log.glob("error-*.txt")
    assert "AMC-0015X" in kept.read_text()
    assert kept.stat().st_mode & 0o777 == 0o600


class QuotingRegistry(FakeRegistry):
    def release(self) -> Release:
        with Withheld(self.home):
            raise ZeroDivisionError("in row AMC-0015X")
