"""What became of each file of a stack: as if it had been recorded and read again alone."""

import polars as pl

from pipelines.intake.confirmation import hush
from pipelines.intake.outcome import Outcome, SectionOutcome, list_findings
from pipelines.intake.stack import Stack
from warehouse.records import StackRecord


def stacked_outcomes(stack: Stack, record: StackRecord, confirmed: pl.DataFrame) -> dict[str, Outcome]:
    """The outcome of each file of a recorded stack, none of which has more findings than a receipt lists."""
    section = stack.section
    findings = hush(section.findings, section.rows, section.form, confirmed)
    is_work = pl.col("severity") != "note"
    to_mend = section.raw.filter(pl.col("line").is_in(findings.filter(is_work)["line"].implode()))
    told = stack.apart(findings)
    rules = told.group_by("file", "rule").len().sort("len", "rule", descending=[True, False])
    parts = [
        _by_file(frame) for frame in (list_findings(told, told.height), told.filter(is_work), stack.apart(to_mend))
    ]
    by_rule = {number: dict(frame.iter_rows()) for number, frame in _by_file(rules).items()}
    nothing = [frame.drop("file").clear() for frame in (told, told, stack.apart(to_mend.clear()))]
    outcomes: dict[str, Outcome] = {}
    for number, part in enumerate(record.parts):
        listed, work, rows = (found.get(number, none) for found, none in zip(parts, nothing, strict=True))
        counts = by_rule.get(number, {})
        outcome = SectionOutcome(
            number=1,
            form=record.form,
            sheet="",
            header=record.header,
            physical=part.physical,
            header_records=1,
            blank=0,
            furniture=0,
            accepted=part.accepted,
            rejected=part.rejected,
            cells_set_aside=part.cells_set_aside,
            listed=listed,
            by_rule=counts,
            n_findings=sum(counts.values()),
            findings=work,
            to_mend=rows,
        )
        outcomes[part.submission.submission] = Outcome(part.submission, (outcome,), {})
    return outcomes


def _by_file(frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
    """The rows of each file, without its number."""
    parts = frame.partition_by("file", as_dict=True, include_key=False, maintain_order=True)
    return {int(key[0]): part for key, part in parts.items()}
