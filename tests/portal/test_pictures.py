"""A patient's page draws nothing: its pictures are asked for by themselves, drawn once, seen by its clinic alone."""

import html
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import pytest
from starlette.applications import Starlette

from pipelines.accountability.chain import read_entries
from pipelines.accountability.log import Actor
from pipelines.intake.inbox import hand_in
from pipelines.run import run
from pipelines.settings import read_settings
from portal.pictures import COMES_WITHIN, Pictures
from tests.portal.conftest import Browser, Clock
from tests.portal.test_pages import ask, patient_of
from warehouse.layout import Home

SVG = "{http://www.w3.org/2000/svg}"
IMAGE = re.compile(r'<img class="picture" src="([^"]+)" alt="([^"]+)">')


@pytest.fixture
def page(app: Starlette, portal_home: Path) -> str:
    """Where a patient of BRG with a course has the page."""
    return f"/patients/{app.state.portal.links.hide(patient_of(portal_home, 'BRG'))}"


def looks(home: Path) -> list[str]:
    return [str(entry.said["command"]) for entry in read_entries(Home(home)) if entry.said["act"] == "look"]


def image_of(browser: Browser, page: str) -> tuple[str, str]:
    """Address and alternative text of the page's first picture."""
    found = IMAGE.search(browser.get(page).text)
    assert found is not None
    return found[1], html.unescape(found[2])


def test_the_page_draws_nothing_and_its_picture_tells_what_the_page_says_of_it(
    app: Starlette, as_user: Callable[[str], Browser], page: str
) -> None:
    browser = as_user("anna")
    address, alternative = image_of(browser, page)
    assert "<svg" not in browser.answer.text
    assert app.state.pictures.n_drawn == 0
    answer = browser.get(address)
    assert app.state.pictures.n_drawn == 1
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "no-store"
    assert "set-cookie" not in answer.headers
    drawn = ElementTree.fromstring(answer.content)  # noqa: S314 (our own)
    title, description = (drawn.findtext(f"{SVG}{name}") for name in ("title", "desc"))
    assert alternative == f"{title}. {description}"
    assert len(drawn.findall(f".//{SVG}path")) > 1


def test_a_picture_is_drawn_once_for_all_who_may_see_it_and_in_each_language(
    app: Starlette, as_user: Callable[[str], Browser], page: str
) -> None:
    anna, reader = as_user("anna"), as_user("reader")
    first = anna.get(image_of(anna, page)[0])
    assert anna.get(image_of(anna, page)[0]).text == reader.get(image_of(reader, page)[0]).text == first.text
    assert app.state.pictures.n_drawn == 1
    anna.get("/account")
    anna.post("/account/language", {"language": "nl"})
    assert anna.get(image_of(anna, page)[0]).text != first.text
    assert app.state.pictures.n_drawn == 2


def test_a_new_snapshot_is_drawn_anew(
    app: Starlette, portal_home: Path, as_user: Callable[[str], Browser], page: str
) -> None:
    browser, number = as_user("anna"), patient_of(portal_home, "BRG")
    address, told = image_of(browser, page)
    before = browser.get(address).text
    ((side, day),) = ask(
        portal_home, f"select any_value(side), min(assessed_on) + 1 from mart.trajectory where patient_id = '{number}'"
    )
    event = f"patient_id,side,event_no,event_kind,occurred_on\n{number},{side},7,recurrence,{day}\n"
    home = Home(portal_home)
    hand_in(home, "BRG", "event.csv", event.encode(), datetime.now(UTC))
    run(home, read_settings(home.settings_path), lambda: datetime.now(UTC), actor=Actor("chief", "chief"))
    assert image_of(browser, page)[1] != told
    assert browser.get(address).text != before
    assert app.state.pictures.n_drawn == 2


@pytest.mark.parametrize("place", ["0", "2", "-1", "x", "1e0"])
def test_another_clinic_and_another_place_have_no_picture(
    app: Starlette, as_user: Callable[[str], Browser], page: str, place: str
) -> None:
    anna, bob = as_user("anna"), as_user("bob")
    assert anna.get(image_of(anna, page)[0]).status_code == 200  # and now it is kept
    assert bob.get(f"{page}/course/1").status_code == 404
    assert anna.get(f"{page}/course/{place}").status_code == 404
    assert app.state.pictures.n_drawn == 1


def test_a_page_with_its_picture_is_one_look_and_a_picture_by_itself_is_one_too(
    portal_home: Path, as_user: Callable[[str], Browser], page: str, clock: Clock
) -> None:
    browser, n_before = as_user("anna"), len(looks(portal_home))
    address, _ = image_of(browser, page)
    browser.get(address)
    assert looks(portal_home)[n_before:] == ["patient"]
    browser.get(address)
    assert looks(portal_home)[n_before:] == ["patient", "course"]
    as_user("reader").get(address)
    assert looks(portal_home)[n_before:] == ["patient", "course", "course"]
    browser.get(page)
    clock.move(seconds=COMES_WITHIN.total_seconds() + 1)
    browser.get(address)
    assert looks(portal_home)[n_before + 3 :] == ["patient", "course"]


def test_the_pictures_that_were_asked_for_last_are_kept_and_no_more() -> None:
    pictures = Pictures(Clock(), most=2)
    for what in ("a", "b", "a", "c", "a", "b"):
        assert pictures.get(what, lambda what=what: f"<svg>{what}</svg>") == f"<svg>{what}</svg>"  # type: ignore[misc]
    assert pictures.n_drawn == 4


def test_who_asks_at_once_waits_for_one_drawing() -> None:
    pictures, begun, may_end = Pictures(Clock()), threading.Event(), threading.Event()
    answers: list[str] = []

    def draw() -> str:
        begun.set()
        assert may_end.wait(10)
        return "<svg/>"

    threads = [threading.Thread(target=lambda: answers.append(pictures.get("a", draw))) for _ in range(4)]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert answers == ["<svg/>"] * 4
    assert pictures.n_drawn == 1


def test_a_drawing_that_fails_is_not_kept() -> None:
    pictures = Pictures(Clock())

    def fail() -> str:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        pictures.get("a", fail)
    assert pictures.get("a", lambda: "<svg/>") == "<svg/>"
