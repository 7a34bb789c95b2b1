"""A release as a Dagster asset: cut deliberately, monthly or by hand. What a release is stands in pipelines.release.

The gate's checks are the asset's checks, told in counts per clinic, also where the gate refuses.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.defs.models import table_key
from pipelines.defs.resources import Registry
from pipelines.defs.texts import as_table
from pipelines.errors import GateError
from pipelines.release.checks import CHECKS
from pipelines.release.publication import LAYERS
from pipelines.release.verdict import CONTRACT, FAIL, NOT_APPLICABLE, PASS, CheckResult, Verdict
from warehouse.model import AnyModel

RELEASE_KEY = dg.AssetKey(["release", "registry"])
MOST_SHOWN = 50  # subjects of a check; the release's own page has them all

Outcome = dg.MaterializeResult | dg.AssetCheckResult  # type: ignore[type-arg]  # Dagster wants the bare class


def build_release(models: Sequence[AnyModel]) -> dg.AssetsDefinition:
    """The asset that is a release of the current snapshot; it reads every table that leaves the registry."""
    tables = [model.name for model in models if model.name.split(".")[0] in LAYERS]

    @dg.asset(
        key=RELEASE_KEY,
        deps=[table_key(table) for table in tables],
        group_name="release",
        kinds={"duckdb", "parquet"},
        owners=["team:coordinators"],
        description="What researchers get: cut from the current snapshot, kept, never changed.",
        check_specs=[dg.AssetCheckSpec(check.name, asset=RELEASE_KEY, description=check.says) for check in CHECKS],
    )
    def release(registry: dg.ResourceParam[Registry]) -> Iterator[Outcome]:
        try:
            cut = registry.release()
        except GateError:
            yield from describe_verdict(registry.newest_verdict())
            raise
        yield dg.MaterializeResult(
            metadata={
                "release": cut.id,
                "snapshot": cut.snapshot,
                "rows": sum(cut.tables.values()),
                "folder": f"releases/{cut.id}",
                "tables": dg.MetadataValue.md(as_table(("table", "rows"), sorted(cut.tables.items()))),
            }
        )
        yield from describe_verdict(cut.read_verdict())

    return release


def describe_verdict(verdict: Verdict | None) -> Iterator[dg.AssetCheckResult]:
    """Each check of the gate; where nothing was asked, none of them passed."""
    found = {check.check: check for check in verdict.checks} if verdict else {}
    for check in CHECKS:
        unasked = CheckResult(check.name, check.severity, check.says, NOT_APPLICABLE, ())
        yield _describe_check(found.get(check.name, unasked))


def _describe_check(check: CheckResult) -> dg.AssetCheckResult:
    """Four outcomes in a world that knows two: what was not judged did not pass, and warns."""
    is_hard = check.severity == CONTRACT and check.result != NOT_APPLICABLE
    shown = sorted(check.subjects, key=lambda each: each.result != FAIL)[:MOST_SHOWN]
    rows = [
        (each.result.replace("_", " "), each.name, each.numerator, each.denominator, _before(each.before_numerator))
        for each in shown
    ]
    return dg.AssetCheckResult(
        asset_key=RELEASE_KEY,
        check_name=check.check,
        passed=check.result == PASS,
        severity=dg.AssetCheckSeverity.ERROR if is_hard else dg.AssetCheckSeverity.WARN,
        description=check.result.replace("_", " "),
        metadata={
            "status": check.result,
            "n_offending": check.n_failed,
            "n_asked": check.n_asked,
            "counts": dg.MetadataValue.md(as_table(("status", "of", "numerator", "denominator", "before"), rows)),
        },
    )


def _before(numerator: float | None) -> str:
    return "" if numerator is None else f"{numerator:g}"
