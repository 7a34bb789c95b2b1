"""A clinic's day with a server of its own process: no address that is asked for and no line of a log says whose."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from tests.portal.conftest import PASSWORD
from tests.portal.test_hostile import ROOT, TOKEN, await_pages, free_port
from tests.portal.test_pages import patient_of
from tests.portal.test_upload import BAD, GOOD, KNOWN, table
from tests.support.search import find_everywhere
from warehouse.layout import Home

NAME, MAIL, SCORE = "Veldhuyzen", "j.veldhuyzen@example.org", "715.25"
FAULTY = [f"{KNOWN};left;1;05.06.2025;{SCORE};8;;", f"{KNOWN};left;1;06.06.2025;{MAIL};8;;", f"{NAME};left;1;;;;;"]


@dataclass
class Day:
    """A user's browser that remembers every address it was sent to."""

    client: httpx2.Client
    seen: list[str] = field(default_factory=list)

    def get(self, path: str) -> httpx2.Response:
        return self._follow(self.client.get(path))

    def post(self, path: str, page: str = "/account", **fields: object) -> httpx2.Response:
        files = fields.pop("files", None)
        token = TOKEN.findall(self.client.get(page).text)[0]
        return self._follow(self.client.post(path, data={"csrf": token, **fields}, files=files))

    def _follow(self, answer: httpx2.Response) -> httpx2.Response:
        self.seen += [str(each.url) for each in (*answer.history, answer)]
        self.seen += [each.headers.get("location", "") for each in answer.history]
        return answer


@pytest.fixture
def told(portal_home: Path, tmp_path: Path) -> Iterator[tuple[Day, Path]]:
    """A signed-in clinic, and the file that takes all that the server says."""
    port, log = free_port(), tmp_path / "said" / "log.txt"
    log.parent.mkdir()
    program = [sys.executable, "-m", "portal", "--home", str(portal_home), "--port", str(port)]
    with log.open("wb") as said, subprocess.Popen(program, cwd=ROOT, stdout=said, stderr=said) as process:
        await_pages(f"http://127.0.0.1:{port}")
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=120, follow_redirects=True) as client:
            day = Day(client)
            day.post("/sign-in", "/sign-in", name="anna", password=PASSWORD, code="")
            yield day, log
        process.send_signal(signal.SIGINT)
        process.wait(60)


def test_no_address_and_no_log_says_whose(told: tuple[Day, Path], portal_home: Path) -> None:
    (day, log), patient = told, patient_of(portal_home, "BRG")
    draft = day.post("/upload", "/upload", files={"file": ("june.csv", table(GOOD, BAD, *FAULTY))}).url.path
    assert KNOWN in day.get(draft).text
    day.post(f"{draft}/mend", draft, **{"cell-0-3-4": "71,5"})
    day.get(f"{draft}/annotated")
    assert "Handed in" in day.post(f"{draft}/hand-in", draft).text
    seen = day.post("/patients/find", "/patients", number=patient)
    assert patient in seen.text
    for picture in re.findall(r'<img class="picture" src="([^"]+)"', seen.text):
        day.get(picture)
    for path in ("/start", "/due", "/due/workbook", "/queries", "/patients", "/submissions", "/our-clinic", "/counsel"):
        assert day.get(path).status_code == 200, path
    for path in ("/api/submissions", "/api/due", "/api/completeness", "/our-clinic/report", f"{seen.url.path}/card"):
        assert day.get(path).status_code == 200, path
    day.post("/counsel", "/counsel", phat="41", age="52", tendons="both")
    found = re.search(r'name="query" value="([^"]+)"', day.get("/queries").text)
    assert found is not None
    day.post("/queries/yes", "/queries", query=found[1])
    assert day.post("/patients/find", "/patients", number=f"{NAME} {MAIL}").status_code < 500
    unsigned = day.client.post("/upload", data={"csrf": "no"}, files={"file": (f"{NAME}.csv", table(BAD))})
    assert unsigned.status_code == 403
    assert day.get("/patients/x").status_code == 404
    words = [KNOWN, patient, NAME, MAIL, SCORE]
    assert len(day.seen) > 25
    assert [address for address in day.seen for word in words if word.lower() in address.lower()] == []
    assert find_everywhere(log.parent, words) == set()
    assert find_everywhere(Home(portal_home).log, words) == set()
