"""Releases asked for where nobody may write to the registry: each waits as a small file until the next run cuts it.

A request names the snapshot and the release before it that its yes was said to; where either is another by then,
nothing is cut. Keeping a request needs no lock; what a release is stands in `publication`.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from pipelines.accountability.chain import read_entries
from pipelines.accountability.log import Actor, record, this_account
from pipelines.errors import GateError
from pipelines.release.publication import MANIFEST, Judge, cut_release, find_before
from pipelines.release.verdict import Yes
from pipelines.settings import read_settings
from warehouse.durability import sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FOLDER, Home, instant_id, read_instant_id
from warehouse.sealed import read_sealed, replace_sealed

OPEN, CUT, REFUSED, OVERTAKEN = "open", "cut", "refused", "overtaken"
HALF_SECONDS = 60.0  # a request is written in an instant: what is half after this long has no writer


@dataclass(frozen=True)
class Request:
    """One request. `id` is its instant, and the release's where one is cut, so that cutting twice gives one release."""

    id: str
    actor: str
    snapshot: str
    before: str | None
    accepted: tuple[Yes, ...] = ()
    state: str = OPEN

    @property
    def asked_at(self) -> datetime:
        """When it was asked (UTC)."""
        return read_instant_id(self.id).replace(tzinfo=UTC)


def keep_request(
    home: Home, actor: Actor, snapshot: str, before: str | None, yeses: Mapping[str, str], now: datetime
) -> str:
    """Log and keep a request; its id. `yeses` are the reasons by check. There it is whole or not at all."""
    accepted = tuple(Yes(check, actor.name, reason) for check, reason in yeses.items())
    request = Request(instant_id(now), actor.name, snapshot, before, accepted)
    home.release_requests.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    record(home, actor, "request", now, release=request.id, accepted=sorted(yeses))
    _write(home, request)
    reached("requests.kept")
    return request.id


def read_requests(home: Home) -> list[Request]:
    """Every request, oldest first, those that were answered too."""
    return [_read(path) for path in sorted(home.release_requests.glob("*Z.json"))]


def take_back(home: Home, request_id: str) -> None:
    """Have a request wait no more; one that was answered stays as it was."""
    for request in read_requests(home):
        if request.id == request_id and request.state == OPEN:
            _path(home, request.id).unlink(missing_ok=True)
            sync_folder(home.release_requests)


def cut_requested(home: Home, now: datetime, judge: Judge | None = None) -> list[Request]:
    """Cut what is asked for; answer each request once, also after a run that was cut off. The caller holds the lock.

    A refusal is an answer: it stops nothing. Without a judge it is the gate, which loads where something is asked.
    While an erasure is under way nothing is cut: the snapshot may still hold the patient.
    """
    _sweep(home)
    if home.erasure.exists():
        return []
    waiting = [request for request in read_requests(home) if request.state == OPEN]
    if waiting and judge is None:
        from pipelines.release.gate import judge as ask_gate

        is_synthetic = read_settings(home.settings_path).is_synthetic  # invented patients have no today
        judge = partial(ask_gate, at=None if is_synthetic else now)
    return [_answer(home, request, judge, now) for request in waiting]


def _answer(home: Home, request: Request, judge: Judge | None, now: datetime) -> Request:
    answered = replace(request, state=_cut(home, request, judge))
    if answered.state == CUT and request.id not in _logged(home):
        actor = Actor(request.actor, this_account().account)
        accepted = [yes.check for yes in request.accepted]
        record(home, actor, "release", now, release=request.id, accepted=accepted)
    _write(home, answered)
    reached("requests.answered")
    return answered


def _cut(home: Home, request: Request, judge: Judge | None) -> str:
    """Cut it, unless a run that was cut off had done so; what became of it."""
    if (home.releases / request.id / MANIFEST).is_file():
        return CUT
    before = find_before(home)
    if not home.current.exists() or home.current.resolve().name != request.snapshot:
        return OVERTAKEN
    if (before[0] if before else None) != request.before:
        return OVERTAKEN
    try:
        cut_release(home, lambda: request.asked_at, judge, request.accepted)
    except GateError:
        return REFUSED
    return CUT


def _logged(home: Home) -> set[str]:
    return {str(entry.said.get("release")) for entry in read_entries(home) if entry.said.get("act") == "release"}


def _sweep(home: Home) -> None:
    """Remove what a request left whose writer died."""
    for part in home.release_requests.glob(".*.part"):
        if time.time() - part.stat().st_mtime > HALF_SECONDS:
            part.unlink(missing_ok=True)


def _write(home: Home, request: Request) -> None:
    replace_sealed(_path(home, request.id), json.dumps(asdict(request), ensure_ascii=False).encode())


def _path(home: Home, request_id: str) -> Path:
    return home.release_requests / f"{request_id}.json"


def _read(path: Path) -> Request:
    content = json.loads(read_sealed(path))
    return Request(**{**content, "accepted": tuple(Yes(**yes) for yes in content["accepted"])})
