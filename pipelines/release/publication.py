"""Cutting, listing and verifying releases: a folder that never changes, with digests of every file in it.

A release is built beside the others under another name and renamed into place, so that there is a whole one or none.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from pipelines.errors import GateError, HomeError, UsageError
from pipelines.release.gate_page import MOST_BEFORE, render_gate
from pipelines.release.verdict import Verdict, Yes, read_verdict
from warehouse.durability import replace_file
from warehouse.export import ExportedTable, export_tables
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FOLDER, Home

LAYERS = ("registry", "mart", "reference", "dictionary")
MANIFEST = "manifest.json"
GATE = "gate.json"
DOCS = Path("data_docs")
RUNS = "gate"  # in the log: every verdict, whatever it was


@dataclass(frozen=True)
class Release:
    """A release as its manifest describes it."""

    id: str
    snapshot: str
    path: Path
    tables: dict[str, int]  # table -> rows
    digests: dict[str, str]  # file, relative to the release -> SHA-256
    accepted: tuple[Yes, ...] = ()

    def read_verdict(self) -> Verdict | None:
        """What the gate said, figure by figure; None where nothing was asked, or the release is withdrawn."""
        path = self.path / GATE
        told = json.loads(path.read_bytes()) if path.exists() else _read_manifest(self.path).get("gate")
        return read_verdict(told) if told else None  # releases cut before had it in the manifest


class Judge(Protocol):
    """What the gate says of a database, beside the release before it (id and database), with a page written."""

    def __call__(self, now: Path, before: tuple[str, Path] | None, page: Path | None = None, /) -> Verdict:
        """Judge, and raise nothing for what is found."""


def cut_release(
    home: Home, clock: Callable[[], datetime], judge: Judge | None = None, accepted: Sequence[Yes] = ()
) -> Release:
    """Cut a release from the current snapshot: DuckDB file, Parquet, data package, manifest. It never changes again.

    Raises `GateError` where the judge finds what nobody has accepted; nothing is kept then but the verdict, in the log.
    Without a judge nothing is asked.
    """
    snapshot = current_snapshot(home)
    release_id = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    part = home.releases / f"{release_id}.part"
    remove_unfinished(home)
    tables = export_tables(snapshot / "registry.duckdb", part, LAYERS)
    reached("release.tables")
    verdict = _judged(home, judge, part, accepted) if judge else None
    _write_json(part / "datapackage.json", data_package(release_id, tables))
    told = {"accepted": [asdict(yes) for yes in accepted]} if verdict else {}
    _write_json(part / MANIFEST, _manifest(release_id, snapshot.name, part, tables) | told)
    reached("release.manifest")
    _sync_tree(part)
    reached("release.synced")
    part.rename(home.releases / release_id)
    _sync(home.releases)
    reached("release.placed")
    return read_release(home, release_id)


def _judged(home: Home, judge: Judge, part: Path, accepted: Sequence[Yes]) -> Verdict:
    """The verdict on what was exported; where it is refused, the export is gone and the verdict is in the log."""
    page = part / DOCS / "expectations.html"
    verdict = replace(judge(part / "registry.duckdb", find_before(home), page), accepted=tuple(accepted))
    (home.log / RUNS).mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    told = json.dumps(verdict.as_json(), ensure_ascii=False).encode()
    replace_file(home.log / RUNS / f"{part.stem}.json", told)
    reached("release.judged")
    try:
        verdict.refuse()
    except GateError:
        shutil.rmtree(part)
        raise
    (part / GATE).write_bytes(told)
    earlier = [(each.id, said) for each in list_releases(home)[-MOST_BEFORE:] if (said := each.read_verdict())]
    (part / DOCS / "index.html").write_text(render_gate(part.stem, verdict, earlier), encoding="utf-8")
    return verdict


def find_before(home: Home) -> tuple[str, Path] | None:
    """The newest release that still holds something, its id and database; None before the first."""
    kept = [release for release in list_releases(home) if release.tables]
    return (kept[-1].id, kept[-1].path / "registry.duckdb") if kept else None


def current_snapshot(home: Home) -> Path:
    """The folder of the newest snapshot, by its own name."""
    if not home.current.exists():
        raise HomeError("There is no snapshot yet.", "Load submissions first: hamreg run.")
    return home.current.resolve()


def remove_unfinished(home: Home) -> None:
    """Remove what a killed release left behind."""
    for part in home.releases.glob("*.part"):
        shutil.rmtree(part)


def list_releases(home: Home) -> list[Release]:
    """All releases, oldest first."""
    return [read_release(home, path.parent.name) for path in sorted(home.releases.glob(f"*Z/{MANIFEST}"))]


def read_release(home: Home, release_id: str) -> Release:
    """One release by its id; a `UsageError` where there is none."""
    path = home.releases / release_id
    if not (path / MANIFEST).is_file():
        raise UsageError(f"There is no release {release_id}.", "`hamreg release list` names them.")
    content = _read_manifest(path)
    accepted = tuple(Yes(**yes) for yes in content.get("gate", content).get("accepted", ()))
    return Release(release_id, content["snapshot"], path, content["tables"], content["digests"], accepted)


def _read_manifest(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    return content


def verify_release(release: Release) -> list[str]:
    """What is wrong with the release's files, one sentence each; empty where every digest agrees."""
    present = {name for name in _digests(release.path) if name != MANIFEST}
    wrong = [f"{name} is missing." for name in sorted(set(release.digests) - present)]
    wrong += [f"{name} does not belong to the release." for name in sorted(present - set(release.digests))]
    for name in sorted(present & set(release.digests)):
        if _digest(release.path / name) != release.digests[name]:
            wrong.append(f"{name} was changed after the release was cut.")
    return wrong


def compare_releases(before: Release, after: Release) -> dict[str, tuple[int | None, int | None]]:
    """Table -> rows before and after, for each table whose count differs; None where a release lacks the table."""
    names = sorted(set(before.tables) | set(after.tables))
    counts = {name: (before.tables.get(name), after.tables.get(name)) for name in names}
    return {name: count for name, count in counts.items() if count[0] != count[1]}


def data_package(release_id: str, tables: tuple[ExportedTable, ...]) -> dict[str, object]:
    """The release described as a Data Package (Frictionless Data specification)."""
    return {
        "profile": "data-package",
        "name": f"hamreg-{release_id.lower()}",
        "title": "Registry of proximal hamstring tendon avulsions",
        "resources": [_resource(table) for table in tables],
    }


def _resource(table: ExportedTable) -> dict[str, object]:
    return {
        "name": f"{table.layer}.{table.name}",
        "path": f"parquet/{table.parquet.name}",
        "format": "parquet",
        "description": table.text,
        "schema": {"fields": [{"name": c.name, "type": c.type, "description": c.text} for c in table.columns]},
    }


def _manifest(release_id: str, snapshot: str, part: Path, tables: tuple[ExportedTable, ...]) -> dict[str, object]:
    counts = {f"{table.layer}.{table.name}": table.n_rows for table in tables}
    return {"release": release_id, "snapshot": snapshot, "tables": counts, "digests": _digests(part)}


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _digest(path) for path in files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_json(path: Path, content: dict[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _sync_tree(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)
