"""One request as the pages see it: who asks, in which language, with which form; and how a page answers.

A page is a plain function of a `Call`, run in a thread; `page` makes it a route that guards who may come in.
"""

import logging
import secrets
import traceback
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from pipelines.accountability.log import Actor, this_account
from pipelines.errors import RegistryError
from pipelines.reports.words import Words
from pipelines.users.store import CLINIC, COORDINATOR, READ_ONLY, User
from portal.limits import BodyRefusedError
from portal.pictures import Pictures
from portal.rendering import render
from portal.sessions import CSRF, LANGUAGE, read_user
from portal.state import Portal
from portal.words import preferred_language, read_words

ANYBODY: frozenset[str] = frozenset()
SIGNED_IN = frozenset({CLINIC, COORDINATOR, READ_ONLY})
WRITERS = frozenset({CLINIC, COORDINATOR})
COORDINATORS = frozenset({COORDINATOR})

DATA = "/api/"  # answers that programs read
SAFE_METHODS = ("GET", "HEAD")
MAX_FIELDS = 2_000

LOG = logging.getLogger("portal")

Page = Callable[["Call"], Response]


@dataclass(frozen=True)
class Call:
    """One request. `form` is empty but for a POST, whose token was checked before the page sees it."""

    request: Request
    portal: Portal
    user: User | None
    words: Words
    form: FormData

    @property
    def signed_in(self) -> User:
        """The user of a page that only users reach."""
        if self.user is None:
            raise HTTPException(404)
        return self.user

    @property
    def actor(self) -> Actor:
        """By which name the log knows what the user does."""
        return Actor(self.signed_in.name, this_account().account)

    @property
    def clinic(self) -> str:
        """The clinic whose eyes the page has: the user's own; a coordinator chose one, or none yet ('')."""
        user = self.signed_in
        return str(self.request.session.get("clinic", "")) if user.is_coordinator else user.clinic

    @property
    def pictures(self) -> Pictures:
        """The pictures that are kept."""
        kept: Pictures = self.request.app.state.pictures
        return kept

    def field(self, name: str) -> str:
        """A field of the form as text; '' where it is missing or a file."""
        value = self.form.get(name, "")
        return value if isinstance(value, str) else ""

    def file(self, name: str) -> UploadFile | None:
        """A file of the form; None where none was chosen."""
        value = self.form.get(name)
        return value if isinstance(value, UploadFile) and value.filename else None

    def patient(self, name: str = "patient") -> str:
        """The patient number behind the handle in the address; 404 where it is none of ours."""
        number = self.portal.links.reveal(str(self.request.path_params[name]))
        if number is None:
            raise HTTPException(404)
        return number

    def render(self, template: str, status: int = 200, **context: Any) -> Response:
        """The page of a template, which has `call`, `words` and `user` beside the context."""
        return HTMLResponse(render(template, {**_frame(self), **context}), status)

    def go(self, name: str, /, **places: Any) -> Response:
        """Answer a POST by a redirect to a named page, so that loading it again sends nothing twice."""
        return RedirectResponse(self.request.url_for(name, **places).path, 303)

    def say(self, notice: str) -> None:
        """Have the next page say this once; never a patient's value, for it rests in the cookie until then."""
        self.request.session["notice"] = notice

    def keep_cookie(self) -> None:
        """Have the answer set no cookie: one that comes late would undo what happened in between."""
        self.request.session.modified = False  # type: ignore[attr-defined] # Starlette's own kind of dict


def page(path: str, name: str, who: Collection[str], methods: Collection[str] = ("GET",)) -> Callable[[Page], Route]:
    """Make a page a route for the roles in `who` (`ANYBODY`: without sign-in too). Others get 404, or the sign-in."""

    def make(function: Page) -> Route:
        @wraps(function)
        async def answer(request: Request) -> Response:
            try:
                return await _answer(request, function, who)
            except (HTTPException, RegistryError, BodyRefusedError):
                raise
            except Exception as fault:  # noqa: BLE001 - the server would log a traceback, which may quote a row
                log_fault(fault, name)
                raise HTTPException(500) from None

        route = Route(path, answer, name=name, methods=[*methods])
        route.who = frozenset(who)  # type: ignore[attr-defined] # a test walks the routes by it
        return route

    return make


async def _answer(request: Request, function: Page, who: Collection[str]) -> Response:
    portal: Portal = request.app.state.portal
    user = await run_in_threadpool(read_user, portal, request.session)
    if refused := _refuse(request, user, who):
        return refused
    form = FormData() if request.method in SAFE_METHODS else await _read_form(request)
    try:
        call = Call(request, portal, user, read_words(language_of(request, user)), form)
        return await run_in_threadpool(function, call)
    finally:
        await form.close()


def log_fault(fault: Exception, name: str) -> None:
    """Say in the log what kind of fault it was and where in our code, and nothing of what it says."""
    places = [frame for frame in traceback.extract_tb(fault.__traceback__) if "site-packages" not in frame.filename]
    where = f"{Path(places[-1].filename).name}:{places[-1].lineno}" if places else "?"
    LOG.error("page %s failed: %s at %s", name, type(fault).__name__, where)


def language_of(request: Request, user: User | None) -> str:
    """The user's language; where none is known the session's, which is its user's, and before sign-in the browser's."""
    if user is not None:
        return user.language
    return str(request.session.get(LANGUAGE) or preferred_language(request.headers.get("accept-language", "")))


def _refuse(request: Request, user: User | None, who: Collection[str]) -> Response | None:
    if not who or (user is not None and user.role in who):
        return None
    if user is None and request.url.path.startswith(DATA):
        raise HTTPException(401)
    if user is None and request.method in SAFE_METHODS:
        return RedirectResponse(request.url_for("sign_in").path, 303)
    raise HTTPException(404)


async def _read_form(request: Request) -> FormData:
    """The form of a POST whose token is that of the session; 403 where it is not."""
    expected = str(request.session.get(CSRF, ""))
    given = request.headers.get("x-csrf-token", "")
    form = await request.form(max_files=20, max_fields=MAX_FIELDS)
    token = given or str(form.get(CSRF, ""))
    if not expected or not secrets.compare_digest(token.encode(), expected.encode()):
        await form.close()
        raise HTTPException(403)
    return form


def _frame(call: Call) -> Mapping[str, Any]:
    """What every template has."""
    session = call.request.session
    if CSRF not in session:
        session[CSRF] = secrets.token_urlsafe(32)
    settings = call.portal.settings
    return {
        "call": call,
        "words": call.words,
        "user": call.user,
        "csrf": session[CSRF],
        "notice": session.pop("notice", ""),
        "menu": menu_of,
        "url": lambda name, /, **places: call.request.url_for(name, **places).path,
        "clinics": settings.clinics,
        "is_synthetic": settings.is_synthetic,
        "local": lambda instant: local_time(instant, settings.zone),
    }


def menu_of(call: Call) -> Iterator[tuple[str, str]]:
    """The pages in the menu of whoever asks: name of the route and of its text."""
    role = call.signed_in.role
    return ((name, text) for name, text, who in call.request.app.state.menu if role in who)


def local_time(instant: datetime, zone: ZoneInfo) -> str:
    """An instant (naive: UTC) as people of the registry's time zone write it."""
    known = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return f"{known.astimezone(zone):%Y-%m-%d %H:%M}"
