"""Uploading a file: check it at once, see what is wrong, mend a cell or say that it is so, hand it in."""

from collections.abc import Mapping
from pathlib import PureWindowsPath
from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipelines.accountability.log import record
from pipelines.intake.inbox import hand_in, waiting
from portal.call import WRITERS, Call, page
from portal.checking import STEPS, Checks, judge
from portal.drafts import Draft
from portal.mending import to_mend

PAGE_ROWS = 50
PATIENCE_SECONDS = 4.0  # a usual file is checked by then, and no page in between is needed


@page("/upload", "upload", WRITERS, ("GET", "POST"))
def upload(call: Call) -> Response:
    """Choose a file, or go on with one that was not handed in yet."""
    checks, clinic = _checks(call), _clinic(call)
    if call.request.method != "POST":
        return call.render("upload.html", clinic=clinic, drafts=checks.drafts.of_clinic(clinic), fault="")
    file = call.file("file")
    if file is None:
        drafts = checks.drafts.of_clinic(clinic)
        return call.render("upload.html", 422, clinic=clinic, drafts=drafts, fault=call.words("upload.no_file"))
    name = PureWindowsPath(file.filename or "").name
    draft = checks.drafts.keep(clinic, call.signed_in.name, name, file.file, call.portal.clock())
    return call.go("draft", draft=draft.id)


@page("/upload/{draft}", "draft", WRITERS)
def draft(call: Call) -> Response:
    """Show what was found in a file, or that it is being checked."""
    return _show(call, _draft(call))


@page("/upload/{draft}/mend", "mend", WRITERS, ("POST",))
def mend(call: Call) -> Response:
    """Put the user's texts into the rows and check again. Only cells that were asked about can be mended."""
    draft, checks = _draft(call), _checks(call)
    asks = (checks.drafts.read_checked(draft) or {}).get("asks", [])
    texts = {ask["place"]: ask["text"] for ask in asks if ask["place"]}
    sent = {place: call.form.get(f"cell-{place}", text) for place, text in texts.items()}
    mends = {place: text for place, text in sent.items() if isinstance(text, str) and text != texts[place]}
    rows = {ask["row_place"] for ask in asks if ask["severity"] == "warning"}
    yeses = {row for row in rows if f"yes-{row}" in call.form} | (set(draft.yeses) - rows)
    if mends or yeses != set(draft.yeses):
        draft = checks.drafts.change(draft, {**draft.mends, **mends}, tuple(sorted(yeses)))
    return call.go("draft", draft=draft.id)


@page("/upload/{draft}/file", "annotated", WRITERS)
def annotated(call: Call) -> Response:
    """The rows that need work, in the clinic's own file, to mend where it came from."""
    from schemas.dictionary import read_dictionary

    draft, checks = _draft(call), _checks(call)
    _, verdict = judge(call.portal, draft, checks.drafts)
    language = call.portal.settings.clinics[draft.clinic].language
    file = to_mend(verdict, read_dictionary(), language)
    if file is None:
        raise HTTPException(404)
    name, content = file
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type="application/octet-stream", headers=headers)


@page("/upload/{draft}/hand-in", "hand_in_draft", WRITERS, ("POST",))
def hand_in_draft(call: Call) -> Response:
    """Hand the file in, with what was mended: whole or not at all, as `hamreg submit` does."""
    draft, checks = _draft(call), _checks(call)
    found = checks.found(draft, call.words.language, PATIENCE_SECONDS)
    if found is None or found["receipt"]["refused"]:
        return call.go("draft", draft=draft.id)
    path = checks.drafts.path(draft)
    content: Any = path
    if draft.mends or draft.yeses:
        content = checks.drafts.mended_path(draft)
    home, now = call.portal.home, call.portal.clock()
    submission = hand_in(home, draft.clinic, draft.name, content, now)
    record(home, call.actor, "submit", now, clinic=draft.clinic, submission=submission)
    checks.drafts.remove(draft)
    call.say(call.words("upload.handed_in"))
    return call.go("start")


@page("/upload/{draft}/forget", "forget_draft", WRITERS, ("POST",))
def forget_draft(call: Call) -> Response:
    """Forget a file that is not to be handed in."""
    _checks(call).drafts.remove(_draft(call))
    return call.go("upload")


def _show(call: Call, draft: Draft) -> Response:
    found = _checks(call).found(draft, call.words.language, 0 if _is_poll(call) else PATIENCE_SECONDS)
    if found is None:
        return call.render("draft_waiting.html", draft=draft, step=_checks(call).step(draft), n_steps=STEPS)
    places = [ask["place"] for ask in found["asks"]]
    first = {place: places.index(place) + 1 for place in set(places)}  # two findings may speak of one cell
    marks = {ask["place"]: ask for ask in found["asks"] if ask["place"]}
    rows = {ask["row_place"] for ask in found["asks"] if not ask["place"]}
    shown: dict[str, Any] = {
        "tables": [_turned(call, table) for table in found["tables"]],
        "marks": marks,
        "marked_rows": rows,
        "n_waiting": sum(item.clinic == draft.clinic for item in waiting(call.portal.home)),
    }
    return call.render("draft.html", draft=draft, found=found, counts=_counts(found), first=first, **shown)


def _turned(call: Call, table: Mapping[str, Any]) -> Mapping[str, Any]:
    """One page of a table's rows: `rows<number>` in the address says which."""
    asked = call.request.query_params.get(f"rows{table['number']}", "1")
    n_pages = max(-(-len(table["rows"]) // PAGE_ROWS), 1)
    number = min(max(int(asked), 1), n_pages) if asked.isdigit() and len(asked) < 7 else 1
    start = (number - 1) * PAGE_ROWS
    return {**table, "rows": table["rows"][start : start + PAGE_ROWS], "page": number, "n_pages": n_pages}


def _counts(found: Mapping[str, Any]) -> Mapping[str, int]:
    sections = found["receipt"]["sections"]
    names = ("accepted", "rejected")
    counts = {name: sum(section["records"][name] for section in sections) for name in names}
    return {**counts, "set_aside": sum(section["cells_set_aside"] for section in sections)}


def _is_poll(call: Call) -> bool:
    return call.request.headers.get("hx-trigger") == "poll"


def _checks(call: Call) -> Checks:
    checks: Checks = call.request.app.state.checks
    return checks


def _clinic(call: Call) -> str:
    """The clinic that hands in; a coordinator names it."""
    clinic = call.clinic
    if not clinic:
        raise HTTPException(404)
    return clinic


def _draft(call: Call) -> Draft:
    found = _checks(call).drafts.find(str(call.request.path_params["draft"]), call.clinic)
    if found is None:
        raise HTTPException(404)
    return found


ROUTES = (upload, draft, mend, annotated, hand_in_draft, forget_draft)
