"""From the inbox into the facts: receipts that add up, and nothing lost or doubled whenever a run is cut off."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.intake.inbox import waiting
from pipelines.intake.receipt import Receipt
from pipelines.intake.submission import Loaded, check_file, hand_in
from pipelines.run import load_waiting
from pipelines.settings import Clinic, Limits, Settings
from schemas.dictionary import read_dictionary
from warehouse import faults
from warehouse.connection import writer
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.sealed import read_sealed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CLINICS = {
    "AMC": Clinic("AMC", date_order="dmy", decimal="point"),
    "FYS": Clinic("FYS", language="nl", id_format=r"FYS-\d{4}"),
}
SETTINGS = Settings(clinics=CLINICS)
DICTIONARY = read_dictionary()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


@pytest.fixture(autouse=True)
def no_faults() -> Iterator[None]:
    yield
    faults.install(None)


def file_of(form: str, *rows: Mapping[str, str]) -> bytes:
    text = io.StringIO()
    texts = [DICTIONARY.forms[form].example_row(**changes) for changes in rows]
    writer = csv.DictWriter(text, list(texts[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(texts)
    return text.getvalue().encode()


def send(home: Home, content: bytes, clinic: str = "AMC", name: str = "x.csv", hours: int = 0) -> str:
    return hand_in(home, clinic, name, content, NOON + timedelta(hours=hours))


def load(home: Home, settings: Settings = SETTINGS) -> Loaded:
    with lock(home, "test"):
        return load_waiting(home, settings, NOON + timedelta(days=1))


def count(home: Home, table: str) -> int:
    with writer(home, "test") as connection:
        row = connection.execute(f"select count(*) from facts.{table}").fetchone()
    return int(row[0]) if row else 0


def outbox(home: Home, clinic: str, submission: str) -> Receipt:
    content: Receipt = json.loads(read_sealed(home.outbox(clinic) / submission / "receipt.json"))
    return content


def assert_adds_up(receipt: Receipt) -> None:
    for section in receipt["sections"]:
        records = section["records"]
        parts = ("header", "blank", "furniture", "accepted", "rejected", "held", "already_known")
        assert records["physical"] == sum(records[part] for part in parts)
        assert records["corrected"] <= records["accepted"]
        assert len(section["findings"]) + section["findings_omitted"] == sum(section["findings_by_rule"].values())


def test_a_file_becomes_facts_and_a_receipt_and_leaves_the_inbox(home: Home) -> None:
    submission = send(home, file_of("follow_up", {}, {"assessed_on": "2025-04-01", "phat_total": "good"}, {"side": ""}))
    receipt = load(home).receipts[submission]
    assert_adds_up(receipt)
    assert receipt == outbox(home, "AMC", submission)
    assert receipt["sections"][0]["records"]["rejected"] == 1
    assert receipt["sections"][0]["cells_set_aside"] == 1
    assert [(f["line"], f["cell"], f["rule"]) for f in receipt["sections"][0]["findings"]] == [
        (2, "", "row_held"),
        (3, "G3", "number_unreadable"),
        (3, "", "row_held"),
        (4, "B4", "key_missing"),
    ]
    assert (count(home, "follow_up"), count(home, "raw_row"), count(home, "finding")) == (2, 3, 2)
    assert list(home.inbox("AMC").iterdir()) == []
    assert len(list(home.archive("AMC").iterdir())) == 1


def test_the_same_bytes_again_change_nothing_and_the_receipt_says_so(home: Home) -> None:
    content = file_of("enrolment", {})
    first, second = send(home, content), send(home, content, hours=1)
    receipts = load(home).receipts
    assert receipts[second]["resend_of"] == first
    assert_adds_up(receipts[second])
    assert receipts[second]["sections"][0]["records"]["already_known"] == 1
    assert (count(home, "enrolment"), count(home, "submission")) == (1, 2)


def test_the_receipt_says_which_rows_are_held_known_or_corrected(home: Home) -> None:
    enrolment, other = file_of("enrolment", {}), file_of("enrolment", {"age_at_injury_years": "52"})
    early, late = send(home, file_of("follow_up", {})), send(home, file_of("follow_up", {}, {"side": "right"}), hours=1)
    first, same, changed = (
        send(home, content, hours=hours) for hours, content in enumerate((enrolment, enrolment + b"\n", other), start=2)
    )
    receipts = load(home).receipts
    for receipt in receipts.values():
        assert_adds_up(receipt)
    names = ("accepted", "corrected", "already_known", "held")
    found = {name: [receipts[name]["sections"][0]["records"][count] for count in names] for name in receipts}
    assert found[early] == [1, 0, 0, 0]
    assert found[late] == [0, 0, 1, 1]
    assert [found[first], found[same], found[changed]] == [[1, 0, 0, 0], [0, 0, 1, 0], [1, 1, 0, 0]]


def test_loading_again_what_was_loaded_gives_the_same_receipt(home: Home) -> None:
    submission = send(home, file_of("follow_up", {}, {"side": ""}))
    path = waiting(home)[0].path
    content = path.read_bytes()
    receipt = load(home).receipts[submission]
    path.write_bytes(content)
    assert load(home).receipts == {submission: receipt}
    assert (count(home, "submission"), waiting(home)) == (1, ())


def test_a_file_of_no_form_is_refused_and_kept(home: Home) -> None:
    submission = send(home, b"a,b,c\n1,2,3\n")
    receipt = load(home).receipts[submission]
    assert receipt["refusal"]["rule"] == "form_unknown"
    assert (receipt["sections"], len(list(home.archive("AMC").iterdir()))) == ([], 1)


def test_a_file_that_is_too_large_is_refused(home: Home) -> None:
    submission = send(home, b"x" * 2_000)
    receipt = load(home, Settings(clinics=CLINICS, limits=Limits(max_bytes=1_000))).receipts[submission]
    assert receipt["refusal"]["rule"] == "file_too_large"


def test_a_file_for_a_clinic_nobody_knows_is_refused_and_said(home: Home) -> None:
    submission = send(home, file_of("follow_up", {}), clinic="NEW")
    assert load(home).receipts[submission]["refusal"]["rule"] == "clinic_unknown"


def test_a_receipt_speaks_the_clinics_language(home: Home) -> None:
    submission = send(home, file_of("follow_up", {"patient_id": "FYS-0015", "tegner": "11"}), clinic="FYS")
    finding = load(home).receipts[submission]["sections"][0]["findings"][0]
    assert finding["message"] == "Tegner nu: 11 ligt buiten het bereik 0–10."


def test_another_clinics_own_number_is_a_number_in_shared_care(home: Home) -> None:
    submission = send(home, file_of("follow_up", {"patient_id": "FYS-0015"}))
    assert load(home).receipts[submission]["sections"][0]["records"]["rejected"] == 0


def test_a_fault_that_one_file_brings_out_keeps_that_file_waiting_and_no_other(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = send(home, file_of("follow_up", {})), send(home, b"boom", hours=1)

    def explode(name: str, content: bytes, *others: object) -> object:
        if content == b"boom":
            raise ValueError("a patient's name")
        return read_file(name, content, *others)  # type: ignore[arg-type]  # passed on as they came

    from pipelines.intake import submission
    from pipelines.intake.reading import read_file

    monkeypatch.setattr(submission, "read_file", explode)
    loaded = load(home)
    assert list(loaded.receipts) == [good]
    assert [item.submission for item in waiting(home)] == [bad] == [failure.submission for failure in loaded.failures]
    assert loaded.failures[0].fault.startswith("ValueError at test_run_load.py:")


def test_a_submission_asked_for_again_is_answered_from_the_outbox(home: Home) -> None:
    first, second = send(home, file_of("follow_up", {})), send(home, file_of("follow_up", {"tegner": "3"}), hours=1)
    receipt = load(home).receipts[first]
    with lock(home, "test"):
        again = load_waiting(home, SETTINGS, NOON, only=[first])
    assert again.receipts == {first: receipt}
    assert (home.outbox("AMC") / second / "receipt.html").exists()


def test_a_file_whose_dates_were_moved_on_purpose_is_refused(home: Home) -> None:
    def enrolments(**moved: str) -> bytes:
        return file_of("enrolment", *({"patient_id": patient, **moved} for patient in ("AMC-0015W", "AMC-0016U")))

    dates = {"injured_on": "2024-02-21", "first_visit_on": "2024-03-01", "mri_on": "2024-03-02"}
    dates |= {"decision_on": "2024-03-04", "surgery_on": "2024-03-10", "baseline_on": "2024-03-04"}
    send(home, enrolments())
    submission = send(home, enrolments(**dates, consented_on="2024-03-01"), hours=1)
    receipt = load(home).receipts[submission]
    assert receipt["refusal"]["rule"] == "dates_shifted"
    assert count(home, "enrolment") == 2


class CutOffError(Exception):
    """Stands for a kill at a fault point."""


POINTS = [
    "intake.archive",
    "ledger.submission",
    "ledger.section",
    "ledger.commit",
    "receipt.file",
    "receipt.done",
    "inbox.sidecar_cleared",
    "inbox.entry_cleared",
]


@pytest.mark.parametrize("point", POINTS)
def test_a_run_cut_off_at_any_point_is_finished_by_the_next(home: Home, point: str) -> None:
    submission = send(home, file_of("follow_up", {}, {"side": ""}), name="march.csv")

    def stop(name: str) -> None:
        if name == point:
            raise CutOffError(name)

    faults.install(stop)
    with pytest.raises(CutOffError):
        load(home)
    faults.install(None)
    load(home)
    receipt = outbox(home, "AMC", submission)
    assert_adds_up(receipt)
    assert receipt["file"] == "march.csv"
    assert (count(home, "submission"), count(home, "follow_up"), count(home, "raw_row")) == (1, 1, 2)
    assert waiting(home) == ()
    assert [path.name for path in home.outbox("AMC").iterdir()] == [submission]


def test_a_file_is_checked_without_a_home_and_gets_the_same_findings(home: Home, tmp_path: Path) -> None:
    content = file_of("follow_up", {"tegner": "11"}, {"side": ""})
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    submission = send(home, content)
    checked, loaded = check_file(path, CLINICS["AMC"], DICTIONARY), load(home).receipts[submission]
    assert checked["submission"] is None
    ((found,), (waits,)) = ([section["findings"] for section in receipt["sections"]] for receipt in (checked, loaded))
    assert found == [finding for finding in waits if finding["rule"] != "row_held"]


def test_a_column_that_no_form_asks_for_is_not_kept_anywhere(home: Home) -> None:
    lines = file_of("follow_up", {}).decode().splitlines()
    content = f"{lines[0]},favourite colour\n{lines[1]},ultramarine\n".encode()
    submission = send(home, content)
    receipt = load(home).receipts[submission]
    assert receipt["sections"][0]["findings_by_rule"] == {"column_unknown": 1, "row_held": 1}
    (kept,) = home.archive("AMC").iterdir()
    assert b"AMC-0015W" in read_sealed(kept)
    files = [path for path in home.path.rglob("*") if path.is_file() and path.name != "facts.duckdb"]
    assert not [path for path in files if b"ultramarine" in read_sealed(path)]


def test_a_row_without_consent_is_not_kept_anywhere(home: Home) -> None:
    rows = ({"consented_on": "", "consent_version": "neverland"}, {"side": "right"})
    send(home, file_of("enrolment", *rows))
    load(home)
    assert count(home, "enrolment") == 1
    files = [path for path in home.path.rglob("*") if path.is_file() and path.name != "facts.duckdb"]
    assert not [path for path in files if b"neverland" in read_sealed(path)]
    with writer(home, "test") as connection:
        cells = connection.execute("select cells from facts.raw_row order by line").fetchall()
    assert cells[0] == ([],)


def test_the_rows_to_mend_lie_beside_the_receipt_and_are_accepted_once_mended(home: Home) -> None:
    submission = send(home, file_of("follow_up", {"tegner": "11"}, {"assessed_on": "2025-04-01"}))
    load(home)
    content = read_sealed(home.outbox("AMC") / submission / "to-mend.csv")
    assert content.count(b"\n") == 2
    mended = send(home, content.replace(b",11,", b",7,"), hours=1)
    section = load(home).receipts[mended]["sections"][0]
    assert section["records"]["rejected"] == 0
    assert not [finding for finding in section["findings"] if finding["severity"] == "error"]


SURGERY_BEFORE_DECISION = {"decision_on": "2024-03-14", "surgery_on": "2024-03-12"}


def assert_not_asked_until_it_changes(home: Home) -> None:
    again, changed = (
        send(home, file_of("enrolment", {**SURGERY_BEFORE_DECISION, **row}), hours=hours)
        for hours, row in ((2, {"sport": "running"}), (3, {"surgery_on": "2024-03-11"}))
    )
    receipts = load(home).receipts
    severities = {
        name: {found["severity"] for section in receipts[name]["sections"] for found in section["findings"]}
        for name in (again, changed)
    }
    assert "warning" not in severities[again]
    assert "warning" in severities[changed]


def test_a_yes_in_the_returned_file_confirms_the_warnings_of_its_row_once(home: Home) -> None:
    first = send(home, file_of("enrolment", SURGERY_BEFORE_DECISION))
    asked = load(home).receipts[first]["sections"][0]
    assert "warning" in {finding["severity"] for finding in asked["findings"]}
    returned = read_sealed(home.outbox("AMC") / first / "to-mend.csv").rstrip(b"\r\n")
    second = send(home, returned + b"Ja\n", hours=1)
    answered = load(home).receipts[second]["sections"][0]
    assert {finding["severity"] for finding in answered["findings"]} <= {"note"}
    assert not [finding for finding in answered["findings"] if finding["rule"] == "column_unknown"]
    assert not (home.outbox("AMC") / second / "to-mend.csv").exists()
    assert_not_asked_until_it_changes(home)
    with writer(home, "test") as connection:
        confirmed = connection.execute(
            'select kind, actor, form, "column", rule, patient_id, side, injury_no from facts.decision'
        ).fetchall()
    warned = {(f["column"], f["rule"]) for f in asked["findings"] if f["severity"] == "warning"}
    assert {(column, rule) for _, _, _, column, rule, *_ in confirmed} == warned
    assert len(confirmed) == len(warned)
    assert {(kind, actor, form, *key) for kind, actor, form, _, _, *key in confirmed} == {
        ("confirm", "AMC", "enrolment", "AMC-0015W", "left", 1)
    }
