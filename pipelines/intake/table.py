"""A header and the records below it -> a TextTable: furniture named, columns by field, counts that add up.

Cells stay as sent; only columns that the form knows are kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.intake import furniture
from pipelines.intake.confirmation import CONFIRMED, is_confirmation
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.grid import Grid, is_blank
from pipelines.intake.header import Header, recognise
from pipelines.intake.records import Record, is_key_like
from pipelines.intake.verdict import Records, TextTable
from schemas.dictionary import Dictionary

BEFORE_HEADER = "record_before_header"


@dataclass(frozen=True)
class Block:
    """A header, the records before it that no other header claims, and the records below it, as yet unsorted."""

    sheet: str
    line: int  # of the header
    header: Header
    before: tuple[Record, ...]
    grid: Grid
    is_sheet: bool = False  # of a workbook: cells have addresses

    @property
    def key(self) -> int:
        """The column of the form's first key, which every record fills."""
        return key_position(self.header)


@dataclass(frozen=True)
class Sorted:
    """The records of a block by what they are: `lines` of furniture and blanks, and remarks that name them."""

    furniture: tuple[int, ...]
    blank: tuple[int, ...]
    remarks: tuple[Remark, ...]


def key_position(header: Header) -> int:
    """The column of the first required key that the header holds."""
    required = (name for name in header.form.key if header.form.field(name).is_required)
    return next((header.positions[name] for name in required if name in header.positions), -1)


def next_header(block: Block, dictionary: Dictionary) -> int | None:
    """The first line below that is a header of its own, for another form or another order of columns."""
    for line, cells, _ in _keyless(block):
        other = recognise(cells, dictionary)
        is_header = other is not None and other.is_complete and not is_key_like(cells[key_position(other)])
        if is_header and not _is_furniture(cells, block):
            return line
    return None


def _keyless(block: Block) -> list[tuple[int, tuple[str, ...], bool]]:
    """Records whose key cannot be one, in order of lines, and whether the reader could split them."""
    key = pl.col("cells").list.get(block.key, null_on_oob=True)
    odd = block.grid.frame.filter(~key.str.contains(r"\d").fill_null(False))
    records = [(line, tuple(cell or "" for cell in cells), True) for line, cells in odd.iter_rows()]
    return sorted(records + [(record.line, record.cells, False) for record in block.grid.faulty])


def _is_furniture(cells: Sequence[str], block: Block) -> str:
    """What kind of furniture a record is; '' where it is none."""
    if furniture.is_repeated_header(cells, block.header):
        return furniture.REPEATED_HEADER
    if furniture.is_total(cells, block.key):
        return furniture.TOTAL
    return ""


def sort_records(block: Block) -> Sorted:
    """Tell furniture and blanks from data. What is in doubt stays data."""
    found: list[tuple[int, str]] = []
    blank: list[int] = []
    for number, (line, cells, _) in enumerate(_keyless(block)):
        if is_blank(cells):
            blank.append(line)
        elif kind := _is_furniture(cells, block):
            found.append((line, kind))
        elif number == len(blank) + len(found) == 0 and furniture.is_second_header(cells, block.header):
            found.append((line, furniture.SECOND_HEADER))
    for record in block.before:
        if is_blank(record.cells):
            blank.append(record.line)
        elif not _is_stranded(record, block):
            found.append((record.line, furniture.PREAMBLE))
    remarks = tuple(Remark(line, kind) for line, kind in found)
    return Sorted(tuple(line for line, _ in found), tuple(blank), remarks)


def _is_stranded(record: Record, block: Block) -> bool:
    """A record of data that stands above the header: as wide as it, with a key in its place."""
    is_wide = len(record.cells) >= len(block.header.cells) > block.key
    return is_wide and is_key_like(record.cells[block.key])


def make_table(block: Block, dictionary: Dictionary) -> TextTable:
    """The block as a table of text."""
    parts = sort_records(block)
    stranded = [record for record in block.before if record.line not in {*parts.furniture, *parts.blank}]
    grid = block.grid.without([*parts.furniture, *parts.blank])
    unsplit = [*grid.faulty, *stranded]
    remarks = [*_column_remarks(block, grid), *parts.remarks]
    remarks += [Remark(r.line, r.rule or BEFORE_HEADER, found=r.found, expected=r.expected) for r in unsplit]
    records = Records(
        physical=1 + len(block.before) + block.grid.n_records,
        header=1,
        blank=len(grid.blank) + len(parts.blank),
        furniture=len(parts.furniture),
    )
    frame = _frame(grid.frame, block.header)
    return TextTable(
        form=block.header.form.name,
        sheet=block.sheet,
        header_line=block.line,
        header=block.header.cells,
        positions=block.header.positions,
        records=records,
        frame=frame,
        raw=_raw(grid.frame, unsplit, block.header),
        findings=findings_of(remarks, dictionary),
        unsplit=tuple(sorted(record.line for record in unsplit)),
    )


def _columns(cells: pl.Series, width: int) -> list[pl.Series]:
    flat = cells.explode(empty_as_null=False, keep_nulls=False)
    return [flat.gather_every(width, position) for position in range(width)]


def _frame(records: pl.DataFrame, header: Header) -> pl.DataFrame:
    """`line` and a column of text for each field, null where the cell is empty."""
    if records.is_empty():
        return pl.DataFrame(schema={"line": pl.Int32(), **dict.fromkeys(header.positions, pl.String())})
    columns = _columns(records["cells"], len(records["cells"][0]))
    known = [columns[position].alias(name) for name, position in header.positions.items()]
    answers = [columns[position] for position, cell in enumerate(header.cells[: len(columns)]) if is_confirmation(cell)]
    known += [answer.alias(CONFIRMED) for answer in answers[:1]]
    is_filled = pl.exclude("line").str.len_bytes() > 0
    return pl.DataFrame([records["line"], *known]).with_columns(pl.when(is_filled).then(pl.exclude("line")))


def _raw(records: pl.DataFrame, unsplit: Sequence[Record], header: Header) -> pl.DataFrame:
    """The records as sent, but for cells of columns that the form does not have: those are null."""
    raw = records
    known = set(header.positions.values())
    if records.height and len(records["cells"][0]) > len(known):
        width = len(records["cells"][0])
        keep = pl.Series([position in known for position in range(width)])
        raw = records.with_columns(_masked(records["cells"], keep))
    if not unsplit:
        return raw
    hides = bool(header.unknown)
    cells = [[] if hides else [cell.replace("\0", "\u2400") for cell in record.cells] for record in unsplit]
    more = pl.DataFrame({"line": [record.line for record in unsplit], "cells": cells}, schema=raw.schema)
    return pl.concat([raw, more]).sort("line")


def _masked(cells: pl.Series, keep: pl.Series) -> pl.Series:
    flat = cells.explode(empty_as_null=False, keep_nulls=False)
    mask = pl.concat([keep] * len(cells)) if len(cells) < 100 else pl.Series(keep.to_list() * len(cells))
    kept = pl.select(pl.when(mask).then(flat)).to_series()
    return kept.reshape((len(cells), len(keep))).arr.to_list().alias("cells")


def _column_remarks(block: Block, grid: Grid) -> list[Remark]:
    """Columns that the form does not have; columns without a name, whether they hold something or not."""
    header, line = block.header, block.line
    remarks = [_remark_column(block, place, "column_unknown", header.cells[place]) for place in header.unknown]
    cells = grid.frame["cells"]
    width = len(cells[0]) if len(cells) else len(header.cells)
    nameless = [place for place in range(width) if place >= len(header.cells) or is_blank([header.cells[place]])]
    filled = [place for place in nameless if len(cells) and not is_blank(cells.list.get(place).unique().to_list())]
    remarks += [_remark_column(block, place, "column_nameless", column_letters(place)) for place in filled]
    n_empty = len(nameless) - len(filled)
    return [*remarks, Remark(line, "column_empty", found=str(n_empty))] if n_empty else remarks


def _remark_column(block: Block, place: int, rule: str, name: str) -> Remark:
    cell = f"{column_letters(place)}{block.line}" if block.is_sheet else ""
    return Remark(block.line, rule, name, cell, found=name)


def column_letters(place: int) -> str:
    """The spreadsheet's name of a 0-based column: A, B, ..., Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
