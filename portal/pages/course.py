"""The picture of an injury's course, which the browser asks for by itself when it shows the patient's page."""

from collections.abc import Hashable

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.reports.source import Database, Row
from portal.call import SIGNED_IN, Call, page
from portal.pages.due import look
from portal.visible import episodes_of, key_of, rows_seen


@page("/patients/{patient}/course/{place}", "course", SIGNED_IN)
def course(call: Call) -> Response:
    """Give the course of the injury at this place of the page as SVG; 404 where there is none to draw.

    Fetched with its page it is part of the look that was recorded there; asked for by itself, or once more, it is
    recorded as a look of its own. It sets no cookie: it may come after its user has signed out.
    """
    number, place = call.patient(), str(call.request.path_params["place"])
    with call.portal.database() as database:
        by_place = {str(n): row for n, row in enumerate(episodes_of(database, call.clinic, number), start=1)}
        if place not in by_place:
            raise HTTPException(404)
        row = by_place[place]
        what = shown_as(call, database.id, number, row)
        if not call.pictures.comes_with_page(call.signed_in.name, what):
            look(call, {number})
        svg = call.pictures.get(what, lambda: _draw(call, database, number, row))
    call.keep_cookie()
    return Response(svg, media_type="image/svg+xml")


def shown_as(call: Call, snapshot: str, number: str, row: Row) -> Hashable:
    """What makes an injury's picture another one: the snapshot, the injury, until when it is seen, the language."""
    return snapshot, number, key_of(row), row["sees_until"], call.words.language


def _draw(call: Call, database: Database, number: str, row: Row) -> str:
    from pipelines.reports.patient_course import course_picture

    key = key_of(row)
    rows = rows_seen(database, number, {key: row["sees_until"]}).get(key)
    picture = course_picture(rows, call.words, "course") if rows else None
    if picture is None:
        raise HTTPException(404)
    return picture.svg


ROUTES = (course,)
