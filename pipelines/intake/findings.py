"""Findings as a frame. Severity is looked up in the catalogue of rules, so that it has one home."""

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from pipelines.intake.verdict import FINDING_SCHEMA
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
