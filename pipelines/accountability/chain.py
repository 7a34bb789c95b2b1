"""Lines that can only be added: each carries the digest of the line before, so that a later rewrite shows.

What a line says is `log`'s to decide. A file a month, so that old ones can go; the chain runs on from file to file.
"""

import fcntl
import hashlib
import json
import os
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from warehouse.durability import sync_folder
from warehouse.errors import HomeError
from warehouse.faults import reached
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home

NOTHING_BEFORE = "0" * 64
CUT = "cut"  # the act of removing old files; it names the digest of the last line that went
_BLOCK = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One line: its place, its digest and what it says."""

    file: str
    line: int
    digest: str
    said: Mapping[str, Any]


@dataclass(frozen=True)
class Verification:
    """What a reading of the whole log found. `fault` is '' where every line follows from the one before."""

    n_entries: int
    first_at: str
    last_at: str
    head: str
    fault: str = ""


@contextmanager
def held(home: Home) -> Iterator[None]:
    """Have the log to oneself for a moment: looks are recorded while a run holds the writer's lock."""
    try:
        home.log.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        descriptor = os.open(home.log / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except OSError as error:
        raise unwritable(error) from None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def append(home: Home, said: Mapping[str, Any], now: datetime) -> str:
    """Add a line, on the disk before this returns; its digest. The caller holds the log (`held`)."""
    segments = read_segments(home)
    name = f"acts-{now.astimezone(UTC):%Y-%m}.jsonl"
    path = home.log / max([name, *(segment.name for segment in segments[-1:])])  # a clock may go back, the log not
    try:
        before = next((digest for each in reversed(segments) if (digest := _mend(each))), NOTHING_BEFORE)
        line = json.dumps({**said, "before": before}, ensure_ascii=False, separators=(",", ":")).encode()
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, PRIVATE_FILE)
        with os.fdopen(descriptor, "wb", buffering=0) as stream:
            stream.write(line + b"\n")
            os.fsync(stream.fileno())
    except OSError as error:
        raise unwritable(error) from None
    reached("log.append")
    if path not in segments:
        sync_folder(home.log)
    return digest_of(line)


def read_segments(home: Home) -> list[Path]:
    """The files of the log, oldest first."""
    return sorted(home.log.glob("acts-*.jsonl"))


def read_entries(home: Home) -> Iterator[Entry]:
    """Every whole line, oldest first; a line cut off by a crash was never acknowledged and is left out."""
    for path in read_segments(home):
        with path.open("rb") as stream:
            for number, line in enumerate(stream, start=1):
                if line.endswith(b"\n"):
                    yield Entry(path.name, number, digest_of(line[:-1]), _parse(line))


def verify(home: Home) -> Verification:
    """Hold every line against the one before. The oldest may follow one that retention removed, and said so."""
    entries = list(read_entries(home))
    if not entries:
        return Verification(0, "", "", NOTHING_BEFORE)
    first, last = entries[0], entries[-1]
    removed = {str(entry.said.get("last_digest")) for entry in entries if entry.said.get("act") == CUT}
    fault = "" if first.said.get("before") in {NOTHING_BEFORE, *removed} else _fault(first, "what came before is gone")
    for before, entry in pairwise(entries):
        if not fault and entry.said.get("before") != before.digest:
            fault = _fault(entry, "it does not follow from the line before, which was changed, added or removed")
    return Verification(len(entries), _at(first), _at(last), last.digest, fault)


def read_last(path: Path) -> str:
    """The digest of the last whole line of one file; '' where it has none."""
    with path.open("rb") as stream:
        found = deque((line for line in stream if line.endswith(b"\n")), maxlen=1)
    return digest_of(found[0][:-1]) if found else ""


def digest_of(line: bytes) -> str:
    """The SHA-256 of a line without its end."""
    return hashlib.sha256(line).hexdigest()


def unwritable(error: OSError) -> HomeError:
    """Nothing is shown or done that cannot be recorded."""
    return HomeError(
        f"The log cannot be written, so nothing was done: {error.strerror}.", "Make room or mend log/: hamreg doctor."
    )


def _mend(path: Path) -> str:
    """The digest of the last whole line, '' where there is none; what a crash left behind it is taken off."""
    with path.open("r+b") as stream:
        end = stream.seek(0, os.SEEK_END)
        tail, start = b"", end
        while start and tail.count(b"\n") < 2:
            start = max(0, start - _BLOCK)
            stream.seek(start)
            tail = stream.read(end - start)
        whole, newline, rest = tail.rpartition(b"\n")
        if rest:
            stream.truncate(end - len(rest))
    return digest_of(whole.rpartition(b"\n")[2]) if newline else ""


def _parse(line: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _at(entry: Entry) -> str:
    return str(entry.said.get("at", ""))


def _fault(entry: Entry, why: str) -> str:
    return f"{entry.file}, line {entry.line}: {why}"
