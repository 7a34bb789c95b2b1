"""A workbook (xlsx, ods) -> the tables of its sheets: each sheet as lines of text, read by the reader of text files.

One spreadsheet row is one line, so a line number is the row's. What a cell means is not known here.
"""

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import polars as pl
import python_calamine

from pipelines.intake.encoding import decode_text
from pipelines.intake.findings import Remark, findings_of
from pipelines.intake.reading import read_text
from pipelines.intake.verdict import Dialect, Reading, Refusal, TextTable
from pipelines.settings import Limits
from schemas.dictionary import Dictionary

XLSX, ODS = "xlsx", "ods"
NO_FORM = ("form_unknown", "file_empty")  # what the reader says of a sheet that is none of ours
COMMENTS = ("xl/comments", "xl/threadedComments")

Cell = str | int | float | bool | date | time | datetime | timedelta | None


@dataclass(frozen=True)
class Parts:
    """What lies in the zip file that a workbook is."""

    kind: str
    names: tuple[str, ...]
    n_bytes: int  # unpacked


def read_workbook(content: bytes, dictionary: Dictionary, limits: Limits) -> Reading:
    """The tables of every sheet that holds a form; other sheets and comments are named and not kept."""
    parts = _read_parts(content)
    if isinstance(parts, Refusal):
        return Reading(None, refusal=parts)
    if parts.n_bytes > limits.max_unpacked_bytes:
        refusal = Refusal("file_unpacks_too_large", str(parts.n_bytes), str(limits.max_unpacked_bytes))
        return Reading(None, refusal=refusal)
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        sheets = {name: workbook.get_sheet_by_name(name) for name in workbook.sheet_names}
    except python_calamine.PasswordError:
        return Reading(None, refusal=Refusal("file_protected"))
    except (python_calamine.CalamineError, OSError):
        return Reading(None, refusal=Refusal("file_unreadable"))
    return _read_sheets(sheets, parts, dictionary, limits)


def _read_parts(content: bytes) -> Parts | Refusal:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            names = tuple(file.namelist())
            n_bytes = sum(info.file_size for info in file.infolist())
            if "xl/workbook.xml" in names:
                return Parts(XLSX, names, n_bytes)
            is_ods = "mimetype" in names and file.getinfo("mimetype").file_size < 200
            if is_ods and b"opendocument.spreadsheet" in file.read("mimetype"):
                return Parts(ODS, names, n_bytes)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return Refusal("file_unreadable")
    return Refusal("file_kind_unknown")


def _read_sheets(
    sheets: "dict[str, python_calamine.CalamineSheet]", parts: Parts, dictionary: Dictionary, limits: Limits
) -> Reading:
    dialect = Dialect(parts.kind)
    tables: list[TextTable] = []
    comments = [name for name in parts.names if name.startswith(COMMENTS)]
    ignored: list[str] = []
    refusals: list[Refusal] = []
    for name, sheet in sheets.items():
        if sheet.width > limits.max_columns:
            return Reading(dialect, refusal=Refusal("file_too_many_columns", str(sheet.width), str(limits.max_columns)))
        reading = read_rows(sheet.to_python(skip_empty_area=False), dictionary, limits)
        if reading.refusal is None:
            tables += [replace(table, sheet=name) for table in reading.tables]
        elif reading.refusal.rule in NO_FORM:
            ignored.append(name)
            refusals.append(reading.refusal)
        else:
            return Reading(dialect, refusal=reading.refusal)
    refusal = None if tables else next((each for each in refusals if each.rule != "file_empty"), Refusal("file_empty"))
    remarks = [Remark(0, "sheet_ignored", found=name) for name in ignored]
    remarks += [Remark(0, "extras_ignored", found=str(len(comments)))] if comments else []
    if tables and remarks:
        findings = pl.concat([findings_of(remarks, dictionary), tables[0].findings])
        tables[0] = replace(tables[0], findings=findings)
    return Reading(dialect, tuple(tables), refusal, (*ignored, *comments))


def read_rows(rows: Iterable[Sequence[Cell]], dictionary: Dictionary, limits: Limits) -> Reading:
    """The tables of one sheet, from its cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    for row in rows:
        writer.writerow([render_cell(cell) for cell in row])
    if not text.getvalue().strip("\t\n"):
        return Reading(None, refusal=Refusal("file_empty"))
    return read_text(decode_text(text.getvalue()), dictionary, limits)


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
