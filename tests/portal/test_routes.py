"""Every route at once: who may come in, what each answer's headers say, what a stranger learns."""

import re

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from pipelines.users.store import ROLES
from portal.app import routes_of
from portal.call import ANYBODY, DATA
from portal.pages import MENU, ROUTES
from tests.portal.conftest import USERS, browser_of, sign_in

OPEN = {"root", "sign_in", "invitation"}


def address(route: Route) -> str:
    return re.sub(r"{[^}]*}", "no-such-thing", route.path)


def roles_of(route: Route) -> frozenset[str]:
    return route.who  # type: ignore[attr-defined, no-any-return] # set by portal.call.page


def test_every_page_says_who_may_see_it_and_few_are_open(app: Starlette) -> None:
    assert {route.name for route in routes_of(app) if roles_of(route) == ANYBODY} == OPEN
    assert {role for route in routes_of(app) for role in roles_of(route)} == set(ROLES)


def test_the_menu_names_pages_that_exist_for_those_who_see_them() -> None:
    pages = {route.name: roles_of(route) for route in ROUTES}
    assert all(who <= pages[name] for name, _, who in MENU)


def test_a_stranger_is_led_to_the_sign_in_and_no_further(app: Starlette) -> None:
    for route in routes_of(app):
        if route.name not in OPEN:
            browser = browser_of(app)
            browser.get("/sign-in")
            expected = {"GET": (401,) if route.path.startswith(DATA) else (303,), "POST": (404,)}
            for method in set(route.methods or ()) & set(expected):
                call = browser.get if method == "GET" else browser.post
                answer = call(address(route), follow_redirects=False)
                assert answer.status_code in expected[method], route.path


@pytest.mark.parametrize("name", [name for name, _, _ in USERS])
def test_a_page_that_is_not_for_the_role_is_not_there(app: Starlette, name: str) -> None:
    role = next(role for user, role, _ in USERS if user == name)
    browser = sign_in(app, name)
    for route in routes_of(app):
        if roles_of(route) != ANYBODY and role not in roles_of(route):
            call = browser.get if "GET" in (route.methods or ()) else browser.post
            assert call(address(route)).status_code == 404, route.path


def test_every_answer_carries_the_headers(app: Starlette) -> None:
    browser = sign_in(app, "chief")
    for path in ("/sign-in", "/start", "/no-such-page", "/static/portal.css"):
        headers = browser.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == ("public, max-age=3600" if path.startswith("/static") else "no-store")


def test_a_fault_of_ours_shows_and_logs_nothing_of_it(
    app: Starlette, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("BRG-0004M 57.4")

    browser = sign_in(app, "anna")
    monkeypatch.setattr("portal.pages.start.read_morning", fail)
    answer = browser.get("/start")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "page start failed: ValueError at test_routes.py" in caplog.text
    assert "BRG-0004M" not in answer.text + caplog.text
