"""A workbook (xlsx, ods) -> the tables of its sheets: each sheet as lines of text, read by the reader of text files.

One spreadsheet row is one line, so a line number is the row's. What a cell means is not known here.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import python_calamine

from pipelines.intake.encoding import decode_text
from pipelines.intake.findings import Remark, with_remarks
from pipelines.intake.identifiers import NO_FORMATS, Own, traces_in
from pipelines.intake.text_reading import read_text
from pipelines.intake.verdict import Dialect, Reading, Refusal
from pipelines.intake.workbook_extras import Extras, read_extras
from pipelines.settings import Limits
from schemas.dictionary import Dictionary

XLSX, ODS = "xlsx", "ods"
MOST_SCANNED = 20_000_000  # bytes of a part that is not cells
NO_FORM = ("form_unknown", "file_empty")  # what the reader says of a sheet that is none of ours

Cell = str | int | float | bool | date | time | datetime | timedelta | None


@dataclass(frozen=True)
class Parts:
    """What lies in the zip file that a workbook is."""

    kind: str
    n_bytes: int  # unpacked
    extras: Extras


def read_workbook(content: bytes, dictionary: Dictionary, limits: Limits, own: Own = NO_FORMATS) -> Reading:
    """The tables of every sheet that holds a form; other sheets and comments are named and not kept."""
    parts = _read_parts(content)
    if isinstance(parts, Refusal):
        return Reading(None, refusal=parts)
    if parts.n_bytes > limits.max_unpacked_bytes:
        limit = str(limits.max_unpacked_bytes)
        refusal = Refusal("file_unpacks_too_large", str(parts.n_bytes), limit, is_stored=False)
        return Reading(None, refusal=refusal)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
    except python_calamine.PasswordError:
        return Reading(None, refusal=Refusal("file_protected", is_stored=False))
    except (python_calamine.CalamineError, OSError):
        return Reading(None, refusal=Refusal("file_unreadable", is_stored=False))
    return _read_sheets(sheets, parts, dictionary, limits, own)


def _read_parts(content: bytes) -> Parts | Refusal:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            names = frozenset(file.namelist())
            n_bytes = sum(info.file_size for info in file.infolist())
            if "xl/workbook.xml" in names:
                return Parts(XLSX, n_bytes, read_extras(file, MOST_SCANNED))
            is_ods = "mimetype" in names and file.getinfo("mimetype").file_size < 200
            if is_ods and b"opendocument.spreadsheet" in file.read("mimetype"):
                return Parts(ODS, n_bytes, read_extras(file, MOST_SCANNED))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return Refusal("file_unreadable", is_stored=False)
    return Refusal("file_kind_unknown", is_stored=False)


def _read_sheets(
    sheets: "dict[str, python_calamine.CalamineSheet]", parts: Parts, dictionary: Dictionary, limits: Limits, own: Own
) -> Reading:
    """The tables of all sheets. A sheet that names somebody refuses the file, whether it is a form's or not."""
    dialect = Dialect(parts.kind)
    readings: dict[str, Reading] = {}
    for name, sheet in sheets.items():
        if sheet.width > limits.max_columns:
            return Reading(dialect, refusal=Refusal("file_too_many_columns", str(sheet.width), str(limits.max_columns)))
        readings[name] = read_rows(sheet.to_python(skip_empty_area=False), dictionary, limits, own)
    tables = [replace(table, sheet=name) for name, reading in readings.items() for table in reading.tables]
    traces = tuple(replace(trace, sheet=name) for name, reading in readings.items() for trace in reading.traces)
    refused = {name: reading.refusal for name, reading in readings.items() if reading.refusal is not None}
    remarks = [Remark(0, "sheet_ignored", found=name) for name in refused]
    if parts.extras.names:
        remarks.append(Remark(0, "extras_ignored", found=", ".join(parts.extras.names)))
    if parts.extras.kinds:
        remarks.append(Remark(0, "extras_identify", found=", ".join(parts.extras.kinds)))
    ignored = (*refused, *parts.extras.names)
    reading = Reading(dialect, tuple(tables), _refusal(refused.values(), bool(tables)), ignored, traces)
    return with_remarks(reading, remarks, dictionary)


def _refusal(refused: Iterable[Refusal], has_tables: bool) -> Refusal | None:
    """Why the file is refused for one of its sheets: a form's sheet that cannot be read, or no form at all."""
    grave = [each for each in refused if each.rule not in NO_FORM]
    if grave or has_tables:
        return grave[0] if grave else None
    return next((each for each in refused if each.rule != "file_empty"), Refusal("file_empty"))


def read_rows(rows: Iterable[Sequence[Cell]], dictionary: Dictionary, limits: Limits, own: Own = NO_FORMATS) -> Reading:
    """The tables of one sheet, from its cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for row in rows:
        writer.writerow([render_cell(cell) for cell in row])
    if not text.getvalue().strip("\t\n"):
        return Reading(None, refusal=Refusal("file_empty"))
    decoded = decode_text(text.getvalue())
    reading = read_text(decoded, dictionary, limits)
    return replace(reading, traces=traces_in(decoded.lines, reading, own, "\t"))


def render_cell(cell: Cell) -> str:
    """A cell as text that has one reading: dates as ISO dates, numbers as the shortest text, breaks as blanks."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case str():
            return " ".join(cell.replace("\t", " ").splitlines())
    return str(cell)
