"""What each odd text is taken for, under the sender's settings."""

import datetime
from dataclasses import replace

import polars as pl
import pytest
from stdnum.iso7064 import mod_37_36

from pipelines.intake.cell import conventions_of
from pipelines.intake.cell_ids import IdRules, is_checked
from pipelines.intake.cells import read_cell, read_columns
from pipelines.settings import Clinic
from schemas.dictionary import Field

DUTCH = Clinic("AMC", date_order="dmy", decimal="comma", missing_codes={"-99": "unknown", "UNK": "refused"})
SILENT = Clinic("AMC")
AMERICAN = Clinic("AMC", date_order="mdy", decimal="point", date_system="1904")
SCORE = Field("x", "decimal", {}, "", unit="points", minimum=0, maximum=100)
STRENGTH = Field("x", "decimal", {}, "", unit="strength_unit", minimum=0, maximum=2000)
MILLIMETRES = Field("x", "integer", {}, "", unit="mm", minimum=0, maximum=200)
DAY, PERIOD, MONTH = (Field("x", kind, {}, "") for kind in ("date", "partial_date", "month"))
SIDE, FLAG, TEXT = (
    Field("x", "code", {}, "", vocabulary="side"),
    Field("x", "boolean", {}, ""),
    Field("x", "text", {}, ""),
)
NUMBER = Field("patient_id", "id", {}, "", is_key=True)


def read(text: str, field: Field, clinic: Clinic = DUTCH, kind: str = "csv") -> tuple[object, str]:
    """The value (or `reason!`, or None) and the rule, by the fast path and, where that declines, the slow one."""
    conventions = conventions_of(clinic, kind)
    ids = IdRules(clinic.code, {clinic.code: clinic.id_format, "FYS": r"FYS-\d{4}"})
    texts = pl.DataFrame({field.name: pl.Series([text], dtype=pl.String)})
    column = read_columns(texts, [field], conventions, ids)[field.name]
    if column.odd.is_empty():
        return column.values[0], ""
    odd = column.odd.to_dicts()[0]
    return (odd["missing"] + "!" if odd["missing"] else column.values[0]), odd["rule"]


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("45", 45.0, ""),
        ("45,5", 45.5, ""),
        ("45.5", 45.5, "number_decimal_mark"),
        ("1.234", 1234.0, "number_thousands"),
        ("1.234,5", 1234.5, "number_thousands"),
        ("1 234", 1234.0, "number_thousands"),
        ("1'234", 1234.0, "number_thousands"),
        ("45%", 45.0, "number_percent"),
        ("80/100", 80.0, "number_out_of"),
        ("80/120", None, "number_unreadable"),
        ("45 kg", None, "number_other_unit"),
        ("-99", "unknown!", ""),
        ("-99,0", "unknown!", ""),
        ("unk", "refused!", ""),
        ("#not_done", "not_done!", ""),
        ("#erase", "erased!", ""),
        ("#DIV/0!", None, "cell_spreadsheet_error"),
        ("#N/A", None, "cell_spreadsheet_error"),
        ("n.v.t.", None, "cell_undeclared_missing"),
        ("4O", None, "number_unreadable"),
        ("<5", None, "number_unreadable"),
        ("45,", None, "number_unreadable"),
        ("\u221245", -45.0, "cell_tidied"),
        ("\u00a045", 45.0, "cell_tidied"),
        ('="45"', 45.0, "cell_formula_text"),
        ("1E+02", None, "number_scientific"),
        ("2-mrt", None, "number_is_date"),
        ("2024-03-02", None, "number_is_date"),
        ("nan", None, "cell_undeclared_missing"),
        ("inf", None, "number_unreadable"),
        ("  ", None, ""),
    ],
)
def test_a_score_is_read_with_the_declared_decimal_comma(text: str, value: object, rule: str) -> None:
    assert read(text, SCORE) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("45.5", 45.5, ""),
        ("45,5", 45.5, "number_decimal_mark"),
        ("1.234", None, "number_ambiguous"),
        ("1,234", None, "number_ambiguous"),
        ("0.125", 0.125, "number_decimal_mark"),
        ("1.234,5", 1234.5, "number_decimal_mark"),
        ("-99", -99.0, ""),
    ],
)
def test_without_a_declared_mark_only_one_reading_is_taken(text: str, value: object, rule: str) -> None:
    assert read(text, SCORE, SILENT) == (value, rule)


def test_an_ambiguous_number_shows_both_readings() -> None:
    assert read_cell("1.234", SCORE, conventions_of(SILENT, "csv"), IdRules("AMC")).expected == "1.234 / 1234"


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("25 mm", 25, "number_unit"),
        ("2,5 cm", 25, "number_unit"),
        ("25,0", 25, ""),
        ("25,4", None, "number_not_whole"),
        ("12 wks", None, "number_other_unit"),
        ("99999999999", None, "number_unreadable"),
    ],
)
def test_a_whole_number_keeps_its_unit_in_mind(text: str, value: object, rule: str) -> None:
    assert read(text, MILLIMETRES) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("45.5", 45.5, ""),
        ("45.30000000000004", 45.30000000000004, ""),
        ("0.125", 0.125, "number_decimal_mark"),
        ("1.234", None, "number_ambiguous"),
        ("45,5", 45.5, ""),
    ],
)
def test_a_number_of_a_workbook_has_a_point_whatever_the_clinic_declares(text: str, value: object, rule: str) -> None:
    assert read(text, STRENGTH, DUTCH, "xlsx") == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [("80.25", 80.3, "number_rounded"), ("80.30000000000001", 80.3, ""), ("80,25", 80.3, "number_decimal_mark")],
)
def test_a_number_keeps_as_many_decimals_as_its_field(text: str, value: object, rule: str) -> None:
    assert read(text, replace(SCORE, decimals=1), Clinic("AMC", decimal="point")) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("2024-03-02", "2024-03-02", ""),
        ("2024-3-2", "2024-03-02", ""),
        ("03/04/2024", "2024-04-03", ""),
        ("04/13/2024", None, "date_other_order"),
        ("2-3-24", "2024-03-02", "date_two_digit_year"),
        ("2-mrt-2024", "2024-03-02", "date_month_name"),
        ("March 2, 2024", "2024-03-02", "date_month_name"),
        ("2. März 2024", "2024-03-02", "date_month_name"),
        ("02-Mär-24", "2024-03-02", "date_two_digit_year"),
        ("2-mrt", None, "date_incomplete"),
        ("45353", None, "date_serial_ambiguous"),
        ("20240302", "2024-03-02", "date_compact"),
        ("2024-03-02 00:00:00", "2024-03-02", ""),
        ("2024-03-02T13:45:00Z", "2024-03-02", "date_time_dropped"),
        ("2024-02-30", None, "date_impossible"),
        ("0024-01-05", None, "date_impossible"),
        ("soon", None, "date_unreadable"),
        ("#unknown", "unknown!", ""),
    ],
)
def test_a_day_is_read_in_the_declared_order(text: str, value: str | None, rule: str) -> None:
    found = read(text, DAY)
    assert (str(found[0]) if found[0] is not None else None, found[1]) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("03/04/2024", None, "date_ambiguous"),
        ("13/04/2024", datetime.date(2024, 4, 13), "date_one_order"),
        ("02-Mär-24", None, "date_ambiguous"),
    ],
)
def test_without_a_declared_order_only_one_reading_is_taken(text: str, value: object, rule: str) -> None:
    assert read(text, DAY, SILENT) == (value, rule)


def test_a_day_number_is_read_once_the_date_system_is_declared() -> None:
    assert read("45353", DAY, AMERICAN) == (datetime.date(2028, 3, 3), "date_serial")
    assert read("45353", DAY, Clinic("AMC", date_system="1900")) == (datetime.date(2024, 3, 2), "date_serial")


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2024", datetime.date(2024, 1, 1), "year"),
        ("2024-03", datetime.date(2024, 3, 1), "month"),
        ("mrt 2024", datetime.date(2024, 3, 1), "month"),
        ("mrt-24", datetime.date(2024, 3, 1), "month"),
        ("02-03-2024", datetime.date(2024, 3, 2), "day"),
    ],
)
def test_a_partial_day_keeps_its_precision(text: str, value: object, precision: str) -> None:
    cell = read_cell(text, PERIOD, conventions_of(DUTCH, "csv"), IdRules("AMC"))
    assert (cell.value, cell.extra) == (value, precision)


def test_a_month_is_a_month_and_not_some_day_in_it() -> None:
    assert read("2024-03", MONTH) == (datetime.date(2024, 3, 1), "")
    assert read("01-03-2024", MONTH) == (datetime.date(2024, 3, 1), "")
    assert read("02-03-2024", MONTH) == (None, "date_not_a_month")


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("left", "left", ""),
        (" Links ", "left", ""),
        ("rigth", "right", "code_alias"),
        ("l\u0435ft", "left", "cell_look_alike"),
        ("both", None, "code_unknown"),
    ],
)
def test_a_code_is_known_by_its_labels_and_misspellings(text: str, value: object, rule: str) -> None:
    assert read(text, SIDE) == (value, rule)


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("Ja", True), ("0", False), ("FALSCH", False)])
def test_yes_and_no_are_read_in_three_languages(text: str, value: bool) -> None:
    assert read(text, FLAG) == (value, "")


def test_a_text_that_looks_like_a_formula_is_data() -> None:
    assert read("=1+1", TEXT) == ("=1+1", "")
    assert read("@home", TEXT) == ("@home", "")


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("AMC-0015W", "AMC-0015W", ""),
        ("amc-0015w", "AMC-0015W", "id_tidied"),
        ("AMC 0015 W", "AMC-0015W", "id_tidied"),
        ("AMC\u20110015W", "AMC-0015W", "id_tidied"),
        ('="AMC-0015W"', "AMC-0015W", "id_tidied"),
        ("АМС-0015W", "AMC-0015W", "cell_look_alike"),
        ("AMC-OO15W", "AMC-0015W", "cell_look_alike"),
        ("AMC-15W", "AMC-0015W", "id_zeros_restored"),
        ("15W", "AMC-0015W", "id_zeros_restored"),
        ("AMC-0016W", None, "id_check_character"),
        ("AMC-0015", None, "id_check_character"),
        ("4E+05", None, "id_scientific"),
        ("Jansen", None, "id_unreadable"),
        ("FYS-0015", "FYS-0015", ""),
        ("#unknown", "unknown!", ""),
    ],
)
def test_a_patient_number_is_what_its_check_character_confirms(text: str, value: object, rule: str) -> None:
    assert read(text, NUMBER) == (value, rule)


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("FYS-0015", "FYS-0015", ""),
        ("0015", "FYS-0015", ""),
        ("15", "FYS-0015", "id_zeros_restored"),
        ("fys 0015", "FYS-0015", "id_tidied"),
        ("FYS-00155", None, "id_unreadable"),
    ],
)
def test_a_clinic_with_its_own_format_gets_its_zeros_back(text: str, value: object, rule: str) -> None:
    assert read(text, NUMBER, Clinic("FYS", id_format=r"FYS-\d{4}")) == (value, rule)


def test_an_unreadable_number_is_shown_beside_the_clinics_own_form() -> None:
    rules = IdRules("FYS", {"FYS": r"FYS-\d{4}"})
    assert read_cell("FYS-00155", NUMBER, conventions_of(Clinic("FYS"), "csv"), rules).expected == "FYS-0000"


def test_a_number_in_scientific_notation_is_read_only_with_all_its_digits() -> None:
    hospital = Clinic("HOS", id_format=r"\d{8}")
    assert read("1.2345678E+07", NUMBER, hospital) == ("HOS-12345678", "id_tidied")
    assert read("1.23E+07", NUMBER, hospital) == (None, "id_scientific")


def test_lost_zeros_are_not_restored_where_several_numbers_fit() -> None:
    assert read("15", NUMBER, Clinic("HOS", id_format=r"\d{4,6}")) == (None, "id_zeros_ambiguous")


def test_the_check_character_agrees_with_the_standard_library_of_numbers() -> None:
    stems = [f"{clinic}-{number:04d}" for clinic in ("AMC", "U2", "LONGNAME") for number in range(0, 20000, 37)]
    right = [f"{stem}{mod_37_36.calc_check_digit(stem.replace('-', ''))}" for stem in stems]
    wrong = [f"{text[:-1]}{'A' if text[-1] != 'A' else 'B'}" for text in right]
    assert is_checked(pl.Series(right)).all()
    assert not is_checked(pl.Series(wrong)).any()
