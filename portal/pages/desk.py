"""The coordinator's desk: all clinics at one look, the questions that matter most, what waits and what releases it.

It shows and leads on. Acts that change facts need the writer's lock, so it names the command for them.
"""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import timedelta

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.reports.desk import read_clinics, read_waiting
from pipelines.reports.ranked_questions import read_ranked
from pipelines.reports.source import Database
from portal.call import COORDINATORS, Call, page
from portal.pages.due import look
from portal.pages.queries import answered, show_question

SILENT = timedelta(days=90)
MOST_QUESTIONS = 100
OLD = timedelta(days=1)  # the runs of a day take what waits; what they left needs a look


@page("/desk", "desk", COORDINATORS)
def desk(call: Call) -> Response:
    """Show every clinic with what it owes, and what the registry knew when."""
    now, settings = call.portal.clock(), call.portal.settings
    with _database(call) as database:
        rows = read_clinics(call.portal.home, database, settings.clinics)
        source = call.portal.source(database) if database else None
    silent = (now - SILENT).replace(tzinfo=None)
    total = {name: sum(row[name] for row in rows) for name in rows[0] if name.startswith("n_")} if rows else {}
    return call.render("desk.html", rows=rows, total=total, source=source, silent=silent)


@page("/desk/questions", "desk_questions", COORDINATORS)
def desk_questions(call: Call) -> Response:
    """List the open questions, first those whose answers can move a result most; of all clinics or of one."""
    clinic = _asked_clinic(call)
    with _database(call) as database:
        rows = read_ranked(database, clinic, MOST_QUESTIONS) if database else []
    look(call, {str(row["patient_id"]) for row in rows if row["patient_id"]})
    given = answered(call)
    shown = [show_question(call, row, given) for row in rows]
    n_all, forms = rows[0]["n_all"] if rows else 0, _forms(call.words.language)
    return call.render("desk_questions.html", rows=shown, clinic=clinic, n_all=n_all, forms=forms)


@page("/desk/waiting", "desk_waiting", COORDINATORS)
def desk_waiting(call: Call) -> Response:
    """List the files and rows that wait and the numbers that may be one person, each with the next step."""
    with _database(call) as database:
        found = read_waiting(call.portal.home, database)
    pairs = {str(row[name]) for row in found.duplicates for name in ("patient_id", "other_patient_id")}
    look(call, pairs | {number for row in found.held for number in row["patients"] if number})
    old = call.portal.clock() - OLD
    return call.render("desk_waiting.html", found=found, old=old, forms=_forms(call.words.language))


def _database(call: Call) -> "Database | nullcontext[None]":
    """The snapshot; None before the first."""
    return call.portal.database() if call.portal.home.current.exists() else nullcontext()


def _asked_clinic(call: Call) -> str:
    """The clinic named in the address; 404 for one that there is not."""
    clinic = call.request.query_params.get("clinic", "")
    if clinic and clinic not in call.portal.settings.clinics:
        raise HTTPException(404)
    return clinic


def _forms(language: str) -> Mapping[str, str]:
    from schemas.dictionary import read_dictionary

    return {name: form.label[language] for name, form in read_dictionary().forms.items()}


ROUTES = (desk, desk_questions, desk_waiting)
