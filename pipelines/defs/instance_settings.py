"""What Dagster reads of a home before it starts: `dagster.yaml` and the workspace. Loads no Dagster itself."""

import json
import os
from pathlib import Path

from warehouse.layout import PRIVATE_FILE, PRIVATE_FOLDER, Home

ROOT = Path(__file__).parents[2]

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

# The same code location as workspace.yaml at the root, wherever the command is called.
WORKSPACE = """\
# Written by hamreg at every start; a change made here is lost.
load_from:
  - python_module:
      module_name: pipelines.definitions
      working_directory: {root}
      location_name: hamreg
"""


def write_instance_settings(home: Home) -> Path:
    """Write `dagster.yaml` of the home."""
    folder = json.dumps(str((home.dagster / "history" / "runs").resolve()))
    return _write(home.dagster / "dagster.yaml", INSTANCE_SETTINGS.format(event_log_folder=folder))


def write_workspace(home: Home) -> Path:
    """Write the workspace with which Dagster's processes find the definitions."""
    return _write(home.dagster / "workspace.yaml", WORKSPACE.format(root=json.dumps(str(ROOT))))


def made_mark(home: Home) -> Path:
    """The file that says Dagster's databases are complete."""
    return home.dagster / "made"


def _write(path: Path, text: str) -> Path:
    """Write where it differs, whole or not at all."""
    path.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        part = path.with_name(f"{path.name}.{os.getpid()}.part")
        part.write_text(text, encoding="utf-8")
        part.chmod(PRIVATE_FILE)
        part.replace(path)
    return path
