"""`hamreg doctor` finds what is wrong with a home and says how to mend it; `hamreg audit show` why a snapshot fell."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result

from pipelines.accountability.log import record, this_account
from pipelines.cli import hamreg
from pipelines.diagnosis import Diagnosis
from pipelines.doctor import examine
from pipelines.errors import HomeError
from pipelines.protection import is_encrypted_device, protect_home
from tests.support.filled_home import make_home
from warehouse import keys
from warehouse.layout import Home
from warehouse.lock import lock

KEPT = """
create table audit (audit text, table_name text, kind text, sentence text, result text, n_offending int, n_rows int);
insert into audit values ('mart.x: grain', 'mart.x', 'grain', 'clinic: unique', 'fail', 2, 9),
    ('mart.y: grain', 'mart.y', 'grain', 'clinic: unique', 'pass', 0, 9);
create table "mart.x: grain" as select 'AMC' as clinic from range(2);
"""
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


@pytest.fixture
def with_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "key"
    monkeypatch.setenv(keys.VARIABLE, str(path))
    before = keys.known()
    keys.use((keys.write_key_file(path),))
    yield path
    keys.use(before)


def find(home: Home, what: str, now: datetime = NOW) -> Diagnosis:
    return next(item for item in examine(home, now) if item.what == what)


def invoke(home: Home, *words: str) -> Result:
    return CliRunner().invoke(hamreg, ["--home", str(home.path), *words])


def test_a_new_home_is_well(home: Home) -> None:
    worth_a_word = {item.what: item.state for item in examine(home, NOW) if item.state != "ok"}
    assert worth_a_word == {"snapshot": "warning", "encryption": "warning"}
    assert invoke(home, "doctor").exit_code == 0


def test_broken_settings_are_bad_and_the_rest_is_looked_at(home: Home) -> None:
    home.settings_path.write_text("[clinics.amc]\n")
    result = invoke(home, "doctor")
    assert result.exit_code == 4
    assert "clinics.amc" in result.output
    assert "leftovers" in result.output


def test_an_open_home_is_bad(home: Home) -> None:
    home.path.chmod(0o755)
    assert find(home, "permissions") == Diagnosis(
        "permissions", "bad", "others can look into the home", f"chmod 700 {home.path}"
    )


def test_an_open_file_warns(home: Home) -> None:
    home.settings_path.chmod(0o644)
    assert find(home, "permissions").state == "warning"


def test_a_writer_is_named(home: Home) -> None:
    with lock(home, "hamreg run"):
        assert "`hamreg run`" in find(home, "lock").text
        assert find(home, "facts").text == "in use, not looked at"


def test_damaged_facts_are_bad(home: Home) -> None:
    home.facts_path.write_bytes(b"half a file")
    diagnosis = find(home, "facts")
    assert (diagnosis.state, diagnosis.remedy) == ("bad", "hamreg restore brings a backup back")


def test_facts_of_a_newer_version_are_bad(home: Home) -> None:
    with duckdb.connect(str(home.facts_path)) as connection:
        connection.execute("insert into schema_version values (9999, 'later')")
    assert find(home, "facts").remedy == "Install the newer hamreg."


def test_a_damaged_snapshot_is_bad(home: Home) -> None:
    home.current.mkdir()
    home.registry_path.write_bytes(b"half a file")
    assert find(home, "snapshot").state == "bad"


def test_a_clock_that_went_back_is_bad(home: Home) -> None:
    (home.outbox("AMC") / "20260302T120000000000Z~0123456789ab.csv").mkdir()
    assert find(home, "clock").state == "bad"
    assert find(home, "clock", NOW + timedelta(days=2)).state == "ok"


def test_half_files_are_named_once_they_are_old(home: Home) -> None:
    (home.releases / "20260301T000000000000Z.part").touch()
    assert find(home, "leftovers", datetime.now(UTC)).state == "ok"
    assert (
        "releases/20260301T000000000000Z.part" in find(home, "leftovers", datetime.now(UTC) + timedelta(hours=2)).text
    )


def test_runs_that_died_are_counted(home: Home) -> None:
    (home.dagster / "history").mkdir()
    with sqlite3.connect(home.dagster / "history" / "runs.db") as connection:
        connection.execute("create table runs (run_id, status)")
        connection.execute("insert into runs values ('dead', 'STARTED'), ('done', 'SUCCESS')")
    connection.close()
    assert find(home, "runs").text == "1 died and show as in progress"


def test_without_a_home_the_doctor_says_how_to_make_one(tmp_path: Path) -> None:
    result = CliRunner().invoke(hamreg, ["--home", str(tmp_path / "none"), "doctor"])
    assert isinstance(result.exception, HomeError)
    assert "hamreg init" in result.exception.remedy


def test_a_discarded_snapshot_shows_its_failed_checks_and_their_rows(home: Home) -> None:
    with duckdb.connect(str(home.audits / "20260301T000000000000Z.duckdb")) as connection:
        connection.execute(KEPT)
    listed = invoke(home, "audit", "show", "--format", "csv")
    assert (listed.exit_code, listed.output.splitlines()[1:]) == (1, ["mart.x: grain,fail,2,9,clinic: unique"])
    rows = invoke(home, "audit", "show", "mart.x: grain", "--format", "csv")
    assert (rows.exit_code, rows.output) == (1, "clinic\nAMC\nAMC\n")
    assert "Rows are kept of: mart.x: grain." in str(
        getattr(invoke(home, "audit", "show", "no").exception, "remedy", "")
    )


def test_a_rewritten_log_is_bad(home: Home) -> None:
    assert find(home, "log") == Diagnosis("log", "ok", "0 lines hold together")
    for _ in range(2):
        record(home, this_account(), "ids", NOW, clinic="AMC")
    (segment,) = home.log.glob("acts-*.jsonl")
    segment.write_text(segment.read_text().replace("AMC", "UMCU", 1))
    assert find(home, "log").state == "bad"


def test_a_home_under_a_key_says_so_and_names_what_is_not(home: Home, with_key: Path) -> None:
    assert find(home, "encryption").state == "warning"
    assert "facts.duckdb among them" in find(home, "encryption").text
    assert find(home, "encryption").remedy == "hamreg key apply"
    protect_home(home)
    assert find(home, "encryption").text.endswith("files with patients' rows are under it: 1 of 1")
    assert find(home, "key file") == Diagnosis("key file", "ok", "outside the home, open to its owner alone")
    with_key.chmod(0o644)
    assert find(home, "key file") == Diagnosis("key file", "warning", "others can read it", f"chmod 600 {with_key}")
    keys.use(())
    assert find(home, "encryption") == Diagnosis(
        *("encryption", "bad", "on, and the key is not here: facts.duckdb is encrypted, and no key is set."),
        "Set HAMREG_KEY_FILE to the file that `hamreg key new` wrote for this home.",
    )
    assert find(home, "facts").remedy.startswith("Set HAMREG_KEY_FILE")


@pytest.mark.parametrize(("uuid", "is_encrypted"), [("CRYPT-LUKS2-0a1b-home", True), ("LVM-0a1b", False)])
def test_an_encrypted_disk_is_known_by_the_devices_it_is_made_of(tmp_path: Path, uuid: str, is_encrypted: bool) -> None:
    below = tmp_path / "253:1" / "slaves" / "dm-0" / "dm"
    below.mkdir(parents=True)
    (below / "uuid").write_text(uuid)
    assert is_encrypted_device(tmp_path / "253:1") is is_encrypted
