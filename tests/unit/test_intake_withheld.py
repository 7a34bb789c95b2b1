"""One address or number of somebody in a file that is otherwise read: named where it stands, and kept nowhere."""

from datetime import UTC, datetime
from pathlib import Path
from time import process_time

import pytest

from pipelines.intake import withheld
from pipelines.intake.inbox import hand_in, waiting
from pipelines.intake.reading import read_file
from pipelines.intake.submission import Intake, load
from pipelines.intake.telling import kind_of_cell, kind_of_line
from pipelines.intake.validation import validate
from pipelines.intake.verdict import Refusal, Verdict
from pipelines.settings import Clinic, Limits, Settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from schemas.render.template import render_template
from warehouse.connection import writer
from warehouse.layout import Home

DICTIONARY = read_dictionary()
FORM = DICTIONARY.forms["enrolment"]
MAIL, PHONE = "p.pietersen@example.org", "06-12345678"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


def enrolments(*changes: dict[str, str]) -> list[str]:
    rows = [
        FORM.example_row(**({"patient_id": make_patient_id("AMC", number)} | change))
        for number, change in enumerate(changes, 1)
    ]
    return render_template(FORM, rows=rows).lstrip("\ufeff").splitlines()


def judged(lines: list[str], clinic: Clinic | None = None) -> Verdict:
    clinic = clinic or Clinic("AMC", date_order="ymd", decimal="point")
    reading = read_file("file.csv", "\n".join([*lines, ""]).encode(), DICTIONARY, clinic, Limits())
    return validate("file.csv", reading, DICTIONARY, clinic)


def rules_of(verdict: Verdict, column: str) -> list[tuple[int, str, str]]:
    (section,) = verdict.sections
    found = section.findings.filter(column=column).select("line", "rule", "found")
    return list(found.iter_rows())


@pytest.mark.parametrize(
    ("column", "text", "kind"),
    [
        ("consent_version", f"2.1, ask {MAIL}", "email"),
        ("consent_version", PHONE, "phone"),
        ("sport", f"football (call {PHONE})", "phone"),
        ("sport", "111222333", "national_number"),
        ("baseline_phat_total", MAIL, "email"),
        ("sport", "Football with Petra Jansen", "name"),
        ("consent_version", "2.1 by Petra Pietersen", "name"),
        ("surgery_on", "tel. 0151 23456789", "phone"),
    ],
)
def test_a_cell_that_tells_who_somebody_is_is_named_alone_and_the_row_loads(column: str, text: str, kind: str) -> None:
    verdict = judged(enrolments({column: text}, {}))
    assert rules_of(verdict, column) == [(2, "cell_identifies", kind)]
    (section,) = verdict.sections
    assert section.rows.height == 2
    assert section.rows[column].null_count() >= 1
    assert not [
        text
        for text in ("Jansen", "Petra", MAIL, PHONE, "111222333", "23456789")
        if text in str(section.raw["cells"].to_list())
    ]


def test_of_very_many_the_first_tell_what_the_others_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withheld, "_MOST_LOOKED_AT", 2)
    verdict = judged(enrolments(*[{"sport": f"{name}: call {PHONE} at noon"} for name in "abcde"]))
    assert rules_of(verdict, "sport") == [(line, "cell_identifies", "phone") for line in range(2, 7)]
    assert PHONE not in str(verdict.sections[0].raw.to_dicts())


def test_one_in_the_key_costs_the_row() -> None:
    (section,) = judged(enrolments({"side": MAIL}, {})).sections
    assert (section.rows.height, section.rejected) == (1, 1)
    assert MAIL not in str((section.raw.to_dicts(), section.findings.to_dicts()))


@pytest.mark.parametrize("name", ["Petra Pietersen", "pietersen", "P. Pietersen 12-03-1970"])
def test_a_name_in_place_of_a_number_is_kept_nowhere(name: str) -> None:
    lines = [line.replace(make_patient_id("AMC", 1), name) for line in enrolments({}, {})]
    (section,) = judged(lines).sections
    assert (section.rows.height, section.rejected) == (1, 1)
    assert (2, "cell_identifies") in set(section.findings.select("line", "rule").iter_rows())
    assert name not in str((section.raw.to_dicts(), section.findings.to_dicts()))


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("sport", "Rock Climbing"),
        ("consent_version", "Version of Jan 2024"),
        ("patient_id", "AMC-0015X"),
        ("patient_id", "unknown"),
        ("patient_id", "4E+05"),
        ("consent_version", "2024-03-12"),
        ("consent_version", "2.1 of 12-03-2024"),
        ("surgery_on", "2024-03-20 10:30:00"),
        ("surgery_on", "20240320"),
        ("baseline_phat_total", "32.00000000000001"),
        ("baseline_phat_total", "123456781"),
    ],
)
def test_answers_days_and_other_numbers_are_not_taken_for_somebodys(column: str, text: str) -> None:
    assert "cell_identifies" not in {rule for _, rule, _ in rules_of(judged(enrolments({column: text})), column)}


def test_a_hospitals_own_number_is_no_national_one() -> None:
    number = "111222333"
    own = Clinic("AMC", date_order="ymd", decimal="point", id_format=r"\d{9}")
    lines = [line.replace(make_patient_id("AMC", 1), number) for line in enrolments({})]
    assert rules_of(judged(lines), "patient_id") == [(2, "cell_identifies", "national_number")]
    (section,) = judged(lines, own).sections
    assert section.rows.height == 1


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["Export for P. Pietersen", ""], "name"),
        (["Questions:", f"mail {MAIL}"], "email"),
        (["sep=;"], ""),
        (["Hamstring registry, clinic AMC", "2024-03-12"], ""),
        (["Total", "12"], ""),
    ],
)
def test_a_line_around_the_table_tells_or_does_not(cells: list[str], kind: str) -> None:
    assert kind_of_line(cells) == kind


@pytest.mark.parametrize("part", ["x", "@", "y.", "1 ", "a@b.", "(at)"])
def test_a_cell_of_a_million_characters_is_looked_at_once(part: str) -> None:
    start = process_time()
    kind_of_cell(part * (1_000_000 // len(part)))
    assert process_time() - start < 5  # each character looked at from every other one would take hours


def test_a_number_within_a_moment_is_none() -> None:
    assert kind_of_cell("15/03/2024 10:30") == ""


def test_a_line_below_the_table_that_names_somebody_is_kept_nowhere() -> None:
    (section,) = judged([*enrolments({}), "Made by Petra Pietersen", "Measured at home"]).sections
    assert (3, "line_identifies") in set(section.findings.select("line", "rule").iter_rows())
    assert "Pietersen" not in str(section.raw["cells"].to_list())
    assert "Measured" in str(section.raw["cells"].to_list())


def test_nothing_of_it_is_kept_in_the_whole_home(tmp_path: Path) -> None:
    header, first, second, third = enrolments({"sport": f"ask {MAIL}"}, {}, {})
    lines = [f"Made by Petra Pietersen; {PHONE}", header, first, second, f"{third},{MAIL},x"]
    home = Home(tmp_path)
    hand_in(home, "AMC", "file.csv", "\n".join([*lines, ""]).encode(), NOON)
    settings = Settings(clinics={"AMC": Clinic("AMC", date_order="ymd", decimal="point")})
    with writer(home, "test") as connection:
        done = load(Intake(home, settings, DICTIONARY, connection, NOON), waiting(home))
    (receipt,) = done.receipts.values()
    (section,) = receipt["sections"]
    assert (section["records"]["accepted"], section["records"]["rejected"]) == (2, 1)
    named = {(found["line"], found["rule"]) for found in section["findings"]}
    assert named >= {(1, "line_identifies"), (3, "cell_identifies"), (5, "line_identifies"), (5, "record_too_long")}
    (kept,) = home.archive("AMC").iterdir()
    assert kept.read_bytes().startswith(header.encode()[:20])
    secrets = [text.encode() for text in (MAIL, PHONE, "Pietersen")]
    files = [path for path in home.path.rglob("*") if path.is_file()]
    assert not [path for path in files if any(secret in path.read_bytes() for secret in secrets)]


def test_a_refused_file_is_not_kept_if_it_holds_an_address_and_what_was_kept_gives_way_to_the_copy(
    tmp_path: Path,
) -> None:
    assert judged(["order;who", f"bandages;ask {PHONE}"]).refusal == Refusal(
        "form_unknown", "enrolment", "patient_id, side", ("patient_id", "side"), is_stored=False
    )
    home, number = Home(tmp_path), make_patient_id("AMC", 1)
    content = f"nr,leg,on_m2,phat_m2,remark\n{number},left,2024-05-20,60,Pietersen\n".encode()
    mapping = """
version = 1
[[rows]]
form = "follow_up"
[rows.columns]
patient_id = "nr"
side = "leg"
assessed_on = "on_m2"
phat_total = "phat_m2"
"""
    refused = []
    for hour, mappings in enumerate(({}, {"own": mapping})):
        hand_in(home, "AMC", "file.csv", content, NOON.replace(hour=hour))
        settings = Settings(clinics={"AMC": Clinic("AMC", date_order="ymd", decimal="point", mappings=mappings)})
        with writer(home, "test") as connection:
            (receipt,) = load(Intake(home, settings, DICTIONARY, connection, NOON), waiting(home)).receipts.values()
        refused.append(receipt["refused"] is not None)
    assert refused == [True, False]
    (kept,) = home.archive("AMC").iterdir()
    assert b"Pietersen" not in kept.read_bytes()
    assert number.encode() in kept.read_bytes()


def test_a_record_of_an_export_is_withheld_in_every_form_that_it_holds() -> None:
    mapping = """
version = 1
record = "id"
[[rows]]
form = "enrolment"
[rows.columns]
patient_id = "pid"
side = "leg"
sport = "note"
[[rows]]
form = "imaging"
[rows.record]
patient_id = "pid"
side = "leg"
[rows.columns]
mri_on = "mri"
retraction_mm = "mm"
"""
    clinic = Clinic("AMC", date_order="ymd", decimal="point", mappings={"own": mapping})
    verdict = judged(["id,pid,leg,note,mri,mm", f"1,{make_patient_id('AMC', 1)},left,{MAIL},2024-03-12,12"], clinic)
    assert [section.form for section in verdict.sections] == ["enrolment", "imaging"]
    assert MAIL not in str([(section.raw.to_dicts(), section.findings.to_dicts()) for section in verdict.sections])
