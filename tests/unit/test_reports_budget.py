"""What a reader waits for: one patient's lines load neither drawing nor statistics."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("dagster", "pandera", "great_expectations", "scipy", "pandas", "polars", "altair", "lifelines", "jinja2")


@pytest.mark.parametrize("module", ["pipelines.cli.benchmark", "pipelines.cli.counsel", "pipelines.cli.report"])
def test_a_command_loads_nothing_heavy_before_it_must(module: str) -> None:
    code = f"import sys, {module}; print([name for name in {HEAVY} if name in sys.modules])"
    root = Path(__file__).parents[2]
    run = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
