"""A coordinator looks back and decides: history, as-of, undo, share, link, withdraw, rehearse a file. In process."""

import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pipelines.cli import hamreg
from pipelines.errors import UsageError
from pipelines.home import create_home, write_clinic
from pipelines.intake.inbox import hand_in
from pipelines.run import run
from pipelines.settings import read_settings
from schemas.patient_id import make_patient_id
from warehouse.layout import Home
from warehouse.sealed import read_sealed

ANNA, BERT = make_patient_id("AMC", 1), make_patient_id("AMC", 2)
ENROLMENT = (
    "patient_id,side,injured_on,age_at_injury_years,sex,initial_treatment,decision_on,consent_version,consented_on,"
    "consent_scope\n"
    f"{ANNA},left,2024-01-02,50,female,conservative,2024-01-20,1.0,2024-01-10,registry\n"
    f"{BERT},left,2024-01-03,51,female,conservative,2024-01-22,1.0,2024-01-10,registry\n"
)


def follow_up(patient: str, phat: int) -> str:
    return f"patient_id,side,assessed_on,phat_total\n{patient},left,2025-01-15,{phat}\n"


SENT = (
    ("AMC", "enrolment.csv", ENROLMENT, datetime(2024, 2, 1, 9, tzinfo=UTC)),
    ("AMC", "first.csv", follow_up(ANNA, 60), datetime(2025, 2, 1, 9, tzinfo=UTC)),
    ("AMC", "corrected.csv", follow_up(ANNA, 80), datetime(2025, 3, 1, 9, tzinfo=UTC)),
    ("UMC", "elsewhere.csv", follow_up(BERT, 70), datetime(2025, 3, 2, 9, tzinfo=UTC)),
)


@pytest.fixture(scope="module")
def loaded_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = Home(tmp_path_factory.mktemp("decisions") / "home")
    create_home(home, name="Test", timezone="Europe/Amsterdam")
    for code in ("AMC", "UMC"):
        write_clinic(home, code, {"name": code})
    for clinic, name, text, received_at in SENT:
        hand_in(home, clinic, name, text.encode(), received_at)
    run(home, read_settings(home.settings_path), lambda: datetime(2025, 3, 3, 9, tzinfo=UTC))
    return home.path


@pytest.fixture
def home(loaded_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(loaded_home, tmp_path / "home", symlinks=True))


def call(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home), *arguments])


def ask(home: Path, sql: str, *, day: str = "") -> list[Mapping[str, Any]]:
    command = ["as-of", day, sql] if day else ["query", sql]
    answer = call(home, *command, "--format", "json")
    assert answer.exit_code == 0, answer.output
    return list(json.loads(answer.output))


PHAT = f"select phat_total from registry.follow_up where patient_id = '{ANNA}'"


def test_history_tells_who_sent_what_in_which_file_and_line(home: Path) -> None:
    versions = json.loads(call(home, "history", ANNA, "--json").output)
    told = [(v["form"], v["file"], v["line"], v["state"]) for v in versions]
    assert told == [
        ("enrolment", "enrolment.csv", 2, "new"),
        ("follow_up", "first.csv", 2, "new"),
        ("follow_up", "corrected.csv", 2, "corrected"),
    ]
    assert versions[2]["changes"] == [{"field": "phat_total", "before": "60.0", "after": "80.0"}]
    assert versions[1]["superseded_at"].startswith("2025-03-01 09:00")


def test_an_earlier_day_is_known_as_it_was(home: Path) -> None:
    assert ask(home, PHAT) == [{"phat_total": 80.0}]
    assert ask(home, PHAT, day="2025-02-10") == [{"phat_total": 60.0}]
    assert ask(home, PHAT, day="2025-01-31") == []


def test_a_day_ends_at_midnight_in_the_registrys_zone(home: Path) -> None:
    known = ask(home, "select strftime(known_at, '%H:%M:%S') as at from ops.known", day="2025-02-10")
    assert known == [{"at": "22:59:59"}]


def test_undo_puts_back_what_was_replaced_and_deletes_nothing(home: Path) -> None:
    submission = ask(home, "select submission from ops.submission where file = 'corrected.csv'")[0]["submission"]
    preview = call(home, "undo", submission, "--preview")
    assert "phat_total 80.0 -> 60.0" in preview.output
    assert ask(home, PHAT) == [{"phat_total": 80.0}]
    assert call(home, "undo", submission, "--reason", "another patient's").exit_code == 0
    assert ask(home, PHAT) == [{"phat_total": 60.0}]
    assert ask(home, "select kind, reason from ops.decision") == [{"kind": "undo", "reason": "another patient's"}]
    assert ask(home, PHAT, day="2025-03-02") == [{"phat_total": 80.0}]
    assert isinstance(call(home, "undo", submission).exception, UsageError)


def test_a_row_for_another_clinics_patient_waits_until_the_episode_is_shared(home: Path) -> None:
    sql = f"select clinic, row_state from ops.row_version where form = 'follow_up' and patient_id = '{BERT}'"
    assert ask(home, sql) == [{"clinic": "UMC", "row_state": "held"}]
    assert call(home, "share", f"{BERT}/left/1", "UMC").exit_code == 0
    assert ask(home, sql) == [{"clinic": "UMC", "row_state": "new"}]


def test_two_numbers_that_look_like_one_person_are_listed_and_linked(home: Path) -> None:
    assert f"{ANNA}" in call(home, "duplicates").output
    assert call(home, "link", ANNA, BERT).exit_code == 0
    assert [row["patient_id"] for row in ask(home, "select patient_id from registry.patient")] == [ANNA]


def test_a_patient_who_withdraws_leaves_the_marts(home: Path) -> None:
    sql = "select patient_id from mart.one_year order by patient_id"
    assert [row["patient_id"] for row in ask(home, sql)] == [ANNA, BERT]
    assert call(home, "withdraw", ANNA, "--scope", "no_further_use").exit_code == 0
    assert [row["patient_id"] for row in ask(home, sql)] == [BERT]


@pytest.mark.parametrize("episode", ["AMC/up", "AMC/left/first"])
def test_an_episode_that_is_none_is_told_how_to_be_written(home: Path, episode: str) -> None:
    refused = call(home, "share", episode, "UMC")
    assert isinstance(refused.exception, UsageError)
    assert "PATIENT/left/1" in refused.exception.remedy


def test_a_question_is_told_in_words_and_a_yes_closes_it(home: Path) -> None:
    sent = follow_up(ANNA, 80).replace("2025-01-15", "2023-12-01")
    hand_in(Home(home), "AMC", "early.csv", sent.encode(), datetime(2025, 3, 4, tzinfo=UTC))
    run(Home(home), read_settings(Home(home).settings_path), lambda: datetime(2025, 3, 5, tzinfo=UTC))
    told = call(home, "questions", "--clinic", "AMC").output
    assert f"AMC  {ANNA} left 1 2023-12-01  assessed_before_injury  since 2025-03-04" in told
    assert "Date of assessment" in told
    assert call(home, "confirm", ANNA, "assessed_before_injury").exit_code == 0
    assert "assessed_before_injury" not in call(home, "questions").output
    assert isinstance(call(home, "confirm", ANNA, "assessed_before_injury").exception, UsageError)


SENT_NEXT = (
    "patient_id,side,assessed_on,phat_total,phat_items_answered\n"
    f"{ANNA},left,2025-01-15,90,8\n"
    f"{ANNA},left,2024-07-20,55,8\n"
    f"{BERT},left,2025-01-15,70,8\n"
    f"{make_patient_id('AMC', 3)},left,2025-01-15,70,8\n"
)


def contents(home: Path) -> Mapping[str, bytes]:
    """Every file but the log of looks and the lock."""
    files = [path for path in home.rglob("*") if path.is_file() and "log" not in path.parts and path.name != "lock"]
    return {str(path.relative_to(home)): path.read_bytes() for path in files if path.name != "tombstone.key"}


def test_a_file_is_rehearsed_and_says_what_would_change_without_being_taken_in(home: Path, tmp_path: Path) -> None:
    waits = hand_in(Home(home), "AMC", "waits.csv", follow_up(BERT, 65).encode(), datetime(2025, 3, 4, tzinfo=UTC))
    (tmp_path / "next.csv").write_text(SENT_NEXT)
    before = contents(home)
    told = call(home, "submit", "--clinic", "AMC", "--preview", str(tmp_path / "next.csv"))
    assert told.exit_code == 0, told.output
    assert "1 file waits in the inbox already" in told.output
    assert "5 records = 1 header, 3 accepted, 1 held, 2 corrected" in told.output
    assert f"{ANNA}, left, 1, 2024-07-20: new" in told.output
    assert "phat_total 80.0 -> 90.0; phat_items_answered None -> 8" in told.output
    assert "phat_total 65.0 -> 70.0" in told.output
    assert f"{ANNA} left 1, month_6: missed -> done" in told.output
    assert f"{ANNA} left 1: PHAT at month_12: 80 not comparable -> 90" in told.output
    assert "line 5: note row_held" in told.output
    (receipt,) = (json.loads(read_sealed(path)) for path in home.glob("outbox/UMC/*/receipt.json"))
    (held,) = [found for found in receipt["sections"][0]["findings"] if found["rule"] == "row_held"]
    assert f"{held['message']} {held['remedy']}" in told.output, "another clinic's patient, or nobody's: the same words"
    assert contents(home) == before
    assert waits in "".join(before)
