"""Lines -> records of a known width. A quoted break makes no new record, a stray quote swallows no neighbour.

The rules of quoting are RFC 4180's, and a record that breaks them is kept whole and named. No form is known here.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from pipelines.settings import SEPARATORS

TOO_LONG, TOO_SHORT, CUT = "record_too_long", "record_too_short", "record_cut"
STRAY_QUOTE, NUL, ENCODING, CELL_TOO_LONG = "record_quote", "record_nul", "record_encoding", "record_cell_too_long"
OTHER_SEPARATOR = "line_other_separator"
MOST_TRIES = 20  # to close a quote beyond the length of two cells
_WHOLE, _OPEN, _STRAY = "whole", "open", "stray"


@dataclass(frozen=True)
class Record:
    """One record. `rule` names what is odd; where it is faulty, its cells are the reader's best effort."""

    line: int  # of its first line, 1-based
    cells: tuple[str, ...]
    n_lines: int = 1
    rule: str = ""
    found: str = ""
    expected: str = ""

    @property
    def is_faulty(self) -> bool:
        """Whether its cells cannot be trusted."""
        return self.rule not in ("", OTHER_SEPARATOR)


@dataclass(frozen=True)
class Shape:
    """What a record of a table must look like. Width 0 is not known yet, which a header line is read with."""

    separator: str
    width: int = 0
    key: int = -1  # position of a column that no record leaves blank
    breakable: frozenset[int] | None = None  # positions where a break may stand within quotes; None: anywhere
    max_cell_chars: int = 10_000

    def stands_alone(self, text: str) -> bool:
        """Whether a line is a record by itself, quotes aside: wide enough, and with something like a key."""
        cells = text.split(self.separator)
        if not self.width or len(cells) < self.width:
            return False
        return self.key < 0 or is_key_like(cells[self.key])


def is_key_like(cell: str) -> bool:
    """One or two words with a digit in them, as patient numbers and months are."""
    text = cell.strip(' "\u00a0')
    return len(text) <= 40 and text.count(" ") <= 1 and re.search(r"\d", text) is not None


class LineReader:
    """Reads records from lines, one at a time. `line_at` gives the text of a 0-based index, or None after the last."""

    def __init__(self, line_at: Callable[[int], str | None], shape: Shape, faulty: frozenset[int] = frozenset()):
        self._line_at = line_at
        self._shape = shape
        self._faulty = faulty

    def read(self, index: int) -> Record:
        """The record that begins at a line."""
        text = self._line_at(index) or ""
        cells, state = split_strictly(text, self._shape.separator)
        if state == _OPEN:
            longer = self._read_on(index, text)
            if longer:
                return self._checked(index, *longer)
        if state != _WHOLE:
            return Record(index + 1, tuple(text.split(self._shape.separator)), 1, self._fault(index, text, STRAY_QUOTE))
        return self._checked(index, text, tuple(cells), 1)

    def _read_on(self, index: int, text: str) -> tuple[str, tuple[str, ...], int] | None:
        """The record with the lines that its open quote takes in; None where the quote must be a stray one."""
        shape, parts, size, tries = self._shape, [text], len(text), 0
        while size <= 2 * shape.max_cell_chars or (shape.width and tries < MOST_TRIES):
            more = self._line_at(index + len(parts))
            if more is None:
                return None
            parts.append(more)
            size += len(more) + 1
            if '"' not in more and not shape.stands_alone(more):
                continue
            tries += size > 2 * shape.max_cell_chars
            text = "\n".join(parts)
            cells, state = split_strictly(text, shape.separator)
            if state == _WHOLE:
                return (text, tuple(cells), len(parts)) if self._is_one(cells, text, more, tries > 0) else None
            if state == _STRAY or shape.stands_alone(more):
                return None
        return None

    def _is_one(self, cells: Sequence[str], text: str, last: str, is_long: bool) -> bool:
        """Whether lines joined by a quote are one record, and not two that have a stray quote each."""
        shape = self._shape
        if not shape.width:
            return True
        first = text.split("\n", 1)[0]
        if shape.stands_alone(last) and (len(cells) != shape.width or len(first.split(shape.separator)) >= shape.width):
            return False
        broken = {position for position, cell in enumerate(cells) if "\n" in cell.strip()}
        if len(cells) != shape.width:
            return not is_long and len(first.split(shape.separator)) < shape.width
        return shape.breakable is None or broken <= shape.breakable

    def _checked(self, index: int, text: str, cells: tuple[str, ...], n_lines: int) -> Record:
        shape, line = self._shape, index + 1
        if rule := self._fault(index, text, "", n_lines):
            return Record(line, cells, n_lines, rule)
        if shape.width and len(cells) != shape.width:
            if n_lines == 1 and (other := self._in_other_separator(text)):
                return Record(line, *other)
            rule = TOO_LONG if len(cells) > shape.width else TOO_SHORT
            return Record(line, cells, n_lines, rule, str(len(cells)), str(shape.width))
        longest = max(map(len, cells))
        if longest > shape.max_cell_chars:
            return Record(line, cells, n_lines, CELL_TOO_LONG, str(longest), str(shape.max_cell_chars))
        return Record(line, cells, n_lines)

    def _in_other_separator(self, text: str) -> tuple[tuple[str, ...], int, str, str, str] | None:
        """The rest of a record that another separator, and no other, splits as the header asks."""
        shape = self._shape
        found: list[tuple[tuple[str, ...], int, str, str, str]] = []
        for separator in SEPARATORS:
            if separator == shape.separator or text.count(separator) < shape.width - 1 or shape.key < 0:
                continue
            cells, state = split_strictly(text, separator)
            if state == _WHOLE and len(cells) == shape.width:
                key = cells[shape.key]
                if is_key_like(key) and shape.separator not in key:
                    found.append((tuple(cells), 1, OTHER_SEPARATOR, separator, shape.separator))
        return found[0] if len(found) == 1 else None

    def _fault(self, index: int, text: str, otherwise: str, n_lines: int = 1) -> str:
        if "\0" in text:
            return NUL
        return ENCODING if not self._faulty.isdisjoint(range(index, index + n_lines)) else otherwise


@cache
def _patterns(separator: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    mark = re.escape(separator)
    # `="0015"` is a whole cell as well: so programs keep a spreadsheet from taking the noughts off.
    cell = re.compile(rf'(?: *"([^"]*(?:""[^"]*)*)" *|( *="[^"{mark}]*" *|[^"{mark}]*))({mark}|\Z)')
    return cell, re.compile(r' *"[^"]*(?:""[^"]*)*\Z')


def split_strictly(text: str, separator: str) -> tuple[list[str], str]:
    """The cells of a text and how it ends: `whole`, `open` within quotes, or `stray` where a quote stands wrong."""
    if '"' not in text:
        return text.split(separator), _WHOLE
    cell, open_cell = _patterns(separator)
    cells: list[str] = []
    position = 0
    while True:
        match = cell.match(text, position)
        if match is None:
            return cells, _OPEN if open_cell.match(text, position) else _STRAY
        quoted, plain, end = match.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        if not end:
            return cells, _WHOLE
        position = match.end()
