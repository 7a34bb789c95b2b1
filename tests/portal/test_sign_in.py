"""Who gets in: password, invitation, one-time code, lock-out, sessions that end, tokens of forms."""

from collections.abc import Callable
from pathlib import Path

import pyotp
import pytest
from starlette.applications import Starlette

from pipelines.users.store import Users
from tests.portal.conftest import MONDAY, PASSWORD, Browser, Clock, browser_of, sign_in
from warehouse.layout import Home


def is_in(browser: Browser) -> bool:
    return browser.get("/start", follow_redirects=False).status_code == 200


def test_the_right_password_leads_to_the_first_page(app: Starlette) -> None:
    browser = sign_in(app, "anna")
    assert browser.answer.status_code == 200
    assert "BRG" in browser.answer.text
    assert "NRD" not in browser.answer.text


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", "")])
def test_whatever_is_wrong_is_told_in_the_same_words(app: Starlette, name: str, password: str) -> None:
    browser = sign_in(app, name, password)
    assert browser.answer.status_code == 401
    assert "Name, password or code is not right" in browser.answer.text
    assert not is_in(browser)


def test_five_wrong_passwords_lock_the_user_for_a_quarter_of_an_hour(app: Starlette, clock: Clock) -> None:
    for _ in range(5):
        sign_in(app, "anna", "wrong")
    assert not is_in(sign_in(app, "anna"))
    clock.move(minutes=16)
    assert is_in(sign_in(app, "anna"))


def test_one_address_may_not_try_for_ever(app: Starlette) -> None:
    answers = [sign_in(app, f"user{number}", "wrong").answer.status_code for number in range(21)]
    assert answers == [401] * 20 + [429]


def test_an_invitation_works_once_and_ends(app: Starlette, portal_home: Path, clock: Clock) -> None:
    users = Users(Home(portal_home))
    token = users.add("new", "clinic", "BRG", "nl", clock())
    browser = browser_of(app)
    assert "Welkom, new" in browser.get(f"/invitation/{token}", headers={"accept-language": "nl"}).text
    assert browser.post(f"/invitation/{token}", {"password": "short", "again": "short"}).status_code == 422
    assert browser.post(f"/invitation/{token}", {"password": PASSWORD, "again": "other"}).status_code == 422
    browser.post(f"/invitation/{token}", {"password": PASSWORD, "again": PASSWORD})
    assert is_in(browser)
    assert browser_of(app).get(f"/invitation/{token}").status_code == 404
    late = users.add("late", "clinic", "BRG", "nl", clock())
    clock.move(days=8)
    assert browser_of(app).get(f"/invitation/{late}").status_code == 404


def test_a_one_time_code_is_asked_for_once_it_is_set_up_and_counts_once(app: Starlette, clock: Clock) -> None:
    browser = sign_in(app, "anna")
    page = browser.get("/account").text
    totp = pyotp.TOTP(page.split("Key: ")[1].split("<")[0].split('"')[0])
    assert browser.post("/account/codes", {"code": "000000"}).status_code == 422
    browser.post("/account/codes", {"code": totp.at(MONDAY)})
    assert "asks for a one-time code" in browser.answer.text
    clock.move(minutes=5)
    code = totp.at(clock())
    assert not is_in(sign_in(app, "anna"))
    assert is_in(sign_in(app, "anna", code=code))
    assert not is_in(sign_in(app, "anna", code=code))


@pytest.mark.parametrize("end", ["disable", "reset", "end_sessions"])
def test_a_session_ends_with_the_users_right_to_it(app: Starlette, portal_home: Path, end: str) -> None:
    browser = sign_in(app, "anna")
    assert is_in(browser)
    users = Users(Home(portal_home))
    users.reset("anna", MONDAY) if end == "reset" else getattr(users, end)("anna")
    assert not is_in(browser)
    assert is_in(sign_in(app, "anna")) == (end == "end_sessions")


def test_a_copied_cookie_is_worth_nothing_after_signing_out(app: Starlette) -> None:
    browser, thief = sign_in(app, "anna"), browser_of(app)
    thief.client.cookies = browser.client.cookies
    assert is_in(thief)
    browser.post("/sign-out")
    assert not is_in(thief)


def test_an_idle_session_ends(app: Starlette, clock: Clock) -> None:
    browser = sign_in(app, "anna")
    for _ in range(3):
        clock.move(minutes=50)
        assert is_in(browser)
    clock.move(minutes=61)
    assert not is_in(browser)


def test_a_form_without_the_sessions_token_changes_nothing(
    app: Starlette, portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser, other = as_user("anna"), sign_in(app, "bob")
    for token in ("", "x", other.token):
        assert browser.client.post("/account/language", data={"csrf": token, "language": "de"}).status_code == 403
    user = Users(Home(portal_home)).find("anna")
    assert user is not None
    assert user.language == "en"


def test_the_cookie_is_of_no_use_to_scripts_and_other_sites(app: Starlette) -> None:
    cookie = browser_of(app).get("/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_a_changed_cookie_is_no_cookie(app: Starlette) -> None:
    browser = sign_in(app, "anna")
    value = browser.client.cookies["hamreg"]
    browser.client.cookies.clear()
    browser.client.cookies.set("hamreg", ("A" if value[0] != "A" else "B") + value[1:])
    assert not is_in(browser)
