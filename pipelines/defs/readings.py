"""Submissions read again under this version's dictionary, as an asset: a backfill over a range is one run.

What differs is told in counts of rows, fields and rules; what reading again means stands in `pipelines.reread`.
"""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from pipelines.defs.resources import Registry
from pipelines.defs.submissions import SUBMISSION_KEY, SUBMISSIONS, attach_metadata
from pipelines.defs.texts import as_table

if TYPE_CHECKING:
    from pipelines.reread import Difference

READING_KEY = dg.AssetKey(["intake", "reading"])
REASON_TAG = "hamreg/reason"  # a tag of the run, kept with each adopted reading
REASON = "read again in Dagster"


def build_reading(dictionary_version: str) -> dg.AssetsDefinition:
    """The asset. No schedule asks for it: a coordinator picks the range after a new version of the dictionary."""
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):
        one_run_for_all = dg.BackfillPolicy.single_run()

        @dg.asset(
            key=READING_KEY,
            partitions_def=SUBMISSIONS,
            backfill_policy=one_run_for_all,
            deps=[SUBMISSION_KEY],
            code_version=dictionary_version,
            group_name="intake",
            kinds={"csv", "excel"},
            owners=["team:coordinators"],
            description="A submission read again under this version of the dictionary. The new reading counts from now "
            "on, an earlier day still gives the old one. What would change, without changing it: "
            f"`hamreg dictionary reread`. The run's tag `{REASON_TAG}` is kept as the reason.",
        )
        def reading(context: dg.AssetExecutionContext, registry: dg.ResourceParam[Registry]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster wants the bare class
            differences = registry.reread(context.partition_keys, context.run.tags.get(REASON_TAG, REASON))
            told = {key: describe_difference(differences.get(key)) for key in context.partition_keys}
            attach_metadata(context, READING_KEY, told)
            return dg.MaterializeResult()

    return reading


def describe_difference(difference: "Difference | None") -> Mapping[str, Any]:
    """What one submission says otherwise, in counts."""
    if difference is None or not difference:
        return {"differs": False}
    kinds = (("rows", difference.rows), ("cells", difference.fields), ("findings", difference.rules))
    rows = [(kind, " ".join(what), n) for kind, counted in kinds for what, n in sorted(counted.items())]
    return {"differs": True, "differences": dg.MetadataValue.md(as_table(("of", "what", "how many"), rows))}
