"""Who may sign in, on the coordinator's desk: list, invite, disable, reset. A password is never seen, a link once.

What a user is and how an invitation ends stands in `pipelines.users.store`; every act here stands in the log.
"""

import re

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.accountability.log import record
from pipelines.errors import UsageError
from pipelines.reports.words import LANGUAGES
from pipelines.users.store import COORDINATOR, INVITATION_LASTS, ROLES, User
from portal.call import COORDINATORS, Call, page

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{1,59}")
STATES = ("disabled", "invited", "ended", "locked", "active")


@page("/desk/users", "users", COORDINATORS)
def users(call: Call) -> Response:
    """List the users: role, clinic, and whether they can sign in."""
    return _show(call)


@page("/desk/users/invite", "invite_user", COORDINATORS, ("POST",))
def invite_user(call: Call) -> Response:
    """Add a user and show the invitation, once."""
    name, role, language = call.field("name").strip(), call.field("role"), call.field("language")
    clinic = "" if role == COORDINATOR else call.field("clinic")
    is_known = clinic in call.portal.settings.clinics or role == COORDINATOR
    if not NAME.fullmatch(name) or role not in ROLES or language not in LANGUAGES or not is_known:
        return _show(call, 422, fault=call.words("users.incomplete"))
    try:
        token = call.portal.users.add(name, role, clinic, language, call.portal.clock())
    except UsageError:
        return _show(call, 409, fault=call.words("users.taken", name=name))
    _record(call, name, "added", role=role, clinic=clinic)
    return _show(call, invited=name, token=token)


@page("/desk/users/reset", "reset_user", COORDINATORS, ("POST",))
def reset_user(call: Call) -> Response:
    """Forget a user's password and one-time codes, end the sessions, and show a new invitation, once."""
    user = _named(call)
    token = call.portal.users.reset(user.name, call.portal.clock())
    _record(call, user.name, "reset")
    return _show(call, invited=user.name, token=token)


@page("/desk/users/disable", "disable_user", COORDINATORS, ("POST",))
def disable_user(call: Call) -> Response:
    """Let a user in no more; open sessions end at once."""
    user = _named(call)
    call.portal.users.disable(user.name)
    _record(call, user.name, "disabled")
    call.say(call.words("users.is_disabled", name=user.name))
    return call.go("users")


def state_of(user: User, now: str) -> str:
    """Whether and how a user can sign in; `now` as ISO text in UTC."""
    if user.is_disabled:
        return "disabled"
    if not user.has_password:
        return "invited" if user.invited_until > now else "ended"
    return "locked" if user.locked_until > now else "active"


def _named(call: Call) -> User:
    """The user of the form; 404 for none, and for oneself: whoever locks the last coordinator out helps nobody."""
    user = call.portal.users.find(call.field("name"))
    if user is None or user.name == call.signed_in.name:
        raise HTTPException(404)
    return user


def _record(call: Call, name: str, change: str, **details: str) -> None:
    record(call.portal.home, call.actor, "account", call.portal.clock(), user=name, change=change, **details)


def _show(call: Call, status: int = 200, fault: str = "", invited: str = "", token: str = "") -> Response:
    now = call.portal.clock().isoformat()
    rows = [(user, state_of(user, now)) for user in call.portal.users.list()]
    link = str(call.request.url_for("invitation", token=token)) if token else ""
    link = link.replace("http://", "https://", 1) if call.portal.is_secure else link
    kept = {name: call.field(name) if fault else "" for name in ("name", "role", "clinic", "language")}
    shown = {"invited": invited, "link": link, "days": INVITATION_LASTS.days, "kept": kept}
    return call.render("users.html", status, rows=rows, fault=fault, roles=ROLES, languages=LANGUAGES, **shown)


ROUTES = (users, invite_user, reset_user, disable_user)
