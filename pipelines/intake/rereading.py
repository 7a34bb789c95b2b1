"""A submission's records as sent, read again under another dictionary: from the ledger, without the file.

What the reader of files found (a broken line, an unknown column) stands: only cells and rules are asked anew. What a
mapping makes of an export's records stands in `rereading_exports`.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace

from pipelines.intake.facts import section_record
from pipelines.intake.header import Headers
from pipelines.intake.mapping_back import as_sent
from pipelines.intake.mapping_header import ExportHeaders
from pipelines.intake.rereading_exports import is_mapped, tables_of_export
from pipelines.intake.rereading_records import no_findings, sound_records, with_what_stands
from pipelines.intake.table import frame_of
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Reading, Records, TextTable, read_dialect
from pipelines.settings import Clinic
from schemas.dictionary import Dictionary
from warehouse.records import SectionRecord, SubmissionRecord


def read_again(
    submission: SubmissionRecord,
    sections: Collection[SectionRecord],
    dictionary: Dictionary,
    clinic: Clinic,
    formats: Mapping[str, str],
) -> tuple[SectionRecord, ...]:
    """The sections as the dictionary reads them now; one whose form does not know its header any more stays."""
    dialect = read_dialect(submission.dialect)
    tables: dict[int, TextTable] = {}
    for group in as_sent(list(sections), dialect):
        tables |= _tables(group, dictionary, clinic)
    known = [tables[section.number] for section in sections if section.number in tables]
    verdict = validate(submission.file, Reading(dialect, tuple(known)), dictionary, clinic, formats)
    read = iter(verdict.sections)
    return tuple(
        replace(section_record(next(read)), number=section.number) if section.number in tables else section
        for section in sections
    )


def _tables(group: Collection[SectionRecord], dictionary: Dictionary, clinic: Clinic) -> Mapping[int, TextTable]:
    """By the section's number, the sections that were one table in the file."""
    own = {section.number: _table(section, dictionary) for section in group if not is_mapped(section)}
    exported = [section for section in group if is_mapped(section)]
    mapped = tables_of_export(exported, ExportHeaders(dictionary, clinic), dictionary) if exported else {}
    return {number: table for number, table in own.items() if table is not None} | dict(mapped)


def _table(section: SectionRecord, dictionary: Dictionary) -> TextTable | None:
    """The section as the reader of files gave it, of what the ledger kept."""
    header = Headers(dictionary).recognise(section.header)
    if header is None or header.form.name != section.form or header.missing:
        return None
    raw = sound_records([section])
    table = TextTable(
        form=section.form,
        sheet=section.sheet,
        header_line=0,
        header=section.header,
        positions=header.positions,
        records=Records(section.physical, section.header_records, section.blank, section.furniture),
        frame=frame_of(raw, header),
        raw=raw,
        findings=no_findings(),
    )
    return with_what_stands(table, section, dictionary)
