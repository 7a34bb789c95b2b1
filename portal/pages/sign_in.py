"""Signing in and out, and taking up an invitation. Who may do what else stands at each page."""

from starlette.responses import Response

from pipelines.accountability.log import Actor, record, this_account
from pipelines.users.secrets import MIN_PASSWORD_CHARS
from portal import sessions
from portal.call import ANYBODY, SIGNED_IN, Call, page


@page("/sign-in", "sign_in", ANYBODY, ("GET", "POST"))
def sign_in(call: Call) -> Response:
    """Ask for name, password and one-time code; all that is wrong is told in the same words."""
    if call.request.method != "POST":
        return call.render("sign_in.html", fault="")
    address = call.request.client.host if call.request.client else ""
    if call.request.app.state.sign_ins.is_too_often(address):
        return call.render("sign_in.html", 429, fault=call.words("sign_in.too_often"))
    portal, now = call.portal, call.portal.clock()
    user = portal.users.sign_in(call.field("name"), call.field("password"), call.field("code"), now)
    if user is None:
        return call.render("sign_in.html", 401, fault=call.words("sign_in.wrong"))
    sessions.begin(call.request.session, user, now)
    return call.go("start")


@page("/sign-out", "sign_out", SIGNED_IN, ("POST",))
def sign_out(call: Call) -> Response:
    """End the session, and every other one of the user: a copied cookie is worth nothing afterwards."""
    call.portal.users.end_sessions(call.signed_in.name)
    sessions.end(call.request.session)
    return call.go("sign_in")


@page("/invitation/{token}", "invitation", ANYBODY, ("GET", "POST"))
def invitation(call: Call) -> Response:
    """Choose a password, once, while the invitation lasts."""
    token, now = str(call.request.path_params["token"]), call.portal.clock()
    invited = call.portal.users.invited(token, now)
    if invited is None:
        return call.render("invitation.html", 404, invited=None, fault="", shortest=MIN_PASSWORD_CHARS)
    if call.request.method != "POST":
        return call.render("invitation.html", invited=invited, fault="", shortest=MIN_PASSWORD_CHARS)
    is_same = call.field("password") == call.field("again")
    user = call.portal.users.accept(token, call.field("password"), now) if is_same else None
    if user is None:
        fault = call.words("sign_in.weak" if is_same else "sign_in.differ", n=MIN_PASSWORD_CHARS)
        return call.render("invitation.html", 422, invited=invited, fault=fault, shortest=MIN_PASSWORD_CHARS)
    actor = Actor(user.name, this_account().account)
    record(call.portal.home, actor, "account", now, user=user.name, change="password_set")
    sessions.begin(call.request.session, user, now)
    return call.go("start")


ROUTES = (sign_in, sign_out, invitation)
