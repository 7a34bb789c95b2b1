"""Every command the README shows is run here, in the order a reader meets it, on a copy of the demonstration's home."""

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from pipelines.cli import hamreg

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# Checking the messy file, or rehearsing it, has findings to tell: that is the exit code.
MESSY = "--clinic NRD {}examples/messy_follow_up.csv"
SERVE = "hamreg serve"
EXIT_CODES = {f"hamreg check {MESSY.format('')}": 1, f"hamreg submit {MESSY.format('--preview ')}": 1}


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, flags=re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    shown = [line for block in blocks("") for line in block.splitlines() if line.startswith("hamreg ")]
    inline = re.findall(r"`(hamreg [^`]+)`", README)
    return [*shown, *(command.replace(" DIR", " generated").replace("300", "30") for command in inline)]


def serve_and_stop(command: str, folder: Path) -> None:
    """Start the pages as shown, but on a free port, see the sign-in, and end them as Ctrl-C does."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [sys.executable, "-m", "pipelines.cli", *shlex.split(command)[1:-1], str(port)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(program, cwd=folder, env=environment, stderr=subprocess.PIPE, text=True) as server:
        for _ in range(200):
            try:
                answer = httpx2.get(f"http://127.0.0.1:{port}/sign-in", timeout=5)
                break
            except httpx2.TransportError:
                time.sleep(0.1)
        server.send_signal(signal.SIGINT)
        told = server.communicate(timeout=30)[1]
    assert answer.status_code == 200
    assert f"opens at http://127.0.0.1:{port}" in told
    assert "Traceback" not in told


@pytest.fixture
def reader_folder(demo_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a reader stands after `make demo`: the examples, and the registry's home in its default place."""
    shutil.copytree(demo_home, tmp_path / "registry-home", symlinks=True)
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HAMREG_HOME", raising=False)
    return tmp_path


def test_every_command_runs_as_the_readme_shows_it(reader_folder: Path) -> None:
    assert len(commands()) >= 15
    for command in commands():
        if command.startswith(SERVE):
            serve_and_stop(command, reader_folder)
            continue
        result = CliRunner().invoke(hamreg, shlex.split(command)[1:], catch_exceptions=False)
        assert result.exit_code == EXIT_CODES.get(command, 0), f"{command}\n{result.output}"
        assert result.output.strip() or (reader_folder / "follow_up.csv").exists(), command


def test_the_notebook_lines_run(reader_folder: Path) -> None:
    del reader_folder
    (program,) = blocks("python")
    names: dict[str, object] = {}
    exec(program, names)  # noqa: S102 - the README's own lines are what is tested
    assert len(names["frame"]) > 0  # type: ignore[arg-type]  # a pandas frame
    names["registry"].close()  # type: ignore[attr-defined]  # a DuckDB connection


def test_the_output_shown_is_what_the_demonstration_prints(demo_home: Path) -> None:
    printed = [line.rstrip() for line in (demo_home / "demo.txt").read_text(encoding="utf-8").splitlines()]
    (shown,) = blocks("text")
    lines = [line.rstrip() for line in shown.splitlines()]
    assert lines[0] in printed
    start = printed.index(lines[0])
    assert printed[start : start + len(lines)] == lines


def test_every_make_command_shown_exists() -> None:
    shown = set(re.findall(r"\bmake ([a-z-]+)", README))
    offered = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown <= {line.split()[0] for line in offered.splitlines()}
