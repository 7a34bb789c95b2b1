"""Alerts through Dagster: the digest as an asset in counts, and a failed run told with its reason."""

import dagster as dg

from pipelines.defs.alerts import build_digest, build_failure_sensor
from pipelines.defs.resources import registry_resource
from pipelines.errors import AuditError
from tests.support.fake_registry import AGE, FakeRegistry


def test_a_digest_is_an_asset_in_counts(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    registry.home.settings_path.touch()
    result = dg.materialize([build_digest()], instance=instance, resources={"registry": registry_resource(registry)})
    (event,) = result.asset_materializations_for_node("report__digest")
    assert event.metadata["lines"].value == 0
    assert str(event.metadata["file"].value).startswith("digests/digest-")


def test_a_failed_run_is_told_with_its_reason(registry: FakeRegistry, instance: dg.DagsterInstance) -> None:
    registry.home.settings_path.touch()

    @dg.op
    def models() -> None:
        raise AuditError("1 of 2 audits did not pass.", "The snapshot before stands.", [AGE])

    @dg.job
    def derive() -> None:
        models()

    result = derive.execute_in_process(instance=instance, raise_on_error=False)
    context = dg.build_run_status_sensor_context(
        "failures", result.get_run_failure_event(), instance, result.dagster_run
    ).for_run_failure()
    build_failure_sensor(registry)(context)
    (told,) = registry.home.digests.glob("failure-*.txt")
    assert "the run `derive` failed.\n\nwarehouse.errors.AuditError: 1 of 2 audits did not pass." in told.read_text()
