"""A clinic's patients: the list, one patient's course, benchmark, visits and history. Every look is recorded."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.history import history_of
from pipelines.reports.patient_rows import EpisodeRows, read_patient
from pipelines.reports.source import Database, Row, Rows
from portal.call import SIGNED_IN, Call, page
from portal.headers import REPORT_POLICY
from portal.pages.course import shown_as
from portal.pages.due import look
from portal.values import by_field, value_text
from portal.visible import episodes_of, in_care, key_of, rows_seen, versions_until

PAGE_ROWS = 50
AGE, SCORE = re.compile(r"[1-9]\d|1[01]\d"), re.compile(r"\d{1,3}(\.\d)?")

LIST_SQL = """
select episode.patient_id, episode.side, episode.injury_no, episode.clinic, episode.arm, episode.injured_on,
    episode.injured_on_precision, episode.anchor_on, episode.withdrawn_on, episode.died_on, count(*) over () as n_all
from registry.episode as episode
where {visible}
order by episode.injured_on desc nulls last, episode.patient_id, episode.side limit {rows} offset {start}
"""


@page("/patients", "patients", SIGNED_IN)
def patients(call: Call) -> Response:
    """List the patients a page at a time, the newest injuries first."""
    asked = call.request.query_params.get("page", "1")
    number = max(int(asked), 1) if asked.isdigit() and len(asked) < 7 else 1
    with call.portal.database() as database:
        visible = in_care("episode", call.clinic)
        start = (number - 1) * PAGE_ROWS
        rows = database.rows(LIST_SQL.format(visible=visible, rows=PAGE_ROWS, start=start))
    look(call, {str(row["patient_id"]) for row in rows})
    n_all = rows[0]["n_all"] if rows else 0
    return call.render("patients.html", rows=rows, number=number, n_pages=-(-n_all // PAGE_ROWS), fault="")


@page("/patients/find", "find_patient", SIGNED_IN, ("POST",))
def find_patient(call: Call) -> Response:
    """Go to the patient of a number: sent in a form, so that it stands in no address."""
    number = call.field("number").strip().upper()
    with call.portal.database() as database:
        found = episodes_of(database, call.clinic, number)
    if found:
        return call.go("patient", patient=call.portal.links.hide(number))
    return call.render("patients.html", 404, rows=[], number=1, n_pages=0, fault=call.words("patients.unknown"))


@page("/patients/{patient}", "patient", SIGNED_IN)
def patient(call: Call) -> Response:
    """Show one patient: each injury's visits and scores, where the benchmark card lies, and every value's history.

    Nothing is drawn here: the browser asks for each injury's course by itself.
    """
    with call.portal.database() as database:
        number, episodes = _seen(call, database)
        until = {key_of(row): row["sees_until"] for row in episodes}
        seen = rows_seen(database, number, until)
        versions = versions_until(history_of(database.connection, number), call.clinic, until)
        source = call.portal.source(database)
    shown = [_episode(call, row, seen.get(key_of(row))) for row in episodes]
    for each in shown:
        if each["course"]:
            call.pictures.show(call.signed_in.name, shown_as(call, source.id, number, each["row"]))
    history = by_field(versions, call.words.language)

    def coded(vocabulary: str, code: str | None) -> str:
        return value_text(code or "", vocabulary, call.words.language)

    return call.render("patient.html", number=number, episodes=shown, history=history, source=source, coded=coded)


def _episode(call: Call, row: Row, rows: EpisodeRows | None) -> Mapping[str, Any]:
    """One injury: its rows, what its course tells, and where the score stands beside each study."""
    from pipelines.reports.patient_card import standings
    from pipelines.reports.patient_course import course_sketch

    if rows is None:
        return {"row": row, "rows": None, "course": None, "standings": []}
    return {
        "row": row,
        "rows": rows,
        "course": course_sketch(rows, call.words),
        "standings": standings(rows, call.words),
    }


@page("/patients/{patient}/card", "card", SIGNED_IN)
def card(call: Call) -> Response:
    """Give the benchmark card to print: one page in plain words for the patient, then the details."""
    from pipelines.reports.patient_card import patient_page

    with call.portal.database() as database:
        number, episodes = _seen(call, database)
        keys = {key_of(row) for row in episodes if row["sees_until"] is None}
        cards = [rows for rows in read_patient(database, number) if (rows.side, rows.injury_no) in keys]
        source = call.portal.source(database)
    if not cards:
        raise HTTPException(404)
    return report(patient_page(cards, source, call.words))


@page("/counsel", "counsel", SIGNED_IN, ("GET", "POST"))
def counsel(call: Call) -> Response:
    """Before treatment: ask age, score and tendons, then show what the study found in both arms, its limits first.

    Asked by a form: age and score are a person's, and stand in no address.
    """
    asked = {name: call.field(name) for name in ("age", "phat", "tendons")}
    if not all(asked.values()):
        return call.render("counsel.html", asked=asked, fault="")
    from pipelines.reports.counsel import TENDONS, Question, answer, beside_one_year
    from pipelines.reports.counsel_local import read_local
    from pipelines.reports.counsel_page import counsel_page
    from pipelines.reports.study_rows import seed_frame

    age, phat = asked["age"], asked["phat"].replace(",", ".")
    if not (AGE.fullmatch(age) and SCORE.fullmatch(phat) and float(phat) <= 100 and asked["tendons"] in TENDONS):
        return call.render("counsel.html", 422, asked=asked, fault=call.words("counsel_form.wrong"))
    question = Question(int(age), float(phat), asked["tendons"])
    answers = answer(question, seed_frame())
    beside = beside_one_year(answers)
    with call.portal.database() as database:
        source = call.portal.source(database)
        local = read_local(database, question.phat, beside.name, [arm.arm for arm in beside.arms])
    return report(counsel_page(question, answers, local, source, call.words))


def report(html: str) -> Response:
    """A page that stands alone, with the styles it brings and no script."""
    headers = {"content-security-policy": REPORT_POLICY}
    return Response(html, media_type="text/html; charset=utf-8", headers=headers)


def _seen(call: Call, database: Database) -> tuple[str, Rows]:
    """The number behind the handle and the episodes the user may see, after the look was recorded; 404 otherwise."""
    number = call.patient()
    episodes = episodes_of(database, call.clinic, number)
    if not episodes:
        raise HTTPException(404)
    look(call, {number})
    return number, episodes


ROUTES = (patients, find_patient, patient, card, counsel)
