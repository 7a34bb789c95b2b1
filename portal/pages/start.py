"""The first page after sign-in: what waits for this user, in counts, and where to go on."""

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from pipelines.reports.morning import ClinicMorning, read_morning
from portal.call import ANYBODY, COORDINATORS, SIGNED_IN, Call, page


@page("/", "root", ANYBODY)
def root(call: Call) -> Response:
    """Lead to the first page."""
    return RedirectResponse(call.request.url_for("start").path, 303)


@page("/start", "start", SIGNED_IN)
def start(call: Call) -> Response:
    """Show the counts of the user's clinic, or of all."""
    settings = call.portal.settings
    morning = read_morning(call.portal.home, settings.clinics)
    own = call.signed_in.clinic
    shown = [row for row in morning.clinics if row.clinic == own or call.signed_in.is_coordinator]
    return call.render("start.html", morning=morning, shown=shown or [ClinicMorning(own)])


@page("/clinic/choose", "choose_clinic", COORDINATORS, ("POST",))
def choose_clinic(call: Call) -> Response:
    """Look with the eyes of a clinic from now on; '' with nobody's."""
    chosen = call.field("clinic")
    if chosen and chosen not in call.portal.settings.clinics:
        raise HTTPException(404)
    call.request.session["clinic"] = chosen
    return call.go("start")


ROUTES = (root, start, choose_clinic)
