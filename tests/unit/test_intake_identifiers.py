"""Files that say who somebody is: refused whole, named by column and line, and kept nowhere."""

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment

from pipelines.intake.file_names import is_telling
from pipelines.intake.identifier_values import kind_of_value
from pipelines.intake.inbox import hand_in, waiting
from pipelines.intake.reading import read_file
from pipelines.intake.submission import Intake, check_file, load
from pipelines.intake.verdict import Reading, Refusal
from pipelines.settings import Clinic, Limits, Settings
from schemas.dictionary import read_dictionary
from schemas.identifiers import EXTRAS, KINDS, identifier_kind
from schemas.patient_id import make_patient_id
from schemas.vocabulary import LANGUAGES
from warehouse.connection import writer
from warehouse.layout import Home

DICTIONARY = read_dictionary()
KEY = ("patient_id", "side", "assessed_on", "phat_total")
PATIENTS = [make_patient_id("AMC", number) for number in range(1, 9)]
BSN = ["111222333", "123456782", "100000009", "100000022", "100000034", "100000046"]
NHS = ["943 476 5919", "450 557 7112", "450 557 7104"]
AHV = ["756.9217.0769.85", "756.1234.5678.97", "756.3047.5009.62"]
PHONES = ["06-12345678", "+31 20 566 9111", "0151 23456789"]
NO_NUMBERS = ["123456781", "123456783", "123456784"]


def file_of(header: Sequence[str], *rows: Sequence[str], separator: str = ";") -> bytes:
    """A follow-up file with further columns, a row for each of their cells."""
    lines = [(*KEY, *header)]
    lines += [(PATIENTS[place], "left", "2025-03-14", "80", *row) for place, row in enumerate(rows)]
    return "\n".join(separator.join(line) for line in lines).encode() + b"\n"


def read(content: bytes, clinic: Clinic | None = None) -> Reading:
    return read_file("file.csv", content, DICTIONARY, clinic or Clinic("AMC"), Limits())


def refused(content: bytes, clinic: Clinic | None = None) -> Refusal:
    reading = read(content, clinic)
    assert reading.refusal is not None
    assert not reading.tables
    return reading.refusal


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        *[(text, "name") for text in ("Name", "naam", "Patient name", "patientName", "Vorname", "Nachname, Vorname")],
        *[(text, "name") for text in ("Achternaam", "voorletters", "Name des Patienten", "first_name", "Prénom")],
        *[(text, "birth_date") for text in ("DOB", "Geb. datum", "Geburtsdatum (TT.MM.JJJJ)", "dateOfBirth")],
        *[(text, "address") for text in ("Adres", "Straße / Hausnr.", "postcode", "PLZ", "Home address", "Wohnort")],
        *[(text, "phone") for text in ("Telefoon 2", "tel.", "Mobile phone number", "Handy-Nr.")],
        *[(text, "email") for text in ("E-mail", "e-mailadres", "Email address")],
        *[(text, "national_number") for text in ("BSN", "BSN-nummer", "NHS No.", "AHV-Nr.", "Versichertennummer")],
        *[(text, "") for text in ("surgeon name", "file name", "Patient", "favourite colour", "id", "study no")],
    ],
)
def test_a_header_of_the_closed_list_asks_for_an_identifier(header: str, kind: str) -> None:
    assert identifier_kind(header) == kind


def test_no_name_and_no_label_of_a_form_is_on_the_list() -> None:
    fields = [field for form in DICTIONARY.forms.values() for field in form.fields]
    assert not [text for field in fields for text in (field.name, *field.label.values()) if identifier_kind(text)]


def test_a_column_on_the_list_refuses_the_file_by_column_and_line() -> None:
    refusal = refused(file_of(["Naam", "Geburtsdatum"], ["J. Jansen", "1970-03-12"]))
    assert (refusal.rule, refusal.columns, refusal.lines) == ("identifier_column", ("Naam", "Geburtsdatum"), (1,))
    assert not refusal.is_stored


@pytest.mark.parametrize("cells", [BSN[:3], NHS, AHV, ["a@b.nl", "Jan <c@d.nl>", "e@f.de"], PHONES])
def test_a_column_of_identifiers_refuses_the_file_whatever_it_is_called(cells: list[str]) -> None:
    refusal = refused(file_of(["code"], *[[cell] for cell in cells], ["x"], [""], [""]))
    assert (refusal.rule, refusal.columns, refusal.lines) == ("identifier_values", ("code",), (2, 3, 4))


@pytest.mark.parametrize(
    "cells",
    [
        BSN[:2],  # fewer than three
        [*BSN[:3], *NO_NUMBERS, "5"],  # fewer than half
        NO_NUMBERS,  # no right check digit
        ["2024-03-12", "2024-03-13", "20240312"],
        ["12-03-2024 10:30", "13-03-2024 10:30", "12032024"],
    ],
)
def test_a_column_of_other_numbers_does_not(cells: list[str]) -> None:
    assert read(file_of(["code"], *[[cell] for cell in cells])).refusal is None


def test_half_of_the_filled_cells_is_enough_and_blank_ones_do_not_count() -> None:
    assert refused(file_of(["code"], *[[cell] for cell in (*BSN[:3], *NO_NUMBERS, "", "")])).lines == (2, 3, 4)


def test_a_hospitals_own_numbers_pass_in_its_declared_format() -> None:
    numbers = [str(number) for number in range(20000000, 20000400) if kind_of_value(str(number))][:4]
    lines = ["patient_id,side,assessed_on,phat_total", *(f"{number},left,2025-03-14,80" for number in numbers)]
    content = "\n".join(lines).encode() + b"\n"
    assert refused(content).columns == ("patient_id",)
    assert read(content, Clinic("AMC", id_format=r"\d{8}")).refusal is None
    prefixed = content.replace(b"\n2", b"\nAMC-2")
    assert refused(prefixed).columns == ("patient_id",)
    assert read(prefixed, Clinic("AMC", id_format=r"\d{8}")).refusal is None


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (b"Naam;kleur\nJansen;rood\n", (1,)),  # no form at all
        (b"Jansen,123456782\nSmit,111222333\nBakker,100000009\n", (1, 2, 3)),  # no header at all
        (b"Naam: J. Jansen\n" + file_of([], []), (1,)),  # above the table
        (b"Patient: Jan Jansen\n" + file_of([], []), (1,)),
        (file_of(["jan@amc.nl"], ["a"]), (1,)),  # as a header
        (file_of([], []) + b"\nVoornaam;Achternaam\nJan;Jansen\n", (4,)),  # below it
        (b"Naam;x\n" + b"\xff" * 9 + b"\n", (1,)),
        (file_of([], []) + "Nаam;\n".encode(), (3,)),  # with a Cyrillic letter
    ],
)
def test_identifiers_are_found_where_no_form_is(content: bytes, lines: tuple[int, ...]) -> None:
    assert refused(content).lines == lines


def test_a_header_that_is_itself_an_identifier_is_named_by_its_letter() -> None:
    columns = refused(file_of(["123456782"], ["111222333"], ["100000009"], ["100000022"])).columns
    assert columns == ("E",)


def book_of(extra: Sequence[Sequence[str]] = ()) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Visits"
    for row in (KEY, (PATIENTS[0], "left", "2025-03-14", 80)):
        sheet.append(row)
    if extra:
        other = book.create_sheet("Key list")
        for row in extra:
            other.append(row)
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def test_another_sheet_that_names_somebody_refuses_the_file() -> None:
    refusal = refused(saved(book_of([["number", "Achternaam"], [PATIENTS[0], "Jansen"]])))
    assert (refusal.columns, refusal.lines) == (("Key list: Achternaam",), (1,))
    refusal = refused(saved(book_of([["a", "b"], *(["x", number] for number in BSN)])))
    assert refusal.columns == ("Key list: B",)


def test_comments_and_properties_are_scanned_named_and_not_kept() -> None:
    book = book_of()
    book["Visits"]["A2"].comment = Comment("phone 06-12345678", "nurse")
    book.properties.creator = "j.jansen@amc.nl"
    table = read(saved(book)).tables[0]
    notes = table.findings.filter(line=0).select("rule", "found").rows()
    assert notes == [("extras_ignored", "author, comments"), ("extras_identify", "email, phone")]


def test_a_page_header_is_named_and_its_codes_are_none() -> None:
    book = book_of()
    book["Visits"].oddFooter.center.text = "Page &P"
    book["Visits"].oddHeader.left.text = "Jansen, j.jansen@amc.nl"
    notes = read(saved(book)).tables[0].findings.filter(line=0).select("rule", "found").rows()
    assert notes == [("extras_ignored", "page_headers"), ("extras_identify", "email")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_receipt_names_columns_and_lines_and_no_value(language: str, tmp_path: Path) -> None:
    path = tmp_path / "Jan Jansen.csv"
    path.write_bytes(file_of(["code", "Naam"], *[[number, "Jansen"] for number in BSN]))
    receipt = check_file(path, Clinic("AMC", language=language), DICTIONARY)
    said = json.dumps(receipt)
    assert receipt["file"] == "file.csv"
    assert receipt["refusal"]["columns"] == ["Naam", "code"]
    assert receipt["refusal"]["lines"] == [1, 2, 3, 4, 5, 6, 7]
    assert not [value for value in (*BSN, "Jansen", PATIENTS[0]) if value in said]


def test_every_kind_has_words_in_every_language() -> None:
    assert all(len(words) == len(LANGUAGES) and all(words) for words in (*KINDS.values(), *EXTRAS.values()))


@pytest.mark.parametrize("name", ["Jan Jansen.xlsx", "mevr Bakker.csv", "P. de Vries.ods", "export_123456782.csv"])
def test_a_telling_name_is_known(name: str) -> None:
    assert is_telling(name)


@pytest.mark.parametrize("name", ["follow_up 2024-03.csv", "AMC export final (2).xlsx", "2023-2024.csv", "Map1.xlsx"])
def test_a_plain_name_stays(name: str) -> None:
    assert not is_telling(name)


NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def loaded(home: Home, name: str, *contents: bytes) -> list[dict[str, object]]:
    for hour, content in enumerate(contents):
        hand_in(home, "AMC", name, content, NOON.replace(hour=hour))
    settings = Settings(clinics={"AMC": Clinic("AMC")})
    with writer(home, "test") as connection:
        done = load(Intake(home, settings, DICTIONARY, connection, NOON), waiting(home))
    assert not done.failures
    return list(done.receipts.values())


def files_that_hold(home: Home, *values: str) -> list[Path]:
    return [
        path
        for path in home.path.rglob("*")
        if path.is_file() and any(value.encode() in path.read_bytes() for value in values)
    ]


def test_nothing_is_kept_of_a_file_with_identifiers(tmp_path: Path) -> None:
    home = Home(tmp_path)
    content = file_of(["code"], *[[number] for number in BSN])
    first, again = loaded(home, "Pietersen 123456782.csv", content, content)
    assert (first["file"], again["file"]) == ("file.csv", "file.csv")
    assert (first["refusal"], first["sections"]) == (again["refusal"], [])
    assert not home.archive("AMC").exists()
    assert list(home.inbox("AMC").iterdir()) == []
    assert not files_that_hold(home, *BSN, "Pietersen", *PATIENTS[:6])
    with writer(home, "test") as connection:
        counts = [
            connection.execute(f"select count(*) from facts.{name}").fetchall() for name in ("raw_row", "finding")
        ]
        kept = connection.execute("select file, refusal, dialect from facts.submission order by 1").fetchall()
    assert counts == [[(0,)], [(0,)]]
    assert [row[0] for row in kept] == ["file.csv", "file.csv"]
    assert not [value for value in (*BSN, *PATIENTS) if value in str(kept)]


def test_a_telling_name_alone_is_replaced_before_it_is_written_anywhere(tmp_path: Path) -> None:
    home = Home(tmp_path)
    hand_in(home, "AMC", "Jan Jansen.csv", file_of([], []), NOON)
    assert not files_that_hold(home, "Jansen")
    (receipt,) = loaded(home, "Jan Jansen.csv")
    assert receipt["file"] == "file.csv"
    assert receipt["sections"][0]["findings_by_rule"] == {"file_name_replaced": 1, "phat_items_missing": 1}  # type: ignore[index]  # a receipt's
    assert not files_that_hold(home, "Jansen")


def test_a_workbook_with_more_than_cells_is_kept_without_it(tmp_path: Path) -> None:
    book = book_of([["colour"], ["ultramarine"]])
    book["Visits"]["A2"].comment = Comment("phoned in", "nurse")
    book.properties.creator = "Ultramarina"
    home = Home(tmp_path)
    loaded(home, "x.xlsx", saved(book))
    (kept,) = home.archive("AMC").iterdir()
    book = openpyxl.load_workbook(io.BytesIO(kept.read_bytes()))
    assert book.sheetnames == ["Visits"]
    assert book["Visits"]["A2"].value == PATIENTS[0]
    assert (book["Visits"]["A2"].comment, book.properties.creator) == (None, None)
    assert not files_that_hold(home, "Ultramarina")


def test_the_name_of_a_sheet_and_what_a_cell_links_to_are_not_kept(tmp_path: Path) -> None:
    book = book_of()
    book["Visits"].title = "Piet Pietersen"
    book["Piet Pietersen"]["B2"].hyperlink = "mailto:p.pietersen@example.org"
    home = Home(tmp_path)
    (receipt,) = loaded(home, "x.xlsx", saved(book))
    rules = receipt["sections"][0]["findings_by_rule"]  # type: ignore[index]  # a receipt's
    assert rules["sheet_name_replaced"] == rules["extras_identify"] == 1
    (kept,) = home.archive("AMC").iterdir()
    parts = zipfile.ZipFile(io.BytesIO(kept.read_bytes()))
    assert not [name for name in parts.namelist() if b"ietersen" in parts.read(name)]
    assert openpyxl.load_workbook(io.BytesIO(kept.read_bytes())).sheetnames == ["sheet 1"]
