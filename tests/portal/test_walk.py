"""A walk through every route that names a thing: there for its own clinic, not there for another, by any method.

Every route that takes a thing from its address, and every POST, stands in the table or in a list of those that name
none; a new one fails here until it is told which.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from portal.app import routes_of
from portal.call import ANYBODY, COORDINATORS
from tests.portal.conftest import Browser
from tests.portal.test_pages import patient_of
from tests.portal.test_queries import forms
from tests.portal.test_upload import BAD, GOOD, table, upload

TO_HOLDERS = {"invitation"}  # whoever has the link, and nobody who has not
NAMES_NONE = {"sign_in", "sign_out", "set_language", "set_codes", "upload", "numbers", "counsel"}
OF_A_READER = {"sign_in", "sign_out", "set_language", "set_codes", "find_patient", "counsel"}  # of oneself, or a look
METHODS = ("GET", "HEAD", "POST")

Key = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """How a thing is asked for: what stands in the address and in the form, and what its own clinic is answered."""

    own: int
    places: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] = field(default_factory=dict)


@pytest.fixture
def things(app: Starlette, portal_home: Path, as_user: Callable[[str], Browser]) -> dict[Key, Asked]:
    """By route and method, one of BRG's things to ask for, in an order in which one leaves the next where it is."""
    anna = as_user("anna")
    draft, forgotten = ({"draft": upload(anna, table(GOOD, BAD)).split("/")[-1]} for _ in range(2))
    patient = {"patient": app.state.portal.links.hide(patient_of(portal_home, "BRG"))}
    sent = [path.name for path in (portal_home / "outbox" / "BRG").iterdir() if not path.name.startswith(".")]
    submission = {"submission": max(sent)}
    page = anna.get("/queries")
    yes, correct = ({"query": forms(page, f"/queries/{act}")[0]} for act in ("yes", "correct"))
    return {
        **looks("patient", patient),
        **looks("course", {**patient, "place": "1"}),
        **looks("card", patient),
        ("find_patient", "POST"): Asked(303, form={"number": patient_of(portal_home, "BRG")}),
        **looks("submission", submission),
        **looks("submission_file", {**submission, "file": "receipt.html"}),
        **looks("api_receipt", submission),
        **looks("draft", draft),
        **looks("annotated", draft),
        ("mend", "POST"): Asked(303, draft, {"cell-0-3-4": "71,5"}),
        ("hand_in_draft", "POST"): Asked(303, draft),
        ("forget_draft", "POST"): Asked(303, forgotten),
        ("confirm_query", "POST"): Asked(303, form=yes),
        ("take_back_answer", "POST"): Asked(303, form=yes),
        ("correct_query", "POST"): Asked(303, form={**correct, "value": "2024-08-01"}),
    }


def looks(name: str, places: Mapping[str, str]) -> dict[Key, Asked]:
    return {(name, method): Asked(200, places) for method in ("GET", "HEAD")}


def methods_of(app: Starlette) -> Iterator[tuple[Route, str]]:
    for route in routes_of(app):
        yield from ((route, method) for method in sorted(route.methods or ()))


def roles_of(route: Route) -> frozenset[str]:
    return route.who  # type: ignore[attr-defined, no-any-return] # set by portal.call.page


def send(browser: Browser, route: Route, method: str, asked: Asked) -> int:
    path = re.sub(r"{(\w+)(?::\w+)?}", lambda found: asked.places.get(found[1], "x"), route.path)
    data = {"csrf": browser.token, **asked.form} if method == "POST" else None
    return int(browser.client.request(method, path, data=data, follow_redirects=False).status_code)


def test_every_route_that_names_a_thing_is_walked(app: Starlette, things: dict[Key, Asked]) -> None:
    for route, method in methods_of(app):
        takes = set(re.findall(r"{(\w+)", route.path))
        if route.name in TO_HOLDERS | NAMES_NONE or roles_of(route) == COORDINATORS:
            assert not takes or route.name in TO_HOLDERS, f"{route.path} names a thing"
        elif takes or method not in ("GET", "HEAD"):
            assert (route.name, method) in things, f"no thing is given to ask {method} {route.path} for"
            assert set(things[route.name, method].places) == takes, route.path
    assert set(things) <= {(route.name, method) for route, method in methods_of(app)}


def test_anothers_things_are_not_there_and_its_own_are(
    app: Starlette, as_user: Callable[[str], Browser], things: dict[Key, Asked]
) -> None:
    routes = {route.name: route for route in routes_of(app)}
    anna, bob = as_user("anna"), as_user("bob")
    for (name, method), asked in things.items():
        bob.get("/account"), anna.get("/account")  # for the token
        assert send(bob, routes[name], method, asked) == 404, (method, name)
        assert send(anna, routes[name], method, asked) == asked.own, (method, name)


def test_the_desk_is_the_coordinators_alone(app: Starlette, as_user: Callable[[str], Browser]) -> None:
    desk = [route for route in routes_of(app) if re.match("/desk|/clinic/choose", route.path)]
    assert {route.name for route in desk} == {r.name for r in routes_of(app) if roles_of(r) == COORDINATORS}
    browsers = [as_user("anna"), as_user("reader")]
    for browser in browsers:
        browser.get("/account")
        for route in desk:
            assert {send(browser, route, method, Asked(0)) for method in route.methods or ()} == {404}, route.path


def test_a_reader_sends_nothing_but_what_is_its_own_or_a_look(
    app: Starlette, as_user: Callable[[str], Browser], things: dict[Key, Asked]
) -> None:
    reader = as_user("reader")
    reader.get("/account")
    for route, method in methods_of(app):
        if method not in ("GET", "HEAD") and route.name not in OF_A_READER | TO_HOLDERS:
            assert send(reader, route, method, things.get((route.name, method), Asked(0))) == 404, route.path


def test_a_route_answers_its_own_methods_alone(app: Starlette, as_user: Callable[[str], Browser]) -> None:
    anna = as_user("anna")
    for route in routes_of(app):
        assert set(route.methods or ()) <= set(METHODS), route.path
        for method in {*METHODS, "PUT", "PATCH", "DELETE", "OPTIONS"} - set(route.methods or ()):
            of_others = any(
                other.path_regex.match(route.path) and method in (other.methods or ()) for other in routes_of(app)
            )
            assert send(anna, route, method, Asked(0)) == (404 if of_others else 405), (method, route.path)
    assert [route.path for route in routes_of(app) if roles_of(route) == ANYBODY] == [
        "/sign-in",
        "/invitation/{token}",
        "/",
    ]
