"""All definitions of a home put together: assets, checks, jobs, sensor, schedules. Reads no environment."""

import dagster as dg

from pipelines.defs.alerts import build_digest, build_failure_sensor
from pipelines.defs.automation import DERIVE, LOAD, build_inbox_sensor, build_jobs, build_schedules
from pipelines.defs.columns import read_columns
from pipelines.defs.models import build_models, table_key
from pipelines.defs.readings import build_reading
from pipelines.defs.releases import build_release
from pipelines.defs.resources import Registry, registry_resource
from pipelines.defs.submissions import build_submission
from pipelines.settings import Settings
from schemas.dictionary import read_dictionary
from warehouse.derive import Plan


def build_definitions(registry: Registry, settings: Settings, plan: Plan) -> dg.Definitions:
    """The registry's definitions. Every job runs in its own process, step after step."""
    jobs = build_jobs([table_key(model.name) for model in plan.models])
    return dg.Definitions(
        assets=[
            build_submission(),
            build_reading(read_dictionary().version),
            *build_models(plan.models, plan.audits, read_columns(registry.home)),
            build_release(plan.models),
            build_digest(),
        ],
        jobs=list(jobs.values()),
        sensors=[build_inbox_sensor(registry.home, [jobs[LOAD], jobs[DERIVE]]), build_failure_sensor(registry)],
        schedules=build_schedules(settings),
        resources={"registry": registry_resource(registry)},
        executor=dg.in_process_executor,
    )
