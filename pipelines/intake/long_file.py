"""A long file recorded as it is judged, stretch by stretch: it needs no more memory for more rows.

One stretch is written while the next is judged. What is left is what the file read whole leaves.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace

import polars as pl

from pipelines.intake import stretches
from pipelines.intake.archive import carries_more, keep, long_copy
from pipelines.intake.erased import refuse_erased
from pipelines.intake.facts import section_record
from pipelines.intake.file_names import safe_name
from pipelines.intake.findings import Remark
from pipelines.intake.inbox import Waiting
from pipelines.intake.intake import Intake
from pipelines.intake.mapping_header import ExportHeaders
from pipelines.intake.outcome import Outcome, SectionOutcome, joined, read_section
from pipelines.intake.stack import Judging
from pipelines.intake.stretches import Stretches, UnsureError
from pipelines.intake.verdict import FINDING_SCHEMA, Dialect, Section, Verdict
from warehouse.long_record import LongRecord, read_stretches, record_long
from warehouse.records import SECTION_COUNTS, SectionRecord, SubmissionRecord
from warehouse.sealed import size_of

Describe = Callable[[Verdict], SubmissionRecord]


def is_long(intake: Intake, item: Waiting) -> bool:
    """Whether a file is to be read in stretches, if it can be."""
    clinic, size = intake.settings.clinics.get(item.clinic), size_of(item.path)
    return clinic is not None and not clinic.mappings and stretches.BYTES < size <= intake.settings.limits.max_bytes


def record_in_stretches(intake: Intake, item: Waiting, digest: str, describe: Describe) -> Outcome | None:
    """Judge, archive and record a long file; None where it is to be read whole, and then nothing of it is recorded."""
    clinic = intake.settings.clinics[item.clinic]
    headers = ExportHeaders(intake.dictionary, clinic)
    by = Judging(intake.dictionary, clinic, intake.settings.limits, intake.formats, headers)
    is_told = safe_name(item.file) != item.file or item.is_renamed
    read = Stretches(item.path, by, [Remark(0, "file_name_replaced")] * is_told)
    try:
        try:
            return _record(intake, item, digest, describe, read)
        except _RepeatedError as found:
            return _record(intake, item, digest, describe, replace(read, apart=found.lines))
    except UnsureError:
        return None


class _RepeatedError(Exception):
    """Rows of several stretches share a key, and are to be judged together: their lines."""

    def __init__(self, lines: frozenset[int]):
        super().__init__()
        self.lines = lines


@dataclass
class _Told:
    """What was made of the stretches up to now. `confirmed` is asked for first: the connection is the writer's then."""

    confirmed: pl.DataFrame
    whole: SectionOutcome | None = None
    has_more: bool = False


def _record(intake: Intake, item: Waiting, digest: str, describe: Describe, read: Stretches) -> Outcome:
    told = _Told(intake.confirmations())
    with record_long(intake.connection, item.submission, item.clinic, item.received_at) as record:
        with _writing(record) as write:
            for section in read.sections():
                _add(intake, item.clinic, section, write, told)
        if read.repeated:
            raise _RepeatedError(read.repeated)
        whole = told.whole
        if whole is None:  # a file of no line is not long
            raise UnsureError
        _archive(intake, item, digest, record, whole.header, read.dialect if told.has_more else None)
        submission = describe(Verdict(safe_name(item.file), item.clinic, read.dialect, None))
        counts = {name: getattr(whole, name) for name in SECTION_COUNTS}
        record.close(submission, whole.number, counts, intake.settings_text, intake.dictionary_text)
    return Outcome(submission, (whole,), {})


@contextmanager
def _writing(record: LongRecord) -> Iterator[Callable[[SectionRecord], None]]:
    """What adds a stretch to the record, in its own time; all are added when the block is through."""
    with ThreadPoolExecutor(1) as writer:
        before: list[Future[None]] = []

        def write(stretch: SectionRecord) -> None:
            while before:
                before.pop().result()
            before.append(writer.submit(record.add, stretch))

        yield write
        while before:
            before.pop().result()


def _add(intake: Intake, clinic: str, section: Section, write: Callable[[SectionRecord], None], told: _Told) -> None:
    """Record a stretch, without the rows of erased patients."""
    if intake.is_erased is not None:
        verdict = Verdict("", clinic, None, None, (section,))
        verdict, _ = refuse_erased(verdict, intake.formats, intake.dictionary, intake.is_erased)
        (section,) = verdict.sections
    told.has_more |= carries_more(section)
    stretch = section_record(section)
    write(stretch)
    without_records = replace(stretch, raw=stretch.raw.slice(0, 0))
    limit = intake.settings.limits.max_findings_listed
    outcome = read_section(without_records, limit, told.confirmed)
    outcome = replace(outcome, findings=outcome.findings.clear())
    told.whole = joined([*([told.whole] if told.whole else []), outcome], limit)


def _archive(
    intake: Intake, item: Waiting, digest: str, record: LongRecord, header: tuple[str, ...], dialect: Dialect | None
) -> None:
    """Keep the file, or where a dialect is given a copy in it of what may be kept."""
    content = item.path if dialect is None else long_copy(dialect, header, map(pl.DataFrame, record.records()))
    keep(intake.home.archive(item.clinic), {digest: content})


def work_of(intake: Intake, submission: str, whole: SectionOutcome) -> Iterator[SectionOutcome]:
    """What needs work of a long section, from the ledger, some rows after the other."""
    confirmed, form = intake.confirmations(), intake.dictionary.forms[whole.form]
    tables = {"raw_row": ("line", "cells", "record"), "finding": tuple(FINDING_SCHEMA), form.name: ("line", *form.key)}
    counts = (0,) * 6  # the whole section's are told elsewhere
    for found in read_stretches(intake.connection, submission, whole.number, tables):
        raw, findings, rows = (found[table] for table in tables)
        stretch = SectionRecord(whole.number, whole.form, whole.sheet, whole.header, *counts, rows, raw, findings)
        outcome = read_section(stretch, 0, confirmed)
        if outcome.to_mend.height:
            yield outcome
