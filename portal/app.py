"""The application: routes, cookies, limits, headers. What pages do stands in `pages/`, how errors look in `faults`."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from pipelines.errors import RegistryError
from portal.checking import Checks
from portal.faults import refuse, tell, tell_unavailable
from portal.gate import GateAnswers
from portal.headers import SecureHeaders
from portal.limits import Attempts, LimitBody
from portal.pages import MENU, ROUTES
from portal.pictures import Pictures
from portal.sessions import COOKIE, LASTS
from portal.state import KEY_BYTES, Portal
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
            Middleware(
                SessionMiddleware,
                secret_key=portal.key[:KEY_BYTES].hex(),
                session_cookie=COOKIE,
                max_age=int(LASTS.total_seconds()),
                same_site="strict",
                https_only=is_secure,
            ),
            Middleware(LimitBody, max_bytes=lambda: _most_bytes(portal), refuse=refuse),
        ],
        exception_handlers={HTTPException: tell, RegistryError: tell_unavailable},
    )
    app.state.portal, app.state.menu = portal, MENU
    app.state.pictures = Pictures(clock)
    app.state.checks = Checks(portal)
    app.state.gate = GateAnswers(portal)
    app.state.sign_ins = Attempts(SIGN_INS, SIGN_IN_SECONDS)
    return app


def routes_of(app: Starlette) -> list[Route]:
    """Every page of the application."""
    return [route for route in app.routes if isinstance(route, Route)]


def _most_bytes(portal: Portal) -> int:
    """How large a file may be; none may come where the settings cannot be read, which the page then says."""
    try:
        return portal.settings.limits.max_bytes
    except RegistryError:
        return 0
