"""What is kept of a file: its bytes as received, or a copy with only what the forms ask."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.intake.mapping_back import as_sent, records_of, sheet_of
from pipelines.intake.raw_rows import as_stored
from pipelines.intake.rewriting import Sheet, write_back
from pipelines.intake.sections import UNSTORED
from pipelines.intake.verdict import Section, Verdict
from warehouse.durability import sync_file, sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER

# Findings that say a file carried what no form asks, or what nobody may keep.
MORE = frozenset(
    {"column_unknown", "column_nameless", "cell_identifies", "line_identifies", "sheet_name_replaced", *UNSTORED}
)


def kept_copy(verdict: Verdict) -> bytes | None:
    """The copy to keep in place of a file that carried more than the forms ask; None where the file itself is kept."""
    if verdict.dialect is None or not verdict.sections or not _carries_more(verdict):
        return None
    return write_back(verdict.dialect, [_sheet(group) for group in as_sent(verdict.sections, verdict.dialect)])


def _carries_more(verdict: Verdict) -> bool:
    found = (section.findings["rule"].is_in(sorted(MORE)).any() for section in verdict.sections)
    return bool(verdict.ignored) or any(found)


def _sheet(sections: Sequence[Section]) -> Sheet:
    """The records as they are kept: cells of unknown columns are not among them."""
    first = sections[0]
    stored = first.stored if len(sections) == 1 else as_stored(records_of([section.raw for section in sections]))
    texts = pl.col("cells").list.eval(pl.element().fill_null(""))
    rows = stored.filter(pl.col("record").is_not_null() | (pl.col("cells").list.len() > 0)).with_columns(texts)
    return Sheet(
        sheet_of(first) or first.form, first.header, rows.with_columns(pl.lit(None, pl.String).alias("beside"))
    )


def keep(folder: Path, files: Mapping[str, bytes | Path]) -> None:
    """Keep files under their digests, each once; where one was refused before, a copy takes its place."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for digest, content in files.items():
        if not isinstance(content, Path) or not (folder / digest).exists():
            link_whole(folder / digest, content)
    sync_folder(folder)
    reached("intake.archive")


def link_whole(target: Path, content: bytes | Path) -> None:
    """Put a file, or bytes, under a name: all of it or nothing, and nothing is overwritten.

    The caller has the disk hold the folder.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    if isinstance(content, Path):
        os.link(content, part)
    else:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as stream:
            stream.write(content)
        sync_file(part)
    reached("archive.part")
    part.replace(target)
