"""What a full disk, or one that may not be written, says through every library, as one error of the registry's.

It is told once, with what to do; nothing is mended here.
"""

import errno
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from warehouse.errors import HomeError, RegistryError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}
# DuckDB and SQLite (below Dagster) say it in words alone.
_LIBRARIES = ("duckdb", "_duckdb", "sqlite3", "sqlalchemy")
_FULL_WORDS = ("no space left on device", "disk is full", "disk quota exceeded")
_CLOSED_WORDS = ("permission denied", "read-only file system", "readonly database", "unable to open database file")


def find_trouble(error: BaseException) -> HomeError | None:
    """The error that the disk is behind, if it is behind this one or what led to it."""
    for each in _chain(error):
        if isinstance(each, OSError) and each.errno in _FULL | _CLOSED:
            return _full() if each.errno in _FULL else _closed(each)
        if type(each).__module__.partition(".")[0] in _LIBRARIES:
            words = str(each).lower()
            if any(said in words for said in _FULL_WORDS):
                return _full()
            if any(said in words for said in _CLOSED_WORDS):
                return _closed(None)
    return None


class TroubleTold:
    """Around a command: an error that the disk is behind ends it as a `HomeError`; every other goes on as it is."""

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None and not isinstance(error, RegistryError) and (told := find_trouble(error)):
            raise told from None


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and those it came of, each once."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or each.__context__


def _full() -> HomeError:
    return HomeError(
        "The disk is full: the command stopped, and what it had finished before stands.",
        "Make room (releases/ and backups/ are the largest), then give the command again.",
    )


def _closed(error: OSError | None) -> HomeError:
    where = Path(str(error.filename)).name if error and error.filename else "the registry home"
    why = error.strerror if error else "it is closed to this account, or its disk is read-only"
    return HomeError(
        f"{where} cannot be written: {why}.", "Run as the owner of the home, on a disk that is not read-only."
    )
