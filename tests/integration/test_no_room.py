"""A full disk and a home that may only be read: a clear error, nothing half, and all is well once it is mended."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pipelines.intake.inbox import waiting
from tests.support.filled_home import make_home, send_enrolments
from tests.support.home_state import read_half
from warehouse.connection import reader
from warehouse.layout import Home

ROOT = Path(__file__).parents[2]
N_FILES = 6
SIZE = 48_000_000
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a small disk")
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "none", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine does not let even root mount a disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def call(home: Home, *words: str, prefix: Sequence[str] = ()) -> subprocess.CompletedProcess[str]:
    command = [*prefix, sys.executable, "-m", "pipelines.cli", "--home", str(home.path), *words]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    )


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes."""
    ballast = disk / "ballast"
    free = shutil.disk_usage(disk).free
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(free - left, 1))
    return ballast


def n_episodes(home: Home) -> int:
    with reader(home.registry_path) as connection:
        row = connection.execute("select count(*) from registry.episode").fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("words", [("run",), ("run", "--no-dagster")], ids=" ".join)
def test_a_disk_that_is_full_is_told_and_heals(small_disk: Path, words: tuple[str, ...]) -> None:
    home = make_home(small_disk / "home")
    send_enrolments(home, N_FILES)
    for left in (0, 1_000_000, 3_000_000, 5_000_000, 9_000_000):
        ballast = fill(small_disk, left)
        done = call(home, *words)
        print(left, done.returncode, done.stdout[-1500:], done.stderr[-3500:], read_half(home), len(waiting(home)))
        ballast.unlink()
    done = call(home, *words)
    print(done)
    assert n_episodes(home) == N_FILES
    assert read_half(home) == []
    assert 0
