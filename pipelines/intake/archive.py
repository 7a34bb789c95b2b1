"""What is kept of a file: its bytes as received, or a copy with only what the forms ask."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from pipelines.intake.mapping_back import as_sent, records_of, sheet_of
from pipelines.intake.raw_rows import as_stored
from pipelines.intake.rewriting import Sheet, text_pieces, write_back
from pipelines.intake.sections import UNSTORED
from pipelines.intake.verdict import Dialect, Section, Verdict
from warehouse.durability import sync_file, sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER
from warehouse.sealed import in_blocks, write_sealed

# Findings that say a file carried what no form asks, or what nobody may keep.
MORE = frozenset(
    {"column_unknown", "column_nameless", "cell_identifies", "line_identifies", "sheet_name_replaced", *UNSTORED}
)


def kept_copy(verdict: Verdict) -> bytes | None:
    """The copy to keep in place of a file that carried more than the forms ask; None where the file itself is kept."""
    if verdict.dialect is None or not (verdict.ignored or any(map(carries_more, verdict.sections))):
        return None
    return write_back(verdict.dialect, [_sheet(group) for group in as_sent(verdict.sections, verdict.dialect)])


def carries_more(section: Section) -> bool:
    """Whether a section was sent with what no form asks, or what nobody may keep."""
    return section.findings["rule"].is_in(sorted(MORE)).any()


def _sheet(sections: Sequence[Section]) -> Sheet:
    first = sections[0]
    stored = first.stored if len(sections) == 1 else as_stored(records_of([section.raw for section in sections]))
    return Sheet(sheet_of(first) or first.form, first.header, _kept(stored))


def _kept(stored: pl.DataFrame) -> pl.DataFrame:
    """The records as they are kept: cells of unknown columns are not among them."""
    texts = pl.col("cells").list.eval(pl.element().fill_null(""))
    rows = stored.filter(pl.col("record").is_not_null() | (pl.col("cells").list.len() > 0)).with_columns(texts)
    return rows.with_columns(pl.lit(None, pl.String).alias("beside"))


def long_copy(dialect: Dialect, header: Sequence[str], records: Iterable[pl.DataFrame]) -> Iterator[bytes]:
    """The same copy of a long text file in pieces, from its records as the ledger keeps them."""
    return text_pieces(dialect, [(header, map(_kept, records))])


def keep(folder: Path, files: Mapping[str, Iterable[bytes] | Path]) -> None:
    """Keep files, or copies in pieces, under their digests, each once; one refused before gives way to a copy."""
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    for digest, content in files.items():
        if not isinstance(content, Path) or not (folder / digest).exists():
            link_whole(folder / digest, content)
    sync_folder(folder)
    reached("intake.archive")


def link_whole(target: Path, content: Iterable[bytes] | Path) -> None:
    """Put a file, or pieces of one, under a name: all of it or nothing, and nothing is overwritten.

    The caller has the disk hold the folder.
    """
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    if isinstance(content, Path):
        os.link(content, part)
    else:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as stream:
            write_sealed(stream, in_blocks(content))
        sync_file(part)
    reached("archive.part")
    part.replace(target)
