"""The units for a small server are right, and name commands that exist."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from pipelines.cli.dev import up_command
from pipelines.cli.serve import serve_command

UNITS = sorted((Path(__file__).parents[2] / "deploy").glob("*.service"))
COMMAND = re.compile(r"^ExecStart=/opt/hamreg/.venv/bin/hamreg (up|serve) (.*)$", flags=re.MULTILINE)
COMMANDS = {"up": up_command, "serve": serve_command}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed here")
def test_a_unit_passes_systemds_own_check(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name
    copy.write_text(COMMAND.sub("ExecStart=/bin/true", unit.read_text()))
    checked = subprocess.run(["systemd-analyze", "verify", "--man=no", str(copy)], capture_output=True, text=True)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_calls_a_command_with_options_it_knows(unit: Path) -> None:
    ((name, options),) = COMMAND.findall(unit.read_text())
    context = COMMANDS[name].make_context(name, options.split(), parent=click.Context(COMMANDS[name]))
    assert unit.stem == f"hamreg-{context.params.get('only', 'portal')}"


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_keeps_the_home_to_itself(unit: Path) -> None:
    settings = unit.read_text().splitlines()
    assert {"User=hamreg", "StateDirectoryMode=0700", "UMask=0077", "ProtectSystem=strict"} <= set(settings)
