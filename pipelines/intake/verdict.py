"""What intake says of one file: counts, rows, findings. Plain values; nothing here reads, validates or writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from pipelines.intake.raw_rows import as_stored

# One finding a row. `found` is the text as sent, `expected` what fills the second blank of the rule's sentence.
FINDING_SCHEMA: Mapping[str, pl.DataType] = {
    "line": pl.Int32(),  # line of the file (spreadsheet row for a sheet), 1-based; 0 speaks of the whole section
    "column": pl.String(),  # the field's name, or the header as sent; '' speaks of the whole row
    "cell": pl.String(),  # spreadsheet address such as B17; '' where there is none
    "rule": pl.String(),  # rule id, never reused
    "severity": pl.String(),  # error | warning | note
    "found": pl.String(),
    "expected": pl.String(),
}

PART = "·"  # between a sheet's name and the visit

# Raw records of data, as text: every record that is not header, blank or furniture.
RAW_SCHEMA: Mapping[str, pl.DataType] = {
    "line": pl.Int32(),
    "cells": pl.List(pl.String()),
    "is_rejected": pl.Boolean(),
}


@dataclass(frozen=True)
class Records:
    """How the records of a section add up: physical = header + blank + furniture + data."""

    physical: int
    header: int
    blank: int
    furniture: int

    @property
    def data(self) -> int:
        """Records that carry data: accepted, rejected, held or already known."""
        return self.physical - self.header - self.blank - self.furniture


@dataclass(frozen=True)
class TextTable:
    """One form's records of one sheet, as text, before any of it is believed.

    `frame` holds `line` (Int32) and one String column per recognised field, named as in the dictionary, `null` for an
    empty cell; `raw` holds the same records whole (RAW_SCHEMA without `is_rejected`), those the reader could not split
    included. `unsplit` lists the lines that are in `raw` and not in `frame`; each has an error in `findings`.
    """

    form: str
    sheet: str
    header_line: int
    header: tuple[str, ...]  # as sent
    positions: Mapping[str, int]  # field name -> 0-based column of the sheet
    records: Records
    frame: pl.DataFrame
    raw: pl.DataFrame
    findings: pl.DataFrame
    unsplit: tuple[int, ...] = ()
    part: str = ""  # the visit, where a mapping makes several rows of one record
    writes: Mapping[str, str] = field(default_factory=dict)  # decimal mark, date order, where the mapping says so
    missing_codes: Mapping[str, str] = field(default_factory=dict)  # the mapping's own, code -> reason
    is_mapped: bool = False  # made of an export: its records are also other forms'
    layers: pl.DataFrame | None = None  # where several files were read as one: `file` and `own` line of each record

    @property
    def name(self) -> str:
        """The sheet, with the visit that the table is of."""
        return f"{self.sheet} {PART} {self.part}".strip() if self.part else self.sheet


@dataclass(frozen=True)
class Refusal:
    """Why a whole file is refused. `rule` has its sentence in the catalogue; never a patient's value."""

    rule: str
    found: str = ""
    expected: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    is_stored: bool = True  # False: identifiers, or nobody could look whether there are any; the bytes are not kept


@dataclass(frozen=True)
class Dialect:
    """How the file was written, so that it can be written back the same way."""

    kind: str  # csv | xlsx | ods
    encoding: str = ""
    separator: str = ""
    newline: str = ""
    has_bom: bool = False
    decimal: str = ""
    mapping: str = ""  # name, version and fingerprint of the mapping it was read through
    shared: Sequence[int] = ()  # columns of an export: what tells a record, then what any of its rows may say for all


def read_dialect(content: Mapping[str, object] | None) -> Dialect:
    """The dialect as the ledger keeps it."""
    return Dialect(**(content or {"kind": "csv"}))  # type: ignore[arg-type]  # as it was recorded


@dataclass(frozen=True)
class Trace:
    """A column that says who somebody is: what of, where, and on which lines. Never a cell."""

    kind: str
    column: str  # the header as sent where it is one of a closed list, else the column's letter
    lines: tuple[int, ...]
    is_header: bool  # told by its header, not by its cells
    sheet: str = ""


@dataclass(frozen=True)
class Reading:
    """What a reader made of the bytes: tables, or one refusal."""

    dialect: Dialect | None
    tables: tuple[TextTable, ...] = ()
    refusal: Refusal | None = None
    ignored: tuple[str, ...] = ()  # sheets, comments and properties that were named and not stored
    traces: tuple[Trace, ...] = ()  # of identifiers; a file that has any is refused


@dataclass(frozen=True)
class Section:
    """A validated table. `rows` holds `line`, plain key columns and a struct {value, missing} for each other field."""

    number: int
    form: str
    sheet: str
    header: tuple[str, ...]
    records: Records
    rows: pl.DataFrame
    raw: pl.DataFrame
    findings: pl.DataFrame
    cells_set_aside: int
    confirmed: tuple[int, ...] = ()  # lines beside which the clinic wrote "yes, that is so"
    numbers: Mapping[int, str] = field(default_factory=dict)  # of rejected lines that do not say it themselves

    @cached_property
    def stored(self) -> pl.DataFrame:
        """The raw records as the ledger keeps them."""
        return as_stored(self.raw)

    @property
    def rejected(self) -> int:
        """Data records that are not among the accepted rows."""
        return self.records.data - self.rows.height


@dataclass(frozen=True)
class Verdict:
    """What intake decided of one file, from the file itself and the clinic's settings alone."""

    file: str
    clinic: str
    dialect: Dialect | None
    refusal: Refusal | None
    sections: tuple[Section, ...] = field(default=())
    ignored: tuple[str, ...] = ()
