"""Bytes -> tables of text with line numbers, each of a form that its header names; or one refusal.

Which reader a file goes to is decided here; nothing here believes a cell.
"""

from dataclasses import replace

from pipelines.intake.encoding import decode
from pipelines.intake.file_kinds import is_no_text, refuse_kind, refuse_other_kind
from pipelines.intake.identifiers import FIRST_LINES, Own, own_formats, refuse_traces, traces_in
from pipelines.intake.mapping_header import ExportHeaders
from pipelines.intake.mapping_tables import map_tables
from pipelines.intake.telling import with_nothing_kept
from pipelines.intake.text_reading import read_text
from pipelines.intake.verdict import Reading, Refusal
from pipelines.settings import Clinic, Limits
from schemas.dictionary import Dictionary

ZIP = (b"PK\x03\x04", b"PK\x05\x06")  # how a workbook's bytes begin


def read_file(name: str, content: bytes, dictionary: Dictionary, clinic: Clinic, limits: Limits) -> Reading:  # noqa: ARG001
    """What the bytes hold, as text: a table for each form. A file that cannot be read is a refusal, no exception."""
    headers = ExportHeaders(dictionary, clinic)
    reading = _read(content, dictionary, clinic, limits, headers)
    if reading.traces:
        return Reading(None, refusal=refuse_traces(reading.traces))
    return map_tables(reading, headers.mappings, dictionary, own_formats(clinic.code, clinic.id_format))


def _read(content: bytes, dictionary: Dictionary, clinic: Clinic, limits: Limits, headers: ExportHeaders) -> Reading:
    if len(content) > limits.max_bytes:
        return _refused("file_too_large", str(len(content)), str(limits.max_bytes))
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf\xfe\xff"):
        return _refused("file_empty")
    if refusal := refuse_other_kind(content):
        return Reading(None, refusal=refusal)
    own = Own.of(clinic)
    if content.startswith(ZIP):
        from pipelines.intake.workbook import read_workbook

        return read_workbook(content, dictionary, limits, own, headers)
    decoded = decode(content)
    if decoded is None:
        return _refused("file_encoding")
    reading = read_text(decoded, dictionary, limits, headers=headers)
    if reading.refusal and any(map(is_no_text, decoded.lines.head(FIRST_LINES))):
        return Reading(None, refusal=refuse_kind("binary"))
    reading = with_nothing_kept(reading, decoded.lines)
    return replace(reading, traces=traces_in(decoded.lines, reading, own))


def _refused(rule: str, found: str = "", expected: str = "") -> Reading:
    """A refusal before anything could be looked at: what nobody could look at is not kept."""
    return Reading(None, refusal=Refusal(rule, found, expected, is_stored=False))
