"""`python -m pipelines.release.asking HOME`: what the gate says of the current snapshot, as JSON; nothing is cut.

A process of its own, so that a server which asks does not carry what the gate loads.
"""

import json
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.release.publication import current_snapshot, find_before
from pipelines.settings import read_settings
from warehouse import keys
from warehouse.layout import Home


def ask_gate(home: Home) -> Mapping[str, Any]:
    """The verdict on the current snapshot beside the newest release, with the names of both."""
    from pipelines.release.gate import judge

    snapshot, before = current_snapshot(home), find_before(home)
    at = None if read_settings(home.settings_path).is_synthetic else datetime.now(UTC)  # the invented have no today
    verdict = judge(snapshot / "registry.duckdb", before, at=at)
    return {"snapshot": snapshot.name, "before": before[0] if before else None, "verdict": verdict.as_json()}


def main() -> None:
    """Print the answer for the home named."""
    keys.use_environment(os.environ)
    json.dump(ask_gate(Home(Path(sys.argv[1]))), sys.stdout)


if __name__ == "__main__":
    main()
