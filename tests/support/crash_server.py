"""A process that has loaded everything and opened nothing: a fork of it does an act, and is killed at the right moment.

Started as `python -m tests.support.crash_server`; one job a line on its standard input, one answer a line. Loading the
project costs seconds, a fork milliseconds.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any, NoReturn

from tests.support.crash_acts import ACTS, derive_few_tables
from tests.support.crash_world import make_world
from tests.support.home_state import read_backups, read_state
from warehouse import faults
from warehouse.layout import Home

# What the acts load when they are called, and a fork would load anew each time.
LATE = ("polars", "pandas", "pyarrow", "pandera.polars", "scipy.stats", "cryptography.hazmat.primitives.ciphers.aead")


def main() -> None:
    """Load, then do one job after the other."""
    for name in LATE:
        importlib.import_module(name)
    print(json.dumps({"ready": True}), flush=True)  # noqa: T201 - the answer is the protocol
    for line in sys.stdin:
        print(json.dumps(_perform(json.loads(line))), flush=True)  # noqa: T201


def _perform(job: dict[str, Any]) -> dict[str, Any]:
    """Fork, let the child work, kill it after `delay` seconds if the job says so."""
    source, target = os.pipe()
    began = time.monotonic()
    pid = os.fork()
    if pid == 0:
        os.close(source)
        _work(job, target)
    os.close(target)
    if "delay" in job:
        time.sleep(job["delay"])
        os.kill(pid, signal.SIGKILL)
    with os.fdopen(source) as stream:
        answer = stream.read()
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    return {"code": code, "seconds": time.monotonic() - began, "answer": json.loads(answer) if answer else None}


def _work(job: dict[str, Any], target: int) -> NoReturn:
    """What a child does; it ends here, whatever happens."""
    code = 1
    try:
        answer = _act(job)
        with os.fdopen(target, "w") as stream:
            stream.write(json.dumps(answer))
        code = 0
    except Exception:
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        os._exit(code)


def _act(job: dict[str, Any]) -> object:
    """Make the world, or do an act on it or do it again, and tell the points reached and, if asked, the state."""
    home = Home(Path(job["folder"]) / "home")
    counts: Counter[str] = Counter()

    def count(name: str) -> None:
        counts[name] += 1
        if [name, counts[name]] == job.get("point"):
            os.kill(os.getpid(), signal.SIGKILL)

    faults.install(count)
    if job["few_tables"]:
        derive_few_tables()
    if job["act"] == "make":
        make_world(home.path.parent)
    else:
        act = ACTS[job["act"]]
        (act.again if job["again"] else act.do)(home)
    return {"reached": counts, "state": _state(home) if job["told"] else {}}


def _state(home: Home) -> dict[str, str]:
    """What the home holds, the homes beside it and the backups."""
    told = dict(read_backups(home.path.parent))
    for folder in sorted(path for path in home.path.parent.iterdir() if path.is_dir()):
        told |= {f"{folder.name}/{name}": text for name, text in read_state(Home(folder)).items()}
    return told


if __name__ == "__main__":
    main()
