"""Cutting, listing and verifying releases: a folder that never changes, with digests of every file in it.

A release is built beside the others under another name and renamed into place, so that there is a whole one or none.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import HomeError, UsageError
from warehouse.export import ExportedTable, export_tables
from warehouse.faults import reached
from warehouse.layout import Home

LAYERS = ("registry", "mart", "reference", "dictionary")
MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Release:
    """A release as its manifest describes it."""

    id: str
    snapshot: str
    path: Path
    tables: dict[str, int]  # table -> rows
    digests: dict[str, str]  # file, relative to the release -> SHA-256


def cut_release(home: Home, clock: Callable[[], datetime]) -> Release:
    """Cut a release from the current snapshot: DuckDB file, Parquet, data package, manifest. It never changes again."""
    snapshot = current_snapshot(home)
    release_id = clock().astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    part = home.releases / f"{release_id}.part"
    remove_unfinished(home)
    tables = export_tables(snapshot / "registry.duckdb", part, LAYERS)
    reached("release.tables")
    _write_json(part / "datapackage.json", data_package(release_id, tables))
    _write_json(part / MANIFEST, _manifest(release_id, snapshot.name, part, tables))
    reached("release.manifest")
    _sync_tree(part)
    reached("release.synced")
    part.rename(home.releases / release_id)
    _sync(home.releases)
    reached("release.placed")
    return read_release(home, release_id)


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
    content = json.loads((path / MANIFEST).read_text())
    return Release(release_id, content["snapshot"], path, content["tables"], content["digests"])


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
