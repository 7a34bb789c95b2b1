"""A submission's records as sent, read again under another dictionary: from the ledger, without the file.

What the reader of files found (a broken line, an unknown column) stands: only cells and rules are asked anew.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

import polars as pl

from pipelines.intake.facts import section_record
from pipelines.intake.header import Headers
from pipelines.intake.outcome import as_frame
from pipelines.intake.table import frame_of
from pipelines.intake.telling import CELL
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Records, TextTable, read_dialect
from pipelines.settings import Clinic
from schemas.dictionary import Dictionary
from warehouse.records import SectionRecord, SubmissionRecord

READERS = ("file", "section", "record")  # scopes of rules that rest on the file, which is not opened again


def read_again(
    submission: SubmissionRecord,
    sections: Collection[SectionRecord],
    dictionary: Dictionary,
    clinic: Clinic,
    formats: Mapping[str, str],
) -> tuple[SectionRecord, ...]:
    """The sections as the dictionary reads them now.

    One whose form does not know its header any more stays, and so does an export: its columns are the clinic's.
    """
    dialect = read_dialect(submission.dialect)
    tables = [(section, None if dialect.mapping else _table(section, dictionary)) for section in sections]
    known = [table for _, table in tables if table is not None]
    verdict = validate(submission.file, Reading(dialect, tuple(known)), dictionary, clinic, formats)
    read = iter(verdict.sections)
    return tuple(
        section if table is None else replace(section_record(next(read)), number=section.number)
        for section, table in tables
    )


def _table(section: SectionRecord, dictionary: Dictionary) -> TextTable | None:
    """The section as the reader of files gave it, of what the ledger kept."""
    header = Headers(dictionary).recognise(section.header)
    if header is None or header.form.name != section.form or header.missing:
        return None
    raw = as_frame(section.raw).select("line", "cells").sort("line")
    readers = [rule.id for rule in dictionary.rules.values() if rule.scope in READERS]
    findings = as_frame(section.findings).filter(pl.col("rule").is_in(readers))
    broken = findings.filter(pl.col("severity") == "error")["line"]
    sound = raw.filter(~pl.col("line").is_in(broken.implode()), pl.col("cells").list.len() > 0)
    width = sound["cells"].list.len().mode().max() if sound.height else 0
    whole = sound.filter(pl.col("cells").list.len() == width)
    unsplit = raw.join(whole, on="line", how="anti", maintain_order="left")
    records = Records(section.physical, section.header_records, section.blank, section.furniture)
    return TextTable(
        form=section.form,
        sheet=section.sheet,
        header_line=0,
        header=section.header,
        positions=header.positions,
        records=records,
        frame=frame_of(whole, header),
        raw=raw,
        findings=_with_unkept(_with_withheld(findings, section), as_frame(section.findings), unsplit),
        unsplit=tuple(unsplit["line"].to_list()),
    )


def _with_withheld(findings: pl.DataFrame, section: SectionRecord) -> pl.DataFrame:
    """Cells that told who somebody is are kept nowhere, so that what was said of them stays said."""
    return pl.concat([findings, as_frame(section.findings).filter(rule=CELL)])


def _with_unkept(findings: pl.DataFrame, known: pl.DataFrame, unsplit: pl.DataFrame) -> pl.DataFrame:
    """Records of which nothing was kept (no consent, erased) or that were not split keep what was said of them."""
    stays = known.filter(pl.col("line").is_in(unsplit["line"].implode()))
    return pl.concat([findings, stays]).unique(maintain_order=True)
