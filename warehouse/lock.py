"""The writer's lock: one process writes, and the others hear who and since when. Knows nothing of databases."""

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from warehouse.errors import HomeError, LockedError
from warehouse.layout import PRIVATE_FILE, Home

# A look at the lock (`read_holder`) takes it for an instant; a writer that meets one tries again for this long.
PATIENCE_SECONDS = 0.5
PAUSE_SECONDS = 0.02


@dataclass(frozen=True)
class Holder:
    """Who writes: process, host, since when (UTC, ISO 8601) and which command."""

    pid: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"`{self.command}` (process {self.pid} on {self.host}, since {self.since})"


@contextmanager
def lock(home: Home, command: str, patience_seconds: float = PATIENCE_SECONDS) -> Iterator[None]:
    """Hold the writer's lock; `LockedError` names the holder. The kernel frees it when the process dies."""
    descriptor = _open(home)
    try:
        if not _take(descriptor, patience_seconds):
            raise _locked(_read(descriptor))
        _write(descriptor, command)
        try:
            yield
        finally:
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def read_holder(home: Home) -> Holder | None:
    """Who holds the lock now, or None where nobody writes."""
    if not home.lock_path.exists():
        return None
    descriptor = _open(home)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(descriptor) or Holder(0, "", "", "another command")
    else:
        return None
    finally:
        os.close(descriptor)


def _open(home: Home) -> int:
    try:
        return os.open(home.lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    except FileNotFoundError:
        raise HomeError("There is no registry home here.", "Run `hamreg init`, or set HAMREG_HOME.") from None
    except OSError as error:
        raise HomeError(f"The registry home cannot be written: {error.strerror}.", "Check who owns it.") from None


def _take(descriptor: int, patience_seconds: float) -> bool:
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(PAUSE_SECONDS)
        else:
            return True


def _read(descriptor: int) -> Holder | None:
    try:
        return Holder(**json.loads(os.pread(descriptor, 4096, 0)))
    except (ValueError, TypeError):  # nothing written yet, or cut off by a power cut
        return None


def _write(descriptor: int, command: str) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds")
    content = json.dumps(asdict(Holder(os.getpid(), socket.gethostname(), since, command))).encode()
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, content, 0)


def _locked(holder: Holder | None) -> LockedError:
    who = str(holder) if holder else "another command"
    return LockedError(f"The registry is being written by {who}.", "Wait until it is done, then try again.")
