"""A user's own settings: language and one-time codes. Passwords are set by invitation alone."""

from starlette.responses import Response

from pipelines.accountability.log import record
from pipelines.reports.words import LANGUAGES
from pipelines.users.secrets import make_totp_secret, totp_address, totp_step
from portal import sessions
from portal.call import SIGNED_IN, Call, page

SECRET = "totp"  # noqa: S105 (the name of a field of the session)


@page("/account", "account", SIGNED_IN)
def account(call: Call) -> Response:
    """Show the user's settings, with a picture for an authenticator app where none is set up."""
    return _show(call)


@page("/account/language", "set_language", SIGNED_IN, ("POST",))
def set_language(call: Call) -> Response:
    """Speak another language from now on."""
    if call.field("language") in LANGUAGES:
        call.portal.users.set_language(call.signed_in.name, call.field("language"))
        _record(call, "language")
    return call.go("account")


@page("/account/codes", "set_codes", SIGNED_IN, ("POST",))
def set_codes(call: Call) -> Response:
    """Ask for one-time codes from now on, once the app has shown the right one; or ask no more, after a right one."""
    user, now = call.signed_in, call.portal.clock()
    secret = user.totp_secret or str(call.request.session.get(SECRET, ""))
    if not secret or totp_step(secret, call.field("code"), now.timestamp()) is None:
        return _show(call, 422, call.words("account.wrong_code"))
    call.portal.users.set_totp(user.name, "" if user.totp_secret else secret)
    _record(call, "codes_off" if user.totp_secret else "codes_on")
    call.request.session.pop(SECRET, None)
    fresh = call.portal.users.find(user.name)
    if fresh is not None:
        sessions.begin(call.request.session, fresh, now)
    call.say(call.words("account.codes_off" if user.totp_secret else "account.codes_on"))
    return call.go("account")


def _record(call: Call, change: str) -> None:
    record(call.portal.home, call.actor, "account", call.portal.clock(), user=call.signed_in.name, change=change)


def _show(call: Call, status: int = 200, fault: str = "") -> Response:
    user, secret, picture = call.signed_in, "", ""
    if not user.totp_secret:
        import segno

        # A secret in the cookie is the user's own, not yet in use, and signed: nobody else can set one.
        secret = call.request.session.setdefault(SECRET, make_totp_secret())
        picture = segno.make(totp_address(secret, user.name)).svg_data_uri(scale=4)
    return call.render("account.html", status, fault=fault, secret=secret, picture=picture, languages=LANGUAGES)


ROUTES = (account, set_language, set_codes)
