"""The portal under a key: what a clinic uploads, mends and hands in lies sealed, and every page shows it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipelines.accountability.log import Actor
from pipelines.cli.context import now
from pipelines.doctor import examine
from pipelines.run import load_waiting
from pipelines.settings import read_settings
from tests.portal.conftest import Browser
from tests.portal.test_upload import BAD, GOOD, KNOWN, cells, table, upload, waiting
from warehouse import keys
from warehouse.layout import Home
from warehouse.lock import lock
from warehouse.rekeying import is_under, protect, read_unprotected
from warehouse.sealed import MARK, read_sealed

KEY = keys.Key(bytes(range(32)))


@pytest.fixture
def own_key() -> Iterator[keys.Key]:
    before = keys.known()
    keys.use([KEY])
    yield KEY
    keys.use(before)


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_draft_lies_sealed_from_the_first_moment(
    portal_home: Path, as_user: Callable[[str], Browser], own_key: keys.Key
) -> None:
    browser, home = as_user("anna"), Home(portal_home)
    path = upload(browser, table(GOOD, BAD))
    (place,) = [name for name, text in cells(browser.answer.text).items() if text == "715"]
    browser.post(f"{path}/mend", {place: "71,5"})
    assert {file.name for file in files_below(home.drafts)} == {"draft.json", "file", "mended", "checked.json"}
    assert all(file.read_bytes().startswith(MARK) for file in files_below(home.drafts))
    assert browser.get(f"{path}/file").status_code in (200, 404)
    browser.post(f"{path}/hand-in")
    (file,) = waiting(portal_home)
    assert is_under(file, own_key)
    assert b"71,5" in read_sealed(file)
    assert b"715" not in read_sealed(file)
    assert files_below(home.drafts) == []


def test_pages_show_sealed_receipts_beside_an_encrypted_snapshot(
    portal_home: Path, as_user: Callable[[str], Browser], own_key: keys.Key
) -> None:
    browser, home = as_user("anna"), Home(portal_home)
    protect(home.registry_path.resolve())
    browser.post(f"{upload(browser, table(GOOD, BAD))}/hand-in")
    with lock(home, "run"):
        loaded = load_waiting(home, read_settings(home.settings_path), now(), actor=Actor("anna", "anna"))
    (submission,) = loaded.receipts
    folder = home.outbox("BRG") / submission
    assert all(is_under(path, own_key) for path in files_below(folder))
    assert submission in browser.get("/submissions").text
    assert "715" in browser.get(f"/submissions/{submission}").text
    assert "<html" in browser.get(f"/submissions/{submission}/receipt.html").text
    (mend,) = [path.name for path in folder.iterdir() if path.name.startswith("to-mend")]
    assert KNOWN in browser.get(f"/submissions/{submission}/{mend}").text


def test_a_draft_from_before_the_key_is_named_by_doctor_and_brought_under_it(
    portal_home: Path, as_user: Callable[[str], Browser]
) -> None:
    browser, home, before = as_user("anna"), Home(portal_home), keys.known()
    upload(browser, table(GOOD, BAD))
    keys.use([KEY])
    try:
        plain = {path for path in read_unprotected(home) if home.drafts in path.parents}
        assert {path.name for path in plain} == {"draft.json", "file", "checked.json"}
        (told,) = [each for each in examine(home, now()) if each.what == "encryption"]
        assert "are not under it" in told.text
        for path in plain:
            protect(path)
        assert all(is_under(path, KEY) for path in plain)
        assert "follow_up.csv" in browser.get("/upload").text
    finally:
        keys.use(before)
