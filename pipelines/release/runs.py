"""Every time somebody wanted a release and the gate was asked: what it said, and what came of it. Counts, no patient.

The verdict of a release stands beside its manifest as well; what was refused stands here alone.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.release.publication import MANIFEST, RUNS, list_releases
from pipelines.release.verdict import Verdict, read_verdict
from warehouse.layout import Home

RELEASED, REFUSED, CUT_OFF = "released", "refused", "cut off"


@dataclass(frozen=True)
class Run:
    """One asking of the gate. `id` is its instant, and the release's where one was cut."""

    id: str
    outcome: str
    verdict: Verdict


def list_runs(home: Home) -> Sequence[Run]:
    """All of them, oldest first; of releases cut before verdicts were kept, what they say themselves."""
    found = {path.stem: read_verdict(json.loads(path.read_bytes())) for path in (home.log / RUNS).glob("*Z.json")}
    others = [release for release in list_releases(home) if release.id not in found]
    found |= {release.id: verdict for release in others if (verdict := release.read_verdict())}
    return [Run(name, _outcome(home, name, found[name]), found[name]) for name in sorted(found)]


def newest_verdict(home: Home) -> Verdict | None:
    """What the gate said last, also where it refused; None before the first time."""
    path = max((home.log / RUNS).glob("*Z.json"), default=None)
    return read_verdict(json.loads(path.read_bytes())) if path else None


def _outcome(home: Home, name: str, verdict: Verdict) -> str:
    if (home.releases / name / MANIFEST).is_file():
        return RELEASED
    return REFUSED if verdict.is_refused else CUT_OFF
