"""What goes wrong at a keyboard: one clear message, its exit code, no traceback, nothing lost. Whole processes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.layout import Home
from warehouse.lock import lock

ROOT = Path(__file__).parents[2]
GOOD = "patient_id;side;assessed_on;phat_total\nAMC-00017;left;2025-03-14;80\n"


def hamreg(home: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pipelines.cli", "--home", str(home), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=120)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    path = tmp_path / "home"
    hamreg(path, "init")
    hamreg(path, "clinic", "add", "AMC", "--name", "Amsterdam UMC", "--decimal", "comma")
    return path


def file_of(folder: Path, text: str, name: str = "follow_up.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def assert_told(answer: "subprocess.CompletedProcess[str]", exit_code: int, *words: str) -> None:
    told = answer.stdout + answer.stderr
    assert answer.returncode == exit_code, told
    assert "Traceback" not in told
    for word in words:
        assert word in told


@pytest.mark.parametrize(
    ("text", "exit_code", "words"),
    [
        ("", 3, ["empty"]),
        ("name of the horse;colour\nBella;brown\n", 3, ["Refused", "form"]),
        ("side;assessed_on;phat_total\nleft;2025-03-14;80\n", 3, ["Refused", "patient_id"]),
        (GOOD.replace("80", "a lot"), 1, ["line 2", "phat_total", "a lot"]),
    ],
    ids=["empty file", "unknown form", "missing key column", "wrong type"],
)
def test_a_file_that_cannot_be_taken_is_told_as_such(
    tmp_path: Path, text: str, exit_code: int, words: list[str]
) -> None:
    assert_told(hamreg(tmp_path / "none", "check", file_of(tmp_path, text)), exit_code, *words)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert_told(hamreg(tmp_path, "check", tmp_path / "absent.csv"), 3, "absent.csv")


def test_an_unknown_clinic_is_named_and_the_file_stays_where_it_was(home: Path, tmp_path: Path) -> None:
    file = file_of(tmp_path, GOOD)
    assert_told(hamreg(home, "submit", "--clinic", "XYZ", file), 2, "XYZ", "hamreg clinic add XYZ")
    assert file.read_text() == GOOD
    assert list((home / "inbox").rglob("*.csv")) == []


def test_broken_settings_are_named_by_their_line(home: Path, tmp_path: Path) -> None:
    (home / "registry.toml").write_text("[registry\n")
    assert_told(hamreg(home, "submit", "--clinic", "AMC", file_of(tmp_path, GOOD)), 4, "registry.toml", "line 1")
    assert_told(hamreg(home, "run", "--no-dagster"), 4, "registry.toml")


AS_NOBODY = """
import os, sys
import pipelines.cli.snapshot
from pipelines.cli import main
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
main()
"""


def test_a_home_that_somebody_else_owns_is_told_as_such(home: Path) -> None:
    if os.geteuid() != 0:
        home.chmod(0o000)
    command = [sys.executable, "-c", AS_NOBODY, "--home", str(home), "status"]
    answer = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    home.chmod(0o700)
    assert_told(answer, 4, "registry home", "cannot be read")


def test_a_second_writer_is_told_who_writes_and_loses_nothing(home: Path, tmp_path: Path) -> None:
    hamreg(home, "submit", "--clinic", "AMC", file_of(tmp_path, GOOD))
    with lock(Home(home), "a rehearsal"):
        answer = hamreg(home, "run", "--no-dagster")
    assert_told(answer, 4, "a rehearsal", str(os.getpid()), "since")
    assert len(list((home / "inbox" / "AMC").glob("*.csv"))) == 1


def test_a_bad_file_is_a_result_of_the_run_and_the_others_load(home: Path, tmp_path: Path) -> None:
    bad = file_of(tmp_path, "nothing;of;ours\n1;2;3\n", "bad.csv")
    hamreg(home, "submit", "--clinic", "AMC", bad, file_of(tmp_path, GOOD))
    answer = hamreg(home, "run", "--no-dagster")
    assert_told(answer, 0, "2 submissions: 1 refused")
    assert list((home / "inbox" / "AMC").iterdir()) == []
    assert len(list((home / "outbox" / "AMC").rglob("receipt.json"))) == 2
