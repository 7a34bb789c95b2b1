"""The rows that need work come back as the clinic sent them, in its own kind of file, with a message beside each."""

import io
from datetime import UTC, datetime

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.intake import rewriting
from pipelines.intake.mending import CONFIRM_HEADERS, MESSAGE_HEADERS, mend_file
from pipelines.intake.outcome import Outcome, read_section
from pipelines.intake.raw_rows import as_stored
from pipelines.intake.rewriting import Sheet, defuse, write_back
from pipelines.intake.verdict import FINDING_SCHEMA, RAW_SCHEMA, Dialect
from schemas.dictionary import read_dictionary
from warehouse.records import SectionRecord, SubmissionRecord

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DUTCH = {"kind": "csv", "encoding": "cp1252", "separator": ";", "newline": "\r\n", "has_bom": False, "decimal": ""}
FINDINGS: list[tuple[object, ...]] = [
    (2, "tegner", "C2", "out_of_range", "error", "11", "0–10"),
    (2, "phat_total", "B2", "number_unreadable", "error", "goed", ""),
    (3, "tegner", "C3", "number_unit", "note", "4 p", "4"),
    (4, "tegner", "C4", "out_of_range", "error", "12", "0–10"),
]
RAW = [
    (2, ["AMC-0015W", "goed", "11"], False),
    (3, ["AMC-0016U", "80,5", "4 p"], False),
    (4, ["AMC-0017S", None, "12", "one too many"], True),
    (5, [], True),
]


def rows(texts: list[list[str]]) -> pl.DataFrame:
    """Each row as one text where it can be one, else as cells."""
    cells = pl.DataFrame({"cells": pl.Series(texts, dtype=pl.List(pl.String))})
    return as_stored(cells).with_columns(pl.lit(None, pl.String).alias("beside"))


def outcome(dialect: dict[str, object], sheet: str = "", findings: list[tuple[object, ...]] | None = None) -> Outcome:
    rows = FINDINGS if findings is None else findings
    section = SectionRecord(
        number=1,
        form="follow_up",
        sheet=sheet,
        header=("Patiëntnummer", "PHAT-totaal", "Tegner nu"),
        physical=5,
        header_records=1,
        blank=0,
        furniture=0,
        rejected=2,
        cells_set_aside=3,
        rows=pl.DataFrame({"line": [2, 3]}).to_arrow(),
        raw=pl.DataFrame(RAW, schema=dict(RAW_SCHEMA), orient="row").to_arrow(),
        findings=pl.DataFrame(rows, schema=dict(FINDING_SCHEMA), orient="row").to_arrow(),
    )
    record = SubmissionRecord("an-id.csv", "AMC", NOON, NOON, "x.csv", "0", 0, "0", "0", dialect=dialect)
    return Outcome(record, (read_section(section, 1_000),), {})


def test_a_csv_comes_back_in_its_own_dialect_with_the_rows_that_need_work() -> None:
    files = mend_file(outcome(DUTCH), read_dictionary(), "nl")
    lines = files["to-mend.csv"].decode("cp1252").split("\r\n")
    assert lines == [
        f"Patiëntnummer;PHAT-totaal;Tegner nu;{MESSAGE_HEADERS[1]};{CONFIRM_HEADERS[1]}",
        'AMC-0015W;goed;11;"Tegner nu: 11 ligt buiten het bereik 0–10. Verbeter de waarde, of geef een reden zoals'
        ' #onbekend. | PHAT-totaal: ""goed"" is geen getal. Schrijf alleen cijfers, of geef een reden zoals'
        ' #niet_gedaan.";',
        "AMC-0017S;;12;Tegner nu: 12 ligt buiten het bereik 0–10. Verbeter de waarde, of geef een reden zoals"
        " #onbekend.;;one too many",
        "",
    ]


def test_a_workbook_stays_a_workbook_and_its_sheet_keeps_its_name() -> None:
    files = mend_file(outcome({"kind": "xlsx"}, sheet="Bezoeken"), read_dictionary(), "en")
    sheet = openpyxl.load_workbook(io.BytesIO(files["to-mend.xlsx"]))["Bezoeken"]
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][:5] == ("Patiëntnummer", "PHAT-totaal", "Tegner nu", MESSAGE_HEADERS[0], CONFIRM_HEADERS[0])
    assert rows[1][:3] == ("AMC-0015W", "goed", 11)
    assert len(rows) == 3


def test_a_row_that_was_not_kept_comes_back_as_the_line_it_was() -> None:
    findings = [(5, "", "", "record_quote", "error", "", "")]
    files = mend_file(outcome(DUTCH, findings=findings), read_dictionary(), "en")
    (_, row, _) = files["to-mend.csv"].decode("cp1252").split("\r\n")
    assert row.startswith(";;;Line 5 of your file was not kept: enter it here again, or delete this row | ")


def test_nothing_to_mend_is_no_file() -> None:
    assert mend_file(outcome(DUTCH, findings=[FINDINGS[2]]), read_dictionary(), "en") == {}


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", " =1", "＝1", "\ufeff=1", "\u200b@a"]
)
def test_a_text_that_a_spreadsheet_would_run_is_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-5", "+5", "-5,3", "-5.3", "- a", "80", "", "a=b", "-12.5%"])
def test_a_number_and_a_plain_text_stay_as_they_are(text: str) -> None:
    assert defuse(text) in (text, f"'{text}")
    assert (defuse(text) == text) is (text != "- a")


@pytest.mark.parametrize(
    ("encoding", "mark"), [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")]
)
def test_a_byte_order_mark_comes_back(encoding: str, mark: bytes) -> None:
    dialect = Dialect("csv", encoding, ",", "\n", has_bom=True)
    content = write_back(dialect, [Sheet("", ["a", "é"], rows([["1", "2"]]))])
    assert content.startswith(mark)
    assert content.decode("utf-16" if "16" in encoding else "utf-8-sig") == "a,é\n1,2\n"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.text(alphabet="=+-@ \t\r\n,;|a1\x00\x1f\u200b＝＋", max_size=5), min_size=1, max_size=4))
def test_a_row_is_defused_as_its_cells_are(row: list[str]) -> None:
    assert list(rewriting._defused(row)) == [rewriting._defuse_within(cell) for cell in row]


TEXTS = st.text(alphabet='=+-@ \t\r\n,;|"a1\x00\x1f\u200b＝＋', max_size=5)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(TEXTS, max_size=4), max_size=3), st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]))
def test_rows_written_at_once_are_as_those_written_cell_by_cell(
    texts: list[list[str]], separator: str, newline: str
) -> None:
    written = "".join(rewriting._strictly(texts, separator, newline)).encode()
    assert rewriting._written(rows(texts), separator, newline) == written
    plain = rewriting.rows_of(pl.Series(texts, dtype=pl.List(pl.String)))
    assert rewriting._written(plain, separator, newline) == written
    with_more = "".join(rewriting._strictly([[*row, "say, =1", ""] for row in texts], separator, newline)).encode()
    said = rows(texts).with_columns(pl.lit("say, =1").alias("beside"))
    assert rewriting._written(said, separator, newline) == with_more


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_separator_makes_a_cell_of_a_text_file_begin_as_a_formula(separator: str) -> None:
    cells = ["=1+1", "a;=1", "a,\t@b", "a\n=1", "b|+1+1"]
    content = write_back(
        Dialect("csv", "utf-8", separator, "\n"), [Sheet("", ["x", "y"], rows([[cell, "z"] for cell in cells]))]
    )
    for other in ",;\t|\n":
        assert not [part for part in content.decode().split(other) if part.strip(' "').startswith(("=", "+", "@"))]


def test_a_formula_in_a_workbook_is_a_text() -> None:
    content = write_back(Dialect("xlsx"), [Sheet("a/b", ["x"], rows([["=1+1"], ["2024-03-02"], ["0015"]]))])
    cells = [row[0] for row in openpyxl.load_workbook(io.BytesIO(content))["a b"].iter_rows(min_row=2)]
    assert [(cell.value, cell.data_type, bool(cell.quotePrefix)) for cell in cells] == [
        ("=1+1", "s", True),
        (datetime(2024, 3, 2), "d", False),
        ("0015", "s", False),
    ]
