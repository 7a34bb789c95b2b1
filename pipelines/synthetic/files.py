"""Text cells to separated text or to the bytes of a workbook; the same cells give the same bytes."""

import io
from collections.abc import Mapping
from datetime import date, datetime

import polars as pl
import xlsxwriter

WORKBOOK_MADE_AT = datetime(2024, 1, 1)  # a workbook holds its date: a fixed one keeps the bytes the same


def csv_text(rows: pl.DataFrame, separator: str) -> str:
    """Separated text with line feeds, a header first."""
    blanks = rows.with_columns(pl.when(pl.all() != "").then(pl.all()))  # null writes nothing, '' writes quotes
    return blanks.write_csv(separator=separator, quote_style="necessary")


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
