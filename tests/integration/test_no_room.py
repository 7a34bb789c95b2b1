"""A full disk and a home that may only be read: a clear error, nothing half, and all is well once it is mended."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.filled_home import make_home, send_enrolments
from tests.support.home_state import read_half
from warehouse.connection import reader
from warehouse.errors import HomeError
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


WAYS = pytest.mark.parametrize(
    "words", [("run", "--no-dagster"), pytest.param(("run",), marks=pytest.mark.slow)], ids=" ".join
)


@WAYS
def test_a_disk_that_is_full_is_told_and_heals(small_disk: Path, words: tuple[str, ...]) -> None:
    home = make_home(small_disk / "home")
    send_enrolments(home, N_FILES)
    for left in (0, 1_000_000, 5_000_000):  # full at once; once the facts are in; while the snapshot is written
        ballast = fill(small_disk, left)
        done = call(home, *words)
        ballast.unlink()
        assert done.returncode == HomeError.exit_code, done.stderr
        assert "Traceback" not in done.stderr
        assert "No space left" in done.stderr or "disk is full" in done.stderr
    done = call(home, *words)
    assert done.returncode == 0, done.stderr
    assert n_episodes(home) == N_FILES
    assert read_half(home) == []


@WAYS
def test_a_home_that_may_only_be_read_is_told_and_stays_as_it_is(words: tuple[str, ...]) -> None:
    """As root no home is read-only: an account without rights asks, in a folder that it may enter and read."""
    if os.geteuid() != 0 or shutil.which(NOBODY[0]) is None:
        pytest.skip("only root may call as another account")
    with tempfile.TemporaryDirectory(prefix="hamreg-", dir="/var/tmp") as folder:
        home = make_home(Path(folder) / "home")
        send_enrolments(home, 1)
        for path in (Path(folder), *Path(folder).rglob("*")):
            path.chmod(0o555 if path.is_dir() else 0o444)
        if subprocess.run([*NOBODY, sys.executable, "-c", "import pipelines.cli"], cwd=ROOT, check=False).returncode:
            pytest.skip("another account cannot read this checkout")
        before = sorted(str(path) for path in Path(folder).rglob("*"))
        done = call(home, *words, prefix=NOBODY)
        assert done.returncode == HomeError.exit_code, done.stderr
        assert "Traceback" not in done.stderr
        assert "cannot be written" in done.stderr
        assert sorted(str(path) for path in Path(folder).rglob("*")) == before
