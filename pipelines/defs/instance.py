"""The Dagster instance of a registry home: its `dagster.yaml`, and opening it. Knows no asset and no job."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg

from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home

# Rendered anew at every start, since the path in it moves with the home. A step prints nothing, and what a library
# prints may quote a row: so no output is captured. One run at a time; the rest wait in the queue.
INSTANCE_SETTINGS = """\
# Written by hamreg at every start; a change made here is lost.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  start_timeout_seconds: 180
  poll_interval_seconds: 30
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: pipelines.defs.event_log
  class: EventLog
  config:
    base_dir: {event_log_folder}
auto_materialize:
  enabled: false
freshness:
  enabled: false
retention:
  sensor:
    purge_after_days: {{skipped: 2, success: 90, failure: 90}}
  schedule:
    purge_after_days: 365
"""


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """The instance that lives in the home; made on first use, by one process at a time."""
    home.dagster.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    with _one_at_a_time(home.dagster / "first-use.lock"):
        write_instance_settings(home)
        instance = dg.DagsterInstance.from_config(str(home.dagster))
    try:
        yield instance
    finally:
        instance.dispose()


def write_instance_settings(home: Home) -> Path:
    """Write `dagster.yaml` where it differs, whole or not at all."""
    path = home.dagster / "dagster.yaml"
    text = INSTANCE_SETTINGS.format(event_log_folder=json.dumps(str((home.dagster / "history" / "runs").resolve())))
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.chmod(PRIVATE_FILE)
        part.replace(path)
    return path


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Two processes that create Dagster's databases at once can crash one of them."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, PRIVATE_FILE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
