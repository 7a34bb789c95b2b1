"""After a run through Dagster, a release and looks: only the owner reads the home, only rows name a patient."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from pipelines.accountability.chain import read_entries
from pipelines.cli import hamreg
from pipelines.defs.instance import open_instance
from pipelines.defs.old_runs import forget_runs
from pipelines.settings import Retention, Settings
from schemas.patient_id import make_patient_id
from tests.support.filled_home import make_home, send_enrolments
from tests.support.search import find_everywhere
from warehouse.layout import Home

PATIENTS = [make_patient_id(clinic, number) for clinic, number in (("AMC", 1), ("UMCU", 2), ("AMC", 3))]
INVITED = {"facts.duckdb", "archive", "outbox", "snapshots", "releases"}


@pytest.fixture(scope="module")
def journal() -> list[str]:
    """What the program said on standard error, a line each."""
    return []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, journal: list[str]) -> Iterator[Home]:
    before = os.umask(0o022)
    home = make_home(tmp_path_factory.mktemp("accountable") / "home")
    send_enrolments(home, 3)
    page = str(home.path.parent / "report.html")
    for words in (
        ("run",),
        ("release", "--accept", "clinics_send", "--reason", "the files of this test are of long ago"),
        ("history", PATIENTS[0]),
        ("query", "from registry.episode"),
        ("overdue",),
        ("report", "--html", page),
        ("digest", "--send"),
        ("ids", "--clinic", "AMC", "--count", "3"),
    ):
        result = invoke(home, *words)
        assert result.exit_code == 0, result.output + result.stderr
        journal += result.stderr.splitlines()
    yield home
    os.umask(before)


def invoke(home: Home, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home.path), "--log-level", "info", "--log-format", "json", *words])


def test_only_the_owner_reads_what_lies_in_the_home(home: Home) -> None:
    paths = [home.path, *(path for path in home.path.rglob("*") if not path.is_symlink())]
    modes = {path.relative_to(home.path).as_posix(): path.stat().st_mode & 0o777 for path in paths}
    assert len(modes) > 80
    folders = {name for name in modes if (home.path / name).is_dir()}
    assert {name: oct(mode) for name, mode in modes.items() if mode != (0o700 if name in folders else 0o600)} == {}
    assert (home.path.parent / "report.html").stat().st_mode & 0o777 == 0o600


def test_a_patient_stands_in_the_facts_and_what_is_made_of_them_and_nowhere_else(home: Home) -> None:
    found = {name.partition("/")[0] for name in find_everywhere(home.path, PATIENTS)}
    assert "facts.duckdb" in found
    assert found <= INVITED
    assert any((home.path / "dagster").rglob("*.db"))
    assert {path.name for path in home.digests.glob("*.txt")} >= {next(home.digests.glob("log-*.txt")).name}


def test_the_search_would_find_a_patient_in_dagsters_storage(home: Home) -> None:
    planted = home.dagster / "history" / "planted.db"
    planted.write_bytes(f"event of {PATIENTS[0]}".encode())
    assert find_everywhere(home.path, PATIENTS[:1]) & {"dagster/history/planted.db"}
    planted.unlink()


@pytest.mark.usefixtures("home")
def test_the_journal_tells_counts_and_durations_and_no_patient(journal: list[str]) -> None:
    told = [json.loads(line) for line in journal]
    read = [line for line in told if line["event"] == "intake.read"]
    assert [line["clinic"] for line in read] == ["AMC", "UMCU", "AMC"]
    assert all(line["n_lines"] == 2 and line["seconds"] < 60 and line["submission"] for line in read)
    assert {"run.begins", "intake.read", "run.derived"} <= {line["event"] for line in told}
    assert not any(patient in line for line in journal for patient in PATIENTS)


def test_the_log_has_every_act_and_look(home: Home) -> None:
    said = [entry.said for entry in read_entries(home)]
    acts = [str(entry["act"]) for entry in said]
    assert {"run", "release", "look", "ids"} <= set(acts)
    assert [entry["command"] for entry in said if entry["act"] == "look"] == ["history", "query", "overdue"]
    assert [entry["n_patients"] for entry in said if entry.get("command") == "query"] == [3]


def test_dagsters_history_goes_after_its_days(home: Home) -> None:
    settings, later = Settings(retention=Retention(dagster_days=30)), datetime.now(UTC) + timedelta(days=31)
    with open_instance(home) as instance:
        assert forget_runs(instance, settings, datetime.now(UTC)) == 0
        assert forget_runs(instance, Settings(retention=Retention(dagster_days=0)), later) == 0
        assert forget_runs(instance, settings, later) == 1
        assert instance.get_runs_count() == 0
