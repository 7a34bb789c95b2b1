"""A patient who asks to be erased is in no file of the home afterwards, wherever the erasure was cut off."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.accountability.chain import read_entries, verify
from pipelines.accountability.pseudonym import find_patient
from pipelines.cli import hamreg
from pipelines.errors import UsageError
from pipelines.home import create_home, write_clinic
from pipelines.intake.inbox import hand_in
from pipelines.release.publication import cut_release, list_releases, verify_release
from pipelines.run import run
from pipelines.settings import read_settings
from pipelines.withdrawal.execution import erase
from schemas.patient_id import make_patient_id
from tests.support.search import find_everywhere
from warehouse.connection import writer
from warehouse.erasure import rewrite_facts
from warehouse.layout import Home
from warehouse.ledger import decide
from warehouse.lock import lock
from warehouse.records import Decision
from warehouse.sealed import read_sealed
from warehouse.tombstones import carry_log

ANNA, TWIN, BERT = (make_patient_id("AMC", number) for number in (4711, 4712, 15))
HEADER = (
    "patient_id,side,injured_on,age_at_injury_years,sex,initial_treatment,decision_on,consent_version,consented_on,"
    "consent_scope\n"
)
ENROLMENT = (
    f"{HEADER}{ANNA},left,2024-01-02,50,female,conservative,2024-01-20,1.0,2024-01-10,registry\n"
    f"{BERT},left,2024-01-03,51,female,conservative,2024-01-22,1.0,2024-01-10,registry\n"
    f"{TWIN},right,2024-01-02,50,female,conservative,2024-01-20,1.0,2024-01-10,registry\n"
)
FOLLOW_UP = "patient_id,side,assessed_on,phat_total,tegner\n"
# Anna's second row is rejected, her third is written otherwise; of Bert one cell is set aside.
VISITS = (
    f"{FOLLOW_UP}{ANNA},left,2025-01-15,80,4\n{ANNA},,2025-01-16,70,3\n{BERT},left,2025-01-15,61,99\n"
    f" {ANNA.lower()} ,left,2025-02-15,82,4\n"
)
REFUSED = f"who,what\n{ANNA},asked to be forgotten\n"
SENT = (("enrolment.csv", ENROLMENT), (f"{ANNA}.csv", VISITS), ("note.csv", REFUSED))
START = datetime(2025, 3, 1, 9, tzinfo=UTC)
NOW = datetime(2025, 3, 3, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Anna under two numbers in files, facts, receipts, a decision, a snapshot, a release and a backup."""
    home = Home(tmp_path_factory.mktemp("erasure") / "home")
    create_home(home, name="Test", timezone="Europe/Amsterdam")
    write_clinic(home, "AMC", {"name": "AMC"})
    for number, (name, text) in enumerate(SENT):
        hand_in(home, "AMC", name, text.encode(), START + timedelta(hours=number))
    run(home, read_settings(home.settings_path), lambda: NOW)
    with writer(home, "test") as connection:
        decide(connection, Decision("link", NOW, "me", patient_id=ANNA, other_patient_id=TWIN))
    run(home, read_settings(home.settings_path), lambda: NOW + timedelta(hours=1))
    cut_release(home, lambda: NOW + timedelta(hours=2))
    shutil.copyfile(home.facts_path, home.backups / "facts-schema-0001.duckdb")
    return home.path


@pytest.fixture
def home(planted: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(planted, tmp_path / "home", symlinks=True)))


@pytest.fixture(scope="module")
def erased(planted: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The planted home, its patient erased by the coordinator's command."""
    home = Home(Path(shutil.copytree(planted, tmp_path_factory.mktemp("erased") / "home", symlinks=True)))
    assert CliRunner().invoke(hamreg, ["--home", str(home.path), "history", ANNA]).exit_code == 0
    assert find_patient(home, ANNA)
    asked = ["--scope", "erase", "--yes", "--reason", f"{ANNA} asked"]
    result = CliRunner().invoke(hamreg, ["--home", str(home.path), "withdraw", ANNA, *asked])
    assert result.exit_code == 0, result.output
    return home


def found(home: Home) -> set[str]:
    return find_everywhere(home.path, (ANNA, TWIN))


def ask(home: Home, sql: str) -> list[tuple[object, ...]]:
    with writer(home, "test") as connection:
        return connection.execute(sql).fetchall()


def test_an_erased_patient_is_in_no_file_and_was_in_many(planted: Path, erased: Home) -> None:
    home, before = erased, found(Home(planted))
    parts = ("archive", "backups", "facts.duckdb", "outbox", "releases", "snapshots")
    assert {name.partition("/")[0] for name in before} == set(parts)
    assert found(home) == set()
    assert find_everywhere(home.path, (BERT,))

    counts = "select accepted, rejected, cells_set_aside from facts.section order by submission"
    assert ask(home, counts) == [(1, 2, 0), (1, 3, 1)]
    assert ask(home, "select count(*) from facts.submission") == [(3,)]
    assert ask(home, "select distinct reason from facts.tombstone") == [("(erased) asked",)]
    archived = {read_sealed(path).decode() for path in home.archive("AMC").iterdir()}
    bert = ENROLMENT.splitlines()[2]
    assert archived == {f"{HEADER}\n{bert}\n\n", f"{FOLLOW_UP}\n\n{BERT},left,2025-01-15,61,99\n\n"}
    receipts = [json.loads(read_sealed(path)) for path in sorted(home.outbox("AMC").glob("*/*.json"))]
    refused = [[s["findings_by_rule"]["patient_erased"] for s in receipt["sections"]] for receipt in receipts]
    assert refused == [[2], [3], []]

    withdrawn, recut = list_releases(home)
    assert json.loads((withdrawn.path / "manifest.json").read_text())["withdrawn"]["recut_as"] == recut.id
    assert [path.name for path in withdrawn.path.iterdir()] == ["manifest.json"]
    assert verify_release(recut) == []
    past = CliRunner().invoke(hamreg, ["--home", str(home.path), "as-of", "2025-03-02", "from registry.patient"])
    assert "Erased patients are missing" in past.output


def test_a_restored_home_erases_again_and_refuses_later_rows_unstored(home: Home, erased: Home) -> None:
    settings = read_settings(home.settings_path)
    carry_log(erased, home)
    later = f"{FOLLOW_UP}{ANNA},left,2025-06-15,80,4\n{ANNA.lower()},,2025-06-16,70,99\n{BERT},left,2025-06-15,66,4\n"
    submission = hand_in(home, "AMC", "later.csv", later.encode(), NOW + timedelta(days=100))
    receipt = run(home, settings, lambda: NOW + timedelta(days=101)).receipts[submission]
    (section,) = receipt["sections"]
    assert [f["line"] for f in section["findings"] if f["rule"] == "patient_erased"] == [2, 3]
    assert {f["line"] for f in section["findings"] if f["rule"] != "patient_erased"} == {4}
    assert (section["records"]["accepted"], section["records"]["rejected"]) == (1, 2)
    assert found(home) == set()


def test_the_search_would_find_what_a_deletion_leaves(home: Home) -> None:
    """The positive control: deleted rows survive in the file, rows that were filtered out do not."""

    def plant() -> None:
        with writer(home, "test") as connection:
            connection.execute("pragma force_compression='uncompressed'")
            connection.execute("create or replace table facts.planted as select 'ZEBRA-77' as patient_id from range(9)")
            connection.execute("checkpoint facts")

    plant()
    ask(home, "delete from facts.planted")
    ask(home, "checkpoint facts")
    assert find_everywhere(home.path, ("ZEBRA-77",)) == {"facts.duckdb"}
    with lock(home, "test"):
        rewrite_facts(home, [], [], [], "patient_erased")
    assert find_everywhere(home.path, ("ZEBRA-77",)) == set()


def test_a_patient_nobody_knows_is_not_erased(home: Home) -> None:
    with pytest.raises(UsageError):
        erase(home, read_settings(home.settings_path), make_patient_id("AMC", 99), "me", "", NOW)
    assert not home.erasure.exists()
    assert not home.tombstones.exists()


def test_who_looked_at_an_erased_patient_is_still_told_and_not_at_whom(erased: Home) -> None:
    assert find_patient(erased, ANNA) is None
    looks = [entry.said for entry in read_entries(erased) if entry.said["act"] == "look"]
    assert (looks[0]["command"], looks[0]["n_patients"]) == ("history", 1)
    assert verify(erased).fault == ""
