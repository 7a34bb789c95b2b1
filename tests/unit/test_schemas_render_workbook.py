"""The workbook a clinic fills in: a sheet a form, its language, drop-downs that Excel takes, rows filled in."""

import datetime
import io
import zipfile

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from schemas.dictionary import FORM_NAMES, read_dictionary
from schemas.render.workbook import render_workbook
from schemas.vocabulary import LANGUAGES

DICTIONARY = read_dictionary()
LONGEST_LIST = 255  # of the joined choices of a drop-down: Excel repairs away a longer one


def opened(content: bytes) -> dict[str, Worksheet]:
    workbook = openpyxl.load_workbook(io.BytesIO(content))
    return {str(sheet.title): sheet for sheet in workbook.worksheets}


def header(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for cell in sheet[1]]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_form_has_a_sheet_in_the_clinics_language(language: str) -> None:
    sheets = opened(render_workbook(DICTIONARY, language))
    assert list(sheets) == [DICTIONARY.forms[name].label[language] for name in FORM_NAMES]
    for form, sheet in zip(DICTIONARY.forms.values(), sheets.values(), strict=True):
        assert header(sheet) == [field.label[language] for field in form.template_fields]
        assert sheet.sheet_state == "visible"


@pytest.mark.parametrize("language", LANGUAGES)
def test_drop_downs_are_short_enough_and_hold_the_labels(language: str) -> None:
    for sheet in opened(render_workbook(DICTIONARY, language)).values():
        lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
        assert all(len(str(rule.formula1)) <= LONGEST_LIST + 2 for rule in lists)
    side = opened(render_workbook(DICTIONARY, "nl"))["Controle"].data_validations.dataValidation[1]
    assert (side.formula1, str(side.sqref), side.errorStyle) == ('"Links,Rechts"', "B2:B2001", "warning")


def test_hints_are_in_the_clinics_language_or_need_no_words() -> None:
    def hints(language: str) -> dict[str, str]:
        sheet = opened(render_workbook(DICTIONARY, language))[DICTIONARY.forms["follow_up"].label[language]]
        return {rule.promptTitle: rule.prompt for rule in sheet.data_validations.dataValidation}

    assert hints("nl")["PHAT-totaal"] == "0–100 punten Bijv. 80,5"
    assert hints("de")["PHAT-Fragen beantwortet"].startswith("0–")
    assert hints("en")["PHAT total"].endswith("(0–100 points) E.g. 80.5")


def test_rows_are_written_as_what_they_are() -> None:
    row = {
        "patient_id": "AMC-0015W",
        "side": "left",
        "injury_no": 1,
        "assessed_on": datetime.date(2025, 3, 18),
        "visit": "month_12",
        "would_choose_same_treatment": True,
    }
    sheet = opened(render_workbook(DICTIONARY, "nl", {"follow_up": [row]}))["Controle"]
    cells = dict(zip(header(sheet), sheet[2], strict=True))
    assert (cells["Patiëntnummer"].value, cells["Patiëntnummer"].number_format) == ("AMC-0015W", "@")
    assert (cells["Aangedane zijde"].value, cells["Bezoek"].value) == ("Links", "12 maanden")
    assert cells["Datum meting"].value == datetime.datetime(2025, 3, 18)
    assert cells["Datum meting"].number_format == "yyyy-mm-dd"
    assert cells["Zou dezelfde behandeling kiezen"].value == "Ja"
    assert cells["PHAT-totaal"].value is None


def test_a_form_can_be_kept_to_the_measures_that_are_due() -> None:
    sheets = opened(render_workbook(DICTIONARY, "en", columns={"follow_up": ["phat_total"]}))
    assert header(sheets["Follow-up"]) == [
        "Patient number",
        "Injured side",
        "Injury number",
        "Date of assessment",
        "PHAT total",
    ]


def test_a_text_that_looks_like_a_formula_stays_a_text() -> None:
    content = render_workbook(DICTIONARY, "en", {"enrolment": [{"consent_version": "=1+1"}]})
    sheet = opened(content)["Enrolment"]
    cell = dict(zip(header(sheet), sheet[2], strict=True))["Consent version"]
    assert (cell.value, cell.data_type) in {("=1+1", "s"), ("=1+1", "f")}
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert "<f>" not in parts.read("xl/worksheets/sheet1.xml").decode()


def test_the_same_rows_give_the_same_bytes_without_comments() -> None:
    first, second = (render_workbook(DICTIONARY, "de") for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert [name for name in parts.namelist() if "comment" in name or "vba" in name] == []
