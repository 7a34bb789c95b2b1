"""The records below a header as one frame: vectorised where lines are regular, by the strict reader where not.

Both ways give the same answer; `is_exact` takes only the strict one. What a record means is not known here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from pipelines.intake.encoding import Decoded
from pipelines.intake.findings import Remark
from pipelines.intake.quoting import MASK, take_quotes_out
from pipelines.intake.records import LineReader, Record, Shape
from pipelines.intake.slices import by_slices

GRID_SCHEMA = {"line": pl.Int32(), "cells": pl.List(pl.String())}
_BLANKS = " \t\u00a0\u200b\ufeff\x1a"


@dataclass(frozen=True)
class Grid:
    """Records of one sheet. `frame` (GRID_SCHEMA) holds those of the right width, `faulty` those that are not."""

    frame: pl.DataFrame
    faulty: tuple[Record, ...] = ()
    blank: pl.Series = field(default_factory=lambda: pl.Series("line", [], pl.Int32))
    n_lines: int = 0  # lines that the records were made of
    notes: tuple[Remark, ...] = ()  # of records that are not faulty

    @property
    def n_records(self) -> int:
        """Records of every kind."""
        return self.frame.height + len(self.faulty) + len(self.blank)

    def before(self, line: int) -> "Grid":
        """The records that begin before a line."""
        return replace(
            self,
            frame=self.frame.filter(pl.col("line") < line),
            faulty=tuple(record for record in self.faulty if record.line < line),
            blank=self.blank.filter(self.blank < line),
            notes=tuple(note for note in self.notes if note.line < line),
        )

    def without(self, lines: Sequence[int]) -> "Grid":
        """The grid without the records of these lines."""
        gone = frozenset(lines)
        return replace(
            self,
            frame=self.frame.filter(~pl.col("line").is_in(lines)),
            faulty=tuple(record for record in self.faulty if record.line not in gone),
            blank=self.blank.filter(~self.blank.is_in(lines)),
            notes=tuple(note for note in self.notes if note.line not in gone),
        )


def is_blank(cells: Sequence[str | None]) -> bool:
    """Whether a record holds nothing but blanks."""
    return not any(cell and cell.strip(_BLANKS) for cell in cells)


def split_lines(decoded: Decoded, start: int, shape: Shape, is_exact: bool = False) -> Grid:
    """The records from the 0-based line `start` on, each as wide as `shape` says or named as faulty."""
    lines = decoded.lines.slice(start)
    if shape.width == 0 or not len(lines):
        return Grid(pl.DataFrame(schema=GRID_SCHEMA))
    marked = _marked(lines, start, decoded.faulty, shape, is_exact)
    records = _read_odd(decoded, start, marked, shape)
    spans = (range(record.line, record.line + record.n_lines) for record in records)
    swallowed = pl.Series([line for span in spans for line in span], dtype=pl.Int32)
    rest = marked.filter(~pl.col("line").is_in(swallowed.implode())) if records else marked
    blank = rest.filter("is_blank")["line"]
    regular = rest.filter(pl.col("is_regular") & ~pl.col("is_blank"))
    return _grid(regular.select("line", "cells"), blank, records, len(regular) + len(blank) + len(swallowed))


def common_width(decoded: Decoded, start: int, separator: str) -> dict[int, int]:
    """How many lines without quotes have how many cells, blank lines aside."""
    lines = decoded.lines.slice(start)
    plain = lines.filter(~lines.str.contains('"', literal=True) & (lines.str.strip_chars(separator + _BLANKS) != ""))
    counts = (plain.str.count_matches(separator, literal=True) + 1).value_counts()
    return dict(counts.iter_rows())


def count_outside_quotes(decoded: Decoded, start: int, separator: str, width: int) -> int:
    """How many lines are of another width, but for those that an open quote before them may hold."""
    lines = decoded.lines.slice(start)
    is_odd_within = lines.str.count_matches('"', literal=True).cum_sum() % 2 == 1
    is_odd = (lines.str.count_matches(separator, literal=True) + 1 != width) & (lines.str.strip_chars(_BLANKS) != "")
    return int((is_odd & ~is_odd_within).sum())


def _marked(lines: pl.Series, start: int, faulty: frozenset[int], shape: Shape, is_exact: bool) -> pl.DataFrame:
    """Each line with its cells; whether it is blank, and whether its cells can be trusted as they are."""
    frame = pl.DataFrame({"text": lines}).with_row_index("line", start + 1).cast({"line": pl.Int32})
    is_blank_line = pl.col("text").str.strip_chars(shape.separator + _BLANKS) == ""
    if is_exact:
        frame = frame.with_columns(cells=pl.lit(None, pl.List(pl.String())), is_regular=pl.lit(False))
        return frame.with_columns(is_blank=is_blank_line)
    bare = take_quotes_out(lines, shape.separator)
    odd = sorted(index + 1 for index in faulty)
    frame = by_slices(frame.with_columns(bare=bare), lambda part: _split(part, shape, odd, is_blank_line))
    return frame.drop("bare") if bare is lines else _unmasked(frame, shape.separator)


def _split(frame: pl.DataFrame, shape: Shape, faulty: Sequence[int], is_blank_line: pl.Expr) -> pl.DataFrame:
    frame = frame.with_columns(cells=pl.col("bare").str.split(shape.separator))
    is_regular = (
        (pl.col("cells").list.len() == shape.width)
        & ~pl.col("bare").str.contains('"', literal=True)
        & ~pl.col("bare").str.contains("\0", literal=True)
        & (pl.col("bare").str.len_bytes() <= shape.max_cell_chars)
        & ~pl.col("line").is_in(faulty)
    )
    return frame.with_columns(is_regular=is_regular, is_blank=is_blank_line)


def _unmasked(frame: pl.DataFrame, separator: str) -> pl.DataFrame:
    """The cells with the separators that stood within quotes."""
    is_masked = frame["bare"].str.contains(MASK, literal=True) & ~frame["text"].str.contains(MASK, literal=True)
    if not is_masked.any():
        return frame.drop("bare")
    element = pl.element().str.replace_all(MASK, separator, literal=True)
    restored = frame.filter(is_masked).select("line", pl.col("cells").list.eval(element))
    return pl.concat([frame.filter(~is_masked), frame.filter(is_masked).update(restored, on="line")]).sort("line")


def _read_odd(decoded: Decoded, start: int, marked: pl.DataFrame, shape: Shape) -> list[Record]:
    """What the strict reader makes of the lines that are neither regular nor blank."""
    odd = marked.filter(~pl.col("is_regular") & ~pl.col("is_blank"))["line"].to_list()
    lines = decoded.lines.to_list() if len(odd) > len(marked) // 10 else decoded.lines
    n_lines = len(decoded.lines)
    reader = LineReader(lambda index: lines[index] if index < n_lines else None, shape, decoded.faulty)
    records: list[Record] = []
    end = start
    for line in odd:
        if line > end:
            record = reader.read(line - 1)
            records.append(record)
            end = line + record.n_lines - 1
    return records


def _grid(regular: pl.DataFrame, blank: pl.Series, records: Sequence[Record], n_lines: int) -> Grid:
    empty = [record.line for record in records if is_blank(record.cells) and not record.rule]
    is_empty = frozenset(empty)
    good = [record for record in records if not record.is_faulty and record.line not in is_empty]
    if good:
        regular = pl.concat([regular, frame_of(good)]).sort("line")
    blank = pl.concat([blank, pl.Series("line", empty, pl.Int32)]).sort()
    notes = tuple(Remark(r.line, r.rule, found=r.found, expected=r.expected) for r in good if r.rule)
    return Grid(regular, tuple(record for record in records if record.is_faulty), blank, n_lines, notes)


def frame_of(records: Sequence[Record]) -> pl.DataFrame:
    """Records of one width as a frame (GRID_SCHEMA)."""
    cells = pl.Series("cells", [cell for record in records for cell in record.cells], pl.String)
    lines = pl.Series("line", [record.line for record in records], pl.Int32)
    return pl.DataFrame([lines, lists_of(cells, len(records[0].cells) if records else 0)])


def lists_of(flat: pl.Series, width: int) -> pl.Series:
    """A column of lists, each of `width` cells."""
    if not width:
        return pl.Series(flat.name, [], pl.List(pl.String()))
    return flat.reshape((len(flat) // width, width)).arr.to_list()
