"""A release under another key: its files change, what they hold does not, and the manifest has the new digests.

The new files lie beside the old ones first; then the manifest says so, then they take their places. Killed at any
point, the next call goes on.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.intake.inbox import digest_of
from pipelines.release.publication import MANIFEST, list_releases, verify_release
from warehouse import keys
from warehouse.durability import replace_file, sync_folder
from warehouse.faults import reached
from warehouse.layout import Home
from warehouse.rekeying import is_under, write_protected

PENDING = "rekeying"


@dataclass(frozen=True)
class Rekeyed:
    """How many files of releases were brought under the first key, and releases that are not as they were cut."""

    n_files: int
    damaged: tuple[str, ...]


def protect_releases(home: Home) -> Rekeyed:
    """Bring every release under the first key; one that was changed since it was cut stays as it is, and is named."""
    n_files, damaged = 0, []
    for release in list_releases(home):
        _finish(release.path)
        wanted = [path for path in _files(release.path) if not is_under(path, keys.known()[0])]
        if wanted and verify_release(release):
            damaged.append(release.id)
        elif wanted:
            _announce(release.path, {_name(release.path, path): write_protected(path) for path in wanted})
            _finish(release.path)
            n_files += len(wanted)
    return Rekeyed(n_files, tuple(damaged))


def _announce(folder: Path, parts: dict[str, Path]) -> None:
    """Have the manifest hold the digests of the files that are about to take their places."""
    content = _read(folder)
    content["digests"] |= {name: digest_of(part) for name, part in parts.items()}
    content[PENDING] = sorted(parts)
    _write(folder, content)
    reached("rekey.announced")


def _finish(folder: Path) -> None:
    """Put announced files in place. Parts that no manifest announced were left by a crash, and go."""
    content = _read(folder)
    announced = content.pop(PENDING, [])
    for part in folder.rglob("*.part"):
        if _name(folder, part).removesuffix(".part") in announced:
            part.replace(part.with_name(part.name.removesuffix(".part")))
            sync_folder(part.parent)
            reached("rekey.placed")
        else:
            part.unlink()
    if announced:
        _write(folder, content)


def _files(folder: Path) -> list[Path]:
    return sorted([*folder.rglob("*.duckdb"), *folder.rglob("*.parquet")])


def _name(folder: Path, path: Path) -> str:
    return path.relative_to(folder).as_posix()


def _read(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return content


def _write(folder: Path, content: dict[str, Any]) -> None:
    replace_file(folder / MANIFEST, (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode())
