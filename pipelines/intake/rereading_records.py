"""What the ledger kept of a section, for reading it again: its sound records, and what stands as it was said.

A record that the reader of files could not split, or of which nothing was kept, is not read again.
"""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.mapping_back import records_of
from pipelines.intake.outcome import as_frame
from pipelines.intake.raw_rows import as_sent
from pipelines.intake.sections import WHY_BLANK
from pipelines.intake.telling import CELL
from pipelines.intake.verdict import FINDING_SCHEMA, Records, TextTable
from schemas.dictionary import Dictionary
from warehouse.records import SectionRecord

READERS = ("file", "section", "record")  # scopes of rules that rest on the file, which is not opened again


def no_findings() -> pl.DataFrame:
    """A table of findings that has none."""
    return pl.DataFrame(schema=dict(FINDING_SCHEMA))


def sound_records(sections: Sequence[SectionRecord]) -> pl.DataFrame:
    """`line` and `cells` of each record of one table of a file, once, that has as many cells as the others."""
    raw = records_of([as_sent(section.raw) for section in sections])
    sound = raw.filter(pl.col("cells").list.len() > 0)
    width = sound["cells"].list.len().mode().max() if sound.height else 0
    return sound.filter(pl.col("cells").list.len() == width)


def with_what_stands(table: TextTable, section: SectionRecord, dictionary: Dictionary) -> TextTable:
    """The table with the records of its section that can be read again, and with what was said of the file."""
    raw = records_of([as_sent(section.raw)])
    known = as_frame(section.findings)
    readers = [rule.id for rule in dictionary.rules.values() if rule.scope in READERS]
    said = known.filter(pl.col("rule").is_in(readers))
    rejected = as_frame(section.raw).filter("is_rejected")["line"]
    is_broken = (pl.col("severity") == "error") & ~pl.col("rule").is_in(WHY_BLANK)
    broken = said.filter(is_broken & pl.col("line").is_in(rejected.implode()))["line"]
    kept = raw.filter(pl.col("cells").list.len() > 0)["line"]
    frame = table.frame.filter(pl.col("line").is_in(kept.implode()) & ~pl.col("line").is_in(broken.implode()))
    unread = raw.join(frame, on="line", how="anti", maintain_order="left")["line"]
    # Cells that told who somebody is are kept nowhere, so that what was said of them stays said.
    stays = known.filter(pl.col("line").is_in(unread.implode()) | (pl.col("rule") == CELL))
    return replace(
        table,
        records=Records(section.physical, section.header_records, section.blank, section.furniture),
        frame=frame,
        raw=raw,
        findings=pl.concat([said, stays]).unique(maintain_order=True),
        unsplit=tuple(unread),
    )
