"""A clinic's round trip through LibreOffice: template, filled in, saved as ods and csv, sent, returned, mended."""

import io
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from pipelines.intake.inbox import hand_in
from pipelines.intake.receipt import Receipt
from pipelines.run import load_waiting
from pipelines.settings import Clinic, Settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from schemas.render.template import render_template
from schemas.render.workbook import render_workbook
from warehouse.connection import writer
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.sealed import read_sealed

SOFFICE = shutil.which("soffice")
DICTIONARY = read_dictionary()
FORM = DICTIONARY.forms["follow_up"]
LOCALES = {"nl": "nl-NL", "de": "de-DE"}
PATIENTS = [make_patient_id("AMC", number) for number in (15, 16, 17)]
pytestmark = [pytest.mark.slow, pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed")]

PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>{locale}</value></prop></item>
</oor:items>
"""


def clinic_of(language: str) -> Clinic:
    return Clinic("AMC", language=language, date_order="dmy", decimal="comma", separator=";")


def convert(file: Path, kind: str, language: str, folder: Path) -> Path:
    """The file saved anew by LibreOffice as a user of that locale has it."""
    profile = folder / f"profile-{language}"
    settings = profile / "user" / "registrymodifications.xcu"
    if not settings.exists():
        settings.parent.mkdir(parents=True)
        settings.write_text(PROFILE.format(locale=LOCALES[language]), encoding="utf-8")
    out = folder / kind
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    command += ["--convert-to", {"csv": "csv:Text - txt - csv (StarCalc):59,34,76,1"}.get(kind, kind)]
    subprocess.run([*command, "--outdir", str(out), str(file)], check=True, capture_output=True, timeout=300)
    return out / f"{file.stem}.{kind}"


def filled_in(language: str, folder: Path) -> Path:
    """The follow-up template with three rows typed in, the last with a Tegner level that does not exist."""
    asked = {"follow_up": ["visit", "phat_total", "phat_items_answered", "tegner", "straight_leg_raise_left_deg"]}
    book = openpyxl.load_workbook(io.BytesIO(render_workbook(DICTIONARY, language, columns=asked)))
    sheet = book[FORM.label[language]]
    for other in [each for each in book.worksheets if each is not sheet]:
        book.remove(other)
    names = {field.label[language]: field.name for field in FORM.fields}
    places = {names[str(cell.value)]: cell.column for cell in sheet[1]}
    side = next(code for code in DICTIONARY.vocabularies["side"] if code.code == "left").labels[language]
    for row, (patient, tegner) in enumerate(zip(PATIENTS, (5, 6, 11), strict=True), start=2):
        values = {"patient_id": patient, "side": side, "injury_no": 1, "assessed_on": date(2025, 3, 4)}
        values |= {"phat_total": 80.5, "phat_items_answered": 10, "tegner": tegner}
        for name, value in {**values, "straight_leg_raise_left_deg": 72.5}.items():
            sheet.cell(row, places[name], value)
    file = folder / "filled.xlsx"
    book.save(file)
    return file


def send(home: Home, file: Path, language: str, hour: int) -> tuple[Receipt, dict[str, bytes]]:
    """The receipt of a file that was handed in and loaded, and what lies beside it in the outbox."""
    at = datetime(2026, 3, 1, hour, tzinfo=UTC)
    submission = hand_in(home, "AMC", file.name, file, at)
    with lock(home, "test"):
        loaded = load_waiting(home, Settings(clinics={"AMC": clinic_of(language)}), at)
    beside = (home.outbox("AMC") / submission).iterdir()
    return loaded.receipts[submission], {path.name: read_sealed(path) for path in beside}


def errors(receipt: Receipt) -> list[tuple[str, str]]:
    findings = [finding for section in receipt["sections"] for finding in section["findings"]]
    return [(finding["column"], finding["rule"]) for finding in findings if finding["severity"] == "error"]


def enrolments(folder: Path) -> Path:
    """A file that makes the patients known, so that nothing waits."""
    form = DICTIONARY.forms["enrolment"]
    dates = {"injured_on": "12-03-2024", "first_visit_on": "15-03-2024", "mri_on": "20-03-2024"}
    dates |= {"decision_on": "22-03-2024", "surgery_on": "28-03-2024", "baseline_on": "22-03-2024"}
    rows = [form.example_row(patient_id=patient, **dates, consented_on="15-03-2024") for patient in PATIENTS]
    file = folder / "enrolment.csv"
    file.write_bytes(render_template(form, ";", rows=rows).encode())
    return file


@pytest.mark.parametrize("kind", ["xlsx", "ods", "csv"])
@pytest.mark.parametrize("language", LOCALES)
def test_what_was_typed_into_the_template_comes_back_mended(language: str, kind: str, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    assert errors(send(home, enrolments(tmp_path), language, 9)[0]) == []
    sent = convert(filled_in(language, tmp_path), kind, language, tmp_path)
    assert kind != "csv" or b";80,5;" in sent.read_bytes(), "LibreOffice writes as that country does"
    receipt, files = send(home, sent, language, 10)
    assert receipt["refused"] is None
    assert receipt["sections"][0]["records"]["accepted"] == len(PATIENTS)
    assert errors(receipt) == [("tegner", "out_of_range")]
    with writer(home, "test") as connection:
        loaded = connection.execute("select assessed_on, phat_total.value from facts.follow_up").fetchall()
    assert loaded == [(date(2025, 3, 4), 80.5)] * 3
    (name,) = files.keys() - {"receipt.json", "receipt.html"}
    returned = tmp_path / name
    returned.write_bytes(files[name])
    receipt, files = send(home, mended(returned, language), language, 11)
    assert errors(receipt) == []
    assert receipt["sections"][0]["records"] | {"accepted": 1, "corrected": 1} == receipt["sections"][0]["records"]
    assert files.keys() == {"receipt.json", "receipt.html"}


def mended(file: Path, language: str) -> Path:
    """The returned file with a Tegner level that exists."""
    if file.suffix == ".csv":
        header, row = file.read_bytes().splitlines(keepends=True)
        assert row.count(b";11;") == 1
        file.write_bytes(header + row.replace(b";11;", b";1;"))
        return file
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    (column,) = [cell.column for cell in sheet[1] if cell.value == FORM.field("tegner").label[language]]
    assert [str(cell.value) for cell in sheet[2]][column - 1] == "11"
    assert sheet.max_row == 2
    sheet.cell(2, column, 1)
    file = file.with_name("mended.xlsx")
    book.save(file)
    return file
