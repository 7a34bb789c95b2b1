"""A header with the records around it, and where the next header begins.

What a record is gets sorted out later, in `furniture` and `fragments`.
"""

from dataclasses import dataclass

import polars as pl

from pipelines.intake.grid import Grid
from pipelines.intake.header import Header, Headers
from pipelines.intake.records import NUL, STRAY_QUOTE, Record, is_key_like

DAMAGED = (STRAY_QUOTE, NUL)  # what a header line must not be


@dataclass(frozen=True)
class Block:
    """A header, the records before it that no other header claims, and the records below it, as yet unsorted."""

    sheet: str
    line: int  # of the header
    header: Header
    before: tuple[Record, ...]
    grid: Grid
    is_sheet: bool = False  # of a workbook: cells have addresses
    is_doubtful: bool = False  # the header holds characters of another encoding

    def keyless(self) -> list[Record]:
        """Records whose key cannot be one, and those that could not be split, in order of lines."""
        key = pl.col("cells").list.get(self.header.key, null_on_oob=True)
        odd = self.grid.frame.filter(~key.str.contains(r"\d").fill_null(False))
        records = [Record(line, tuple(cell or "" for cell in cells)) for line, cells in odd.iter_rows()]
        return sorted([*records, *self.grid.faulty], key=lambda record: record.line)

    def next_header(self, headers: Headers) -> int | None:
        """The first line below that is a header of its own, for another form or another order of columns."""
        return next((record.line for record in self.keyless() if self._is_other(record, headers)), None)

    def _is_other(self, record: Record, headers: Headers) -> bool:
        cells = record.cells
        other = headers.recognise(cells) if len(cells) > 1 and headers.is_like(cells) else None
        if other is None or not other.is_complete or other.folded == self.header.folded:
            return False
        if (other.form, other.positions) == (self.header.form, self.header.positions):
            return False  # this header again, in other words
        if record.rule in DAMAGED and other.positions.items() <= self.header.positions.items():
            return False  # this header again, with damage to it
        is_record = self.header.key < len(cells) and is_key_like(cells[self.header.key])
        return not is_key_like(cells[other.key]) and (not is_record or 2 * other.score >= len(other.folded))
