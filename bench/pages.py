"""The pages under load, on a server of their own: four browsers at once, and the time that 95 of 100 answers keep.

What is given is that time, not how long all of it took. Beside it a bare Starlette page of as many bytes.
"""

import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain

import httpx2

from bench.place import Place
from pipelines.synthetic.bulk_clinic import CLINIC

BROWSERS, ASKED = 4, 40  # each browser asks so often, page after page
PATHS = ("/start", "/due", "/patients", "/queries")
PATIENT = "BULK-0001E"
NAME, PASSWORD = "anna", "correct horse battery"  # of an invented user
TOKEN = re.compile(r'name="csrf" value="([^"]+)"')
PICTURE = re.compile(r'<img class="picture" src="([^"]+)"')

BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
page = "x" * int(sys.argv[2])
app = Starlette(routes=[Route("/{path:path}", lambda _: HTMLResponse(page))])
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""

Timed = Callable[[], float]


def pages(place: Place) -> Timed:
    """The registry's own pages as a clinic's user reads them, signed in."""
    home = place.copy("derived")
    _add_user(place)
    return lambda: _measured("-m", "portal", "--home", str(home.path), "--port", "{port}")


def bare(place: Place) -> Timed:
    """A page without content of as many bytes as ours have on the average."""
    home = place.copy("derived")
    _add_user(place)
    with (
        _served("-m", "portal", "--home", str(home.path), "--port", "{port}") as address,
        _signed_in(address) as browser,
    ):
        size = round(statistics.mean(len(browser.get(path).content) for path in _paths(browser)))
    return lambda: _measured("-c", BARE, "{port}", str(size))


def _add_user(place: Place) -> None:
    from pipelines.users.store import Users
    from warehouse.layout import Home

    users, now = Users(Home(place.folder / "copy")), datetime.now(UTC)
    users.accept(users.add(NAME, "clinic", CLINIC.code, "en", now), PASSWORD, now)


def _measured(*words: str) -> float:
    """The 95th of 100 answers' seconds, of all pages and browsers, after each page was asked for once."""
    with _served(*words) as address, ThreadPoolExecutor(BROWSERS) as pool:
        taken = chain.from_iterable(pool.map(_browse, [address] * BROWSERS))
        return statistics.quantiles(taken, n=20)[-1]


def _browse(address: str) -> list[float]:
    with _signed_in(address) as browser:
        paths = _paths(browser)
        for path in paths:
            browser.get(path)
        return [_seconds(browser, paths[number % len(paths)]) for number in range(ASKED)]


def _paths(browser: httpx2.Client) -> list[str]:
    """The pages that are asked for, one patient's and its picture among them; a bare server has any."""
    found = TOKEN.findall(browser.get("/patients").text)
    if not found:
        return [*PATHS, "/patients/x", "/patients/x/course/1"]
    patient = browser.post("/patients/find", data={"csrf": found[0], "number": PATIENT})
    return [*PATHS, patient.url.path, *PICTURE.findall(patient.text)]


def _seconds(browser: httpx2.Client, path: str) -> float:
    begun = time.perf_counter()
    answer = browser.get(path)
    if answer.status_code != 200 or answer.url.path != path:
        raise RuntimeError(f"{path} answered {answer.status_code} at {answer.url.path}")
    return time.perf_counter() - begun


@contextmanager
def _signed_in(address: str) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=address, timeout=60, follow_redirects=True) as browser:
        if found := TOKEN.findall(browser.get("/sign-in").text):
            browser.post("/sign-in", data={"csrf": found[0], "name": NAME, "password": PASSWORD, "code": ""})
        yield browser


@contextmanager
def _served(*words: str) -> Iterator[str]:
    """A server in a process of its own, on a free port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, *(word.format(port=port) if "{port}" in word else word for word in words)]
    ) as server:
        for _ in range(600):
            try:
                httpx2.get(f"http://127.0.0.1:{port}/sign-in", timeout=5)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
