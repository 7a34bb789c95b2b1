"""Readers, writers and runs at once: nobody waits in vain, nobody sees a mixture."""

import subprocess
import sys
import threading
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

from tests.support.visit_registry import VisitRegistry
from warehouse.connection import reader
from warehouse.errors import LockedError
from warehouse.lock import lock

ROOT = Path(__file__).parents[2]
N_READERS, N_RUNS = 20, 10
DAY = date(2026, 4, 1)

# Reads the current snapshot until a file appears; a snapshot must agree with itself and never be an older one.
READ = """
import sys, time
from pathlib import Path
from warehouse.connection import reader
from warehouse.layout import Home
home, stop, last = Home(Path(sys.argv[1])), Path(sys.argv[2]), -1
while not stop.exists():
    with reader(home.registry_path) as connection:
        total = connection.execute("select n from mart.total").fetchall()[0][0]
        assert connection.execute("select count(*) from registry.visit").fetchall()[0][0] == total
    assert total >= last
    if last < 0:
        print("reads", flush=True)
    last = total
    time.sleep(0.05)
print("saw", last >= 0)
"""


def test_readers_in_this_process_never_fail_while_runs_publish(tmp_path: Path) -> None:
    registry = VisitRegistry(tmp_path)
    registry.publish(DAY)
    stop, seen, faults = threading.Event(), [-1] * N_READERS, list[BaseException]()
    have_read = threading.Barrier(N_READERS + 1)

    def read(place: int) -> None:
        try:
            while not stop.wait(0.3 if seen[place] >= 0 else 0):
                with reader(registry.home.registry_path) as connection:
                    total = connection.execute("select n from mart.total").fetchall()[0][0]
                    assert connection.execute("select count(*) from registry.visit").fetchall() == [(total,)]
                assert total >= seen[place]
                if seen[place] < 0:
                    have_read.wait()
                seen[place] = total
        except BaseException as fault:  # noqa: BLE001 - it is told by the assertion below, in the thread that can
            faults.append(fault)
            have_read.abort()

    threads = [threading.Thread(target=read, args=(place,)) for place in range(N_READERS)]
    for thread in threads:
        thread.start()
    with suppress(threading.BrokenBarrierError):  # broken by a reader's fault, which is told below
        have_read.wait()
    publish_days(registry)
    stop.set()
    for thread in threads:
        thread.join()
    assert faults == []
    assert min(seen) >= 0


def test_a_reader_in_another_process_never_fails_while_runs_publish(tmp_path: Path) -> None:
    registry = VisitRegistry(tmp_path)
    registry.publish(DAY)
    stop = tmp_path / "stop"
    command = [sys.executable, "-c", READ, str(registry.home.path), str(stop)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "reads\n"  # however long this machine takes to start a process
    publish_days(registry)
    stop.touch()
    out, err = process.communicate()
    assert (process.returncode, err, out) == (0, "", "saw True\n")


def test_of_many_writers_at_once_one_writes_and_the_others_hear_who(tmp_path: Path) -> None:
    registry = VisitRegistry(tmp_path)
    told: list[str] = []
    wrote: list[int] = []
    everyone = threading.Barrier(8)

    def write(number: int) -> None:
        everyone.wait()
        try:
            with lock(registry.home, f"run {number}", patience_seconds=0):
                wrote.append(number)
                held.wait(timeout=30)
        except LockedError as error:
            told.append(error.message)
            if len(told) == 7:
                held.set()

    held = threading.Event()
    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wrote) == 1
    assert len(told) == 7
    assert all("is being written by" in message for message in told)


def publish_days(registry: VisitRegistry) -> None:
    for number in range(1, N_RUNS + 1):
        day = DAY + timedelta(days=number)
        registry.send(f"s{number}", day, *((f"P{number}-{patient}", day, 50) for patient in range(20)))
        registry.publish(day, keep=2)
