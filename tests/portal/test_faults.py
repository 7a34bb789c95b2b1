"""How errors look: in the reader's language, with what to do next, and nothing of what went wrong inside."""

import asyncio
import re
from typing import Any

import pytest
from starlette.applications import Starlette

from pipelines.reports.words import LANGUAGES
from portal.faults import KNOWN
from portal.limits import FORM_BYTES, LimitBody
from portal.words import preferred_language, read_words
from tests.portal.conftest import Browser, browser_of, sign_in

LONG = b"x" * (FORM_BYTES + 2)


def says(answer: Any, status: int, language: str) -> bool:
    words = read_words(language)
    page = answer.text
    assert f'<html lang="{language}">' in page
    assert words(f"error.{status}") in page
    assert words(f"error.{status}_next") in page
    return bool(answer.status_code == status)


@pytest.fixture
def small(app: Starlette) -> Starlette:
    """The portal of a registry that takes files of one byte."""
    path = app.state.portal.home.settings_path
    path.write_text(path.read_text(encoding="utf-8") + "\n[limits]\nmax_bytes = 1\n", encoding="utf-8")
    return app


def test_every_known_status_has_words_and_what_to_do_next() -> None:
    for language in LANGUAGES:
        words = read_words(language)
        assert all(words(f"error.{status}") != words(f"error.{status}_next") for status in KNOWN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_before_sign_in_the_browser_s_language_is_spoken(small: Starlette, language: str) -> None:
    headers = {"accept-language": f"fr,{language};q=0.8,en;q=0.2"}
    browser = browser_of(small)
    assert says(browser.get("/no-such-page", headers=headers), 404, language)
    assert says(browser.post("/sign-in", {"csrf": "another"}, headers=headers), 403, language)
    assert says(browser.client.put("/sign-in", headers=headers), 405, language)
    refused = browser.client.post("/sign-in", content=LONG, headers=headers)
    assert says(refused, 413, language)
    assert refused.headers["connection"] == "close"
    assert "default-src 'none'" in refused.headers["content-security-policy"]
    broken = {**headers, "content-type": "multipart/form-data; boundary=x"}
    assert says(browser.client.post("/sign-in", content=b"--x\r\nno header", headers=broken), 400, language)


def test_after_sign_in_the_user_s_language_is_spoken_whatever_the_browser_s(small: Starlette) -> None:
    anna = sign_in(small, "anna")
    anna.get("/account")
    anna.post("/account/language", {"language": "de"})
    headers = {"accept-language": "nl"}
    assert says(anna.get("/desk", headers=headers), 404, "de")
    assert says(anna.client.post("/upload", content=LONG, headers=headers), 413, "de")
    assert anna.get("/start", headers=headers).status_code == 200  # the session is what it was


def test_a_body_that_comes_too_slowly_is_told_so(app: Starlette, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = app.build_middleware_stack()
    limit: Any = stack
    while not isinstance(limit, LimitBody):
        limit = limit.app
    monkeypatch.setattr(limit, "seconds", 0.05)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", b"portal.example"), (b"accept-language", b"nl"), (b"content-length", b"10")]
    headers.append((b"content-type", b"application/x-www-form-urlencoded"))
    scope = {"type": "http", "method": "POST", "path": "/sign-in", "headers": headers, "query_string": b"", "app": app}
    asyncio.run(stack({**scope, "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1)}, never, send))
    assert sent[0]["status"] == 408
    assert read_words("nl")("error.408_next") in sent[1]["body"].decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fault_and_settings_that_cannot_be_read_are_told_in_words_and_tell_nothing(
    app: Starlette, language: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ValueError("BRG-0004M 57.4")

    headers, home = {"accept-language": language}, app.state.portal.home
    monkeypatch.setattr("portal.call.read_user", fail)
    told = browser_of(app).get("/sign-in", headers=headers)
    assert says(told, 500, language)
    monkeypatch.undo()
    home.settings_path.write_text('name = "BRG-0004M\nthis is no TOML', encoding="utf-8")
    browser = browser_of(app)
    for answer in (browser.get("/sign-in", headers=headers), browser.post("/sign-in", headers=headers)):
        assert answer.status_code in (403, 503)
        assert says(answer, answer.status_code, language)
        assert not re.search(r"BRG-0004M|TOML|registry\.toml|Traceback", answer.text)
    assert not re.search("BRG-0004M|57.4", told.text + caplog.text)


def test_a_program_is_answered_in_json_whatever_goes_wrong(small: Starlette) -> None:
    browser: Browser = sign_in(small, "anna")
    for answer in (browser.get("/api/no-such"), browser.client.post("/api/submissions", content=LONG)):
        assert answer.status_code in (404, 413)
        assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,nl;q=0.5,en;q=0.3", "nl"),
        ("en,de;q=0.9", "en"),
        ("nl,en", "nl"),
        ("nl;q=0", "en"),
        ("de;q=much", "en"),
        ("*", "en"),
    ],
)
def test_a_browser_s_wishes_are_weighed(header: str, language: str) -> None:
    assert preferred_language(header) == language
