"""Tables of text -> bytes written the way the file came: separator, encoding, line ends; a workbook stays a workbook.

What the rows are is decided elsewhere. Nothing here can be run by a spreadsheet: a text that looks like a formula gets
an apostrophe in front, which the reader takes off again.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from typing import Any

import polars as pl

from pipelines.intake.slices import SLICE
from pipelines.intake.verdict import Dialect
from warehouse.records import BETWEEN_CELLS

# What a spreadsheet may run begins so, wide forms and invisible characters before it included.
_RISKY = re.compile(r"[\s\u200b-\u200f\u2060\ufeff\x00]*[=+\-@\t\r＝＋－＠].*", re.DOTALL)
# Where neither of the two can hold: asked of a whole row, its cells behind \x1f, since nearly all rows are harmless.
_PERHAPS_RISKY = re.compile(r"[\s,;|\u200b-\u200f\u2060\ufeff\x00\x1f][=+\-@\t\r＝＋－＠]")
# The same of a record as one text, for polars, and what makes a cell be quoted: nearly all records are plain.
_PERHAPS_ODD = r'["\r\n]|(?:^|[\s\x1c-\x1f,;|\u{200b}-\u{200f}\u{2060}\u{feff}\x00])[=+\-@\t＝＋－＠]'
_ODD_CELL = r'["\r\n,;|\t]|^[\s\x1c-\x1f\u{200b}-\u{200f}\u{2060}\u{feff}\x00]*[=+\-@＝＋－＠]'
_RISKY_WITHIN = re.compile(r"([,;\t|\r\n]\s*)(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?\d[\d.,' ]*%?")
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENCODINGS = {"utf-8-sig": "utf-8"}
_TEXTS = pl.List(pl.String)
_FORBIDDEN_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")


@dataclass(frozen=True)
class Sheet:
    """One table to write: its name in a workbook, its header and its rows, all text."""

    name: str
    header: Sequence[str]
    rows: pl.DataFrame
    """`record`, the cells of a row as one text (`raw_rows`), or else `cells`; `beside`, a text for one cell more, with
    an empty one behind it, or null."""


def rows_of(cells: pl.Series) -> pl.DataFrame:
    """The rows of a sheet from lists of texts, none of them null."""
    nothing = pl.lit(None, pl.String)
    return cells.alias("cells").to_frame().with_columns(nothing.alias("record"), nothing.alias("beside"))


def _cells_of(rows: pl.DataFrame) -> pl.Series:
    """The rows as lists of texts."""
    said = pl.concat_list("beside", pl.lit(""))
    beside = pl.when(pl.col("beside").is_not_null()).then(said).otherwise(pl.lit([], _TEXTS))
    return rows.select(
        pl.concat_list(pl.coalesce("cells", pl.col("record").str.split(BETWEEN_CELLS)), beside)
    ).to_series()


class _Lines(list[str]):
    """Lines as a CSV writer writes them."""

    def write(self, line: str) -> None:
        """Keep one more."""
        self.append(line)


def write_back(dialect: Dialect, sheets: Sequence[Sheet]) -> bytes:
    """The sheets in the file's own way. An ods comes back as xlsx, which the same programs open."""
    return _write_text(dialect, sheets) if dialect.kind == "csv" else _write_workbook(sheets)


def suffix_of(dialect: Dialect) -> str:
    """The suffix of what `write_back` writes."""
    return "csv" if dialect.kind == "csv" else "xlsx"


def defuse(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would run it."""
    return f"'{text}" if _RISKY.fullmatch(text) and not _NUMBER.fullmatch(text.strip()) else text


def _defuse_within(text: str) -> str:
    """The same for a cell of a text file, and for what a program that splits at another separator makes of it."""
    return _RISKY_WITHIN.sub(r"\1'", defuse(text))


def _defused(row: Sequence[str]) -> Sequence[str]:
    """The cells of a row for a text file, each harmless."""
    if not _PERHAPS_RISKY.search("\x1f".join(("", *row))):
        return row
    return [_defuse_within(text) for text in row]


def _write_text(dialect: Dialect, sheets: Sequence[Sheet]) -> bytes:
    slices = ((sheet.rows.slice(start, SLICE) for start in range(0, sheet.rows.height, SLICE)) for sheet in sheets)
    return b"".join(text_pieces(dialect, zip((sheet.header for sheet in sheets), slices, strict=True)))


def text_pieces(dialect: Dialect, tables: Iterable[tuple[Sequence[str], Iterable[pl.DataFrame]]]) -> Iterator[bytes]:
    """A text file in pieces: of each table the header and its rows, some after the other, as `Sheet.rows` has them."""
    separator, newline = dialect.separator or ",", dialect.newline or "\n"
    encoding = _ENCODINGS.get(dialect.encoding.lower(), dialect.encoding) or "utf-8"
    mark = ["\ufeff".encode()] if dialect.has_bom else []
    texts = (_text_of(*table, number, separator, newline) for number, table in enumerate(tables))
    pieces = chain(mark, chain.from_iterable(texts))
    if encoding == "utf-8":
        yield from pieces
    else:
        yield from (piece.decode().encode(encoding, errors="replace") for piece in pieces)


def _text_of(
    header: Sequence[str], frames: Iterable[pl.DataFrame], number: int, separator: str, newline: str
) -> Iterator[bytes]:
    """A table's lines in pieces of UTF-8, a blank line before every table but the first."""
    yield "".join((newline if number else "", *_strictly([header], separator, newline))).encode()
    for rows in frames:
        yield _written(rows, separator, newline)


def _written(rows: pl.DataFrame, separator: str, newline: str) -> bytes:
    """The lines of the rows: as they are where no cell can need a quote or an apostrophe."""
    record = rows["record"]
    is_odd = record.str.contains(separator, literal=True) | record.str.contains(_PERHAPS_ODD)
    is_plain = (record.str.contains(BETWEEN_CELLS, literal=True) & ~is_odd).fill_null(value=False)
    odd = (~is_plain).arg_true()
    ends, odd_lines = _ends(rows["beside"], separator, newline), _odd_lines(_cells_of(rows[odd]), separator, newline)
    # The mark between cells becomes the separator in all lines at once, but where a cell or a message holds the mark.
    is_marked = any(texts.str.contains(BETWEEN_CELLS, literal=True).any() for texts in (ends.unique(), odd_lines))
    lines = (record.str.replace_all(BETWEEN_CELLS, separator, literal=True) if is_marked else record) + ends
    piece = io.BytesIO()
    lines.scatter(odd, odd_lines).to_frame().write_csv(
        piece, include_header=False, quote_style="never", line_terminator=newline
    )
    return piece.getvalue() if is_marked else piece.getvalue().replace(BETWEEN_CELLS.encode(), separator.encode())


def _ends(beside: pl.Series, separator: str, newline: str) -> pl.Series:
    """What a line ends in: nothing, or the separator and what stands beside."""
    texts = beside.drop_nulls().unique()
    ends = [
        separator + line.removesuffix(newline) for line in _strictly([(text, "") for text in texts], separator, newline)
    ]
    return beside.replace_strict(texts, pl.Series(ends, dtype=pl.String), default="", return_dtype=pl.String)


def _odd_lines(rows: pl.Series, separator: str, newline: str) -> pl.Series:
    """The lines of rows in which some cell may need more than a separator."""
    narrow = (rows.list.len() < 2).arg_true()  # an empty cell by itself is written as two quotes
    written = [line.removesuffix(newline) for line in _strictly(rows.gather(narrow).to_list(), separator, newline)]
    return _by_cell(rows, separator, newline).scatter(narrow, pl.Series(written, dtype=pl.String))


def _by_cell(rows: pl.Series, separator: str, newline: str) -> pl.Series:
    """The lines of rows of two cells or more: each different text is looked at once."""
    texts = rows.explode(empty_as_null=False, keep_nulls=False).unique()
    odd = texts.filter(texts.str.contains(_ODD_CELL))
    end = len(separator) + len(newline)
    written = [line[:-end] for line in _strictly([(text, "") for text in odd], separator, newline)]
    mended = pl.element().replace(odd, pl.Series(written, dtype=pl.String))
    return pl.select(rows.list.eval(mended).list.join(separator)).to_series()


def _strictly(rows: Sequence[Sequence[str]], separator: str, newline: str) -> Sequence[str]:
    """The lines of the rows, each cell looked at."""
    lines = _Lines()
    csv.writer(lines, delimiter=separator, lineterminator=newline).writerows(map(_defused, rows))
    return lines


def _write_workbook(sheets: Sequence[Sheet]) -> bytes:
    import xlsxwriter

    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as workbook:
        bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "yyyy-mm-dd"})
        quoted = workbook.add_format({"quote_prefix": True})  # stays a text even when somebody edits it
        for name, sheet in zip(_names(sheets), sheets, strict=True):
            page = workbook.add_worksheet(name)
            page.freeze_panes(1, 0)
            page.write_row(0, 0, sheet.header, bold)
            for place, row in enumerate(_cells_of(sheet.rows), start=1):
                for column, text in enumerate(row):
                    _write_cell(page, place, column, text, day, quoted)
    return file.getvalue()


def _write_cell(page: Any, row: int, column: int, text: str, day: Any, quoted: Any) -> None:
    """A day as a day and a plain number as a number, as a person would have typed them; all else as text."""
    value = _as_day(text) if _ISO_DAY.fullmatch(text) else None
    if value is not None:
        page.write_datetime(row, column, value, day)
    elif _PLAIN_NUMBER.fullmatch(text):
        page.write_number(row, column, float(text))
    elif text:
        page.write_string(row, column, text, None if defuse(text) == text else quoted)


def _as_day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime(day.year, day.month, day.day) if day.year >= 1900 else None


def _names(sheets: Iterable[Sheet]) -> list[str]:
    """Sheet names a workbook allows, none twice."""
    names: list[str] = []
    for number, sheet in enumerate(sheets, start=1):
        name = _FORBIDDEN_IN_SHEET_NAMES.sub(" ", sheet.name).strip(" '")[:31] or f"sheet {number}"
        names.append(name if name.casefold() not in map(str.casefold, names) else f"{name[:26]} ({number})")
    return names
