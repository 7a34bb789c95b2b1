"""A release as a Dagster asset: cut deliberately, monthly or by hand. What a release is stands in pipelines.release."""

from collections.abc import Sequence

import dagster as dg

from pipelines.defs.models import table_key
from pipelines.defs.resources import Registry
from pipelines.defs.texts import as_table
from pipelines.release.publication import LAYERS, Release
from warehouse.model import AnyModel

RELEASE_KEY = dg.AssetKey(["release", "registry"])


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
    )
    def release(registry: dg.ResourceParam[Registry]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster wants the bare class
        cut = registry.release()
        return dg.MaterializeResult(
            metadata={
                "release": cut.id,
                "snapshot": cut.snapshot,
                "rows": sum(cut.tables.values()),
                "folder": f"releases/{cut.id}",
                "gate": dg.MetadataValue.md(_gate(cut)),
                "tables": dg.MetadataValue.md(as_table(("table", "rows"), sorted(cut.tables.items()))),
            }
        )

    return release


def _gate(release: Release) -> str:
    if release.verdict is None:
        return "Nothing was asked."
    rows = [
        (c.check, c.result.replace("_", " "), f"{c.n_failed} of {c.n_asked}", c.says) for c in release.verdict.checks
    ]
    return as_table(("check", "came out", "failed", "what must be true"), rows)
