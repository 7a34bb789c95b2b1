"""The coordinator's desk: every clinic at one look, the ranked questions, what waits, and nobody else's eyes."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.accountability.chain import read_entries
from pipelines.answers import read_answers
from pipelines.intake.inbox import hand_in
from pipelines.reports.desk import read_clinics
from pipelines.reports.ranked_questions import read_ranked
from pipelines.reports.source import Database
from tests.portal.conftest import Browser
from tests.portal.test_pages import ask
from warehouse.layout import Home

PAGES = ("/desk", "/desk/questions", "/desk/waiting")


@pytest.mark.parametrize("name", ["anna", "reader"])
def test_the_desk_is_the_coordinators_alone(as_user: Callable[[str], Browser], name: str) -> None:
    browser = as_user(name)
    assert [browser.get(path).status_code for path in PAGES] == [404] * len(PAGES)
    assert "/desk" not in browser.get("/start").text


def test_all_clinics_stand_at_one_look_with_what_they_owe(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    home = Home(portal_home)
    hand_in(home, "BRG", "late.csv", b"x", datetime(2026, 3, 1, tzinfo=UTC))
    page = as_user("chief").get("/desk").text
    with Database(home.registry_path) as database:
        rows = {row["clinic"]: row for row in read_clinics(home, database, ("BRG", "ZZZ"))}
    for name, sql in {
        "n_overdue": "select count(*) from mart.overdue where clinic = 'BRG'",
        "n_questions": "select count(*) from ops.query where clinic = 'BRG'",
        "n_held": "select count(*) from ops.row_version where clinic = 'BRG' and row_state = 'held'",
        "n_done": "select sum(n_done) from mart.completeness where clinic = 'BRG'",
        "n_due_year": "select sum(n_due) from mart.completeness where clinic = 'BRG' and visit = 'month_12'",
    }.items():
        assert rows["BRG"][name] == ask(portal_home, sql)[0][0], name
    assert rows["BRG"]["n_waiting"] == 1
    assert rows["BRG"]["last_at"] == datetime(2026, 3, 1)
    assert rows["ZZZ"]["last_at"] is None
    assert all(isinstance(value, int) for row in rows.values() for name, value in row.items() if name.startswith("n_"))
    assert f"{rows['BRG']['n_done']}/{rows['BRG']['n_due']}" in page
    assert "2026-03-01" in page


def test_questions_come_in_the_order_of_what_they_move_and_the_look_is_recorded(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser = as_user("chief")
    page = browser.get("/desk/questions").text
    with Database(Home(portal_home).registry_path) as database:
        ranked = read_ranked(database)
    shown = re.findall(r'<a href="/patients/[^"]+">([^<]+)</a>', page)
    assert shown == [row["patient_id"] for row in ranked if row["patient_id"]]
    assert f"{ranked[0]['moves']:.2f}" in page
    assert "Enrolment</span>" in page
    entries = [entry.said for entry in read_entries(Home(portal_home)) if entry.said["act"] == "look"]
    assert [said["n_patients"] for said in entries if said["command"] == "desk_questions"] == [len(set(shown))]
    own = browser.get("/desk/questions?clinic=BRG").text
    assert set(re.findall(r'<a href="/patients/[^"]+">([^<]+)</a>', own)) == {
        row["patient_id"] for row in ranked if row["clinic"] == "BRG"
    }
    assert browser.get("/desk/questions?clinic=NOPE").status_code == 404


def test_what_waits_is_told_with_why_and_what_releases_it(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    home = Home(portal_home)
    hand_in(home, "BRG", "late.csv", b"x", datetime(2026, 2, 1, tzinfo=UTC))
    page = as_user("chief").get("/desk/waiting").text
    assert "late.csv" in page
    assert "waits for over a day" in page
    assert "They load by themselves when the clinic sends the enrolment" in page
    assert "hamreg share PATIENT BRG" in page
    numbers = ask(portal_home, "select distinct patient_id from ops.row_version where held_because = 'another_injury'")
    assert all(str(number) in page for (number,) in numbers)
    assert "over 60 days off" in page


def test_before_the_first_snapshot_the_desk_says_so(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    (portal_home / "snapshots" / "current").unlink()
    browser = as_user("chief")
    assert "Nothing has been loaded yet" in browser.get("/desk").text
    assert [browser.get(path).status_code for path in PAGES] == [200] * len(PAGES)


def test_a_clinic_chosen_on_the_desk_gives_its_eyes(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("chief")
    browser.get("/desk")
    browser.post("/clinic/choose", {"clinic": "BRG"})
    assert "(BRG)" in browser.get("/due").text


def test_a_question_is_answered_from_the_desk(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("chief")
    page = browser.get("/desk/questions").text
    handle = re.findall(r'name="query" value="([^"]+)"', page)[0]
    answer = browser.post("/queries/yes", {"query": handle, "reason": "they called", "from": "desk"})
    assert answer.url.path == "/desk/questions"
    assert handle not in answer.text
    (decision,) = read_answers(Home(portal_home)).values()
    assert (decision.kind, decision.actor, decision.reason) == ("confirm", "chief", "they called")
