"""A workbook (xlsx, ods) -> the tables of its sheets: each sheet as lines of text, read by the reader of text files.

One spreadsheet row is one line, so a line number is the row's. What a cell means is not known here.
"""

import csv
import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

import python_calamine

from pipelines.intake.encoding import decode_text
from pipelines.intake.file_kinds import refuse_kind
from pipelines.intake.file_names import is_telling
from pipelines.intake.findings import Remark, findings_of, with_remarks
from pipelines.intake.header import Headers
from pipelines.intake.identifiers import NO_FORMATS, Own, traces_in
from pipelines.intake.markup import MarkupError
from pipelines.intake.ods_marks import read_ods_marks
from pipelines.intake.sheet_marks import Marks, NoRoomError, Room, as_number, as_part_of_date
from pipelines.intake.telling import with_nothing_kept
from pipelines.intake.text_reading import read_text
from pipelines.intake.unpacking import Package, open_package
from pipelines.intake.verdict import Dialect, Reading, Refusal, TextTable
from pipelines.intake.workbook_extras import Extras, read_extras
from pipelines.intake.xlsx_marks import read_xlsx_marks
from pipelines.settings import Limits
from schemas.dictionary import Dictionary

XLSX, ODS = "xlsx", "ods"
NO_FORM = ("form_unknown", "file_empty")  # what the reader says of a sheet that is none of ours
HIDDEN = "row_hidden"
_MOST_MANIFEST = 1_000_000

Cell = str | int | float | bool | date | time | datetime | timedelta | None


@dataclass(frozen=True)
class Asked:
    """What every sheet of a workbook is read with."""

    dictionary: Dictionary
    limits: Limits
    own: Own
    headers: Headers | None = None


def read_workbook(
    content: bytes, dictionary: Dictionary, limits: Limits, own: Own = NO_FORMATS, headers: Headers | None = None
) -> Reading:
    """The tables of every sheet that holds a form; other sheets, comments and properties are named and not kept."""
    package = open_package(content, limits.max_unpacked_bytes)
    if isinstance(package, Refusal):
        return Reading(None, refusal=package)
    kind = _kind_of(package)
    if not kind:
        return Reading(None, refusal=refuse_kind("zip"))
    if b"encryption-data" in package.read("META-INF/manifest.xml", _MOST_MANIFEST):
        return Reading(None, refusal=Refusal("file_protected", is_stored=False))
    try:
        marks = (read_xlsx_marks if kind == XLSX else read_ods_marks)(package, Room(limits))
        workbook = python_calamine.load_workbook(io.BytesIO(content))
        readings = _read_sheets(workbook, marks, Asked(dictionary, limits, own, headers))
    except NoRoomError as error:
        return Reading(Dialect(kind), refusal=error.refusal)
    except python_calamine.PasswordError:
        return Reading(None, refusal=Refusal("file_protected", is_stored=False))
    except (python_calamine.CalamineError, MarkupError, OSError, ValueError):
        return Reading(None, refusal=Refusal("file_unreadable", expected=kind, is_stored=False))
    return _joined(kind, readings, read_extras(package), dictionary)


def _kind_of(package: Package) -> str:
    if "xl/workbook.xml" in package.parts:
        return XLSX
    return ODS if b"opendocument.spreadsheet" in package.read("mimetype", 200) else ""


def _read_sheets(
    workbook: python_calamine.CalamineWorkbook, marks: dict[str, Marks], asked: Asked
) -> dict[str, Reading]:
    """Each sheet of cells by name, one after the other; a name that tells who somebody is is not used."""
    readings: dict[str, Reading] = {}
    for number, meta in enumerate(workbook.sheets_metadata, start=1):
        if meta.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        if meta.name not in marks:
            raise MarkupError
        rows = workbook.get_sheet_by_name(meta.name).to_python(skip_empty_area=False)
        name = _name_of(number, meta.name, workbook.sheet_names)
        reading = _read_sheet(rows, marks[meta.name], asked)
        said = [Remark(0, "sheet_name_replaced", found=name)] if name != meta.name else []
        readings[name] = with_remarks(reading, said, asked.dictionary)
    return readings


def _name_of(number: int, name: str, others: Sequence[str]) -> str:
    """The sheet's name, or its number where the name tells who somebody is."""
    if not is_telling(name):
        return name
    return next(each for each in (f"sheet {number}", f"sheet {number} of {len(others)}") if each not in others)


def _joined(kind: str, readings: dict[str, Reading], extras: Extras, dictionary: Dictionary) -> Reading:
    """The tables of all sheets. A sheet that names somebody refuses the file, whether it is a form's or not."""
    tables = tuple(replace(table, sheet=name) for name, reading in readings.items() for table in reading.tables)
    traces = tuple(replace(trace, sheet=name) for name, reading in readings.items() for trace in reading.traces)
    refused = {name: reading.refusal for name, reading in readings.items() if reading.refusal is not None}
    remarks = [Remark(0, "sheet_ignored", found=name) for name in refused]
    remarks += [Remark(0, "extras_ignored", found=", ".join(extras.names))] if extras.names else []
    remarks += [Remark(0, "extras_identify", found=", ".join(extras.kinds))] if extras.kinds else []
    ignored = (*refused, *extras.names)
    reading = Reading(Dialect(kind), tables, _refusal(refused.values(), bool(tables)), ignored, traces)
    return with_remarks(reading, remarks, dictionary)


def _refusal(refused: Collection[Refusal], has_tables: bool) -> Refusal | None:
    """Why the file is refused for one of its sheets: a form's sheet that cannot be read, or no form at all."""
    grave = [each for each in refused if each.rule not in NO_FORM]
    if has_tables and not grave:
        return None
    no_form = (each for each in refused if each.rule != "file_empty")
    refusal = grave[0] if grave else next(no_form, Refusal("file_empty"))
    return replace(refusal, is_stored=all(each.is_stored for each in refused))


def _read_sheet(rows: Sequence[Sequence[Cell]], marks: Marks, asked: Asked) -> Reading:
    """The tables of one sheet, from its cells and what the sheet says of them."""
    text = _as_text(rows, marks)
    if not text.strip("\t\n"):
        return Reading(None, refusal=Refusal("file_empty"))
    decoded = decode_text(text)
    reading = read_text(decoded, asked.dictionary, asked.limits, headers=asked.headers)
    reading = with_nothing_kept(reading, decoded.lines)
    tables = tuple(_with_hidden(table, marks, asked.dictionary) for table in reading.tables)
    return replace(reading, tables=tables, traces=traces_in(decoded.lines, reading, asked.own, "\t"))


def _as_text(rows: Sequence[Sequence[Cell]], marks: Marks) -> str:
    """The cells as lines with tabs. A row that only marks know, such as one of formulas alone, is a line as well."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    marked = {row for row, _ in (*marks.texts, *marks.shown)}
    width = max(marks.n_columns, max(map(len, rows), default=0))
    for number in range(max(len(rows), marks.n_rows)):
        cells: Sequence[Cell] = rows[number] if number < len(rows) else ()
        texts = [render_cell(cell) for cell in cells] + [""] * (width - len(cells))
        if number in marked:
            _put_marks(texts, cells, number, marks)
        writer.writerow(texts)
    return file.getvalue()


def _put_marks(texts: list[str], cells: Sequence[Cell], row: int, marks: Marks) -> None:
    for column, cell in enumerate(cells):
        if (row, column) in marks.shown and isinstance(cell, date):
            texts[column] = as_part_of_date(cell, marks.shown[row, column])
    for column in range(len(texts)):
        if (row, column) in marks.texts:
            texts[column] = render_cell(marks.texts[row, column])


def _with_hidden(table: TextTable, marks: Marks, dictionary: Dictionary) -> TextTable:
    """The table, its hidden rows named: they are read like any other."""
    lines = set(table.raw["line"].to_list()) if marks.hidden else set()
    hidden = [line for rows in marks.hidden for line in lines.intersection(rows)]
    if not hidden:
        return table
    named = findings_of((Remark(line, HIDDEN) for line in hidden), dictionary)
    findings = table.findings.vstack(named).sort("line", maintain_order=True)
    return replace(table, findings=findings)


def render_cell(cell: Cell) -> str:
    """A cell as text that has one reading: dates as ISO dates, numbers as the shortest text, breaks as blanks."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case float() if abs(cell) < 1e15:
            return as_number(cell)
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case datetime() | date() | time():
            return cell.isoformat()
        case str():
            return " ".join(cell.replace("\t", " ").splitlines())
    return str(cell)
