"""Measures: two sides of a case in turns, each in a process of its own, and their medians with least and most.

Both keep their bytecode, as on a user's machine, whatever the environment says: `keep_bytecode` compiles it before.
"""

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.place import Place

ROOT = Path(__file__).parents[1]
PACKAGES = ("bench", "pipelines", "portal", "schemas", "warehouse")


@dataclass(frozen=True)
class Took:
    """Seconds of each repeat, of a core in each, and the most memory that any of them used, in bytes."""

    seconds: tuple[float, ...]
    core_seconds: tuple[float, ...]
    peak_bytes: int

    @property
    def median(self) -> float:
        """The middle one, in seconds."""
        return statistics.median(self.seconds)


@dataclass(frozen=True)
class Step:
    """One side of a case: a function of a module in `bench` that is timed, or a whole command.

    A command is a list of words in which `{folder}` stands for the place's folder and `{python}` for the interpreter.
    `rows`: the size it is measured at, where it is not the case's own.
    """

    name: str
    module: str = ""
    function: str = ""
    command: tuple[str, ...] = ()
    rows: int | None = None
    before: str = ""  # a function of `bench.<module>` that prepares for the command, untimed

    def run(self, place: Place) -> tuple[float, float, int]:
        """Measure once: seconds, seconds of a core, and the peak of memory in bytes."""
        if not self.command:
            command = [sys.executable, "-m", "bench.step", self.module, self.function, str(place.folder)]
            told = json.loads(_run([*command, str(place.rows)]).stdout.splitlines()[-1])
            return told["seconds"], told["core_seconds"], told["peak_bytes"]
        if self.before:
            _run([sys.executable, "-m", "bench.step", self.module, self.before, str(place.folder), str(place.rows)])
        words = [word.format(folder=place.folder, python=sys.executable) for word in self.command]
        before = time.perf_counter()
        with subprocess.Popen(
            words, cwd=ROOT, env=_environment(), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as process:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - before
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode not in (0, 1):
                raise RuntimeError(f"{self.name}: {process.stderr.read() if process.stderr else status}")
        return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def measure(sides: Sequence[Step], place_of: Callable[[int | None], Place], repeats: int) -> list[Took]:
    """Measure the sides in turns, so that whatever else the machine does meets all of them."""
    taken: list[list[tuple[float, float, int]]] = [[] for _ in sides]
    for _ in range(repeats):
        for side, found in zip(sides, taken, strict=True):
            found.append(side.run(place_of(side.rows)))
    return [Took(seconds, core, max(peaks)) for seconds, core, peaks in (zip(*found, strict=True) for found in taken)]


def keep_bytecode() -> None:
    """Compile what is installed and ours, so that no first repeat pays for it: a minute once, seconds after that.

    Some packages carry files for another Python, which can't be compiled; nothing imports them.
    """
    paths = [sysconfig.get_path("purelib"), *(str(ROOT / name) for name in PACKAGES)]
    subprocess.run([sys.executable, "-m", "compileall", "-qq", "-j", "0", *paths], env=_environment(), check=False)


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _run(words: Sequence[str]) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(words, cwd=ROOT, env=_environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done
