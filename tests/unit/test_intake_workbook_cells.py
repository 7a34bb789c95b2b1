"""What the holder of a workbook sees in a cell is what is read, or it is a finding: one row for each kind of cell."""

import io
import zipfile
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from pipelines.intake.reading import read_file
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Verdict
from pipelines.settings import Clinic, Limits
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id

DICTIONARY = read_dictionary()
PATIENT = make_patient_id("AMC", 1)
COMMA = Clinic("AMC", decimal="comma", date_order="dmy")
HEADER = ("patient_id", "side", "assessed_on", "phat_items_answered", "phat_total")
Cell = tuple[object, str]  # a value and the number format it is shown in
Found = tuple[object, list[str]]  # what is stored, and the rules of the findings


def judge(content: bytes, clinic: Clinic = COMMA) -> Verdict:
    reading = read_file("book", content, DICTIONARY, clinic, Limits())
    return validate("book", reading, DICTIONARY, clinic)


def xlsx_of(values: Mapping[str, Cell], **options: object) -> bytes:
    """One follow-up whose cells are `values`, formats and cached results as Excel writes them."""
    content = io.BytesIO()
    answers: dict[str, Cell] = {"patient_id": (PATIENT, ""), "side": ("left", ""), "phat_items_answered": (8, "")}
    answers |= {"assessed_on": (datetime(2025, 3, 14), "yyyy-mm-dd"), **values}
    with xlsxwriter.Workbook(content, {"in_memory": True, **options}) as book:
        sheet = book.add_worksheet("Visits")
        for column, (name, (value, shown)) in enumerate(answers.items()):
            style = book.add_format({"num_format": shown} if shown else {})
            sheet.write_string(0, column, name)
            if isinstance(value, str) and value.startswith("="):
                sheet.write_formula(1, column, *value.split("|")[:1], style, value.partition("|")[2])
            elif isinstance(value, str):
                sheet.write_string(1, column, value, style)
            else:
                sheet.write(1, column, value, style)
    return content.getvalue()


def read_one(content: bytes, column: str, clinic: Clinic = COMMA) -> Found:
    """The stored value of the only row's column, and what was said of it."""
    (section,) = judge(content, clinic).sections
    rules = section.findings.filter(column=column)["rule"].to_list()
    if section.rows.is_empty():
        return None, rules
    value = section.rows[column][0]
    return (value["value"] if isinstance(value, dict) else value), rules


NUMBER = "phat_total"
DAY = "assessed_on"


@pytest.mark.parametrize(
    ("column", "cell", "found"),
    [
        (NUMBER, (80.5, ""), (80.5, [])),
        (NUMBER, (45.125, ""), (45.1, ["number_rounded"])),  # never 45,125
        (NUMBER, (0.95, "0%"), (95.0, ["number_percent"])),
        (NUMBER, (0.805, "0.0%"), (80.5, ["number_percent"])),
        (NUMBER, (80.5, '0.0"%"'), (80.5, [])),
        (NUMBER, ("80,5", ""), (80.5, [])),
        (NUMBER, ("1.234", ""), (None, ["number_ambiguous"])),
        (NUMBER, ("=1/0|#DIV/0!", ""), (None, ["cell_spreadsheet_error"])),
        (NUMBER, ("=40*2|80", ""), (80.0, [])),
        (NUMBER, ("=1/0|#N/A", "0%"), (None, ["cell_spreadsheet_error"])),
        (NUMBER, (datetime(2025, 3, 2), "d-mmm"), (None, ["number_is_date"])),
        ("tegner", (4, ""), (4, [])),
        ("tegner", (4.5, ""), (None, ["number_not_whole"])),
        ("would_choose_same_treatment", (True, ""), (True, [])),
        (DAY, (datetime(2025, 3, 14), "dd/mm/yyyy"), (date(2025, 3, 14), [])),
        (DAY, (datetime(2025, 3, 14), "[$-407]d. mmmm yyyy"), (date(2025, 3, 14), [])),
        (DAY, (datetime(2025, 3, 14, 9, 30), "yyyy-mm-dd hh:mm"), (date(2025, 3, 14), ["date_time_dropped"])),
        (DAY, (datetime(2025, 3, 1), "mmm-yy"), (None, ["date_incomplete"])),
        (DAY, (datetime(2025, 3, 2), "d-mmm"), (None, ["date_incomplete"])),
        (DAY, ("14-03-2025", ""), (date(2025, 3, 14), [])),
    ],
)
def test_a_cell_of_an_xlsx_workbook(column: str, cell: Cell, found: Found) -> None:
    extra: dict[str, Cell] = {} if column == NUMBER else {NUMBER: (80, "")}
    assert read_one(xlsx_of({**extra, column: cell}), column) == found


def test_dates_of_a_workbook_that_counts_from_1904_are_the_same_days() -> None:
    content = xlsx_of({NUMBER: (80, "")}, date_1904=True)
    assert read_one(content, DAY)[0] == date(2025, 3, 14)


def test_a_number_that_shows_noughts_has_them() -> None:
    clinic = Clinic("AMC", id_format=r"\d{4}", date_order="dmy")
    content = xlsx_of({"patient_id": (15, "0000"), NUMBER: (80, "")})
    assert read_one(content, "patient_id", clinic) == ("AMC-0015", [])


def test_a_formula_without_a_result_is_a_finding() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADER)
    sheet.append([PATIENT, "left", date(2025, 3, 14), 8, "=40*2"])
    content = io.BytesIO()
    book.save(content)
    assert read_one(content.getvalue(), NUMBER) == (None, ["cell_formula"])


def test_hidden_rows_and_sheets_are_read_and_hidden_rows_named() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        for name in ("Visits", "Old"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            for row in (1, 2):
                sheet.write_row(row, 0, [make_patient_id("AMC", row), "left", f"2025-03-1{row}", 8, 80])
            sheet.set_row(2, options={"hidden": True})
        sheet.hide()
    sections = judge(content.getvalue()).sections
    assert [(section.sheet, section.rows.height) for section in sections] == [("Visits", 2), ("Old", 2)]
    assert [section.findings.filter(rule="row_hidden")["line"].to_list() for section in sections] == [[3], [3]]


ODS = """<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:calcext="urn:org:documentfoundation:calcext:1.0"
 xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><office:automatic-styles>
<number:date-style style:name="N1"><number:month/><number:text>-</number:text><number:year/></number:date-style>
<style:style style:name="month" style:family="table-cell" style:data-style-name="N1"/></office:automatic-styles>
<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"></manifest:manifest>"""


def ods_of(*rows: str, name: str = "Visits") -> bytes:
    """A workbook as LibreOffice writes one, its rows given as markup."""
    table = f'<table:table table:name="{name}">{"".join(rows)}</table:table>'
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        file.writestr("META-INF/manifest.xml", MANIFEST)
        file.writestr("content.xml", ODS.format(tables=table))
    return content.getvalue()


def ods_row(*cells: str, **attributes: str) -> str:
    said = " ".join(f'table:{name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    texts = [cell if cell.startswith("<") else ods_cell("string", cell) for cell in cells]
    return f"<table:table-row {said}>{''.join(texts)}</table:table-row>"


def ods_cell(kind: str, text: str, **attributes: Any) -> str:
    said = " ".join(f'{name.replace("__", ":").replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<table:table-cell office:value-type="{kind}" {said}><text:p>{text}</text:p></table:table-cell>'


ODS_DAY = ods_cell("date", "14-03-25", office__date_value="2025-03-14")


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        (ods_cell("float", "80,5", office__value="80.5"), (80.5, [])),
        (ods_cell("percentage", "95%", office__value="0.95"), (95.0, ["number_percent"])),
        (
            ods_cell("string", "#DIV/0!", office__string_value="", calcext__value_type="error"),
            (None, ["cell_spreadsheet_error"]),
        ),
        ('<table:table-cell table:formula="of:=[.A1]*2"/>', (None, ["cell_formula"])),
        (ods_cell("float", "80", office__value="80", table__formula="of:=40*2"), (80.0, [])),
        (ods_cell("string", "80,5"), (80.5, [])),
    ],
)
def test_a_cell_of_an_ods_workbook(cell: str, found: Found) -> None:
    content = ods_of(ods_row(*HEADER), ods_row(PATIENT, "left", ODS_DAY, "8", cell))
    assert read_one(content, NUMBER) == found


def test_hidden_rows_months_and_comments_of_an_ods_workbook() -> None:
    month = ods_cell("date", "03-25", office__date_value="2025-03-01", table__style_name="month")
    noted = '<table:table-cell office:value-type="string"><office:annotation><dc:creator>J</dc:creator>'
    noted += "<text:p>a@b.nl</text:p></office:annotation><text:p>left</text:p></table:table-cell>"
    rows = (ods_row(*HEADER), ods_row(PATIENT, noted, month, "8", "80", visibility="collapse"))
    (section,) = judge(ods_of(*rows)).sections
    rules = section.findings.select("line", "rule").rows()
    assert set(rules) == {(0, "extras_ignored"), (0, "extras_identify"), (2, "row_hidden"), (2, "date_incomplete")}
    assert section.raw["cells"][0].to_list()[1] == "left"
