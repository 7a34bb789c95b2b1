"""Columns that say who somebody is: found by their header or by most of their cells, in any line of a file.

This looks at the lines themselves, so that it does not matter which reader makes sense of the file, if any does.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from pathlib import PurePath

import polars as pl

from pipelines.intake.cell import tidy
from pipelines.intake.cell_codes import to_latin
from pipelines.intake.file_names import safe_name
from pipelines.intake.identifier_values import SUSPECT, kind_of_value
from pipelines.intake.letters import column_letters
from pipelines.intake.records import split_strictly
from pipelines.intake.verdict import Reading, Refusal, Trace
from pipelines.settings import SEPARATORS, Clinic
from schemas.identifiers import asks_who, identifier_kind

BY_HEADER, BY_VALUES = "identifier_column", "identifier_values"
FEWEST = 3  # cells of a column that look like an identifier, and half of all
FIRST_LINES = 100
MOST_LINES_LISTED = 100
_MOST_LOOKED_AT = 20_000
_CHUNK = 100_000
_BLANK = ' \t"\u00a0'
_LONGEST_LABEL = 80
_NO_LABEL = re.compile(r"^[^\W\d_]?$|^[\W\d_]*$|\d{4}-\d\d-\d\d")  # one letter or none, a date
_PLAIN_NAME = re.compile(r"[^\W\d_][^\d]*")
_PLAIN_HEADER = re.compile(r"[^\W\d]+(?:[ _-][^\W\d]+){0,5}")

Headers = Mapping[int, Sequence[str]]  # line -> the header that stands there


@dataclass(frozen=True)
class Own:
    """Patterns of a clinic's own patient numbers, which are no national numbers."""

    formats: tuple[str, ...] = ()

    @classmethod
    def of(cls, clinic: Clinic) -> "Own":
        """The formats of a clinic, with and without its code."""
        return cls(own_formats(clinic.code, clinic.id_format))


def own_formats(code: str, own: str) -> tuple[str, ...]:
    """The patterns of a clinic's own numbers, with and without its code; none where it declared no format."""
    return (own, rf"{re.escape(code)}-(?:{own})") if own else ()


NO_FORMATS = Own()


def traces_in(
    lines: pl.Series, reading: Reading, own: Own, separator: str = "", fewest: int = FEWEST
) -> tuple[Trace, ...]:
    """The columns of the lines that say who somebody is. `separator` is that of lines made from a sheet.

    `fewest` cells must look like an identifier: one, where the lines are not all of a column's.
    """
    headers = {table.header_line: table.header for table in reading.tables}
    known = separator or (reading.dialect.separator if reading.dialect and reading.tables else _commonest(lines))
    by_header = _by_headers(lines, headers)
    named = {trace.column for trace in by_header}
    return (
        *by_header,
        *(trace for trace in _by_values(lines, headers, known, own, fewest) if trace.column not in named),
    )


def stack_tells(lines: pl.Series, reading: Reading, own: Own, n_rows: Sequence[int]) -> frozenset[int] | None:
    """Of files read as one below one header, those in which a line may say who somebody is; None where none does.

    Where the header itself does, none is named.
    """
    if traces_in(lines.head(1), reading, own):
        return frozenset()
    asks = _asking(lines.slice(1))
    is_asking = lines.str.contains_any(asks) if asks else lines.is_null()
    is_suspect = lines.str.contains(SUSPECT)
    header, separator = reading.tables[0].header, reading.dialect.separator if reading.dialect else ""
    spans = enumerate(zip(accumulate(n_rows, initial=1), n_rows, strict=False))
    told = [
        number
        for number, (start, length) in spans
        if is_asking.slice(start, length).any()
        or (
            int(is_suspect.slice(start, length).sum()) >= FEWEST
            and _of_part(lines.slice(start, length), start, header, separator, own)
        )
    ]
    return frozenset(told) if told else None


def _asking(lines: pl.Series) -> list[str]:
    """The cells, whatever separates one from the next, that ask for an identifier."""
    cells = {cell for line in lines for separator in SEPARATORS for cell in line.split(separator)}
    return [cell for cell in cells if cell.strip(_BLANK) and (_kind_of_label(cell) or _title(cell))]


def _commonest(lines: pl.Series) -> str:
    """The separator of most cells, for lines that no reader made sense of."""
    text = "\n".join(lines.head(FIRST_LINES).to_list())
    return max(SEPARATORS, key=text.count)


def refuse_traces(traces: Sequence[Trace]) -> Refusal:
    """The refusal of a file with identifiers: names columns and lines, and no cell."""
    columns = tuple(
        dict.fromkeys(f"{trace.sheet}: {trace.column}" if trace.sheet else trace.column for trace in traces)
    )
    lines = tuple(sorted({line for trace in traces for line in trace.lines}))[:MOST_LINES_LISTED]
    rule = BY_HEADER if any(trace.is_header for trace in traces) else BY_VALUES
    kinds = ", ".join(dict.fromkeys(trace.kind for trace in traces))
    return Refusal(rule, kinds, "", columns, lines, is_stored=False)


def kept_name(name: str, refusal: Refusal | None) -> str:
    """The name a file is known by: one refused for identifiers may well carry one in its name."""
    is_refused = refusal is not None and refusal.rule in (BY_HEADER, BY_VALUES)
    return f"file{PurePath(name).suffix.lower()}" if is_refused else safe_name(name)


def _by_headers(lines: pl.Series, headers: Headers) -> list[Trace]:
    told = [
        Trace(kind, column_letters(place), (line,), is_header=True)
        for line, cells in headers.items()
        for place, cell in enumerate(cells)
        if (kind := kind_of_value(cell))
    ]
    asked = [
        Trace(kind, label, (line,), is_header=True)
        for line, text in _header_like(lines, headers)
        for label, kind in _labels_of_line(text, headers.get(line), not headers)
    ]
    return [*told, *asked]


def _labels_of_line(text: str, header: Sequence[str] | None, is_unknown: bool) -> list[tuple[str, str]]:
    """What a line asks for, split by the separator that makes most of it."""
    splits = [header] if header else [split_strictly(text, separator)[0] for separator in SEPARATORS]
    labels = [_labels(cells, bool(header), is_unknown) for cells in sorted(splits, key=len, reverse=True)]
    return max(labels, key=len)


def _header_like(lines: pl.Series, headers: Headers) -> Iterable[tuple[int, str]]:
    """Lines that may be a header: known ones, the first of the file, and those that hold no digit."""
    is_early = pl.int_range(len(lines), eager=True) < FIRST_LINES
    is_wordy = ~lines.str.contains(r"\d") & (lines.str.len_bytes() < _MOST_LOOKED_AT)
    places = (is_early | is_wordy).arg_true().head(_MOST_LOOKED_AT).to_list()
    wanted = sorted({*places, *(line - 1 for line in headers)})
    return ((place + 1, lines[place]) for place in wanted if lines[place].strip(_BLANK))


def _labels(cells: Sequence[str], is_header: bool, is_unknown: bool) -> list[tuple[str, str]]:
    """The cells of a line that ask for an identifier, and its kind; none where the line is one of data."""
    filled = [cell for cell in cells if cell.strip(_BLANK)]
    found = [(_shown(cell), kind) for cell in filled if (kind := _kind_of_label(cell))]
    titled = [(_shown(before), kind) for cell in filled for before, kind in _title(cell)]
    is_enough = is_header or is_unknown or len(found) > 1 or 2 * len(found) >= len(filled)
    return [*(found if is_enough else []), *titled]


def _kind_of_label(cell: str) -> str:
    is_word = len(cell) <= _LONGEST_LABEL and not _NO_LABEL.search(cell)
    return _kind_of_word(cell) if is_word else ""


@lru_cache(maxsize=20_000)
def _kind_of_word(cell: str) -> str:
    return identifier_kind(to_latin(tidy(cell)))


def _shown(label: str) -> str:
    """A header of the list without what may stand beside its words."""
    return re.sub(r"[(\[{<].*|\d{2,}", "", label).strip(_BLANK)


def _title(cell: str) -> list[tuple[str, str]]:
    """`Naam: J. Jansen` or `Patient: J. Jansen` above a table: what stands before the colon."""
    before, colon, after = cell[:200].partition(":")
    kind = _kind_of_label(before) if colon and after.strip(_BLANK) else ""
    if not kind and colon and asks_who(before) and _PLAIN_NAME.fullmatch(after.strip(_BLANK)):
        kind = "name"
    return [(before, kind)] if kind else []


def _by_values(lines: pl.Series, headers: Headers, separator: str, own: Own, fewest: int) -> list[Trace]:
    starts = sorted(headers)
    ends = [*(line - 1 for line in starts), len(lines)]
    traces: list[Trace] = []
    for start, end in zip([0, *starts], ends, strict=True):
        part = lines.slice(start, end - start)
        traces += _of_part(part, start, headers.get(start, ()), separator, own, fewest)
    return traces


def _of_part(
    lines: pl.Series, start: int, header: Sequence[str], separator: str, own: Own, fewest: int = FEWEST
) -> list[Trace]:
    """The columns among lines of one layout whose cells are identifiers; `start` lines stand above."""
    suspects = lines.str.contains(SUSPECT).arg_true()
    if len(suspects) < fewest:
        return []
    step = -(-len(suspects) // _MOST_LOOKED_AT)
    hits: dict[tuple[int, str], list[int]] = {}
    for index in suspects.gather_every(step).to_list():
        for place, cell in enumerate(split_strictly(lines[index], separator)[0]):
            if kind := kind_of_value(cell, own.formats):
                hits.setdefault((place, kind), []).append(start + index + 1)
    often = {each: found for each, found in hits.items() if len(found) * step >= fewest}
    filled = _count_filled(lines, separator, {place for place, _ in often})
    return [
        Trace(kind, _name(header, place), tuple(found[:MOST_LINES_LISTED]), is_header=False)
        for (place, kind), found in often.items()
        if 2 * len(found) * step >= filled[place] - (not header)
    ]


def _count_filled(lines: pl.Series, separator: str, places: Iterable[int]) -> Counter[int]:
    """How many cells of each column hold something."""
    counts: Counter[int] = Counter()
    for start in range(0, len(lines), _CHUNK):
        cells = lines.slice(start, _CHUNK).str.split(separator)
        for place in places:
            column = cells.list.get(place, null_on_oob=True).str.strip_chars(_BLANK)
            counts[place] += int((column.str.len_bytes() > 0).sum())
    return counts


def _name(header: Sequence[str], place: int) -> str:
    """The header, where it cannot be a cell of somebody's; else the column's letter."""
    text = header[place].strip(_BLANK) if place < len(header) else ""
    return text if _PLAIN_HEADER.fullmatch(text) and len(text) <= 40 else column_letters(place)
