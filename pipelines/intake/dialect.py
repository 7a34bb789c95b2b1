"""Which line is the header and which separator it is written with, among a closed set; how wide its records are.

The header decides: a separator is right when it makes the line a form's header, and is then held to the whole file.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.intake.block import DAMAGED, Block
from pipelines.intake.encoding import Decoded
from pipelines.intake.findings import Remark
from pipelines.intake.grid import Grid, common_width, count_outside_quotes, is_blank, split_lines
from pipelines.intake.header import Header, Headers
from pipelines.intake.records import ENCODING, STRAY_QUOTE, LineReader, Record, Shape
from pipelines.intake.verdict import Refusal
from pipelines.settings import SEPARATORS, Limits
from schemas.dictionary import Field

MOST_ODD_LINES = 100_000  # of another width than the header, if they outnumber the others
HEADER_SEARCH = 100  # a header stands among the first records of a file, or of what follows another header's records
OTHER_ENCODING = "line_other_encoding"
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*', re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """A header as it stands in a file."""

    header: Header
    record: Record
    before: tuple[Record, ...]
    separator: str


def find_header(decoded: Decoded, start: int, headers: Headers, limits: Limits) -> Found | Refusal:
    """The first line from the 0-based `start` on that is a header of a form, in the separator that makes it one."""
    declared = _SEPARATOR_LINE.fullmatch(decoded.lines[start].strip())
    own = (declared[1],) if declared and declared[1] in SEPARATORS else ()
    found = _find_headers(decoded, start, own, headers, limits) if own else []
    found = found or _find_headers(decoded, start, SEPARATORS, headers, limits)
    if not found:
        first = next((text for text in decoded.lines[start : start + HEADER_SEARCH] if text.strip()), "")
        near = _near_headers(decoded, start, (*own, *SEPARATORS), headers, limits)
        return headers.refuse(near, re.split(r"[,;\t|]", first))
    best = max(found, key=lambda each: each.header.score)
    if len(best.header.cells) > limits.max_columns:
        return Refusal("file_too_many_columns", str(len(best.header.cells)), str(limits.max_columns))
    if best.record.rule in DAMAGED:
        return Refusal("header_damaged", lines=(best.record.line,))
    if best.header.twice:
        return Refusal("column_twice", ", ".join(best.header.twice), columns=best.header.twice)
    return best


def _find_headers(
    decoded: Decoded, start: int, separators: Sequence[str], headers: Headers, limits: Limits
) -> list[Found]:
    """The first header in each separator; a record of one cell is none."""
    found: list[Found] = []
    for separator in separators:
        seen: list[Record] = []
        for record in _first_records(decoded, start, separator, limits):
            header = headers.recognise(record.cells) if len(record.cells) > 1 else None
            if header and header.is_complete:
                found.append(Found(header, record, tuple(seen), separator))
                break
            seen.append(record)
    return found


def _near_headers(
    decoded: Decoded, start: int, separators: Sequence[str], headers: Headers, limits: Limits
) -> list[Header]:
    """What comes near a header, where there is none."""
    records = (record for each in separators for record in _first_records(decoded, start, each, limits))
    return [header for record in records if (header := headers.recognise(record.cells))]


def _first_records(decoded: Decoded, start: int, separator: str, limits: Limits) -> Iterator[Record]:
    """The first records as they come, a line that only a stray quote holds to the next one taken by itself."""
    n_lines = len(decoded.lines)
    reader = LineReader(
        lambda index: decoded.lines[index] if index < n_lines else None,
        Shape(separator, max_cell_chars=limits.max_cell_chars),
        decoded.faulty,
    )
    index, number = start, 0
    while index < n_lines and number < HEADER_SEARCH:
        record = reader.read(index)
        more = decoded.lines[index + 1 : index + record.n_lines].to_list()
        if _swallows(more, record, separator):
            record = Record(index + 1, tuple(decoded.lines[index].split(separator)), rule=STRAY_QUOTE)
        yield record
        index, number = index + record.n_lines, number + 1


def _swallows(more: Sequence[str], record: Record, separator: str) -> bool:
    """Whether the quoted breaks of what may be a header hold records."""
    shape = Shape(separator, width=len(record.cells))
    return any(shape.stands_alone(text) and re.search(r"\d", text) is not None for text in more)


def read_block(decoded: Decoded, found: Found, limits: Limits, is_exact: bool = False) -> Block | Refusal:
    """The records below a header, split to their common width; refused where that is not the width of most."""
    header, start = found.header, found.record.line - 1 + found.record.n_lines
    counts = common_width(decoded, start, found.separator)
    width = _width(counts, header)
    n_odd = sum(counts.values()) - counts.get(width, 0)
    n_most = max(MOST_ODD_LINES, counts.get(width, 0))
    if n_odd > n_most and count_outside_quotes(decoded, start, found.separator, width) > n_most:
        return Refusal("file_separator", found.separator, str(width))
    shape = Shape(found.separator, width, header.key, _breakable(header, width), limits.max_cell_chars)
    grid = split_lines(decoded, start, shape, is_exact)
    if width > len(header.cells) and _holds_more(grid, len(header.cells)):
        grid = split_lines(decoded, start, replace(shape, width=len(header.cells)), is_exact)
    grid = replace(grid, notes=(*grid.notes, *_encoding_notes(decoded, grid)))
    is_doubtful = found.record.rule == ENCODING
    return Block("", found.record.line, header, found.before, grid, is_doubtful=is_doubtful)


def _encoding_notes(decoded: Decoded, grid: Grid) -> list[Remark]:
    """Lines of data that were read in another encoding than the file's."""
    lines = set(grid.frame["line"].to_list()) if decoded.other else set()
    other = ((index + 1, name) for index, name in decoded.other.items() if index + 1 in lines)
    return [Remark(line, OTHER_ENCODING, found=name, expected=decoded.encoding) for line, name in other]


def _width(counts: Mapping[int, int], header: Header) -> int:
    """As many cells as the header has; as many as all records have, where they differ in empty columns at the end."""
    sent = len(header.cells)
    if not counts or sent in counts:
        return sent
    named = max((place + 1 for place, cell in enumerate(header.cells) if not is_blank([cell])), default=sent)
    usual = max(counts, key=lambda width: counts[width])
    return usual if usual >= named and counts[usual] >= 3 else sent


def _holds_more(grid: Grid, width: int) -> bool:
    beyond = grid.frame["cells"].list.slice(width).explode()
    return not is_blank(beyond.unique().to_list())


def _breakable(header: Header, width: int) -> frozenset[int]:
    """Where a cell may hold a break: texts and columns of which nothing is known."""
    fields: dict[int, Field] = {place: header.form.field(name) for name, place in header.positions.items()}
    return frozenset(place for place in range(width) if place not in fields or fields[place].kind == "text")
