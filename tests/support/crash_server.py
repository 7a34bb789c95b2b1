"""A process that has loaded everything and opened nothing: a fork of it does an act, and is killed at the right moment.

Started as `python -m tests.support.crash_server`; one job a line on its standard input, one answer a line. Loading the
project costs seconds, a fork milliseconds; what a fork loads late, the process loads after it, so that none does again.
"""

import importlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from pipelines.intake import stretches
from pipelines.plan import build_plan
from tests.support.crash_acts import ACTS, derive_few_tables
from tests.support.crash_world import make_world
from tests.support.home_state import read_backups, read_state
from warehouse import faults
from warehouse.layout import Home


def main() -> None:
    """Read what every derivation reads of the project itself, then do one job after the other."""
    build_plan()
    stretches.BYTES = 300
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
    code, seconds = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), time.monotonic() - began
    told = json.loads(answer) if answer else None
    _load(told["loaded"] if told else ())
    return {"code": code, "seconds": seconds, "answer": told}


def _load(names: Iterable[str]) -> None:
    """Load modules; not all names are of one that can be (`six.moves` and its like)."""
    for name in names:
        with suppress(ImportError):
            importlib.import_module(name)


def _work(job: dict[str, Any], target: int) -> NoReturn:
    """What a child does; it ends here, whatever happens."""
    code = 1
    try:
        answer = _act(job)
        with os.fdopen(target, "w") as stream:
            stream.write(json.dumps(answer))
        code = 0
    except Exception:  # told before the fork ends below, which would swallow it
        sys.excepthook(*sys.exc_info())
        raise
    finally:
        os._exit(code)


def _act(job: dict[str, Any]) -> object:
    """Make the world, or do an act on it or do it again, and tell the points reached and, if asked, the state."""
    home, loaded = Home(Path(job["folder"]) / "home"), set(sys.modules)
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
    state = _state(home) if job["told"] else {}
    return {"reached": counts, "state": state, "loaded": [name for name in sys.modules if name not in loaded]}


def _state(home: Home) -> dict[str, str]:
    """What the home holds, the homes beside it and the backups."""
    told = dict(read_backups(home.path.parent))
    for folder in sorted(path for path in home.path.parent.iterdir() if path.is_dir()):
        told |= {f"{folder.name}/{name}": text for name, text in read_state(Home(folder)).items()}
    return told


if __name__ == "__main__":
    main()
