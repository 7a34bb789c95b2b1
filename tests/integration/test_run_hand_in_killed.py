"""A hand-in that is killed at any point leaves a whole file or none, and nothing for the next run to trip over."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.intake.inbox import adopt, sweep, waiting
from warehouse.layout import Home
from warehouse.sealed import read_sealed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.intake.inbox import adopt, hand_in
from warehouse import faults
from warehouse.layout import Home

act, point, left, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]

def kill(name):
    global left
    left -= name == point
    if name == point and left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

faults.install(kill)
if act == "hand_in":
    hand_in(Home(Path(folder)), "AMC", "march.csv", b"a,b", datetime(2026, 3, 1, 12, tzinfo=UTC))
else:
    adopt(Home(Path(folder)), datetime(2100, 1, 1, tzinfo=UTC))
"""
# act, fault point, which time it is reached, whether the file waits afterwards
CASES = [
    ("hand_in", "hand_in.part", 1, False),
    ("hand_in", "hand_in.link", 1, False),
    ("hand_in", "hand_in.sidecar", 1, False),
    ("hand_in", "hand_in.part", 2, False),
    ("hand_in", "hand_in.link", 2, True),
    ("hand_in", "hand_in.done", 1, True),
    ("adopt", "adopt.sidecar", 1, True),
    ("adopt", "adopt.link", 1, True),
    ("adopt", "adopt.done", 1, True),
]


@pytest.mark.parametrize(("act", "point", "time", "waits"), CASES)
def test_what_a_kill_leaves_is_whole_or_gone(tmp_path: Path, act: str, point: str, time: int, waits: bool) -> None:
    home = Home(tmp_path)
    home.create()
    if act == "adopt":
        home.inbox("AMC").mkdir()
        (home.inbox("AMC") / "march.csv").write_bytes(b"a,b")
    command = [sys.executable, "-c", KILLED, act, point, str(time), str(tmp_path)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -signal.SIGKILL
    sweep(home)
    adopt(home, datetime(2100, 1, 2, tzinfo=UTC))
    found = waiting(home)
    assert [(item.file, read_sealed(item.path)) for item in found] == ([("march.csv", b"a,b")] if waits else [])
    names = {path.name for path in home.inbox("AMC").glob("*")}
    assert names == {name for item in found for name in (item.path.name, item.sidecar.name)}
