"""How errors look: a page in the reader's language that says what to do next, and nothing of what went wrong inside.

It reads no settings and no users, so that it can be shown where these cannot be read. Programs get JSON.
"""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from portal.call import DATA, language_of
from portal.rendering import render
from portal.words import read_words

KNOWN = (400, 403, 404, 405, 408, 413, 429, 500, 503)
"""Statuses with words of their own; any other is told as 500."""

NOBODY = {"user": None, "csrf": "", "notice": "", "is_synthetic": False}
"""What the frame of a page has where nothing is known of its reader."""


async def tell(request: Request, error: Exception) -> Response:
    """Answer where a page would not, or failed."""
    return error_page(request, error.status_code if isinstance(error, HTTPException) else 500)


async def tell_unavailable(request: Request, error: Exception) -> Response:
    """Answer what the registry cannot do just now. The message names no patient: it is the command line's too."""
    del error
    return error_page(request, 503)


def refuse(scope: Scope, status: int) -> Response:
    """Answer a request whose body was not taken. Nobody listens to the rest of it."""
    answer = error_page(Request(scope), status)
    answer.headers["connection"] = "close"
    return answer


def error_page(request: Request, status: int) -> Response:
    """The page of a status in the language of the session, or of the browser before sign-in."""
    if request.url.path.startswith(DATA):
        return JSONResponse({"error": HTTPStatus(status).phrase}, status)
    words = read_words(language_of(request, None))
    known = status if status in KNOWN else 500
    shown = {
        "text": words(f"error.{known}"),
        "remedy": words(f"error.{known}_next"),
        "words": words,
        "url": lambda name, /, **places: request.url_for(name, **places).path,
        **NOBODY,
    }
    return HTMLResponse(render("error.html", shown), status)
