"""A header and the records below it -> a TextTable: furniture named, columns by field, counts that add up.

Cells stay as sent; only columns that the form knows are kept.
"""

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from pipelines.intake.block import Block
from pipelines.intake.confirmation import CONFIRMED, is_confirmation
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.fragments import set_broken_aside
from pipelines.intake.furniture import sort_records
from pipelines.intake.grid import Grid, is_blank, lists_of
from pipelines.intake.header import Header
from pipelines.intake.letters import column_letters
from pipelines.intake.records import ENCODING, NUL, Record
from pipelines.intake.slices import by_slices
from pipelines.intake.verdict import Records, TextTable
from schemas.dictionary import Dictionary

BEFORE_HEADER = "record_before_header"


def make_table(block: Block, dictionary: Dictionary) -> TextTable:
    """The block as a table of text."""
    block = set_broken_aside(block)
    parts = sort_records(block)
    stranded = [record for record in block.before if record.line not in {*parts.furniture, *parts.blank}]
    grid = block.grid.without([*parts.furniture, *parts.blank])
    unsplit = [*grid.faulty, *stranded]
    remarks = [*_column_remarks(block, grid), *parts.remarks, *grid.notes]
    remarks += [Remark(block.line, ENCODING)] if block.is_doubtful else []
    remarks += [Remark(r.line, r.rule or BEFORE_HEADER, found=r.found, expected=r.expected) for r in unsplit]
    remarks += [] if grid.n_records > len(grid.blank) or unsplit else [Remark(block.line, "section_empty")]
    records = Records(
        physical=1 + len(block.before) + block.grid.n_records,
        header=1,
        blank=len(grid.blank) + len(parts.blank),
        furniture=len(parts.furniture),
    )
    frame = frame_of(grid.frame, block.header)
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


def frame_of(records: pl.DataFrame, header: Header) -> pl.DataFrame:
    """`line` and a column of text for each field, null where the cell is empty."""
    if records.is_empty():
        return pl.DataFrame(schema={"line": pl.Int32(), **dict.fromkeys(header.positions, pl.String())})
    return by_slices(records, lambda part: _frame_of(part, header))


def _frame_of(records: pl.DataFrame, header: Header) -> pl.DataFrame:
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
    hides = bool(header.unknown)  # a cell of theirs could stand anywhere in a record that was not split
    cells = [[] if hides else _without_nul(record) for record in unsplit]
    lists = pl.Series("cells", pa.array(cells, pa.large_list(pa.large_string())), pl.List(pl.String()))
    lines = pl.Series("line", [record.line for record in unsplit], pl.Int32)
    return pl.concat([raw, pl.DataFrame([lines, lists])]).sort("line")


def _without_nul(record: Record) -> Sequence[str]:
    return [cell.replace("\0", "\u2400") for cell in record.cells] if record.rule == NUL else record.cells


def _masked(cells: pl.Series, keep: pl.Series) -> pl.Series:
    flat = cells.explode(empty_as_null=False, keep_nulls=False)
    mask = pl.concat([keep] * len(cells)) if len(cells) < 100 else pl.Series(keep.to_list() * len(cells))
    kept = pl.select(pl.when(mask).then(flat)).to_series()
    return lists_of(kept, len(keep)).alias("cells")


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
