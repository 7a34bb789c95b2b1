"""Users on the coordinator's desk: invited, reset, disabled; a link once, a password never, every act in the log."""

import re
from collections.abc import Callable
from pathlib import Path

import pyotp
from starlette.applications import Starlette

from pipelines.accountability.chain import read_entries
from tests.portal.conftest import BASE, MONDAY, PASSWORD, Browser, Clock, browser_of, sign_in
from warehouse.layout import Home

LINK = re.compile(rf"{BASE}(/invitation/[\w-]+)")
NEW = {"name": "dora", "role": "clinic", "clinic": "NRD", "language": "nl"}


def told(home: Path) -> list[tuple[str, str, str]]:
    entries = [entry.said for entry in read_entries(Home(home)) if entry.said["act"] == "account"]
    return [(said["who"], said["user"], said["change"]) for said in entries]


def accept(app: Starlette, link: str) -> Browser:
    browser = browser_of(app)
    browser.get(link)
    browser.post(link, {"password": PASSWORD, "again": PASSWORD})
    return browser


def test_a_user_is_invited_reset_and_disabled_and_the_log_says_by_whom(
    app: Starlette, portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    chief = as_user("chief")
    chief.get("/desk/users")
    first = LINK.search(chief.post("/desk/users/invite", NEW).text)
    assert first is not None
    assert "/invitation/" not in chief.get("/desk/users").text
    dora = accept(app, first[1])
    assert "(dora)" in dora.get("/start").text
    second = LINK.search(chief.post("/desk/users/reset", {"name": "dora"}).text)
    assert second is not None
    assert dora.get("/start", follow_redirects=False).status_code == 303
    assert browser_of(app).get(first[1]).status_code == 404
    dora = accept(app, second[1])
    assert "dora can sign in no more" in chief.post("/desk/users/disable", {"name": "dora"}).text
    assert dora.get("/start", follow_redirects=False).status_code == 303
    assert sign_in(app, "dora").answer.status_code == 401
    changes = ["added", "password_set", "reset", "password_set", "disabled"]
    by = ["chief", "dora", "chief", "dora", "chief"]
    assert told(portal_home) == [(who, "dora", change) for who, change in zip(by, changes, strict=True)]
    assert "$argon2" not in chief.get("/desk/users").text


def test_who_cannot_be_invited_is_told_why_and_nothing_is_kept(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    chief = as_user("chief")
    chief.get("/desk/users")
    wrong = [{"name": "anna"}, {"name": "ANNA"}, {"name": ""}, {"name": "<b>x"}, {"role": "king"}]
    wrong += [{"clinic": ""}, {"clinic": "NOPE"}, {"language": "fr"}]
    answers = [chief.post("/desk/users/invite", {**NEW, **changed}) for changed in wrong]
    assert [answer.status_code for answer in answers] == [409] * 2 + [422] * 6
    assert all('role="alert"' in answer.text and "/invitation/" not in answer.text for answer in answers)
    assert told(portal_home) == []


def test_a_coordinator_has_no_clinic_and_cannot_lock_themselves_out(as_user: Callable[[str], Browser]) -> None:
    chief = as_user("chief")
    chief.get("/desk/users")
    assert LINK.search(chief.post("/desk/users/invite", {**NEW, "name": "eve", "role": "coordinator"}).text)
    for act in ("disable", "reset"):
        chief.get("/desk/users")
        assert chief.post(f"/desk/users/{act}", {"name": "chief"}).status_code == 404
        chief.get("/desk/users")
        assert chief.post(f"/desk/users/{act}", {"name": "nobody"}).status_code == 404


def test_what_users_change_of_their_own_stands_in_the_log(
    portal_home: Path, as_user: Callable[[str], Browser], clock: Clock
) -> None:
    anna = as_user("anna")
    totp = pyotp.TOTP(re.findall(r"Key: (\w+)", anna.get("/account").text)[0])
    anna.post("/account/codes", {"code": "000000"})
    anna.post("/account/codes", {"code": totp.at(MONDAY)})
    clock.move(minutes=5)
    anna.post("/account/codes", {"code": totp.at(clock())})
    anna.post("/account/language", {"language": "nl"})
    anna.post("/account/language", {"language": "xx"})
    changes = ["codes_on", "codes_off", "language"]
    assert told(portal_home) == [("anna", "anna", change) for change in changes]
