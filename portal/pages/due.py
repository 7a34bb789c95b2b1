"""Who is due: visits in their window or overdue, to filter, print and fill in; new patient numbers."""

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.accountability.log import record
from pipelines.accountability.looks import record_look
from pipelines.home import hand_out_numbers
from pipelines.reports.due import read_due, render_due
from portal.call import SIGNED_IN, WRITERS, Call, page
from schemas.patient_id import make_patient_id
from warehouse.connection import literal

STATUSES = ("overdue", "in_window", "not_yet_due")
SOON_DAYS = 30
MOST_NUMBERS = 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

DUE_SQL = """
select schedule.clinic, schedule.patient_id, schedule.side, schedule.injury_no, schedule.visit, schedule.status,
    schedule.due_on, schedule.window_opens_on, schedule.window_closes_on, schedule.overdue_since, schedule.reason,
    schedule.measures_to_ask
from registry.schedule as schedule cross join ops.known as known
where schedule.status in ('overdue', 'in_window', 'not_yet_due')
    and (schedule.status <> 'not_yet_due' or schedule.window_opens_on <= known.today + interval {soon} day)
    and ({clinic} = '' or schedule.clinic = {clinic})
order by schedule.status = 'not_yet_due', schedule.window_closes_on, schedule.patient_id, schedule.side,
    schedule.visit_no
"""


@page("/due", "due", SIGNED_IN)
def due(call: Call) -> Response:
    """List the visits, the longest overdue first; those whose window opens within a month come last."""
    status, visit = (call.request.query_params.get(name, "") for name in ("status", "visit"))
    with call.portal.database() as database:
        rows = database.rows(DUE_SQL.format(soon=SOON_DAYS, clinic=literal(call.clinic)))
        source = call.portal.source(database)
    visits = list(dict.fromkeys(row["visit"] for row in rows))
    shown = [row for row in rows if status in ("", row["status"]) and visit in ("", row["visit"])]
    look(call, {str(row["patient_id"]) for row in shown})
    chosen = {"status": status, "visit": visit}
    choices = {"statuses": STATUSES, "visits": sorted(visits)}
    return call.render("due.html", rows=shown, n_all=len(rows), source=source, chosen=chosen, choices=choices)


@page("/due/workbook", "due_workbook", SIGNED_IN)
def due_workbook(call: Call) -> Response:
    """Give the workbook of exactly the patients and visits that are due, to fill in and upload."""
    clinic = call.clinic
    visits = read_due(call.portal.home.registry_path, clinic or None)
    look(call, {visit.patient_id for visit in visits})
    content = render_due(visits, call.words.language)
    headers = {"content-disposition": f'attachment; filename="due-{clinic or "all"}.xlsx"'}
    return Response(content, media_type=WORKBOOK, headers=headers)


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
