"""The questions that are open about a clinic's rows: what is asked, since when; answered here, closed by the next run.

"Yes, that is so" waits as an answer; another value becomes a file of one row, which is checked as any other is.
"""

import csv
import io
import json
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.accountability.log import record_decision
from pipelines.answers import keep_answer, read_answers, take_back
from pipelines.intake.confirmation import CONFIRM
from pipelines.reports.clinic_months import looking_back
from pipelines.reports.closed_questions import read_closed
from pipelines.reports.source import Database, Rows
from portal.answer_words import asked_words
from portal.call import SIGNED_IN, WRITERS, Call, page
from portal.checking import Checks
from portal.pages.due import look
from portal.visible import in_care
from warehouse.connection import identifier, literal
from warehouse.records import Decision

if TYPE_CHECKING:
    from schemas.dictionary import Field

SHOWN = 100
NOT_KEPT = "…"
MOST_REASON = 500  # characters
CORRECTION = "correction.csv"
CONSENT = ("consented_on", "consent_scope")  # an enrolment without them is not kept
PLACE = ("submission", "section", "line", "column", "rule", "found")
SUBJECT = ("patient_id", "side", "injury_no", "form", "column", "rule", "found")

OPEN_SQL = """
select *, opened_at::date as since, count(*) over () as n_all from ops.query
where {clinic} in ('', clinic) and {condition}
order by severity, opened_at, patient_id, side, injury_no, submission, section, line, "column", rule, found limit {rows}
"""


@page("/queries", "queries", SIGNED_IN)
def queries(call: Call) -> Response:
    """List what is asked, errors and the oldest first, each with a way to answer; below it what closed of late."""
    with call.portal.database() as database:
        asked = _open(database, call.clinic, SHOWN)
        since, instant = looking_back(database, call.portal.settings.zone)
        closed = read_closed(database, call.clinic, instant, in_care("asked", call.clinic))
    n_closed, closed = len(closed), closed[:SHOWN]
    look(call, {str(row["patient_id"]) for row in (*asked, *closed) if row["patient_id"]})
    given = answered(call)
    rows = [show_question(call, row, given) for row in asked]
    n_more = (asked[0]["n_all"] if asked else 0) - len(asked)
    told: dict[str, Any] = {"closed": [_worded(call, row) for row in closed], "n_closed": n_closed, "since": since}
    return call.render("queries.html", rows=rows, n_more=n_more, **told)


@page("/queries/yes", "confirm_query", WRITERS, ("POST",))
def confirm_query(call: Call) -> Response:
    """Take "yes, that is so" to a warning. An error stays one, whatever is said."""
    row = _asked(call)
    if row["severity"] != "warning":
        raise HTTPException(404)
    subject: dict[str, Any] = {name: row[name] for name in SUBJECT}
    reason = call.field("reason").strip()[:MOST_REASON] or None
    decision = Decision(CONFIRM, call.portal.clock(), call.signed_in.name, reason=reason, **subject)
    if _subject(decision) not in map(_subject, read_answers(call.portal.home).values()):
        record_decision(call.portal.home, decision)
        keep_answer(call.portal.home, decision)
    call.say(call.words("queries.taken"))
    return call.go("desk_questions" if call.field("from") == "desk" and call.signed_in.is_coordinator else "queries")


@page("/queries/take-back", "take_back_answer", WRITERS, ("POST",))
def take_back_answer(call: Call) -> Response:
    """Take an answer back that no run has taken yet."""
    row = _asked(call)
    key = tuple(row[name] for name in SUBJECT)
    for name, decision in read_answers(call.portal.home).items():
        if _subject(decision) == key:
            take_back(call.portal.home, name)
    return call.go("queries")


@page("/queries/correct", "correct_query", WRITERS, ("POST",))
def correct_query(call: Call) -> Response:
    """Make a file of one row with the value that is right, and show what is found in it: nothing is handed in yet."""
    row, value = _asked(call), call.field("value").strip()
    if not (value and _is_correctable(row)):
        call.say(call.words("queries.no_value"))
        return call.go("queries")
    cells = {**_said_before(call, row), row["column"]: value}
    content = io.StringIO()
    csv.writer(content, lineterminator="\n").writerows([cells, cells.values()])
    checks: Checks = call.request.app.state.checks
    clinic, file = str(row["clinic"]), io.BytesIO(content.getvalue().encode())
    if call.signed_in.is_coordinator:
        call.request.session["clinic"] = clinic  # the file is that clinic's, whose eyes the next page has
    draft = checks.drafts.keep(clinic, call.signed_in.name, CORRECTION, file, call.portal.clock())
    return call.go("draft", draft=draft.id)


def _open(database: Database, clinic: str, rows: int, condition: str = "true") -> Rows:
    return database.rows(OPEN_SQL.format(clinic=literal(clinic), condition=condition, rows=rows))


def _asked(call: Call) -> Mapping[str, Any]:
    """The open question that the form names by its handle; 404 where it is none of the clinic's, or none any more."""
    named = call.portal.links.reveal(call.field("query"))
    place = json.loads(named) if named else None
    if not isinstance(place, dict) or set(place) != set(PLACE):
        raise HTTPException(404)
    condition = " and ".join(
        f"{identifier(name)} is not distinct from {literal(value)}" for name, value in place.items()
    )
    with call.portal.database() as database:
        rows = _open(database, call.clinic, 1, condition)
    if not rows:
        raise HTTPException(404)
    return rows[0]


def answered(call: Call) -> Collection[tuple[object, ...]]:
    """What was answered and waits for the next run."""
    return {_subject(decision) for decision in read_answers(call.portal.home).values()}


def show_question(call: Call, row: Mapping[str, Any], given: Collection[tuple[object, ...]]) -> Mapping[str, Any]:
    """The question in the user's words, with the handle by which a form names it and whether it was answered."""
    handle = call.portal.links.hide(json.dumps({name: row[name] for name in PLACE}))
    return {
        **_worded(call, row),
        "handle": handle,
        "is_answered": tuple(row[name] for name in SUBJECT) in given,
        "takes_value": _is_correctable(row),
    }


def _worded(call: Call, row: Mapping[str, Any]) -> Mapping[str, Any]:
    """The row with its question in the user's language."""
    from schemas.messages import sentence

    fields = {field.name: field for field in _fields(row)}
    name, language = row["column"] or "", call.words.language
    label = fields[name].label[language] if name in fields else name
    known = NOT_KEPT if row["expected"] is None else row["expected"]  # a decision keeps no more than the value
    found, held = (asked_words(text, name, row["rule"], language) for text in (row["found"] or "", known))
    said, remedy = sentence(row["rule"], language, label, found, held)
    return {**row, "said": said, "remedy": remedy, "label": label}


def _is_correctable(row: Mapping[str, Any]) -> bool:
    """Whether another value answers the question: not where it is about the whole row, or about the key."""
    return any(field.name == row["column"] and not field.is_key and not field.is_computed for field in _fields(row))


def _said_before(call: Call, row: Mapping[str, Any]) -> Mapping[str, str]:
    """What the row must say again beside the value: key, consent, the value's unit, an outcome where it needs one."""
    fields = _fields(row)
    unit = next(field.unit for field in fields if field.name == row["column"])
    place = " and ".join(f"{name} = {literal(row[name])}" for name in ("submission", "section", "line"))
    with call.portal.database() as database:
        (known,) = database.rows(f"from ops.{identifier(row['form'] + '_version')} where {place}")
    texts = {field.name: _written(known.get(field.name)) for field in fields}
    said = [field for field in fields if texts[field.name] and field.name != row["column"]]
    outcomes = sorted((field for field in said if field.is_outcome), key=lambda field: field.kind == "decimal")
    kept = [*(field for field in said if field.is_key or field.name in (unit, *CONSENT)), *outcomes[:1]]
    return {field.name: texts[field.name] for field in kept}


def _written(answer: object) -> str:
    """An answer as a clinic would write it: a value, or the reason why there is none; '' where nothing is known."""
    value = answer
    if isinstance(answer, Mapping):
        value = f"#{answer['missing']}" if answer["missing"] else answer["value"]
    if value is None:
        return ""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _fields(row: Mapping[str, Any]) -> "Sequence[Field]":
    from schemas.dictionary import read_dictionary

    return read_dictionary().forms[row["form"]].fields


def _subject(decision: Decision) -> tuple[object, ...]:
    return tuple(getattr(decision, name) for name in SUBJECT)


ROUTES = (queries, confirm_query, take_back_answer, correct_query)
