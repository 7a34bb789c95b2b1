"""Commands that read a snapshot load the database and nothing heavier."""

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("dagster", "pandera", "great_expectations", "scipy", "pandas", "polars", "statsmodels", "hypothesis")

PROGRAM = """
import contextlib, sys
from pipelines.cli import hamreg
with contextlib.suppress(SystemExit):
    hamreg.main(sys.argv[1:], standalone_mode=False)
print("LOADED", *sorted(set({heavy!r}) & set(sys.modules)))
"""


def loaded_by(home: Path, *arguments: str) -> list[str]:
    program = PROGRAM.format(heavy=HEAVY)
    command = [sys.executable, "-c", program, "--home", str(home), *arguments]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    return answer.stdout.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["overdue"],
        ["query", "select patient_id, injured_on from registry.episode"],
        ["query", "--format", "json", "select * from ops.known"],
    ],
    ids=lambda arguments: " ".join(arguments[:2]),
)
def test_reading_a_snapshot_loads_no_heavy_library(demo_home: Path, arguments: list[str]) -> None:
    assert loaded_by(demo_home, *arguments) == []


def test_a_patients_benchmark_loads_no_heavy_library(demo_home: Path) -> None:
    import duckdb

    path = str(demo_home / "snapshots" / "current" / "registry.duckdb")
    with duckdb.connect(path, read_only=True) as connection:
        row = connection.execute("select min(patient_id) from registry.episode").fetchone()
    assert row is not None
    assert loaded_by(demo_home, "benchmark", row[0]) == []


def test_the_dictionary_loads_no_heavy_library(tmp_path: Path) -> None:
    assert loaded_by(tmp_path, "dictionary", "--format", "json") == []


def test_checking_a_file_without_a_fault_loads_polars_alone(tmp_path: Path) -> None:
    path = tmp_path / "screening.csv"
    path.write_text("clinic,month_on,n_eligible,n_enrolled,n_declined,n_missed\nAMC,2024-03,5,3,1,1\n")
    assert loaded_by(tmp_path, "check", str(path)) == ["polars"]


def test_checking_a_file_loads_nothing_that_only_tests_use(tmp_path: Path) -> None:
    path = tmp_path / "follow_up.csv"
    path.write_text("patient_id,side,injury_no,assessed_on,phat_total\nAMC-0015D,left,1,2024-03-04,180\n")
    loaded = loaded_by(tmp_path, "check", str(path))
    assert "pandera" in loaded  # which also shows that the probe sees what is loaded
    assert "hypothesis" not in loaded


def test_a_command_ends_without_looking_over_what_it_loaded() -> None:
    told = "atexit.register(lambda: print('FROZEN', gc.get_freeze_count() > 1000))"
    program = f"import atexit, gc; {told}; from pipelines.cli import main; main()"
    answer = subprocess.run([sys.executable, "-c", program, "--version"], capture_output=True, text=True, check=True)
    assert answer.stdout.splitlines()[-1] == "FROZEN True"
