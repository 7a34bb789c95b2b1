"""Which line is the header and which separator it is written with, among a closed set; how wide its records are.

The header decides: a separator is right when it makes the line a form's header, and is then held to the whole file.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.intake.encoding import Decoded
from pipelines.intake.grid import Grid, common_width, is_blank, split_lines
from pipelines.intake.header import Header, recognise, refuse_header
from pipelines.intake.records import STRAY_QUOTE, LineReader, Record, Shape
from pipelines.intake.table import Block, key_position
from pipelines.intake.verdict import Refusal
from pipelines.settings import SEPARATORS, Limits
from schemas.dictionary import Dictionary, Field

HEADER_SEARCH = 100  # a header stands among the first records of a file, or of what follows another header's records
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A header as it stands in a file."""

    header: Header
    record: Record
    before: tuple[Record, ...]
    separator: str


def find_header(decoded: Decoded, start: int, dictionary: Dictionary, limits: Limits) -> Found | Refusal:
    """The first line from the 0-based `start` on that is a header of a form, in the separator that makes it one."""
    declared = _SEPARATOR_LINE.fullmatch(decoded.lines[start].strip())
    separators = (declared[1],) if declared and declared[1] in SEPARATORS else SEPARATORS
    found: list[Found] = []
    near: list[Header] = []
    for separator in separators:
        seen: list[Record] = []
        for record in _first_records(decoded, start, separator, limits):
            header = recognise(record.cells, dictionary)
            if header:
                near.append(header)
            if header and header.is_complete:
                found.append(Found(header, record, tuple(seen), separator))
                break
            seen.append(record)
    if not found:
        first = next((text for text in decoded.lines[start : start + HEADER_SEARCH] if text.strip()), "")
        return refuse_header(near, re.split(r"[,;\t|]", first), dictionary)
    best = max(found, key=lambda each: each.header.score)
    if len(best.header.cells) > limits.max_columns:
        return Refusal("file_too_many_columns", str(len(best.header.cells)), str(limits.max_columns))
    if best.header.twice:
        return Refusal("column_twice", ", ".join(best.header.twice), columns=best.header.twice)
    return best


def _first_records(decoded: Decoded, start: int, separator: str, limits: Limits) -> list[Record]:
    """The first records as they come, a line that only a stray quote holds to the next one taken by itself."""
    n_lines = len(decoded.lines)
    reader = LineReader(
        lambda index: decoded.lines[index] if index < n_lines else None,
        Shape(separator, max_cell_chars=limits.max_cell_chars),
        decoded.faulty,
    )
    records: list[Record] = []
    index = start
    while index < n_lines and len(records) < HEADER_SEARCH:
        record = reader.read(index)
        more = decoded.lines[index + 1 : index + record.n_lines].to_list()
        if _swallows(more, record, separator):
            record = Record(index + 1, tuple(decoded.lines[index].split(separator)), rule=STRAY_QUOTE)
        records.append(record)
        index += record.n_lines
    return records


def _swallows(more: Sequence[str], record: Record, separator: str) -> bool:
    """Whether the quoted breaks of what may be a header hold records."""
    shape = Shape(separator, width=len(record.cells))
    return any(shape.stands_alone(text) and re.search(r"\d", text) is not None for text in more)


def read_block(decoded: Decoded, found: Found, limits: Limits, is_exact: bool = False) -> Block:
    """The records below a header, split to their common width."""
    start = found.record.line - 1 + found.record.n_lines
    width = _width(decoded, start, found)
    shape = Shape(
        found.separator,
        width,
        key_position(found.header),
        _breakable(found.header, width),
        limits.max_cell_chars,
    )
    grid = split_lines(decoded, start, shape, is_exact)
    if width > len(found.header.cells) and _holds_more(grid, len(found.header.cells)):
        shape = replace(shape, width=len(found.header.cells))
        grid = split_lines(decoded, start, shape, is_exact)
    return Block("", found.record.line, found.header, found.before, grid)


def _width(decoded: Decoded, start: int, found: Found) -> int:
    """As many cells as the header has; as many as all records have, where they differ in empty columns at the end."""
    sent = len(found.header.cells)
    named = max((place + 1 for place, cell in enumerate(found.header.cells) if not is_blank([cell])), default=sent)
    counts = common_width(decoded, start, found.separator)
    if not counts or sent in counts:
        return sent
    usual = max(counts, key=lambda width: counts[width])
    return usual if usual >= named and counts[usual] >= 3 else sent


def _holds_more(grid: Grid, width: int) -> bool:
    beyond = grid.frame["cells"].list.slice(width).explode()
    return not is_blank(beyond.unique().to_list())


def _breakable(header: Header, width: int) -> frozenset[int]:
    """Where a cell may hold a break: texts and columns of which nothing is known."""
    fields: dict[int, Field] = {place: header.form.field(name) for name, place in header.positions.items()}
    return frozenset(place for place in range(width) if place not in fields or fields[place].kind == "text")
