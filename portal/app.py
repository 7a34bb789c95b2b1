"""The application: routes, cookies, limits, headers and how errors look. What a page does stands in `pages/`."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipelines.errors import RegistryError
from portal.call import DATA, Call, language_of
from portal.checking import Checks
from portal.gate import GateAnswers
from portal.headers import SecureHeaders
from portal.limits import Attempts, LimitBody
from portal.pages import MENU, ROUTES
from portal.sessions import COOKIE, LASTS
from portal.state import KEY_BYTES, Portal
from portal.words import read_words
from warehouse.layout import Home

STATIC = Path(__file__).with_name("static")
SIGN_INS = 20  # tries from one address
SIGN_IN_SECONDS = 300.0


def now() -> datetime:
    """Where the portal reads the clock (UTC)."""
    return datetime.now(UTC)


def create_app(home: Home, clock: Callable[[], datetime] = now, *, is_secure: bool = False) -> Starlette:
    """The portal on a home; `is_secure` where browsers reach it over HTTPS."""
    portal = Portal(home, clock, is_secure)
    app = Starlette(
        routes=[*ROUTES, Mount("/static", StaticFiles(directory=STATIC), name="static")],
        middleware=[
            Middleware(SecureHeaders, is_secure=is_secure),
            Middleware(LimitBody, max_bytes=lambda: portal.settings.limits.max_bytes),
            Middleware(
                SessionMiddleware,
                secret_key=portal.key[:KEY_BYTES].hex(),
                session_cookie=COOKIE,
                max_age=int(LASTS.total_seconds()),
                same_site="strict",
                https_only=is_secure,
            ),
        ],
        exception_handlers={HTTPException: _tell, RegistryError: _tell_error},
    )
    app.state.portal, app.state.menu = portal, MENU
    app.state.checks = Checks(portal)
    app.state.gate = GateAnswers(portal)
    app.state.sign_ins = Attempts(SIGN_INS, SIGN_IN_SECONDS)
    return app


def routes_of(app: Starlette) -> list[Route]:
    """Every page of the application."""
    return [route for route in app.routes if isinstance(route, Route)]


async def _tell(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if request.url.path.startswith(DATA):
        return JSONResponse({"error": HTTPStatus(status).phrase}, status)
    known = status if status in (403, 404, 405, 413, 429) else 500
    return _error_page(request, status, f"error.{known}", f"error.{known}_next")


async def _tell_error(request: Request, error: Exception) -> Response:
    """What the registry cannot do just now. The message names no patient: it is the command line's too."""
    del error
    if request.url.path.startswith(DATA):
        return JSONResponse({"error": HTTPStatus(503).phrase}, 503)
    return _error_page(request, 503, "error.503", "error.503_next")


def _error_page(request: Request, status: int, text: str, remedy: str) -> Response:
    words = read_words(language_of(request, None) if "session" in request.scope else "en")
    call = Call(request, request.app.state.portal, None, words, None)  # type: ignore[arg-type] # an error page has no form
    return call.render("error.html", status, text=words(text), remedy=words(remedy))
