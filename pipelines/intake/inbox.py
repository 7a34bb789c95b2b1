"""The inbox: files handed in whole or dropped by hand, under the name that is their submission's id.

Needs no database and no lock; what is done with a waiting file stands in `submission`.
"""

import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path, PureWindowsPath

from pipelines.intake.file_names import safe_name
from warehouse import keys
from warehouse.durability import sync_folder
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home, instant_id, read_instant_id
from warehouse.sealed import BLOCK, is_sealed, read_blocks, read_sealed, require_key, seal_file, write_sealed

ID = re.compile(r"(\d{8}T\d{12}Z)~([0-9a-f]{12})\.([a-z0-9]{1,8})")
STANDSTILL = timedelta(minutes=1)
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,8})")
_TICK = timedelta(microseconds=1)
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Waiting:
    """A file that waits: its submission id, its clinic, where it lies and the name the clinic gave it."""

    submission: str
    clinic: str
    path: Path
    file: str
    is_renamed: bool = False  # the clinic's own name told too much and was not kept

    @property
    def received_at(self) -> datetime:
        """The instant in the id."""
        return read_instant_id(self.submission.partition("~")[0]).replace(tzinfo=UTC)

    @property
    def sidecar(self) -> Path:
        """The hidden file that holds the clinic's name for it."""
        return sidecar_of(self.path)


def hand_in(home: Home, clinic: str, name: str, content: bytes | Path, received_at: datetime) -> str:
    """Put a file into a clinic's inbox, whole or not at all, and give the submission's id.

    An id that is taken (the same bytes in the same microsecond) moves on to the next microsecond. `HomeError` where the
    home is encrypted and its key is not here.
    """
    require_key(home)
    folder = home.inbox(clinic)
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    digest = digest_of(content)
    for instant in _ticks(received_at):
        submission = f"{instant_id(instant)}~{digest[:12]}.{_suffix(name)}"
        if _is_free(home, submission) and _place(folder, submission, name, content):
            return submission
    raise AssertionError("ticks have no end")


def waiting(home: Home) -> tuple[Waiting, ...]:
    """What waits in every clinic's inbox, in the order in which it came."""
    files = [path for path in home.inbox_folder.glob("*/*") if ID.fullmatch(path.name) and path.is_file()]
    found = [Waiting(path.name, path.parent.name, path, read_name(path), _is_renamed(path)) for path in files]
    return tuple(sorted(found, key=lambda item: (item.submission, item.clinic)))


def adopt(home: Home, now: datetime, tell: Callable[[str], object] = lambda _: None) -> tuple[str, ...]:
    """Give files dropped by hand their id, once they have stood still for a minute; the ids.

    Each is told before its old name goes: killed in between, it is told again rather than never.
    """
    dropped = [path for path in sorted(home.inbox_folder.glob("*/*")) if _is_dropped(path)]
    return tuple(_adopt(home, path, now, tell) for path in dropped if _stands_still(path, now))


def arriving(home: Home) -> int:
    """How many files were dropped by hand and not adopted yet."""
    return sum(map(_is_dropped, home.inbox_folder.glob("*/*")))


def clear(items: Collection[Waiting]) -> None:
    """Take finished files out of the inbox: the sidecar first, so that no entry is ever without its end."""
    for item in items:
        item.sidecar.unlink(missing_ok=True)
        reached("inbox.sidecar_cleared")
        item.path.unlink(missing_ok=True)
        reached("inbox.entry_cleared")
    for folder in {item.path.parent for item in items}:
        sync_folder(folder)


def sweep(home: Home) -> None:
    """Remove what hand-ins left that died: parts, and sidecars that no entry followed. Those under way stay."""
    for part in home.inbox_folder.glob("*/.*.part"):
        if not is_alive(part.name.split(".")[-2]):
            part.unlink(missing_ok=True)
    for sidecar in home.inbox_folder.glob("*/.*.json"):
        entry = sidecar.with_name(sidecar.name[1 : -len(".json")])
        if not entry.exists() and not is_alive(str(_read_sidecar(sidecar).get("pid", ""))) and not entry.exists():
            sidecar.unlink(missing_ok=True)


def sidecar_of(path: Path) -> Path:
    """Where the name of an inbox entry is kept."""
    return path.with_name(f".{path.name}.json")


def read_name(path: Path) -> str:
    """The name the clinic gave the file; its id where the sidecar is gone."""
    return str(_read_sidecar(sidecar_of(path)).get("file", path.name))


def digest_of(content: bytes | Path) -> str:
    """The SHA-256 of bytes or of a file, which is read in pieces."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest()
    digest = hashlib.sha256()
    for block in read_blocks(content):
        digest.update(block)
    return digest.hexdigest()


def _is_renamed(path: Path) -> bool:
    return _read_sidecar(sidecar_of(path)).get("is_renamed") is True


def _sidecar(name: str) -> bytes:
    kept = safe_name(name)
    content = {"file": kept[-_LONGEST_NAME:], "pid": os.getpid(), "is_renamed": kept != name}
    return json.dumps(content, ensure_ascii=False).encode()


def _read_sidecar(path: Path) -> dict[str, object]:
    try:
        content = json.loads(read_sealed(path))
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def is_alive(pid: str) -> bool:
    """Whether a process of that number runs on this machine; not where the text is no number."""
    try:
        os.kill(int(pid), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        return True
    return True


def _ticks(start: datetime) -> Iterator[datetime]:
    while True:
        yield start
        start += _TICK


def _suffix(name: str) -> str:
    match = _SUFFIX.fullmatch(Path(name).suffix)
    return match[1].lower() if match else "csv"


def _is_free(home: Home, submission: str) -> bool:
    """No clinic has this id, waiting or answered: ids are unique in the whole registry."""
    folders = (home.inbox_folder, home.outbox_folder)
    return not any(
        (clinic / submission).exists() for folder in folders if folder.is_dir() for clinic in folder.iterdir()
    )


def _place(folder: Path, submission: str, name: str, content: bytes | Path) -> bool:
    """Write the sidecar, then the entry; False where another hand-in has the id."""
    entry = folder / submission
    try:
        _write(sidecar_of(entry), _sidecar(PureWindowsPath(name).name))
        reached("hand_in.sidecar")
        _write(entry, content)
    except FileExistsError:
        return False
    sync_folder(folder)
    reached("hand_in.done")
    return True


def _write(target: Path, content: bytes | Path) -> None:
    """All of the content under the target's name, or nothing: a link refuses to overwrite."""
    part = target.with_name(f".{target.name.lstrip('.')}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as stream:
        write_sealed(stream, _blocks(content))
        stream.flush()
        os.fsync(stream.fileno())
    reached("hand_in.part")
    try:
        os.link(part, target)
    finally:
        part.unlink()
    reached("hand_in.link")


def _blocks(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield from (content[start : start + BLOCK] for start in range(0, len(content), BLOCK))
        return
    yield from read_blocks(content)


def _is_dropped(path: Path) -> bool:
    is_ours = path.name.startswith(".") or path.name.endswith(".part") or ID.fullmatch(path.name)
    return not is_ours and path.is_file() and not path.is_symlink()


def _stands_still(path: Path, now: datetime) -> bool:
    """Neither content nor attributes changed for a minute; a copy that keeps its old date still changes the latter."""
    status = path.stat()
    changed = datetime.fromtimestamp(max(status.st_mtime, status.st_ctime), UTC)
    return now - changed >= STANDSTILL


def _adopt(home: Home, path: Path, now: datetime, tell: Callable[[str], object]) -> str:
    """Link the file to its id and drop the old name; a run that died in between left both."""
    twin = next((item for item in waiting(home) if item.path.parent == path.parent and item.path.samefile(path)), None)
    submission = twin.submission if twin else _link(home, path, now)
    tell(submission)
    path.unlink()
    reached("adopt.done")
    sync_folder(path.parent)
    return submission


def _protect(path: Path) -> None:
    """Have a file that somebody dropped lie as one that was handed in does."""
    path.chmod(PRIVATE_FILE)
    if keys.known() and not is_sealed(path):
        seal_file(path)


def _link(home: Home, path: Path, now: datetime) -> str:
    _protect(path)
    digest = digest_of(path)
    for instant in _ticks(now):
        submission = f"{instant_id(instant)}~{digest[:12]}.{_suffix(path.name)}"
        entry = path.with_name(submission)
        if _is_free(home, submission) and not sidecar_of(entry).exists():
            _write(sidecar_of(entry), _sidecar(path.name))
            reached("adopt.sidecar")
            os.link(path, entry)
            reached("adopt.link")
            return submission
    raise AssertionError("ticks have no end")
