"""The first page after sign-in: what waits for this user, in counts, and where to go on."""

from starlette.responses import RedirectResponse, Response

from pipelines.reports.morning import ClinicMorning, read_morning
from portal.call import ANYBODY, SIGNED_IN, Call, page


@page("/", "root", ANYBODY)
def root(call: Call) -> Response:
    """Lead to the first page."""
    return RedirectResponse(call.request.url_for("start").path, 303)


@page("/start", "start", SIGNED_IN)
def start(call: Call) -> Response:
    """Show the counts of the user's clinic, or of all."""
    settings = call.portal.settings
    morning = read_morning(call.portal.home, settings.clinics)
    own = call.clinic
    shown = [row for row in morning.clinics if row.clinic == own or call.signed_in.is_coordinator]
    if own and not shown:
        shown = [ClinicMorning(own)]
    return call.render("start.html", morning=morning, clinics=shown, settings=settings)


ROUTES = (root, start)
