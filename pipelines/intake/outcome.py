"""What became of one submission, small enough to keep for a whole batch: counts, findings to list, rows to mend.

Made from what the ledger holds, so that a receipt rendered again says the same.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import polars as pl

from pipelines.intake.confirmation import hush
from pipelines.intake.raw_rows import as_sent
from warehouse.records import SectionRecord, SectionStates, SubmissionRecord

if TYPE_CHECKING:
    import pyarrow as pa

SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True)
class SectionOutcome:
    """A section without its rows. `listed` are the findings a receipt names, `to_mend` the raw rows that need work."""

    number: int
    form: str
    sheet: str
    header: tuple[str, ...]
    physical: int
    header_records: int
    blank: int
    furniture: int
    accepted: int
    rejected: int
    cells_set_aside: int
    listed: pl.DataFrame
    by_rule: Mapping[str, int]
    n_findings: int
    findings: pl.DataFrame  # errors and warnings of `to_mend`
    to_mend: pl.DataFrame
    is_long: bool = False  # read in stretches: `findings` and `to_mend` are asked of the ledger, some after the other


@dataclass(frozen=True)
class Outcome:
    """One submission, its sections and, once all of a batch are in, what became of their rows."""

    submission: SubmissionRecord
    sections: tuple[SectionOutcome, ...]
    states: Mapping[int, SectionStates]


def read_section(section: SectionRecord, limit: int, confirmed: pl.DataFrame | None = None) -> SectionOutcome:
    """The outcome of a recorded section, `limit` findings listed: the gravest, in order of lines.

    What the clinic confirmed before, or in the file itself, is a note.
    """
    findings = as_frame(section.findings)
    if confirmed is not None and not confirmed.is_empty():
        findings = hush(findings, as_frame(section.rows), section.form, confirmed)
    work = findings.filter(pl.col("severity") != "note")
    is_work = pl.Series(section.raw["line"]).cast(pl.Int32).is_in(work["line"].implode())
    return SectionOutcome(
        number=section.number,
        form=section.form,
        sheet=section.sheet,
        header=section.header,
        physical=section.physical,
        header_records=section.header_records,
        blank=section.blank,
        furniture=section.furniture,
        accepted=section.accepted,
        rejected=section.rejected,
        cells_set_aside=section.cells_set_aside,
        listed=list_findings(findings, limit),
        by_rule=dict(findings.group_by("rule").len().sort("len", "rule", descending=[True, False]).iter_rows()),
        n_findings=findings.height,
        findings=work,
        to_mend=as_sent(section.raw.filter(is_work.to_arrow())).sort("line"),
    )


def joined(stretches: Sequence[SectionOutcome], limit: int) -> SectionOutcome:
    """The outcome of a section that was read in stretches, `limit` findings listed."""
    counts: Counter[str] = Counter()
    for each in stretches:
        counts.update(each.by_rule)
    several = (
        "physical",
        "header_records",
        "blank",
        "furniture",
        "accepted",
        "rejected",
        "cells_set_aside",
        "n_findings",
    )
    return replace(
        stretches[0],
        **{name: sum(getattr(each, name) for each in stretches) for name in several},
        is_long=True,
        listed=list_findings(pl.concat([each.listed for each in stretches]), limit),
        by_rule=dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
    )


def list_findings(findings: pl.DataFrame, limit: int) -> pl.DataFrame:
    """At most `limit` findings: errors before warnings before notes, then all in order of lines."""
    rank = pl.col("severity").replace_strict(SEVERITIES, range(len(SEVERITIES)), default=0, return_dtype=pl.Int32)
    order = ["line", "cell", "column", "rule", "found"]
    kept = findings if findings.height <= limit else findings.sort(rank, *order).head(limit)
    return kept.sort("line", pl.col("cell").str.len_bytes(), rank, *order[1:])


def as_frame(table: "pa.Table") -> pl.DataFrame:
    """An Arrow table of the ledger as a frame."""
    frame = pl.from_arrow(table)
    if not isinstance(frame, pl.DataFrame):
        raise TypeError("a table was expected")
    return frame.with_columns(pl.col("line").cast(pl.Int32))
