"""The one partitioned asset: a clinic's files on their way into the facts, one partition a submission.

What a file holds is the core's business; here a receipt becomes metadata, in counts and rule ids, never a value.
"""

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.execution.context.metadata_logging import (
    AssetMetadataHandle,
    OutputMetadataAccumulator,
    OutputMetadataHandle,
)

from pipelines.defs.resources import Registry
from pipelines.defs.texts import as_table
from warehouse.layout import Home

if TYPE_CHECKING:
    from pipelines.intake.submission import Loaded

SUBMISSIONS = dg.DynamicPartitionsDefinition(name="submission")
SUBMISSION_KEY = dg.AssetKey(["intake", "submission"])
COUNTS = ("accepted", "corrected", "already_known", "held", "rejected")

FAULTLESS = "every_file_was_judged"
FAULTLESS_TEXT = "No file of the last run brought out a fault of the program. One that does waits, and is tried again."

Metadata = Mapping[str, Any]


def build_submission() -> dg.AssetsDefinition:
    """The asset. One run covers any range of its partitions: a run costs seconds, a file milliseconds."""
    with warnings.catch_warnings(action="ignore", category=dg.BetaWarning):
        one_run_for_all = dg.BackfillPolicy.single_run()

        @dg.asset(
            key=SUBMISSION_KEY,
            partitions_def=SUBMISSIONS,
            backfill_policy=one_run_for_all,
            group_name="intake",
            kinds={"csv", "excel"},
            owners=["team:coordinators"],
            description="A clinic's file: archived, validated, kept as facts, answered with a receipt. Loaded once; "
            "a rerun changes nothing and answers with the same receipt.",
            check_specs=[dg.AssetCheckSpec(FAULTLESS, asset=SUBMISSION_KEY, description=FAULTLESS_TEXT)],
        )
        def submission(context: dg.AssetExecutionContext, registry: dg.ResourceParam[Registry]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster wants the bare class
            loaded = registry.load(context.partition_keys)
            attach_metadata(context, SUBMISSION_KEY, describe_loaded(loaded, registry.home))
            return dg.MaterializeResult(check_results=[_check_faults(loaded)])

    return submission


def attach_metadata(context: dg.AssetExecutionContext, asset: dg.AssetKey, metadata: Mapping[str, Metadata]) -> None:
    """Give each partition its own metadata, all at once.

    `context.add_asset_metadata` reads the list of all partitions again for each of them: 20 ms a file, and more as the
    registry grows.
    """
    handles: dict[OutputMetadataHandle | AssetMetadataHandle, Metadata] = {
        AssetMetadataHandle(asset_key=asset, partition_key=key): value for key, value in metadata.items()
    }
    context.get_step_execution_context()._metadata_accumulator = OutputMetadataAccumulator(per_output_metadata=handles)


def describe_loaded(loaded: "Loaded", home: Home) -> Mapping[str, Metadata]:
    """Metadata of each submission of a run."""
    faults = {failure.submission: {"clinic": failure.clinic, "fault": failure.fault} for failure in loaded.failures}
    return {**{key: describe_receipt(receipt, home) for key, receipt in loaded.receipts.items()}, **faults}


def _check_faults(loaded: "Loaded") -> dg.AssetCheckResult:
    rows = [(failure.submission, failure.clinic, failure.fault) for failure in loaded.failures]
    return dg.AssetCheckResult(
        check_name=FAULTLESS,
        passed=not rows,
        metadata={
            "status": "fail" if rows else "pass",
            "n_offending": len(rows),
            "n_rows": len(rows) + len(loaded.receipts),
            "faults": dg.MetadataValue.md(as_table(("submission", "clinic", "fault"), rows)),
        },
    )


def describe_receipt(receipt: Mapping[str, Any], home: Home) -> Metadata:
    """What a coordinator may read of a submission: clinic, forms, counts, findings by rule, where the receipt lies."""
    sections: Sequence[Mapping[str, Any]] = receipt["sections"]
    records = [section["records"] for section in sections]
    rules = count_rules(sections)
    described: dict[str, Any] = {
        "clinic": receipt["clinic"],
        "forms": ", ".join(sorted({section["form"] for section in sections})) or "none",
        **{name: sum(record[name] for record in records) for name in COUNTS},
        "cells_set_aside": sum(section["cells_set_aside"] for section in sections),
        "findings": rules.total(),
        "receipt": dg.MetadataValue.path(home.outbox(receipt["clinic"]) / receipt["submission"] / "receipt.html"),
    }
    if receipt["refusal"]:
        described["refused"] = receipt["refusal"]["rule"]
    if receipt["resend_of"]:
        described["resend_of"] = receipt["resend_of"]
    if rules:
        described["findings_by_rule"] = dg.MetadataValue.md(as_table(("rule", "findings"), rules.most_common()))
    return described


def count_rules(sections: Sequence[Mapping[str, Any]]) -> Counter[str]:
    """How many findings each rule has."""
    rules: Counter[str] = Counter()
    for section in sections:
        rules.update(section["findings_by_rule"])
    return rules
