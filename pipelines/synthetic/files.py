"""Text cells to the bytes of a file: separated text or a workbook, the same bytes for the same cells."""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
import xlsxwriter

from pipelines.synthetic.clinics import Profile

WORKBOOK_MADE_AT = datetime(2024, 1, 1)  # a workbook holds its date: a fixed one keeps the bytes the same


def csv_bytes(rows: pl.DataFrame, profile: Profile) -> bytes:
    """Separated text in the clinic's dialect."""
    blanks = rows.with_columns(pl.when(pl.all() != "").then(pl.all()))  # null writes nothing, '' writes quotes
    text = blanks.write_csv(
        separator=profile.clinic.separator, line_terminator=profile.newline, quote_style="necessary"
    )
    return text.encode(profile.encoding)


def csv_bytes_of_records(records: list[list[str]], profile: Profile) -> bytes:
    """The same for records of any length: preambles, total lines, rows with a cell too many."""
    text = io.StringIO()
    csv.writer(text, delimiter=profile.clinic.separator, lineterminator=profile.newline).writerows(records)
    return text.getvalue().encode(profile.encoding)


def workbook_bytes(sheets: Mapping[str, pl.DataFrame], dates: frozenset[str]) -> bytes:
    """A workbook with a sheet a form; `dates` names the date columns, in which ISO dates become real dates."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd-mm-yyyy"}) as book:
        book.set_properties({"created": WORKBOOK_MADE_AT})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, rows.columns)
            for column, title in enumerate(rows.columns):
                for row, text in enumerate(rows[title].to_list(), start=1):
                    if text:
                        _write_cell(sheet, row, column, text, title in dates)
    return buffer.getvalue()


def _write_cell(sheet: xlsxwriter.worksheet.Worksheet, row: int, column: int, text: str, is_date: bool) -> None:
    """A date or a number where the text is one, else the text."""
    if is_date and _is_date(text):
        sheet.write_datetime(row, column, datetime.fromisoformat(text))
    elif not is_date and _is_number(text):
        sheet.write_number(row, column, float(text))
    else:
        sheet.write_string(row, column, text)


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10


def _is_number(text: str) -> bool:
    return text.lstrip("-").replace(".", "", 1).isdecimal()
