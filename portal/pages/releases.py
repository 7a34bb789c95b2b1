"""Releases on the coordinator's desk: what the gate says check by check, a named yes with its reason, the releases.

The page writes no release: it keeps a request that the next run cuts (`pipelines.release.requests`).
"""

from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.release.publication import list_releases
from pipelines.release.requests import OPEN, keep_request, read_requests, take_back
from pipelines.release.verdict import FAIL, CheckResult
from portal.call import COORDINATORS, Call, page
from portal.gate import Answer, GateAnswers

MOST_SUBJECTS = 12  # of a check, on the page
MOST_LISTED = 20
MOST_REASON = 500  # characters


@dataclass(frozen=True)
class Shown:
    """What the page says of the gate: its answer, whether it is of what stands now, whether a release may be asked."""

    answer: Answer | None
    is_current: bool
    is_running: bool
    has_failed: bool

    @property
    def may_ask(self) -> bool:
        """Whether nothing stands in the way that no yes can pass."""
        return (
            self.is_current and self.answer is not None and not any(c.is_stopping for c in self.answer.verdict.checks)
        )


@page("/desk/releases", "releases", COORDINATORS)
def releases(call: Call) -> Response:
    """Show the verdict, the form to ask for a release, the requests and the releases."""
    return _show(call)


@page("/desk/releases/gate", "ask_gate", COORDINATORS, ("POST",))
def ask_gate(call: Call) -> Response:
    """Ask the gate of the snapshot that stands now."""
    if call.portal.home.current.exists():
        _gate(call).begin()
    return call.go("releases")


@page("/desk/releases/ask", "ask_release", COORDINATORS, ("POST",))
def ask_release(call: Call) -> Response:
    """Keep the request for a release, with the yes to each warning and its reason."""
    shown = _shown(call)
    if shown.answer is None or not shown.may_ask or call.field("snapshot") != shown.answer.snapshot:
        return _show(call, 409, call.words("releases.other_snapshot"))
    if any(request.state == OPEN for request in read_requests(call.portal.home)):
        return _show(call, 409, call.words("releases.asked_already"))
    warnings = [check.check for check in shown.answer.verdict.checks if check.is_warning]
    reasons = {name: call.field(f"reason-{name}").strip()[:MOST_REASON] for name in warnings}
    if not all(call.field(f"yes-{name}") and reasons[name] for name in warnings):
        return _show(call, 422, call.words("releases.each_needs_a_yes"))
    home, now = call.portal.home, call.portal.clock()
    keep_request(home, call.actor, shown.answer.snapshot, shown.answer.before, reasons, now)
    call.say(call.words("releases.is_asked"))
    return call.go("releases")


@page("/desk/releases/take-back", "take_back_release", COORDINATORS, ("POST",))
def take_back_release(call: Call) -> Response:
    """Take a request back that no run has answered yet."""
    home, asked = call.portal.home, call.field("request")
    if asked not in {request.id for request in read_requests(home)}:
        raise HTTPException(404)
    take_back(home, asked)
    return call.go("releases")


def failed_of(check: CheckResult) -> list[str]:
    """What failed in a check, in figures: the first of it."""
    return [
        f"{each.name}: {each.numerator:g}/{each.denominator:g}"
        + (f" ({each.before_numerator:g}/{each.before_denominator:g})" if each.before_denominator is not None else "")
        for each in check.subjects
        if each.result == FAIL
    ]


def _show(call: Call, status: int = 200, fault: str = "") -> Response:
    home, shown = call.portal.home, _shown(call)
    checks = [(check, failed_of(check)) for check in shown.answer.verdict.checks] if shown.answer else []
    asked, cut = read_requests(home)[::-1][:MOST_LISTED], list_releases(home)[::-1][:MOST_LISTED]
    kept = {name: str(value) for name, value in call.form.items() if fault}
    is_asked = any(request.state == OPEN for request in asked)
    given = {"is_asked": is_asked, "checks": checks, "asked": asked, "cut": cut, "kept": kept, "most": MOST_SUBJECTS}
    return call.render("releases.html", status, shown=shown, fault=fault, **given)


def _shown(call: Call) -> Shown:
    gate = _gate(call)
    answer = gate.newest()
    return Shown(answer, answer is not None and gate.is_current(answer), gate.is_running, gate.has_failed)


def _gate(call: Call) -> GateAnswers:
    gate: GateAnswers = call.request.app.state.gate
    return gate


ROUTES = (releases, ask_gate, ask_release, take_back_release)
