"""Asking the gate of a release off the page's thread, in a process of its own; the newest answer is kept for pages.

What the gate asks stands in `pipelines.release`; the answer is counts by clinic, no patient.
"""

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.release.publication import find_before
from pipelines.release.verdict import Verdict, read_verdict
from portal.state import Portal
from warehouse.durability import replace_file

SECONDS = 300.0


@dataclass(frozen=True)
class Answer:
    """What the gate said: of which snapshot, beside which release, when (UTC)."""

    snapshot: str
    before: str | None
    asked_at: datetime
    verdict: Verdict


class GateAnswers:
    """The gate of one home: one asking at a time."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="gate")
        self._running: Future[None] | None = None

    def begin(self) -> None:
        """Ask, unless that is under way."""
        if self._running is None or self._running.done():
            self._running = self._pool.submit(self._ask)

    @property
    def is_running(self) -> bool:
        """Whether the gate is being asked."""
        return self._running is not None and not self._running.done()

    @property
    def has_failed(self) -> bool:
        """Whether the last asking in this process gave no answer."""
        running = self._running
        return running is not None and running.done() and running.exception() is not None

    def newest(self) -> Answer | None:
        """The newest answer; None before the first."""
        if not self._path.is_file():
            return None
        content = json.loads(self._path.read_bytes())
        asked_at = datetime.fromisoformat(content["asked_at"])
        return Answer(content["snapshot"], content["before"], asked_at, read_verdict(content["verdict"]))

    def is_current(self, answer: Answer) -> bool:
        """Whether snapshot and release before are still those that were asked about."""
        home, before = self.portal.home, find_before(self.portal.home)
        snapshot = home.current.resolve().name if home.current.exists() else ""
        return (snapshot, before[0] if before else None) == (answer.snapshot, answer.before)

    @property
    def _path(self) -> Path:
        return self.portal.folder / "gate.json"

    def _ask(self) -> None:
        command = [sys.executable, "-m", "pipelines.release.asking", str(self.portal.home.path.resolve())]
        done = subprocess.run(command, capture_output=True, check=True, timeout=SECONDS)  # noqa: S603 (our own module)
        answer: dict[str, Any] = json.loads(done.stdout)
        answer["asked_at"] = self.portal.clock().isoformat()
        replace_file(self._path, json.dumps(answer).encode())
