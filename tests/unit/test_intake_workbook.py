"""Workbooks as clinics send them: real xlsx and ods bytes, read by the reader that reads every file."""

import io
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from pipelines.intake.reading import read_file
from pipelines.intake.verdict import Reading
from pipelines.intake.workbook import render_cell
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

EXAMPLES = Path(__file__).parents[2] / "examples"
PATIENT = make_patient_id("AMC", 1)
Rows = list[list[object]]

FOLLOW_UPS: Rows = [
    ["patient_id", "side", "assessed_on", "phat_total", "would_choose_same_treatment"],
    [PATIENT, "left", date(2025, 3, 14), 80.5, True],
]
EVENTS: Rows = [["patient_id", "side", "event_no", "event_kind"], [PATIENT, "left", 1, "infection"]]


def workbook(**sheets: Rows) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return book


def read(book: openpyxl.Workbook, limits: Limits | None = None) -> Reading:
    content = io.BytesIO()
    book.save(content)
    return read_file("book.xlsx", content.getvalue(), read_dictionary(), Clinic("AMC"), limits or Limits())


def test_each_sheet_is_read_as_the_form_its_header_names() -> None:
    reading = read(workbook(Bezoeken=FOLLOW_UPS, Extra=EVENTS))
    assert [(table.sheet, table.form) for table in reading.tables] == [("Bezoeken", "follow_up"), ("Extra", "event")]
    assert reading.dialect is not None
    assert reading.dialect.kind == "xlsx"


def test_cells_become_text_that_has_one_reading() -> None:
    frame = read(workbook(s=FOLLOW_UPS)).tables[0].frame
    assert frame.row(0) == (2, PATIENT, "left", "2025-03-14", "80.5", "true")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (45.0, "45"),
        (0.1, "0.1"),
        (1e20, "1e+20"),
        (datetime(2025, 3, 14), "2025-03-14"),
        (datetime(2025, 3, 14, 9, 30), "2025-03-14T09:30:00"),
        (False, "false"),
        (None, ""),
        ("two\nlines\tand a tab", "two lines and a tab"),
    ],
)
def test_a_cell_as_text(cell: object, text: str) -> None:
    assert render_cell(cell) == text  # type: ignore[arg-type]  # the kinds calamine gives


def test_a_line_is_the_spreadsheets_row_and_everything_is_counted() -> None:
    rows: Rows = [["Follow-ups of spring"], [], *FOLLOW_UPS, [], FOLLOW_UPS[1], ["Totaal", None, None, 2]]
    table = read(workbook(s=rows)).tables[0]
    counts = table.records
    assert (counts.physical, counts.header, counts.blank, counts.furniture, counts.data) == (7, 1, 2, 2, 2)
    assert table.frame["line"].to_list() == [4, 6]


def test_a_table_that_begins_in_another_column_is_found_where_it_stands() -> None:
    table = read(workbook(s=[[None, None, *row] for row in FOLLOW_UPS])).tables[0]
    assert table.positions["patient_id"] == 2
    assert table.frame["patient_id"].to_list() == [PATIENT]


def test_hidden_rows_are_rows() -> None:
    book = workbook(s=FOLLOW_UPS)
    book["s"].row_dimensions[2].hidden = True
    assert read(book).tables[0].frame.height == 1


def test_other_sheets_and_comments_are_named_and_not_kept() -> None:
    book = workbook(s=FOLLOW_UPS, Colours=[["red", "green"]])
    book["s"]["A2"].comment = Comment("phoned in", "nurse")
    notes = read(book).tables[0].findings.filter(line=0)
    assert notes.select("rule", "found").rows() == [("sheet_ignored", "Colours"), ("extras_ignored", "comments")]


def test_a_workbook_without_a_form_is_refused() -> None:
    refusal = read(workbook(Colours=[["red", "green"], ["1", "2"]])).refusal
    assert refusal is not None
    assert refusal.rule == "form_unknown"


def test_an_empty_workbook_is_refused_as_empty() -> None:
    refusal = read(workbook(s=[])).refusal
    assert refusal is not None
    assert refusal.rule == "file_empty"


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", "0" * 5_000_000)
    limits = replace(Limits(), max_unpacked_bytes=1_000_000)
    reading = read_file("bomb.xlsx", content.getvalue(), read_dictionary(), Clinic("AMC"), limits)
    assert reading.refusal is not None
    assert reading.refusal.rule == "file_unpacks_too_large"


@pytest.mark.parametrize(
    ("name", "content", "rule"),
    [
        ("cut.xlsx", b"PK\x03\x04 and no more", "file_unreadable"),
        ("letter.docx", {"word/document.xml": "<w/>"}, "file_kind_unknown"),
        ("half.xlsx", {"xl/workbook.xml": "<workbook"}, "file_unreadable"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_kind_unknown"),
        ("scan.pdf", b"%PDF-1.4 and more", "file_kind_unknown"),
        ("photo.raw", bytes(range(256)), "file_kind_unknown"),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "file_protected",
        ),
        (
            "locked.ods",
            {
                "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
                "META-INF/manifest.xml": "<manifest:encryption-data/>",
            },
            "file_protected",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_by_its_kind(name: str, content: bytes | dict[str, str], rule: str) -> None:
    if isinstance(content, dict):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as file:
            for part, text in content.items():
                file.writestr(part, text)
        content = packed.getvalue()
    reading = read_file(name, content, read_dictionary(), Clinic("AMC"), Limits())
    assert reading.refusal is not None
    assert (reading.refusal.rule, reading.refusal.is_stored) == (rule, False)
    assert reading.refusal.found or reading.refusal.expected or rule == "file_protected"  # its sentence has no gap


def test_too_many_columns_are_refused() -> None:
    refusal = read(workbook(s=[[f"c{i}" for i in range(30)]]), replace(Limits(), max_columns=20)).refusal
    assert refusal is not None
    assert refusal.rule == "file_too_many_columns"


def test_the_examples_workbooks_are_read() -> None:
    files = sorted((EXAMPLES / "DLT").glob("*.xlsx"))
    assert files
    for file in files:
        reading = read_file(file.name, file.read_bytes(), read_dictionary(), Clinic("DLT"), Limits())
        assert reading.refusal is None, file.name
        assert all(table.records.data == table.raw.height for table in reading.tables)
