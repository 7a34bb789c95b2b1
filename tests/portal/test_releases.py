"""Releases on the desk: the gate's verdict, a yes with a name and a reason, and a run that cuts what was asked for."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette

from pipelines.accountability.chain import read_entries
from pipelines.release.publication import cut_release, find_before, list_releases
from pipelines.release.requests import CUT, OVERTAKEN, REFUSED, cut_requested, read_requests
from pipelines.release.verdict import DRIFT, ERROR, FAIL, PASS, CheckResult, Subject, Verdict
from tests.portal.conftest import MONDAY, Browser, Clock
from warehouse import keys
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.sealed import MARK

DRIFTED = CheckResult("shares", DRIFT, "No share moved", FAIL, (Subject("NRD", 9, 30, 3, 30, 0.2, FAIL),))
HELD = CheckResult("filled", "error", "There are injuries", PASS, (Subject("registry", 9, 9, value=9, result=PASS),))
BROKEN = CheckResult("filled", "error", "There are injuries", ERROR, ())


def verdict(*checks: CheckResult) -> Callable[..., Verdict]:
    """A gate that says this of whatever it is asked."""

    def judge(_: Path, before: tuple[str, Path] | None, page: Path | None = None) -> Verdict:
        if page is not None:
            page.parent.mkdir(parents=True)
            page.write_text("nothing", encoding="utf-8")
        return Verdict(before[0] if before else None, checks)

    return judge


def answer(home: Home, *checks: CheckResult) -> None:
    """Leave what the gate said of the snapshot that stands."""
    before = find_before(home)
    told = {"snapshot": home.current.resolve().name, "before": before[0] if before else None}
    said = {**told, "asked_at": MONDAY.isoformat(), "verdict": Verdict(told["before"], checks).as_json()}
    (home.path / "portal" / "gate.json").write_text(json.dumps(said), encoding="utf-8")


def ask(chief: Browser, home: Home, **fields: str) -> Browser:
    chief.get("/desk/releases")
    chief.post("/desk/releases/ask", {"snapshot": home.current.resolve().name, **fields})
    return chief


def drain(home: Home, judge: Callable[..., Verdict] | None = None) -> list[str]:
    with lock(home, "run"):
        return [request.state for request in cut_requested(home, MONDAY, judge)]


YES = {"yes-shares": "1", "reason-shares": "A new ward opened"}


def test_a_warning_is_passed_by_a_yes_with_a_reason_and_the_release_keeps_both(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    home, chief = Home(portal_home), as_user("chief")
    answer(home, HELD, DRIFTED)
    page = chief.get("/desk/releases").text
    assert "NRD: 9/30 (3/30)" in page
    for fields in ({}, {"yes-shares": "1"}, {"reason-shares": "x"}, {"yes-shares": "1", "reason-shares": " "}):
        assert ask(chief, home, **fields).answer.status_code == 422
    assert read_requests(home) == []
    assert "The next run cuts it" in ask(chief, home, **YES).answer.text
    assert ask(chief, home, **YES).answer.status_code == 409
    assert drain(home, verdict(HELD, DRIFTED)) == [CUT]
    assert drain(home, verdict(HELD, DRIFTED)) == []
    (release,) = list_releases(home)
    (yes,) = release.accepted
    assert (yes.check, yes.actor, yes.reason) == ("shares", "chief", "A new ward opened")
    said = [entry.said for entry in read_entries(home) if entry.said["act"] in ("request", "release")]
    assert [(each["act"], each["who"], each["accepted"]) for each in said] == [
        ("request", "chief", ["shares"]),
        ("release", "chief", ["shares"]),
    ]
    assert "A new ward opened" not in str(said)
    page = chief.get("/desk/releases").text
    assert release.id in page
    assert "A new ward opened" in page
    assert "older snapshot or release: ask again" in page


def test_what_no_yes_can_pass_cannot_be_asked_for(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    home, chief = Home(portal_home), as_user("chief")
    answer(home, BROKEN, DRIFTED)
    assert "No release can be cut from this snapshot" in chief.get("/desk/releases").text
    assert ask(chief, home, **YES).answer.status_code == 409
    assert read_requests(home) == []


def test_a_yes_counts_for_what_was_seen_alone(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    home, chief = Home(portal_home), as_user("chief")
    answer(home, DRIFTED)
    assert ask(chief, home, snapshot="another", **YES).answer.status_code == 409
    ask(chief, home, **YES)
    clock.move(minutes=1)
    cut_release(home, clock)  # somebody else was quicker
    assert drain(home, verdict(DRIFTED)) == [OVERTAKEN]
    assert ask(chief, home, **YES).answer.status_code == 409
    answer(home, DRIFTED)
    clock.move(minutes=1)
    ask(chief, home, **YES)
    other = CheckResult("means", DRIFT, "No mean moved", FAIL, (Subject("BRG", 1, 1, result=FAIL),))
    assert drain(home, verdict(DRIFTED, other)) == [REFUSED]
    assert len(list_releases(home)) == 1
    page = chief.get("/desk/releases").text
    assert "refused by the gate" in page
    assert "another snapshot or release stood by then" in page


def test_a_request_is_taken_back_until_it_is_answered(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    home, chief = Home(portal_home), as_user("chief")
    answer(home, HELD)
    ask(chief, home)
    (request,) = read_requests(home)
    home.erasure.touch()  # what stands may hold a patient who is being erased
    assert drain(home, verdict(HELD)) == []
    home.erasure.unlink()
    chief.post("/desk/releases/take-back", {"request": request.id})
    assert read_requests(home) == []
    assert drain(home, verdict(HELD)) == []
    chief.get("/desk/releases")
    assert chief.post("/desk/releases/take-back", {"request": "../key"}).status_code == 404


def test_a_request_lies_sealed_under_a_key(portal_home: Path, as_user: Callable[[str], Browser]) -> None:
    home, chief, before = Home(portal_home), as_user("chief"), keys.known()
    answer(home, DRIFTED)
    keys.use([keys.Key(bytes(range(32)))])
    try:
        ask(chief, home, **YES)
        (path,) = home.release_requests.iterdir()
        assert path.read_bytes().startswith(MARK)
        assert read_requests(home)[0].accepted[0].reason == "A new ward opened"
    finally:
        keys.use(before)


def test_the_real_gate_is_asked_from_the_page_and_a_run_cuts_what_it_lets_pass(
    app: Starlette, portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    home, chief = Home(portal_home), as_user("chief")
    chief.get("/desk/releases")
    chief.post("/desk/releases/gate")
    until = time.monotonic() + 120
    while app.state.gate.is_running and time.monotonic() < until:
        time.sleep(0.2)
    assert not app.state.gate.has_failed
    answered = app.state.gate.newest().verdict
    page = chief.get("/desk/releases").text
    assert all(check.check in page for check in answered.checks)
    warnings = [check.check for check in answered.checks if check.is_warning]
    yeses = {f"yes-{name}": "1" for name in warnings} | {f"reason-{name}": "so it is" for name in warnings}
    assert "The next run cuts it" in ask(chief, home, **yeses).answer.text
    assert drain(home) == [CUT]
    (release,) = list_releases(home)
    verdict = release.read_verdict()
    assert verdict is not None
    assert [check.check for check in verdict.checks] == [check.check for check in answered.checks]
