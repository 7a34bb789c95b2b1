"""Killing acts and looking at what is left: homes are copied, a server forks, and the end is held against the one
without a kill. Which acts and points there are stands in `crash_acts` and in the source.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.fault_points import ROOT

MEMORY = Path("/dev/shm")  # noqa: S108  # a kill is no power cut: nothing here needs a disk
ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP")} | {"POLARS_MAX_THREADS": "1"}
Kill = tuple[str, int] | float  # a point and which time it is reached, or seconds after the start


@dataclass(frozen=True)
class Done:
    """An act that ran to its end: what it passed, how long it took, what the home holds."""

    reached: Mapping[str, int]
    seconds: float
    state: Mapping[str, str]


@dataclass
class Lab:
    """A world to copy from, and the process that works on copies."""

    folder: Path
    server: subprocess.Popen[str]
    has_few_tables: bool
    ends: dict[str, Done] = field(default_factory=dict)

    def end_of(self, act: str) -> Done:
        """How the act ends when nobody kills it."""
        if act not in self.ends:
            with self._copy() as folder:
                answer = self._ask(act, folder, told=True)
            self.ends[act] = Done(answer["answer"]["reached"], answer["seconds"], answer["answer"]["state"])
        return self.ends[act]

    def kill(self, act: str, kills: Sequence[Kill]) -> tuple[list[Kill], dict[str, tuple[str | None, str | None]]]:
        """Do the act, killed again and again, then once more to its end.

        Gives the kills that came too late, and what differs from the end without a kill: expected and found.
        """
        expected, late = self.end_of(act).state, []
        with self._copy() as folder:
            for number, kill in enumerate(kills):
                said = {"delay": kill} if isinstance(kill, float) else {"point": kill}
                if self._ask(act, folder, again=number > 0, is_killed=True, **said)["code"] == 0:
                    late.append(kill)
            found = self._ask(act, folder, again=True, told=True)["answer"]["state"]
        names = sorted({*expected, *found})
        return late, {
            name: (expected.get(name), found.get(name)) for name in names if expected.get(name) != found.get(name)
        }

    def make(self) -> None:
        """Make the world."""
        self._ask("make", self.folder / "world")

    def _ask(
        self, act: str, folder: Path, again: bool = False, told: bool = False, is_killed: bool = False, **more: object
    ) -> dict[str, Any]:
        job = {"act": act, "folder": str(folder), "again": again, "told": told, "few_tables": self.has_few_tables}
        assert self.server.stdin is not None
        assert self.server.stdout is not None
        self.server.stdin.write(json.dumps({**job, **more}) + "\n")
        self.server.stdin.flush()
        answer: dict[str, Any] = json.loads(self.server.stdout.readline())
        assert answer["code"] in ((0, -9) if is_killed else (0,)), (job, more, answer)
        return answer

    @contextmanager
    def _copy(self) -> Iterator[Path]:
        copy = self.folder / "copy"
        shutil.copytree(self.folder / "world", copy, symlinks=True)
        try:
            yield copy
        finally:
            shutil.rmtree(copy)


@contextmanager
def open_lab(has_few_tables: bool) -> Iterator[Lab]:
    """Start the server and make the world; both are gone afterwards."""
    place = MEMORY if os.access(MEMORY, os.W_OK) else None
    command = [sys.executable, "-m", "tests.support.crash_server"]
    with (
        tempfile.TemporaryDirectory(prefix="hamreg-crash-", dir=place) as folder,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **ONE_THREAD, "HAMREG_KEY_FILE": ""},
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as server,
    ):
        assert server.stdout is not None
        assert json.loads(server.stdout.readline()) == {"ready": True}
        lab = Lab(Path(folder), server, has_few_tables)
        (lab.folder / "world").mkdir()
        lab.make()
        yield lab
        assert server.stdin is not None
        server.stdin.close()
