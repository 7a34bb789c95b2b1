"""The list of questions: a clinic's own, answered by "yes, that is so" or the right value, closed by a run."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from pipelines.accountability.chain import read_entries
from pipelines.answers import read_answers
from pipelines.run import run
from pipelines.settings import read_settings
from tests.portal.conftest import Browser, Clock
from tests.portal.test_pages import ask
from warehouse.layout import Home

HANDLE = re.compile(r'name="query" value="([^"]+)"')
FORM = re.compile(r'action="(/queries/[\w-]+)">.*?name="query" value="([^"]+)"', re.DOTALL)
OPEN = "select count(*) from ops.query where clinic = 'BRG'"


def forms(answer: Any, action: str) -> list[str]:
    return [handle for path, handle in FORM.findall(answer.text) if path == action]


def derive(home: Path) -> None:
    run(Home(home), read_settings(Home(home).settings_path), lambda: datetime.now(UTC))


def count(home: Path, sql: str = OPEN) -> int:
    ((n,),) = ask(home, sql)
    return int(str(n))


def closed(page: str) -> list[tuple[str, str, str]]:
    """Day, question and how, of the list of what closed."""
    rows = re.findall(
        r"<tr><td>([^<]*)</td><th.*?</th><td>([^<]*)</td><td>([^<]*)</td></tr>", page[page.index('id="closed"') :]
    )
    return [(day, unescape(said), unescape(how)) for day, said, how in rows]


def test_yes_that_is_so_waits_for_a_run_and_closes_the_question(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    clock.instant = datetime.now(UTC)  # an answer comes after the question
    anna, home = as_user("anna"), Home(portal_home)
    before = count(portal_home)
    handle = forms(anna.get("/queries"), "/queries/yes")[0]
    told = anna.post("/queries/yes", {"query": handle, "reason": "asked her"})
    assert "The next run closes the question" in told.text
    anna.post("/queries/yes", {"query": handle})  # twice is once
    (decision,) = read_answers(home).values()
    assert (decision.kind, decision.actor, decision.reason) == ("confirm", "anna", "asked her")
    entry = [entry.said for entry in read_entries(home) if entry.said["act"] == "confirm"][-1]
    assert entry["who"] == "anna"
    assert str(decision.patient_id) not in str(entry)
    derive(portal_home)
    assert read_answers(home) == {}
    assert count(portal_home) < before
    (told,) = closed(anna.get("/queries").text)
    assert (told[0], told[2]) == (f"{clock.instant:%Y-%m-%d}", "Answered: yes, that is so (anna: asked her)")
    assert "Questions closed: 1." in anna.answer.text
    assert closed(as_user("bob").get("/queries").text) == []
    assert anna.post("/queries/yes", {"query": handle}).status_code == 404


def test_an_answer_is_taken_back(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    anna = as_user("anna")
    handle = forms(anna.get("/queries"), "/queries/yes")[0]
    anna.post("/queries/yes", {"query": handle})
    assert "Take the answer back" in anna.get("/queries").text
    anna.post("/queries/take-back", {"query": handle})
    assert read_answers(Home(portal_home)) == {}


def test_the_right_value_becomes_a_file_that_is_checked_handed_in_and_closes_the_question(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    clock.instant = datetime.now(UTC)  # a correction comes after what it corrects
    derive(portal_home)
    anna, rule = as_user("anna"), "rule = 'returned_before_injury'"
    ((patient, submission),) = ask(portal_home, f"select patient_id, submission from ops.query where {rule}")
    (block,) = [
        part
        for part in re.split(r"<li class=", anna.get("/queries").text)
        if str(submission) in part and str(patient) in part and "Or the right value: Date of return to sport" in part
    ]
    handle = dict(FORM.findall(block))["/queries/correct"]
    wrong = anna.post("/queries/correct", {"query": handle, "value": "no such day"})
    assert "no such day" in wrong.text
    assert "is not a date" in wrong.text
    assert anna.post("/queries/correct", {"query": handle, "value": " "}).url.path == "/queries"
    draft = anna.post("/queries/correct", {"query": handle, "value": "2024-08-01"})
    assert "correction.csv" in draft.text
    anna.post(f"{draft.url.path}/hand-in")
    assert "No question closed." in anna.get("/queries").text
    derive(portal_home)
    assert count(portal_home, f"select count(*) from ops.query where {rule}") == 0
    (told,) = closed(anna.get("/queries").text)
    assert (told[0], told[2]) == (f"{clock.instant:%Y-%m-%d}", "Another value came")
    assert told[1].startswith("Date of return to sport: the return to sport on ")
    assert re.search(r"questions closed</dt><dd>1</dd>", anna.get("/our-clinic").text)
    for language, how in (("nl", "Er kwam een andere waarde"), ("de", "Ein anderer Wert kam")):
        anna.post("/account/language", {"language": language})
        assert [row[2] for row in closed(anna.get("/queries").text)] == [how]
        anna.get("/account")
    changes = ask(portal_home, "select value_after from ops.change where field = 'returned_to_sport_on'")
    assert ("2024-08-01",) in changes


def test_a_correction_says_again_only_what_the_registry_can_read(as_user: Callable[[str], Browser]) -> None:
    anna = as_user("anna")
    handles = forms(anna.get("/queries"), "/queries/correct")
    assert len(handles) > 3
    for handle in handles[:8]:
        page = anna.post("/queries/correct", {"query": handle, "value": "#unknown"}).text
        rows = page[page.index('class="rows"') :]
        assert "missing" not in rows
        assert "has no consent" not in page
        header = re.findall(r'<th scope="col">([^<]*)</th>', rows)
        asks = page.split('class="rows"')[0].count("To mend:")
        assert asks <= 1, header  # of the value itself, where no reason may stand in its place


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", '"Surgery after a conservative course" does not fit the initial treatment, "Surgical"'),
        ("nl", '"Operatie na conservatief beloop" past niet bij de eerste behandeling, "Operatief"'),
        ("de", '"Operation nach konservativem Verlauf" passt nicht zur ersten Behandlung, "Operativ"'),
    ],
)
def test_a_question_names_codes_in_words(language: str, said: str, as_user: Callable[[str], Browser]) -> None:
    chief = as_user("chief")
    chief.get("/account")
    chief.post("/account/language", {"language": language})
    for path in ("/queries", "/desk/questions"):
        page = unescape(chief.get(path).text)
        assert said in page
        assert not re.search(r'"(?:surgical|intact|no_return|month_\d+|surgery_after_conservative)"', page)


@pytest.mark.parametrize("path", ["/queries/yes", "/queries/correct", "/queries/take-back"])
def test_another_clinics_question_is_none_and_a_reader_answers_none(
    path: str, portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    anna, bob, reader = as_user("anna"), as_user("bob"), as_user("reader")
    handle = HANDLE.findall(anna.get("/queries").text)[0]
    bob.get("/queries")
    assert bob.post(path, {"query": handle, "value": "1"}).status_code == 404
    page = reader.get("/queries")
    assert (page.status_code, HANDLE.findall(page.text)) == (200, [])
    assert reader.post(path, {"query": handle, "value": "1"}).status_code == 404
    assert anna.post(path, {"query": "bm9uZQ", "value": "1"}).status_code == 404
    assert read_answers(Home(portal_home)) == {}


def test_the_list_names_each_open_question_of_the_clinic_and_no_patient_in_an_address(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    page = as_user("anna").get("/queries").text
    assert len(re.findall(r'<li class="(?:error|warning)">', page)) == min(count(portal_home), 100) > 3
    own = {str(row[0]) for row in ask(portal_home, "select distinct patient_id from ops.query where clinic = 'BRG'")}
    others = {str(row[0]) for row in ask(portal_home, "select patient_id from ops.query where clinic <> 'BRG'")} - own
    assert not [number for number in others if number in page]
    assert not [number for number in own if re.search(rf'(?:href|action|value)="[^"]*{number}', page)]


def test_the_coordinator_sees_every_clinics_questions(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    page = as_user("chief").get("/queries").text
    clinics = {str(row[0]) for row in ask(portal_home, "select distinct clinic from ops.query")}
    assert len(clinics) > 1
    assert all(f" · {clinic} · " in page for clinic in clinics)
