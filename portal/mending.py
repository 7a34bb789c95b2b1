"""A draft's file with the user's texts and yeses in it, written the way it came."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from portal.drafts import Draft

if TYPE_CHECKING:
    import polars as pl

    from pipelines.intake.verdict import Section, Verdict
    from schemas.dictionary import Dictionary

YES = "1"  # a yes in every language


def mended(draft: Draft, verdict: "Verdict", language: str) -> bytes:
    """The rows of every section as uploaded, each on its line, but for the user's texts; and a column of yeses.

    What stands beside a table is left out, and so are rows that were not kept: their lines are blank.
    """
    import polars as pl

    from pipelines.intake.confirmation import CONFIRM_HEADERS, is_added
    from pipelines.intake.rewriting import Sheet, rows_of, write_back
    from pipelines.intake.verdict import Dialect
    from schemas.vocabulary import LANGUAGES

    place = LANGUAGES.index(language) if language in LANGUAGES else 0
    sheets = []
    for section in verdict.sections:
        kept = [column for column, cell in enumerate(section.header) if not is_added(cell)]
        header = [*(section.header[column] for column in kept), CONFIRM_HEADERS[place]]
        raw = kept_rows(section).select("line", "cells")
        rows = {line: _row(draft, section, line, cells, kept) for line, cells in raw.iter_rows()}
        first, *texts = _on_their_lines(header, rows)
        sheets.append(Sheet(section.sheet or section.form, first, rows_of(pl.Series(texts, dtype=pl.List(pl.String)))))
    return write_back(verdict.dialect or Dialect("csv"), sheets)


def kept_rows(section: "Section") -> "pl.DataFrame":
    """The rows whose cells are known: not those that could not be told from a column that no form asks for."""
    import polars as pl

    return section.raw.filter(pl.col("cells").list.len() > 0).sort("line")


def left_out(verdict: "Verdict") -> frozenset[str]:
    """The rows, as forms name them, that a mended file cannot hold."""
    return frozenset(
        row_of(section.number, line)
        for section in verdict.sections
        for line in set(section.raw["line"]) - set(kept_rows(section)["line"])
    )


def place_of(section: int, line: int, column: int) -> str:
    """How a cell is named in a form: its section, its line in the file as uploaded, its column from 0."""
    return f"{section}-{line}-{column}"


def row_of(section: int, line: int) -> str:
    """How a row is named in a form."""
    return f"{section}-{line}"


def cell_of(cells: Sequence[str | None], column: int) -> str:
    """A cell's text; a record that was split wrongly may lack it."""
    return (cells[column] or "") if column < len(cells) else ""


def _on_their_lines(header: list[str], rows: Mapping[int, list[str]]) -> Iterator[list[str]]:
    """The header, then each row on its line of the file as uploaded, so that findings name the lines its user knows."""
    blank = [""] * len(header)
    height = _height(header)
    yield from [blank] * (min(rows, default=0) - 1 - height)
    yield header
    at = max(min(rows, default=0), height + 1)
    for line, row in rows.items():
        yield from [blank] * (line - at)
        yield row
        at = max(line, at) + _height(row)


def _height(row: Sequence[str]) -> int:
    """The lines that a row takes: a cell may hold several."""
    return 1 + sum(text.count("\n") for text in row)


def _row(draft: Draft, section: "Section", line: int, cells: Sequence[str | None], kept: Sequence[int]) -> list[str]:
    places = [place_of(section.number, line, column) for column in kept]
    texts = [draft.mends.get(place, cell_of(cells, column)) for place, column in zip(places, kept, strict=True)]
    beyond = [cell or "" for cell in cells[len(section.header) :]]
    return [*texts, YES if row_of(section.number, line) in draft.yeses else "", *beyond]


def to_mend(verdict: "Verdict", dictionary: "Dictionary", language: str) -> tuple[str, bytes] | None:
    """The rows that need work with a message beside each, as a file of the clinic's own kind; None where none does."""
    from pipelines.intake.confirmation import confirmed_here
    from pipelines.intake.facts import section_record
    from pipelines.intake.mapping_back import whole_records
    from pipelines.intake.mending import mend_sections
    from pipelines.intake.outcome import read_section

    records = [section_record(each) for each in verdict.sections]
    read = [
        read_section(record, 0, confirmed_here(each)) for record, each in zip(records, verdict.sections, strict=True)
    ]
    sections = whole_records(read, records, verdict.dialect)
    files = mend_sections(sections, verdict.dialect, dictionary, language) if verdict.dialect else {}
    return next(iter(files.items()), None)
