"""The same for a clinic's own programs: its submissions, receipts, due visits and completeness, as JSON.

A program signs in as a user does. What each answer holds is written in `portal/openapi.json`, which a test holds it to.
"""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from starlette.responses import Response

from pipelines.reports.source import Rows
from portal.call import SIGNED_IN, Call, page
from portal.pages.due import DUE_SQL, SOON_DAYS, look
from portal.pages.submissions import folder_of, list_rows
from warehouse.connection import literal
from warehouse.sealed import read_sealed

OPENAPI = Path(__file__).parents[1] / "openapi.json"
COUNTS = ("n_accepted", "n_corrected", "n_already_known", "n_held", "n_rejected")
VISIT = (
    "clinic",
    "patient_id",
    "side",
    "injury_no",
    "visit",
    "status",
    "due_on",
    "window_opens_on",
    "window_closes_on",
)

COMPLETENESS_SQL = """
select clinic, visit, n_enrolled, n_dead_or_withdrawn, n_not_yet_due, n_open, n_due, n_due_lost, n_done
from mart.completeness where {clinic} in ('', clinic) order by clinic, visit_no
"""


@page("/api/openapi.json", "api", SIGNED_IN)
def api(call: Call) -> Response:  # noqa: ARG001 - every page is a function of its call
    """Describe these routes (OpenAPI 3)."""
    return Response(OPENAPI.read_bytes(), media_type="application/json")


@page("/api/submissions", "api_submissions", SIGNED_IN)
def api_submissions(call: Call) -> Response:
    """List the clinic's files, newest first, each with its state and what became of its rows."""
    rows = [
        {
            **{name: row[name] for name in ("submission", "clinic", "file", "state")},
            "received_at": row["received_at"],
            "is_refused": bool(row["refused"]),
            **{name: row.get(name) for name in COUNTS},
        }
        for row in list_rows(call)
    ]
    return _answer({"submissions": rows})


@page("/api/submissions/{submission}", "api_receipt", SIGNED_IN)
def api_receipt(call: Call) -> Response:
    """Give the receipt of a file, as the outbox holds it."""
    return _answer(json.loads(read_sealed(folder_of(call) / "receipt.json")))


@page("/api/due", "api_due", SIGNED_IN)
def api_due(call: Call) -> Response:
    """List the visits of the page of who is due, with the measures to ask for."""
    asked = {name: call.request.query_params.get(name, "") for name in ("status", "visit")}
    with call.portal.database() as database:
        known = database.rows(DUE_SQL.format(soon=SOON_DAYS, clinic=literal(call.clinic)))
    rows = [row for row in known if all(text in ("", row[name]) for name, text in asked.items())]
    look(call, {str(row["patient_id"]) for row in rows})
    told = [{**{name: row[name] for name in VISIT}, "measures": list(row["measures_to_ask"] or [])} for row in rows]
    return _answer({"visits": told})


@page("/api/completeness", "api_completeness", SIGNED_IN)
def api_completeness(call: Call) -> Response:
    """Give the waterfall of each visit: enrolled = dead or withdrawn + not yet due + open + due."""
    return _answer({"visits": _completeness(call)})


def _completeness(call: Call) -> Rows:
    if not call.portal.home.current.exists():
        return []
    with call.portal.database() as database:
        return database.rows(COMPLETENESS_SQL.format(clinic=literal(call.clinic)))


def _answer(content: Mapping[str, Any]) -> Response:
    return Response(json.dumps(content, default=_written, ensure_ascii=False), media_type="application/json")


def _written(value: object) -> str:
    """Days and instants (UTC) as ISO 8601."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


ROUTES = (api, api_submissions, api_receipt, api_due, api_completeness)
