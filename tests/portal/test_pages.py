"""What pages show to whom: submissions, who is due, patients; and a second clinic's eyes on every route."""

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from starlette.applications import Starlette

from pipelines.accountability.chain import read_entries
from pipelines.accountability.log import Actor
from pipelines.intake.inbox import hand_in
from pipelines.run import run
from pipelines.settings import read_settings
from portal.words import read_words
from tests.portal.conftest import Browser
from warehouse import ledger
from warehouse.connection import open_facts, reader
from warehouse.layout import Home
from warehouse.records import Decision


def ask(home: Path, sql: str) -> list[tuple[object, ...]]:
    with reader(home / "snapshots" / "current" / "registry.duckdb") as connection:
        return connection.execute(sql).fetchall()


def patient_of(home: Path, clinic: str) -> str:
    (row,) = ask(
        home,
        "select min(benchmark.patient_id) from mart.patient_benchmark as benchmark "
        f"where benchmark.clinic = '{clinic}' and benchmark.patient_id like '{clinic}-%' and value is not null",
    )
    return str(row[0])


def test_lists_hold_the_clinics_own_only(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    foreign = {str(number) for (number,) in ask(portal_home, "select patient_id from ops.sight where clinic <> 'BRG'")}
    own = {str(number) for (number,) in ask(portal_home, "select patient_id from ops.sight where clinic = 'BRG'")}
    browser = as_user("anna")
    pages = "".join(browser.get(path).text for path in ("/due", "/patients", "/submissions"))
    assert [number for number in foreign - own if number in pages] == []
    assert any(number in pages for number in own)


def test_a_shared_patient_is_seen_by_both(portal_home: Path, as_user: Callable[[str], Browser], app: Starlette) -> None:
    rows = ask(portal_home, "select patient_id, clinic from ops.care where care_kind = 'shared'")
    for number, clinic in rows:
        name = {"BRG": "anna", "NRD": "bob"}.get(str(clinic))
        if name:
            address = f"/patients/{app.state.portal.links.hide(str(number))}"
            assert as_user(name).get(address).status_code == 200


def test_after_a_move_the_old_clinic_sees_nothing_that_came_later(
    portal_home: Path, as_user: Callable[[str], Browser], app: Starlette
) -> None:
    number, side, day = first_before_its_last_visit(portal_home, "BRG")
    event = f"patient_id,side,event_no,event_kind,occurred_on\n{number},{side},7,moved,{day}\n"
    home = Home(portal_home)
    hand_in(home, "BRG", "event.csv", event.encode(), datetime.now(UTC))
    share = Decision("share", datetime.now(UTC), "chief", patient_id=number, clinic="NRD")
    with open_facts(home) as connection:
        ledger.decide(connection, share)
    run(home, read_settings(home.settings_path), lambda: datetime.now(UTC), actor=Actor("chief", "chief"))
    address = f"/patients/{app.state.portal.links.hide(number)}"
    old, new = as_user("anna").get(address).text, as_user("bob").get(address).text
    days = [f'<th scope="row">{point}</th>' for (point,) in course_days(portal_home, number, str(day))]
    assert days
    assert [point for point in days if point in old] == []
    assert [point for point in days if point not in new] == []
    assert f"Moved on {day}" in old
    assert "Moved on" not in new
    full, cut = (as_user(name).get(f"{address}/course/1") for name in ("bob", "anna"))
    assert full.status_code == cut.status_code == 200
    assert len(told_in(cut.text)) < len(told_in(full.text))
    assert as_user("anna").get(f"{address}/card").status_code == 404
    assert as_user("bob").get(f"{address}/card").status_code == 200


def told_in(picture: str) -> str:
    found = re.search(r"<desc[^>]*>(.*?)</desc>", picture)
    assert found is not None
    return found[1]


def first_before_its_last_visit(home: Path, clinic: str) -> tuple[str, str, object]:
    """A patient of one episode, with a day that has an assessment before it and one after it."""
    (row,) = ask(
        home,
        "select patient_id, any_value(side), min(assessed_on) + 1 from mart.trajectory "
        f"inner join registry.episode using (patient_id, side, injury_no) where episode.clinic = '{clinic}' "
        "and followed_by = episode.clinic and died_on is null group by patient_id "
        "having count(distinct side || injury_no) = 1 and count(*) > 2 order by patient_id limit 1",
    )
    return str(row[0]), str(row[1]), row[2]


def course_days(home: Path, number: str, day: str) -> list[tuple[object, ...]]:
    return ask(home, f"select assessed_on from mart.trajectory where patient_id = '{number}' and assessed_on > '{day}'")


def test_a_patients_page_shows_visits_course_and_history(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser, number = as_user("anna"), patient_of(portal_home, "BRG")
    browser.get("/patients")
    answer = browser.post("/patients/find", {"number": number.lower()})
    assert answer.status_code == 200
    assert number in answer.text
    assert number not in str(answer.url)
    (score,) = ask(portal_home, f"select max(phat_total) from mart.trajectory where patient_id = '{number}'")
    assert str(score[0]) in answer.text
    assert "enrolment" in answer.text
    assert "BRG_enrolment" in answer.text
    card = browser.get(f"{answer.url.path}/card")
    assert "Your recovery beside a published study" in card.text
    assert "script-src 'none'" in card.headers["content-security-policy"]


def test_an_unknown_number_and_another_clinics_number_are_answered_alike(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser = as_user("bob")
    texts = []
    for number in (patient_of(portal_home, "BRG"), "BRG-9999X", "x" * 500):
        browser.get("/patients")
        answer = browser.post("/patients/find", {"number": number})
        assert answer.status_code == 404
        texts.append(re.sub(r'value="[^"]*"|csrf-token[^}]*', "", answer.text))
    assert texts[0] == texts[1] == texts[2]


@pytest.mark.parametrize("handle", ["x", "A" * 34, "%2e%2e", "é"])
def test_a_forged_handle_is_no_patient(as_user: Callable[[str], Browser], handle: str) -> None:
    assert as_user("anna").get(f"/patients/{handle}").status_code == 404


def test_every_look_at_a_patient_is_recorded_and_names_nobody(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser, number = as_user("anna"), patient_of(portal_home, "BRG")
    browser.get("/patients")
    browser.post("/patients/find", {"number": number})
    entries = [entry.said for entry in read_entries(Home(portal_home))]
    looks = [(said["who"], said.get("command")) for said in entries if said["act"] == "look"]
    assert ("anna", "patients") in looks
    assert ("anna", "patient") in looks
    assert number not in str(entries)


def test_who_is_due_is_filtered_and_filled_in(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    everything = browser.get("/due").text
    overdue = browser.get("/due?status=overdue&visit=").text
    (expected,) = ask(portal_home, "select count(*) from mart.overdue where clinic = 'BRG'")
    assert overdue.count('<tr class="overdue">') == expected[0]
    assert everything.count("<tr class=") > overdue.count("<tr class=")


def test_a_visit_that_is_not_due_yet_stands_as_that_on_the_page_and_not_among_who_is_due(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    ((number, due_on),) = ask(
        portal_home,
        "select patient_id, due_on from registry.schedule cross join ops.known where clinic = 'BRG' "
        "and visit = 'month_24' and status = 'not_yet_due' and window_opens_on > today + interval 31 day "
        "and patient_id in (select patient_id from mart.patient_benchmark) order by patient_id limit 1",
    )
    browser = as_user("anna")
    rows = re.findall(r'<tr class="\w+"><th.*?</tr>', browser.get("/due").text)
    assert rows
    assert not [row for row in rows if str(number) in row and "at two years" in row]
    browser.get("/patients")
    page = browser.post("/patients/find", {"number": str(number)})
    visits = re.findall(r'<tr><th scope="row">at two years</th>(.*?)</tr>', page.text)
    assert visits == [f"<td>{due_on}</td><td>still to come</td><td></td>"]
    card = re.sub(r"<svg .*?</svg>", "", browser.get(f"{page.url.path}/card").text, flags=re.DOTALL)
    assert "at two years" not in re.sub(r"The next visit, at two years, is due", "", card)


@pytest.mark.parametrize("asked", ["", "?status=overdue&visit=", "?status=&visit=month_12", "?status=not_yet_due"])
def test_the_workbook_holds_exactly_the_visits_that_the_page_shows(
    as_user: Callable[[str], Browser], asked: str
) -> None:
    browser = as_user("anna")
    listed = re.findall(r">(BRG-\w+)</a> (\w+) leg.*?</th><td>(.*?)</td>", browser.get(f"/due{asked}").text)
    page = sorted((number, side, visit) for number, side, visit in listed)
    link = html.unescape(re.findall(r'href="(/due/workbook[^"]*)"', browser.answer.text)[0])
    sheet = openpyxl.load_workbook(io.BytesIO(browser.get(link).content)).worksheets[0]
    filled = [[cell.value for cell in row] for row in sheet.iter_rows() if str(row[0].value).startswith("BRG-")]
    words = read_words("en")
    visits = {"2 months": "month_2", "6 months": "month_6", "12 months": "month_12", "24 months": "month_24"}
    told = sorted(
        (row[0], str(row[1]).lower(), words.code("visit", visits.get(v, v)))
        for row in filled
        for v in row
        if v in visits or str(v).startswith("month_")
    )
    assert page
    assert told == page


def test_numbers_are_handed_out_once(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    browser.get("/numbers")
    first = set(re.findall(r"<code>(BRG-\w+)</code>", browser.post("/numbers", {"count": "3"}).text))
    second = set(re.findall(r"<code>(BRG-\w+)</code>", browser.post("/numbers", {"count": "3"}).text))
    said = [entry.said for entry in read_entries(Home(portal_home)) if entry.said["act"] == "ids"]
    assert [(each["who"], each["clinic"], each["n_numbers"]) for each in said] == [("anna", "BRG", 3)] * 2
    assert len(first) == len(second) == 3
    assert not first & second


def test_submissions_show_where_each_file_stands(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    from pipelines.intake.inbox import hand_in

    hand_in(Home(portal_home), "BRG", "new.csv", b"x", datetime(2026, 3, 2, tzinfo=UTC))
    page = as_user("anna").get("/submissions").text
    assert "new.csv" in page
    assert "received, waits for the next run" in page
    assert "in the registry" in page


def test_corrections_stand_with_old_and_new(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    rows = ask(
        portal_home,
        "select submission, value_before, value_after from ops.change where clinic = 'BRG' and value_before <> '' "
        "and value_after <> '' limit 1",
    )
    assert rows
    page = as_user("anna").get(f"/submissions/{rows[0][0]}").text
    assert f"<td>{rows[0][1]}</td><td>{rows[0][2]}" in page


def test_the_talk_before_treatment_shows_both_arms_and_keeps_nothing(as_user: Callable[[str], Browser]) -> None:
    browser = as_user("anna")
    browser.get("/counsel")
    answer = browser.post("/counsel", {"age": "52", "phat": "38,5", "tendons": "two"})
    assert answer.status_code == 200
    assert "52" not in str(answer.url)
    text = answer.text
    assert text.index("59 adults") < text.index("38.5") or "38.5" in text
    assert "surgery" in text
    browser.get("/counsel")
    assert browser.post("/counsel", {"age": "52", "phat": "1000", "tendons": "two"}).status_code == 422
