"""A long submission of one section, recorded stretch by stretch in one transaction: all of it or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import duckdb

from warehouse.connection import bound_memory, literal, translated
from warehouse.faults import reached
from warehouse.ledger import append_rows, insert_counts, insert_submission, read_facts
from warehouse.records import SectionRecord, SubmissionRecord
from warehouse.transaction import transaction

if TYPE_CHECKING:
    import pyarrow as pa

_AT_ONCE = 100_000  # records read back


@dataclass
class LongRecord:
    """What is recorded of a submission up to now; nothing of it stays unless it is closed."""

    connection: duckdb.DuckDBPyConnection
    submission: str
    clinic: str
    received_at: datetime
    _last_line: int = 0
    _is_in_order: bool = True

    def add(self, stretch: SectionRecord) -> None:
        """Append the rows, records and findings of a stretch."""
        append_rows(self.connection, stretch, self.submission, self.clinic, self.received_at)
        lines = stretch.raw["line"]
        if len(lines):
            self._is_in_order &= lines[0].as_py() > self._last_line
            self._last_line = lines[-1].as_py()
        reached("ledger.stretch")

    def records(self) -> Iterator[pa.RecordBatch]:
        """The records as sent that were added, some after the other, in order of lines: `line`, `cells`, `record`."""
        order = "" if self._is_in_order else " order by line"
        yield from self.connection.execute(
            f"select line, cells, record from facts.raw_row where submission = {literal(self.submission)}{order}"
        ).to_arrow_reader(_AT_ONCE)

    def close(
        self, submission: SubmissionRecord, number: int, counts: Mapping[str, object], settings: str, dictionary: str
    ) -> None:
        """Write what is said of the whole and counted of its section (SECTION_COUNTS)."""
        insert_submission(self.connection, submission, settings, dictionary)
        insert_counts(self.connection, self.submission, number, counts)
        reached("ledger.submission")


def read_stretches(
    connection: duckdb.DuckDBPyConnection, submission: str, number: int, tables: Mapping[str, Sequence[str]]
) -> Iterator[Mapping[str, pa.Table]]:
    """These columns of these tables of the facts, of one stretch of a recorded section's lines after the other."""
    section = f"submission = {literal(submission)} and section = {number}"
    found = connection.execute(f"select coalesce(max(line), 0) from facts.raw_row where {section}").fetchone()
    for start in range(0, int(found[0]) + 1 if found else 0, _AT_ONCE):
        place = f"{section} and line between {start} and {start + _AT_ONCE - 1}"
        yield {table: read_facts(connection, table, columns, place) for table, columns in tables.items()}


@contextmanager
def record_long(
    connection: duckdb.DuckDBPyConnection, submission: str, clinic: str, received_at: datetime
) -> Iterator[LongRecord]:
    """Record a submission within the block; where the block fails, nothing of it is there."""
    bound_memory(connection)
    with translated(f"Submission {submission} could not be recorded"), transaction(connection):
        yield LongRecord(connection, submission, clinic, received_at)
    reached("ledger.commit")
