"""A whole home in one file, checked, and back again. What follows a restore (a snapshot, old erasures) is the caller's.

The file is a plain tar with a manifest of digests at its end. Snapshots are derived again; Dagster's own history,
drafts and rows kept of failed audits stay behind.
"""

import hashlib
import io
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from warehouse.compaction import settle
from warehouse.connection import attach, open_memory, translated
from warehouse.durability import sync_file, sync_folder, sync_tree
from warehouse.errors import HomeError
from warehouse.faults import reached
from warehouse.layout import FACTS_FILE, PRIVATE_FILE, PRIVATE_FOLDER, Home
from warehouse.schema_version import read_version

MANIFEST = "manifest.json"
FORMAT = 1
LEFT_BEHIND = ("audits", "backups", "dagster", "lock", "scratch", "snapshots")
_CHUNK = 1 << 20


Progress = Callable[[int, int], None]  # how much of how much


def _untold(done: int, total: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: when it was made (UTC, ISO 8601), the facts' schema and count, each file's SHA-256."""

    made_at: str
    schema_version: int
    n_submissions: int
    files: Mapping[str, str]
    format: int = FORMAT


def back_up(home: Home, target: Path, made_at: datetime, progress: Progress = _untold) -> Manifest:
    """Write the home to a new file; nothing is overwritten. The caller holds the lock, with the facts closed."""
    if target.exists():
        raise HomeError(f"{target.name} is there already.", "Choose another name: a backup is never overwritten.")
    if home.facts_path.exists():
        with open_memory() as connection, translated("The facts could not be read"):
            settle(connection, home.facts_path)
    schema_version, n_submissions = _describe(home.facts_path)
    part = target.with_name(f"{target.name}.part")
    with _private_file(part) as file, tarfile.open(fileobj=file, mode="w") as tar:
        digests = dict(_add_all(tar, list(_files(home)), progress))
        manifest = Manifest(made_at.astimezone(UTC).isoformat(), schema_version, n_submissions, digests)
        _add_bytes(tar, json.dumps(asdict(manifest), indent=1).encode(), MANIFEST)
    sync_file(part)
    reached("backup.write")
    part.rename(target)
    sync_folder(target.parent)
    return manifest


def measure(home: Home) -> int:
    """How many bytes a backup takes, about."""
    return sum(path.stat().st_size for _, path in _files(home)) + _CHUNK


def check_backup(path: Path, progress: Progress = _untold) -> Manifest:
    """Read a backup to its end and open its facts; `HomeError` says what is wrong with it."""
    with tempfile.TemporaryDirectory(prefix="hamreg-check-") as folder:
        return _extract(path, Path(folder), progress)


def restore(path: Path, home: Home, progress: Progress = _untold) -> Manifest:
    """Make a home of a backup, in a place where there is none; it comes into being whole or not at all.

    It has no snapshot yet, and patients erased after the backup are in it: both are for the caller.
    """
    if home.path.exists() and any(home.path.iterdir()):
        raise HomeError("There is a registry home already.", "Move it aside, or set HAMREG_HOME to another folder.")
    part = home.path.with_name(f"{home.path.name}.restoring")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=PRIVATE_FOLDER, parents=True)
    try:
        manifest = _extract(path, part, progress)
    except BaseException:
        shutil.rmtree(part)
        raise
    Home(part).create()
    sync_tree(part)
    reached("restore.write")
    with suppress(FileNotFoundError):
        home.path.rmdir()
    part.rename(home.path)
    sync_folder(home.path.parent)
    return manifest


def _files(home: Home) -> Iterator[tuple[str, Path]]:
    """Every file that is kept, by its name in the backup; a file that is being written is not there yet."""
    for path in sorted(home.path.rglob("*")):
        name = path.relative_to(home.path)
        is_kept = name.parts[0] not in LEFT_BEHIND and not name.name.endswith((".part", ".wal"))
        if is_kept and home.drafts not in path.parents and path.is_file() and not path.is_symlink():
            yield name.as_posix(), path


def _describe(facts_path: Path) -> tuple[int, int]:
    """The schema and the number of submissions of the facts; of none, zero."""
    if not facts_path.exists():
        return 0, 0
    with open_memory() as connection, translated("The facts could not be read"):
        attach(connection, facts_path, "facts", is_read_only=True)
        row = connection.execute("select count(*) from facts.submission").fetchone()
        return read_version(connection), int(row[0]) if row else 0


def _add_all(tar: tarfile.TarFile, files: Sequence[tuple[str, Path]], progress: Progress) -> Iterator[tuple[str, str]]:
    for number, (name, path) in enumerate(files, start=1):
        yield name, _add(tar, path, name)
        progress(number, len(files))


def _add(tar: tarfile.TarFile, path: Path, name: str) -> str:
    """Add a file as long as it is now (a log may grow meanwhile), and give its digest."""
    found = path.stat()
    item = tarfile.TarInfo(name)
    item.size, item.mtime, item.mode = found.st_size, int(found.st_mtime), PRIVATE_FILE
    with path.open("rb") as file:
        reader = _Digesting(file)
        tar.addfile(item, reader)
    return reader.digest.hexdigest()


def _add_bytes(tar: tarfile.TarFile, content: bytes, name: str) -> None:
    item = tarfile.TarInfo(name)
    item.size, item.mode = len(content), PRIVATE_FILE
    tar.addfile(item, io.BytesIO(content))


class _Digesting(io.RawIOBase):
    """A file that is digested as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(size)
        self.digest.update(content)
        return content


def _private_file(path: Path) -> IO[bytes]:
    path.unlink(missing_ok=True)
    path.touch(mode=PRIVATE_FILE)
    return path.open("wb")


def _extract(path: Path, folder: Path, progress: Progress) -> Manifest:
    """Unpack a backup and hold it against its manifest."""
    digests: dict[str, str] = {}
    manifest = b""
    try:
        with tarfile.open(path) as tar:
            for item in tar:
                file = tar.extractfile(item)
                if file is None or not _is_inside(item.name):
                    raise _damaged(path, "it holds something that is no file of a home")
                if item.name == MANIFEST:
                    manifest = file.read()
                else:
                    digests[item.name] = _write(folder / item.name, file, item.mtime)
                progress(item.offset_data + item.size, path.stat().st_size)
    except FileNotFoundError:
        raise HomeError(f"There is no backup {path.name}.") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise _damaged(path, f"it cannot be read to its end ({type(error).__name__})") from None
    return _check(path, folder, digests, manifest)


def _check(path: Path, folder: Path, digests: Mapping[str, str], content: bytes) -> Manifest:
    try:
        manifest = Manifest(**json.loads(content))
    except (ValueError, TypeError):
        raise _damaged(path, "its manifest is missing, cut off or of another kind") from None
    if manifest.format != FORMAT:
        raise _damaged(path, f"its format {manifest.format} is not known here")
    named = digests.keys() | manifest.files.keys()
    wrong = sorted(name for name in named if digests.get(name) != manifest.files.get(name))
    if wrong:
        raise _damaged(path, f"{len(wrong)} files differ from its manifest, {wrong[0]} among them")
    if _describe(folder / FACTS_FILE) != (manifest.schema_version, manifest.n_submissions):
        raise _damaged(path, "its facts are not those its manifest describes")
    return manifest


def _write(target: Path, file: IO[bytes], mtime: float) -> str:
    target.parent.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with _private_file(target) as copy:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            copy.write(chunk)
    os.utime(target, (mtime, mtime))
    return digest.hexdigest()


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts


def _damaged(path: Path, why: str) -> HomeError:
    return HomeError(f"{path.name} is no sound backup: {why}.", "Take another backup; this one was not restored.")
