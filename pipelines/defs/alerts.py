"""Alerts in Dagster: the digest as an asset, and a sensor that tells of a failed run. What is said lies elsewhere."""

from typing import Any

import dagster as dg

from pipelines.alerts.telling import Told, tell_failure
from pipelines.defs.resources import Registry, now
from pipelines.defs.texts import as_table
from pipelines.settings import read_settings

DIGEST_KEY = dg.AssetKey(["report", "digest"])


def build_digest() -> dg.AssetsDefinition:
    """The asset that is the newest digest."""

    @dg.asset(
        key=DIGEST_KEY,
        group_name="report",
        kinds={"email"},
        owners=["team:coordinators"],
        description="What needs whom: overdue follow-ups, open questions, held rows, silent clinics, waiting files.",
    )
    def digest(registry: dg.ResourceParam[Registry]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # bare
        return dg.MaterializeResult(metadata=describe_told(registry.tell_digest()))

    return digest


def describe_told(told: Told) -> dict[str, Any]:
    """A digest in counts, and where its text lies."""
    table = as_table(("owner", "what", "since"), ((line.owner, line.kind, line.since) for line in told.lines))
    return {"lines": len(told.lines), "mailed": told.is_mailed, "file": told.file, "about": dg.MetadataValue.md(table)}


def build_failure_sensor(registry: Registry) -> dg.SensorDefinition:
    """Tell of a failed run at once, of the same failure once a day."""

    @dg.run_failure_sensor(
        name="failures",
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the coordinator of a failed run: by mail where registry.toml names a server, and as a file.",
    )
    def failures(context: dg.RunFailureSensorContext) -> None:
        if registry.home.settings_path.is_file():
            settings = read_settings(registry.home.settings_path)
            why = describe_failure(context)
            tell_failure(registry.home, settings, now(), context.dagster_run.job_name, why, registry.mail_password)

    return failures


def describe_failure(context: dg.RunFailureSensorContext) -> str:
    """Why the run failed: the error of its step in one sentence, else what Dagster says of the run."""
    for event in context.get_step_failure_events():
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            return error.message.strip()
    return (context.failure_event.message or "The run failed.").strip()
