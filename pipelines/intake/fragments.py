"""Records that look whole and may not be: next to a piece of a line, or at the end of a file that was cut.

A break in the first or last cell leaves a neighbour of the right width with half a cell. Nothing is mended here.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from pipelines.intake.block import Block
from pipelines.intake.findings import Remark
from pipelines.intake.header import Header
from pipelines.intake.records import CUT, TOO_SHORT, Record, is_key_like
from pipelines.settings import SEPARATORS
from schemas.dictionary import Field
from schemas.vocabulary import read_code

BROKEN, NO_LINE_END = "record_broken", "line_end_missing"
_WHOLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{2}[-./]\d{2}[-./]\d{4}")
_NUMBER = re.compile(r"[+-]?[\d.,]+ ?%?")


def is_whole(field: Field, cell: str) -> bool:
    """Whether a cell cannot be a piece of a longer one: a known code, a full date."""
    if field.kind in ("code", "boolean"):
        return read_code(field.vocabulary or "boolean", cell) is not None
    return field.kind in ("date", "partial_date") and _WHOLE_DATE.fullmatch(cell.strip()) is not None


def set_broken_aside(block: Block) -> Block:
    """The block with whole-looking neighbours of one-cell pieces among its faulty records."""
    grid = block.grid
    pieces = [record for record in grid.faulty if record.rule == TOO_SHORT and _is_piece(record.cells)]
    if not pieces:
        return block
    lines = grid.frame["line"].to_list()
    others = sorted([*(record.line for record in grid.faulty), *grid.blank.to_list()])
    doubtful: dict[int, Record] = {}
    for piece in pieces:
        for line, is_before in _neighbours(piece.line, lines, others):
            cells = tuple(grid.frame["cells"][bisect_left(lines, line)].to_list())
            if _is_joined(block, cells, piece.cells[0], is_before):
                doubtful[line] = Record(line, cells, 1, BROKEN)
    rest = grid.without(list(doubtful))
    return replace(block, grid=replace(rest, faulty=(*rest.faulty, *doubtful.values())))


def _is_piece(cells: Sequence[str]) -> bool:
    return len(cells) == 1 and len(cells[0].split()) == 1


def _neighbours(line: int, lines: Sequence[int], others: Sequence[int]) -> list[tuple[int, bool]]:
    """The records directly before and after a line, where no faulty or blank one lies between."""
    at, other = bisect_left(lines, line), bisect_left(others, line)
    found: list[tuple[int, bool]] = []
    if at and (other == 0 or others[other - 1] < lines[at - 1]):
        found.append((lines[at - 1], True))
    if at < len(lines) and (other + 1 >= len(others) or others[other + 1] > lines[at]):
        found.append((lines[at], False))
    return found


def _is_joined(block: Block, cells: Sequence[str], piece: str, is_before: bool) -> bool:
    """Whether the piece and the cell next to it could be one answer of the cell's column."""
    place = len(block.header.cells) - 1 if is_before else 0
    field = field_at(block.header, place)
    if field is None:
        return False
    joined = (cells[place] + piece if is_before else piece + cells[place]).strip(' "')
    if field.kind in ("integer", "decimal"):
        return _NUMBER.fullmatch(joined) is not None
    if field.kind == "id":
        return is_key_like(joined) and len(cells[place]) != _usual_length(block.grid.frame["cells"], place)
    return field.kind in ("text", "month") or is_whole(field, joined)


def _usual_length(cells: pl.Series, place: int) -> int:
    """How long most cells of a column are."""
    lengths = cells.list.get(place, null_on_oob=True).str.len_chars().drop_nulls()
    return int(lengths.mode().max() or 0)  # type: ignore[arg-type]  # lengths are whole numbers


def field_at(header: Header, place: int) -> Field | None:
    """The field of a 0-based column."""
    return next((header.form.field(name) for name, at in header.positions.items() if at == place), None)


def name_cut(block: Block, lines: pl.Series) -> Block:
    """The block of a file whose last line has no line end: that line is cut, or may be."""
    grid, n_lines = block.grid, len(lines)
    n_cells = max(map(lines[-1].count, SEPARATORS)) + 1
    if len(grid.blank) and grid.blank[-1] == n_lines and 1 < n_cells < len(block.header.cells):
        cut = Record(n_lines, (lines[-1],), 1, CUT)
        return replace(block, grid=replace(grid, blank=grid.blank[:-1], faulty=(*grid.faulty, cut)))
    last = grid.faulty[-1] if grid.faulty else None
    if last and last.rule == TOO_SHORT and last.line == n_lines:
        return replace(block, grid=replace(grid, faulty=(*grid.faulty[:-1], replace(last, rule=CUT))))
    if grid.frame.is_empty():
        return block
    line, cells = grid.frame.row(-1)
    field = field_at(block.header, len(block.header.cells) - 1)
    is_last = line + sum(cell.count("\n") for cell in cells) == n_lines
    if not is_last or field is None or is_whole(field, cells[len(block.header.cells) - 1]):
        return block
    return replace(block, grid=replace(grid, notes=(*grid.notes, Remark(line, NO_LINE_END, field.name))))
