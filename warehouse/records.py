"""What intake hands to the ledger and gets back: plain values and Arrow tables. Nothing here reads or writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

# Columns every form's table begins with; a form's own key column of the same name (screening's clinic) is this one.
ROW_COLUMNS: Mapping[str, str] = {
    "submission": "varchar",
    "section": "smallint",
    "line": "integer",
    "clinic": "varchar",
    "received_at": "timestamp",
}

# What is counted of a section: the columns of its line in the facts, but for the submission and the section's number.
SECTION_COUNTS = (
    *("form", "sheet", "header", "physical", "header_records", "blank", "furniture"),
    *("accepted", "rejected", "cells_set_aside"),
)

BETWEEN_CELLS = "\x1f"  # in a record as sent that is kept as one text


@dataclass(frozen=True)
class FormTable:
    """A form's table of facts: key columns are plain, values carry `missing` beside them."""

    name: str
    key: tuple[tuple[str, str], ...]  # (column, SQL type)
    values: tuple[tuple[str, str], ...]  # (column, SQL type of the value)


@dataclass(frozen=True)
class SubmissionRecord:
    """One file as the ledger knows it. Instants are UTC; `refused` is a rule id, or None where the file was read."""

    submission: str
    clinic: str
    received_at: datetime
    loaded_at: datetime
    file: str
    digest: str
    n_bytes: int
    settings_version: str
    dictionary_version: str
    refused: str | None = None
    refusal: Mapping[str, object] | None = None  # found, expected, columns, lines: never a patient's value
    resend_of: str | None = None
    dialect: Mapping[str, object] | None = None


@dataclass(frozen=True)
class SectionRecord:
    """One form of one file: its counts, its accepted rows, its records as sent and its findings.

    `rows` holds `line`, the key columns and a struct {value, missing} for each other field; `raw` and `findings` have
    the columns of `pipelines.intake.verdict` (RAW_SCHEMA, FINDING_SCHEMA). Of a record that a text can hold, `raw` has
    `record`, the cells with `BETWEEN_CELLS` between them, and no `cells`.
    """

    number: int
    form: str
    sheet: str
    header: tuple[str, ...]
    physical: int
    header_records: int
    blank: int
    furniture: int
    rejected: int
    cells_set_aside: int
    rows: pa.Table
    raw: pa.Table
    findings: pa.Table

    @property
    def accepted(self) -> int:
        """Rows handed to the facts; which of them are held or already known is derived."""
        return int(self.rows.num_rows)


@dataclass(frozen=True)
class StackedSection:
    """The one section of a file that was read together with others: a header and records, nothing else."""

    submission: SubmissionRecord
    physical: int
    accepted: int
    rejected: int
    cells_set_aside: int


@dataclass(frozen=True)
class StackRecord:
    """Files of one clinic, form and header. The tables are those of `SectionRecord` with the column `submission`.

    `rows` has `received_at` as well.
    """

    form: str
    header: tuple[str, ...]
    parts: tuple[StackedSection, ...]
    rows: pa.Table
    raw: pa.Table
    findings: pa.Table


@dataclass(frozen=True)
class SectionStates:
    """What became of a section's rows, derived from all facts; a receipt's `accepted` is new plus corrected."""

    submission: str
    section: int
    new: int
    corrected: int
    already_known: int
    held: int
    unknown_lines: tuple[int, ...] = ()  # of the rows held for want of an enrolment or a share, the first of them


@dataclass(frozen=True)
class Decision:
    """A person's decision: undo, share, link, confirm or withdraw. Its number is given by the ledger."""

    kind: str
    decided_at: datetime
    actor: str
    submission: str | None = None
    patient_id: str | None = None
    side: str | None = None
    injury_no: int | None = None
    clinic: str | None = None
    other_patient_id: str | None = None
    scope: str | None = None
    form: str | None = None
    column: str | None = None
    rule: str | None = None
    found: str | None = None
    reason: str | None = None
