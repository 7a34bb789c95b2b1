"""Who is due: visits in their window or overdue, to filter, print and fill in; new patient numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.accountability.log import record
from pipelines.accountability.looks import record_look
from pipelines.home import hand_out_numbers
from pipelines.reports.due import DueVisit, render_due
from pipelines.reports.source import Rows, Source
from portal.call import SIGNED_IN, WRITERS, Call, page
from schemas.patient_id import make_patient_id
from warehouse.connection import literal

STATUSES = ("overdue", "in_window", "not_yet_due")
SOON_DAYS = 30
MOST_NUMBERS = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

DUE_SQL = """
select schedule.clinic, schedule.patient_id, schedule.side, schedule.injury_no, schedule.visit, schedule.visit_no,
    schedule.status, schedule.due_on, schedule.window_opens_on, schedule.window_closes_on, schedule.overdue_since,
    schedule.reason, coalesce(schedule.measures_to_ask, visit_schedule.measures) as measures_to_ask
from registry.schedule as schedule
cross join ops.known as known
inner join registry.visit_schedule as visit_schedule on visit_schedule.visit = schedule.visit
where schedule.status in ('overdue', 'in_window', 'not_yet_due')
    and (schedule.status <> 'not_yet_due' or schedule.window_opens_on <= known.today + interval {soon} day)
    and ({clinic} = '' or schedule.clinic = {clinic})
order by schedule.status = 'not_yet_due', schedule.window_closes_on, schedule.patient_id, schedule.side,
    schedule.visit_no
"""


@dataclass(frozen=True)
class DueList:
    """The visits that a page or workbook is of, and those it was chosen from."""

    chosen: Mapping[str, str]  # by status and visit; '' is any
    everything: Rows
    shown: Rows
    source: Source

    @property
    def visits(self) -> list[str]:
        """Every visit in the order of time."""
        return [visit for _, visit in sorted({(row["visit_no"], row["visit"]) for row in self.everything})]

    def count(self, visit: str, status: str) -> int:
        """How many wait for this visit in this status."""
        return sum((row["visit"], row["status"]) == (visit, status) for row in self.everything)


@page("/due", "due", SIGNED_IN)
def due(call: Call) -> Response:
    """List the visits, the longest overdue first; those whose window opens within a month come last."""
    listed = _read(call)
    return call.render("due.html", listed=listed, statuses=STATUSES)


@page("/due/workbook", "due_workbook", SIGNED_IN)
def due_workbook(call: Call) -> Response:
    """Give the workbook of exactly the patients and visits that the page shows, to fill in and upload."""
    rows = _read(call).shown
    visits = [
        DueVisit(row["patient_id"], row["side"], row["injury_no"], row["visit"], tuple(row["measures_to_ask"]))
        for row in sorted(rows, key=lambda row: (row["patient_id"], row["side"], row["injury_no"], row["visit_no"]))
    ]
    content = render_due(visits, call.words.language)
    headers = {"content-disposition": f'attachment; filename="due-{call.clinic or "all"}.xlsx"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


def _read(call: Call) -> DueList:
    """What the address asks for; whom it tells of is recorded as looked at."""
    with call.portal.database() as database:
        rows = database.rows(DUE_SQL.format(soon=SOON_DAYS, clinic=literal(call.clinic)))
        source = call.portal.source(database)
    chosen = {name: call.request.query_params.get(name, "") for name in ("status", "visit")}
    shown = [row for row in rows if all(value in ("", row[name]) for name, value in chosen.items())]
    look(call, {str(row["patient_id"]) for row in shown})
    return DueList(chosen, rows, shown, source)


@page("/numbers", "numbers", WRITERS, ("GET", "POST"))
def numbers(call: Call) -> Response:
    """Hand out new patient numbers; each is shown once."""
    clinic = call.clinic
    if not clinic:
        raise HTTPException(404)
    if call.request.method != "POST":
        return call.render("numbers.html", clinic=clinic, numbers=[], most=MOST_NUMBERS)
    wanted = call.field("count")
    count = min(int(wanted), MOST_NUMBERS) if wanted.isdigit() else 0
    if count:
        record(call.portal.home, call.actor, "ids", call.portal.clock(), clinic=clinic, n_numbers=count)
    handed_out = hand_out_numbers(call.portal.home, clinic, count) if count else ()
    new = [make_patient_id(clinic, number) for number in handed_out]
    return call.render("numbers.html", clinic=clinic, numbers=new, most=MOST_NUMBERS)


def look(call: Call, patients: set[str]) -> None:
    """Record that the user is about to see these patients."""
    if patients:
        record_look(call.portal.home, call.actor, call.portal.clock(), call.request.scope["route"].name, patients)


ROUTES = (due, due_workbook, numbers)
