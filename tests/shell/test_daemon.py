"""The real daemon and the real page on a temporary home: files load by themselves, and a power cut heals itself."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dagster as dg
import pytest
from dagster import DagsterRunStatus as Status

from pipelines.defs.automation import IN_PROGRESS
from pipelines.defs.instance import open_instance
from pipelines.defs.submissions import SUBMISSION_KEY
from pipelines.intake.inbox import waiting
from tests.support.filled_home import make_home, send_enrolments
from warehouse.connection import reader
from warehouse.freshness import is_behind
from warehouse.layout import Home
from warehouse.lock import read_holder

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ARTEFACTS = ROOT / "artefacts"
PATIENCE_SECONDS = 600
CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


@contextmanager
def up(home: Home) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`hamreg up` in a process group of its own, and the page's address."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(home.path), "up", "--port", str(port)]
    with (home.path / "up.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=60)
        cut_power(process)


def cut_power(process: subprocess.Popen[bytes]) -> None:
    """End the process and all it started, with no time for a last word. Dagster puts some in groups of their own."""
    started = [process.pid, *descendants(process.pid)]
    for pid in started:  # first none may act any more, then all end
        signal_to(pid, signal.SIGSTOP)
    for pid in started:
        signal_to(pid, signal.SIGKILL)
    process.wait(timeout=60)


def descendants(pid: int) -> list[int]:
    """The processes below this one. The second field of `stat` is a name in brackets, the fourth the parent."""
    stats = [read_if_there(path).rpartition(")") for path in Path("/proc").glob("[0-9]*/stat")]
    parents = {int(name.split()[0]): int(rest.split()[1]) for name, _, rest in stats if rest}
    children = [child for child, parent in parents.items() if parent == pid]
    return [*children, *(below for child in children for below in descendants(child))]


def read_if_there(path: Path) -> str:
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def signal_to(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def wait_until(what: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310  # the address is our own
            return bool(response.status == 200)
    except OSError:
        return False


def all_done(home: Home, instance: dg.DagsterInstance) -> bool:
    is_idle = instance.get_runs_count(dg.RunsFilter(statuses=IN_PROGRESS)) == 0
    return not waiting(home) and not is_behind(home) and is_idle


def count_episodes(home: Home) -> int:
    with reader(home.registry_path) as connection:
        row = connection.execute("select count(*) from registry.episode").fetchone()
    return int(row[0]) if row else 0


def photograph(address: str, name: str, expected: str) -> None:
    """Open a page of Dagster's, keep a picture of it as an artefact, and see that nothing outside was asked for."""
    sync_playwright = pytest.importorskip("playwright.sync_api").sync_playwright
    ARTEFACTS.mkdir(exist_ok=True)
    asked: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(CHROMIUM_OPTIONS))
        page = browser.new_page(viewport={"width": 1500, "height": 950})
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address, wait_until="domcontentloaded", timeout=120_000)
        page.get_by_text(expected, exact=True).first.wait_for(timeout=120_000)
        page.wait_for_timeout(3_000)
        page.screenshot(path=str(ARTEFACTS / f"{name}.png"))
        browser.close()
    assert [url for url in asked if not url.startswith((address.rsplit("/", 1)[0], "data:", "blob:"))] == []


def test_a_hundred_files_load_by_themselves_in_one_run_and_the_page_shows_it(home: Home) -> None:
    sent = send_enrolments(home, 100)
    with up(home) as (_, address), open_instance(home) as instance:
        wait_until(lambda: answers(address) and all_done(home, instance))
        assert [run.job_name for run in instance.get_runs()] == ["load"]
        assert instance.get_materialized_partitions(SUBMISSION_KEY) == set(sent)
        assert count_episodes(home) == 100
        if CHROMIUM.exists():
            photograph(f"{address}/runs", "dagster-runs", "load")
            photograph(f"{address}/asset-groups", "dagster-assets", "registry")
            photograph(f"{address}/automation", "dagster-automation", "inbox")


def test_a_run_by_hand_beside_the_daemon_waits_or_says_who_writes(home: Home) -> None:
    sent = send_enrolments(home, 40)
    with up(home) as (_, _address), open_instance(home) as instance:
        wait_until(lambda: read_holder(home) is not None)
        command = [sys.executable, "-m", "pipelines.cli", "--home", str(home.path), "run"]
        by_hand = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert by_hand.returncode in (0, 4), by_hand.stdout + by_hand.stderr
        told = "Snapshot" if by_hand.returncode == 0 else "is being written by `"
        assert told in by_hand.stdout + by_hand.stderr
        wait_until(lambda: all_done(home, instance))
        assert instance.get_materialized_partitions(SUBMISSION_KEY) == set(sent)
    assert count_episodes(home) == 40


def test_after_a_power_cut_the_rest_loads_and_no_run_hangs(home: Home) -> None:
    send_enrolments(home, 60)
    with open_instance(home) as instance:
        with up(home) as (process, _):
            wait_until(lambda: read_holder(home) is not None)
            cut_power(process)
        wait_until(lambda: read_holder(home) is None)  # the kernel takes a moment to clear up
        (cut,) = instance.get_runs()
        assert cut.status in IN_PROGRESS
        late = send_enrolments(home, 2, since=60)
        with up(home):
            wait_until(lambda: all_done(home, instance))
        statuses = {run.run_id: run.status for run in instance.get_runs()}
        assert statuses[cut.run_id] == Status.FAILURE
        assert Status.SUCCESS in statuses.values()
        assert set(late) < instance.get_materialized_partitions(SUBMISSION_KEY)
        assert len(instance.get_materialized_partitions(SUBMISSION_KEY)) == 62
    assert count_episodes(home) == 62
