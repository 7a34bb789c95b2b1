"""Findings as a frame. Severity is looked up in the catalogue of rules, so that it has one home."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import polars as pl

from pipelines.intake.verdict import FINDING_SCHEMA, Reading
from schemas.dictionary import Dictionary


@dataclass(frozen=True)
class Remark:
    """One finding before its severity is known."""

    line: int
    rule: str
    column: str = ""
    cell: str = ""
    found: str = ""
    expected: str = ""


def findings_of(remarks: Iterable[Remark], dictionary: Dictionary) -> pl.DataFrame:
    """The remarks as findings (FINDING_SCHEMA), in order of lines."""
    rows = [(r.line, r.column, r.cell, r.rule, dictionary.rules[r.rule].severity, r.found, r.expected) for r in remarks]
    return pl.DataFrame(rows, schema=dict(FINDING_SCHEMA), orient="row").sort("line", maintain_order=True)


def with_remarks(reading: Reading, remarks: Iterable[Remark], dictionary: Dictionary) -> Reading:
    """The reading with remarks that are about the whole file, said with its first table."""
    said = list(remarks)
    if not said or not reading.tables:
        return reading
    first, *others = reading.tables
    findings = pl.concat([findings_of(said, dictionary), first.findings])
    return replace(reading, tables=(replace(first, findings=findings), *others))
