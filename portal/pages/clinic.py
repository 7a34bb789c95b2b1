"""A clinic's own page: how complete it is, whom it enrolled, where it stands among its peers, what changed of late.

Its own figures are exact. Of other clinics it shows what the printed report may tell, and nothing else.
"""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.reports.clinic_months import read_changed, read_participation, read_run
from pipelines.reports.clinic_standing import funnels, participation, run_of
from portal.call import SIGNED_IN, Call, page
from portal.pages.patients import report
from portal.visible import in_care

BACK = (1, 3, 12)  # months to look back


@page("/our-clinic", "our_clinic", SIGNED_IN)
def our_clinic(call: Call) -> Response:
    """Show the clinic to itself; a coordinator is asked whose eyes to look with."""
    clinic = call.clinic
    if not clinic:
        return call.render("our_clinic_none.html")
    visit, back = (call.request.query_params.get(name, "") for name in ("visit", "months"))
    n_months = int(back) if back in map(str, BACK) else BACK[0]
    with call.portal.database() as database:
        run = read_run(database, clinic)
        months = read_participation(database, clinic)
        changed = read_changed(database, clinic, call.portal.settings.zone, n_months, in_care("asked", clinic))
        source = call.portal.source(database)
        path = database.path
    visits = [name for _, name in sorted({(row["visit_no"], row["visit"]) for row in run})]
    chosen = visit if visit in visits else ""
    shown: dict[str, Any] = {
        "n_months": n_months,
        "back": BACK,
        "visit": chosen,
        "visits": visits,
        "run": run_of(run, chosen, call.words),
        "participation": participation(months, call.words),
        "funnels": funnels(path, clinic, call.words.language),
    }
    return call.render("our_clinic.html", clinic=clinic, changed=changed, source=source, **shown)


@page("/our-clinic/report", "clinic_report", SIGNED_IN)
def clinic_report(call: Call) -> Response:
    """Give the clinic's report as a page to print."""
    from pipelines.reports.clinic_report import clinic_page
    from pipelines.reports.registry_rows import read_registry

    clinic = call.clinic
    if not clinic:
        raise HTTPException(404)
    with call.portal.database() as database:
        rows, source = read_registry(database), call.portal.source(database)
    known = call.portal.settings.clinics.get(clinic)
    return report(clinic_page(rows, clinic, known.name if known else "", source, call.words))


ROUTES = (our_clinic, clinic_report)
