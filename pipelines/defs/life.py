"""A run's sign of life: a lock on a file of its own, which the kernel drops with the process, whatever ended it.

Loads no Dagster, so that `hamreg doctor` can look.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home


@contextmanager
def sign_of_life(home: Home, run_id: str) -> Iterator[None]:
    """Show that this run's process lives, until the block ends or the process dies."""
    path = life_path(home, run_id)
    path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def is_alive(home: Home, run_id: str) -> bool:
    """Whether a process shows the run's sign of life."""
    try:
        descriptor = os.open(life_path(home, run_id), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def life_path(home: Home, run_id: str) -> Path:
    """The file that a run's process holds locked."""
    return home.dagster / "running" / run_id
