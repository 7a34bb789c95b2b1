"""The Dagster instance of a registry home: opening it, and making it on first use. Knows no asset and no job."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from pipelines.defs.instance_settings import made_mark, write_instance_settings
from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The instance that lives in the home; made on first use, by one process at a time."""
    home.dagster.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    with _one_at_a_time(home.dagster / "first-use.lock"):
        write_instance_settings(home)
        instance = dg.DagsterInstance.from_config(str(home.dagster))
        made_mark(home).touch(mode=PRIVATE_FILE)
    try:
        yield instance
    finally:
        instance.dispose()


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Two processes that create Dagster's databases at once can crash one of them."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
