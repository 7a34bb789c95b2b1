"""What became of the files a clinic handed in: their state, the receipt, what they corrected."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.intake.inbox import waiting
from pipelines.reports.source import Rows
from portal.answer_words import answer_words
from portal.call import SIGNED_IN, Call, page
from portal.drafts import Draft, Drafts
from portal.headers import REPORT_POLICY
from warehouse.connection import literal
from warehouse.layout import Home
from warehouse.sealed import read_sealed

SHOWN = 200
NOTHING = dict.fromkeys(("received_at", "refused", "is_resend", "undone_at"))  # not known before a snapshot has it
FILES = {"receipt.html": "text/html; charset=utf-8"}


@page("/submissions", "submissions", SIGNED_IN)
def submissions(call: Call) -> Response:
    """List the files: checked and not handed in; received, waiting for a run; loaded; in a snapshot, its rows count."""
    rows = list_rows(call)
    drafts = _drafts(call, call.clinic) if call.signed_in.may_write else []
    return call.render("submissions.html", drafts=drafts, rows=rows[:SHOWN], n_more=len(rows) - SHOWN)


def list_rows(call: Call) -> list[Mapping[str, Any]]:
    """The files that the user may see, newest first; `state` is received, loaded or in_snapshot."""
    clinic = call.clinic
    known = {row["submission"]: row for row in _known(call, clinic)}
    rows = [*_received(call.portal.home, clinic), *_loaded(call, clinic, known)]
    rows += [{**row, "state": "in_snapshot"} for row in known.values()]
    return sorted(rows, key=lambda row: str(row["submission"]), reverse=True)


@page("/submissions/{submission}", "submission", SIGNED_IN)
def submission(call: Call) -> Response:
    """Show one file: how its records add up, what was found, which values it corrected and what they were before."""
    folder = folder_of(call)
    receipt = json.loads(read_sealed(folder / "receipt.json"))
    findings = [finding for section in receipt["sections"] for finding in section["findings"]]
    files = sorted(path.name for path in folder.iterdir() if path.name.startswith("to-mend"))
    shown = {"receipt": receipt, "findings": findings[:SHOWN], "n_more": len(findings) - SHOWN, "files": files}
    return call.render("submission.html", changes=_changes(call, folder.name), **shown)


@page("/submissions/{submission}/{file}", "submission_file", SIGNED_IN)
def submission_file(call: Call) -> Response:
    """Give one of the files of a receipt: the page to print, or the rows to mend."""
    folder, name = folder_of(call), str(call.request.path_params["file"])
    allowed = [path for path in folder.iterdir() if path.name == name and (name in FILES or name.startswith("to-mend"))]
    if not allowed:
        raise HTTPException(404)
    if name in FILES:
        headers = {"content-security-policy": REPORT_POLICY}
        return Response(read_sealed(allowed[0]), media_type=FILES[name], headers=headers)
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(read_sealed(allowed[0]), media_type="application/octet-stream", headers=headers)


def _received(home: Home, clinic: str) -> Iterator[Mapping[str, Any]]:
    for item in waiting(home):
        if clinic in ("", item.clinic):
            place = {"submission": item.submission, "clinic": item.clinic, "file": item.file}
            yield {**NOTHING, **place, "received_at": item.received_at, "state": "received", "has_receipt": False}


def _drafts(call: Call, clinic: str) -> Sequence[tuple[Draft, str]]:
    """The files that were uploaded and not handed in, each with whether it is checked."""
    drafts: Drafts = call.request.app.state.checks.drafts
    own = drafts.of_clinic(clinic) if clinic else []
    return [(draft, "checked" if drafts.read_checked(draft) else "being_checked") for draft in own]


def _loaded(call: Call, clinic: str, known: Mapping[str, object]) -> Iterator[Mapping[str, Any]]:
    """Files with a receipt that no snapshot has yet: a run is under way, or deriving failed."""
    for path in sorted(call.portal.home.outbox_folder.glob("*/*/receipt.json"), reverse=True)[:SHOWN]:
        name, owner = path.parent.name, path.parents[1].name
        if name not in known and clinic in ("", owner):
            receipt = json.loads(read_sealed(path))
            place = {"submission": name, "clinic": owner, "file": receipt["file"], "refused": receipt["refused"]}
            yield {**NOTHING, **place, "state": "loaded", "has_receipt": True}


def _known(call: Call, clinic: str) -> Rows:
    condition = f"clinic = {literal(clinic)}" if clinic else "true"
    if not call.portal.home.current.exists():
        return []
    with call.portal.database() as database:
        rows = database.rows(
            "select submission, clinic, file, received_at, refused, is_resend, undone_at, n_accepted, n_corrected, "  # noqa: S608
            f"n_held, n_already_known, n_rejected from ops.submission where {condition} "
            f"order by received_at desc limit {SHOWN}"
        )
    return [{**row, "has_receipt": True} for row in rows]


def _changes(call: Call, submission: str) -> Sequence[Mapping[str, Any]]:
    if not call.portal.home.current.exists():
        return []
    with call.portal.database() as database:
        rows = database.rows(
            "select line, form, field, value_before, value_after, is_return from ops.change "  # noqa: S608
            f"where submission = {literal(submission)} order by section, line, field limit {SHOWN}"
        )
    return [_worded(row, call.words.language) for row in rows]


def _worded(row: Mapping[str, Any], language: str) -> Mapping[str, Any]:
    """A change with its field and both values in the user's words."""
    from schemas.dictionary import read_dictionary

    dictionary = read_dictionary()
    field = dictionary.forms[row["form"]].field(row["field"])
    before, after = (answer_words(row[name], field, dictionary, language) for name in ("value_before", "value_after"))
    return {**row, "label": field.label[language], "before": before, "after": after}


def folder_of(call: Call) -> Path:
    """The outbox folder of a submission of the clinic; 404 for another's, as for none."""
    name, clinic = str(call.request.path_params["submission"]), call.clinic
    for path in call.portal.home.outbox_folder.glob("*/*/receipt.json"):
        if path.parent.name == name and clinic in ("", path.parents[1].name):
            return path.parent
    raise HTTPException(404)


ROUTES = (submissions, submission, submission_file)
