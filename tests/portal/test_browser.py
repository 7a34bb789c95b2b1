"""The ten-minute story in a real browser: a bad file, a mended cell, a receipt; other eyes, keys alone, a phone.

Screenshots lie in `artefacts/portal`, to be looked at.
"""

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from pipelines.accountability.log import Actor
from pipelines.run import run
from pipelines.settings import read_settings
from portal.app import create_app
from tests.portal.conftest import PASSWORD
from tests.portal.test_pages import patient_of
from tests.portal.test_upload import BAD, GOOD, table
from warehouse.layout import Home

CHROMIUM = Path("/usr/bin/chromium")
ARTEFACTS = Path(__file__).parents[2] / "artefacts" / "portal"
OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PHONE = {"width": 390, "height": 844}
PRINTED_WIDTH = 688  # pixels of CSS between the margins of A4, as the style sheet has them
FIRST_PAGE_BYTES = 100_000

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium on this machine")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def address(portal_home: Path) -> Iterator[str]:
    """The portal on a port of its own, as `hamreg serve` runs it."""
    config = uvicorn.Config(create_app(Home(portal_home), lambda: datetime.now(UTC)), port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(chromium: Browser, address: str) -> Iterator[Page]:
    """A page that may ask this address for something, and nobody else."""
    context = chromium.new_context(base_url=address, locale="en-GB", accept_downloads=True)
    context.set_default_timeout(20_000)
    asked: list[str] = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def sign_in(page: Page, name: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Name").fill(name)
    page.locator("#password").fill(PASSWORD)
    page.locator("form button").first.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)


def keep(page: Page, name: str) -> None:
    """A screenshot, and no serious fault that axe-core would name."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
    found: list[dict[str, Any]] = Axe().run(page).response["violations"]
    serious = [
        (each["id"], each["nodes"][0]["html"][:200]) for each in found if each["impact"] in ("serious", "critical")
    ]
    assert serious == [], name


def take_in(home: Path) -> None:
    """The run that loads what was handed in."""
    run(Home(home), read_settings(home / "registry.toml"), lambda: datetime.now(UTC), actor=Actor("c", "c"))


def test_from_a_bad_file_to_a_receipt(page: Page, portal_home: Path) -> None:
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(int(response.headers.get("content-length", 0))))
    page.goto("/sign-in")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < FIRST_PAGE_BYTES
    keep(page, "1-sign-in")
    sign_in(page, "anna")
    keep(page, "2-start")
    page.goto("/upload")
    page.locator("#file").set_input_files({"name": "june.csv", "mimeType": "text/csv", "buffer": table(GOOD, BAD)})
    page.locator("main form button").click()
    cell = page.locator("input[aria-invalid=true]")
    expect(cell).to_have_value("715")
    keep(page, "3-what-is-wrong")
    cell.fill("71,5")
    page.get_by_role("button", name="Check again").click()
    expect(page.get_by_role("status")).to_contain_text("Nothing needs your attention")
    keep(page, "4-mended")
    page.get_by_role("button", name="Hand in", exact=True).click()
    expect(page.locator("main")).to_contain_text("Handed in")
    take_in(portal_home)
    page.goto("/submissions")
    keep(page, "5-submissions")
    page.get_by_role("link", name="june.csv").first.click()
    expect(page.locator("main")).to_contain_text("june.csv")
    keep(page, "6-receipt")


def test_the_pages_of_patients_fit_a_phone_and_are_not_the_other_clinics(page: Page, portal_home: Path) -> None:
    number = patient_of(portal_home, "BRG")
    sign_in(page, "anna")
    page.set_viewport_size(PHONE)
    for path, name in (
        ("/", "start"),
        ("/due", "due"),
        ("/queries", "queries"),
        ("/our-clinic", "clinic"),
        ("/our-clinic/report", "report"),
        ("/patients", "patients"),
        ("/counsel", "counsel"),
    ):
        page.goto(path)
        keep(page, f"phone-{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
    page.goto("/patients")
    page.locator("#number").fill(number)
    page.locator("#number").press("Enter")
    expect(page.locator("h1")).to_have_text(number)
    picture = page.locator("img.picture").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > PHONE["width"]
    keep(page, "phone-patient")
    page.emulate_media(media="print")
    expect(picture).to_be_visible()
    page.emulate_media(media="screen")
    theirs = page.url
    page.context.clear_cookies()
    sign_in(page, "bob")
    answer = page.goto(theirs)
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("body")).not_to_contain_text(number)


def tab_to(page: Page, selector: str) -> None:
    """Go on by the tabulator until the element has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    pytest.fail(f"no key leads to {selector}")


def test_keys_alone_lead_from_the_sign_in_to_the_receipt(page: Page, portal_home: Path) -> None:
    page.goto("/sign-in")
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    tab_to(page, "[href='/upload']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/upload")
    tab_to(page, "#file")
    with page.expect_file_chooser(timeout=5_000) as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files({"name": "keys.csv", "mimeType": "text/csv", "buffer": table(GOOD, BAD)})
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 cell would be left out")
    tab_to(page, "[name^='cell-'][aria-invalid]")
    page.keyboard.press("Control+A")
    page.keyboard.type("71,5")
    tab_to(page, "form[action$='/mend'] button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Nothing needs your attention")
    tab_to(page, "form[action$='/hand-in'] button")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Handed in")
    take_in(portal_home)
    tab_to(page, "[href='/submissions']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/submissions")
    receipt = page.get_by_role("link", name="keys.csv").first.get_attribute("href")
    tab_to(page, f"[href='{receipt}']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("keys.csv")


def is_printed_whole(page: Page, path: str) -> None:
    """Without the menu and what is there to be pressed, and with nothing that goes on beyond the paper."""
    page.goto(path)
    expect(page.locator("header.top")).to_be_hidden()
    assert page.locator("button:not(.plain):visible").count() == 0, path
    cut = page.evaluate("[...document.querySelectorAll('html, .wide')].filter(e => e.scrollWidth > e.clientWidth)")
    assert cut == [], path
    keep(page, f"print-{path.split('/')[1]}-{len(path.split('/'))}")


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="nothing here reads a PDF's text")
def test_a_printed_page_has_no_menu_is_not_cut_off_and_repeats_what_a_table_is_headed(page: Page) -> None:
    sign_in(page, "anna")
    page.set_viewport_size({"width": PRINTED_WIDTH, "height": 1000})
    page.emulate_media(media="print")
    page.goto("/patients")
    patient = page.locator("a[href^='/patients/']").first.get_attribute("href")
    page.goto("/submissions")
    receipt = page.locator("a[href^='/submissions/']").first.get_attribute("href")
    own = ("/start", "/due", "/queries", "/patients", "/submissions", "/our-clinic", "/counsel")
    for path in (*own, str(patient), str(receipt)):
        is_printed_whole(page, path)
    page.emulate_media(media="screen")
    page.context.clear_cookies()
    sign_in(page, "chief")  # whose list goes over several sheets
    page.emulate_media(media="print")
    for path in ("/desk", "/desk/questions", "/desk/waiting", "/desk/releases"):
        is_printed_whole(page, path)
    page.goto("/due")
    page.emulate_media(media="print")
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.pdf(path=ARTEFACTS / "due.pdf", format="A4")
    printed = subprocess.run(
        ["pdftotext", "-layout", ARTEFACTS / "due.pdf", "-"], capture_output=True, text=True, check=True
    )
    with_rows = [sheet for sheet in printed.stdout.split("\f") if re.search(r"^\s*[A-Z]{3}-\d", sheet, re.MULTILINE)]
    assert len(with_rows) > 1
    assert all("Window" in sheet for sheet in with_rows)


def test_the_desk_fits_a_phone_and_a_user_is_invited_by_keys(page: Page) -> None:
    sign_in(page, "chief")
    for path in ("/desk", "/desk/questions", "/desk/waiting", "/desk/users", "/desk/releases"):
        page.set_viewport_size(PHONE)
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        keep(page, f"phone{path.replace('/', '-')}")
    page.goto("/desk/users")
    page.locator("#name").focus()
    page.keyboard.type("dora")
    for text in ("reader", "BRG", "Neder"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("/invitation/")
    expect(page.locator("table")).to_contain_text("dora")
