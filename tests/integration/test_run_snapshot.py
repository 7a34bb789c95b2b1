"""The whole way: a clinic's file handed in, one run, and the patient stands in the snapshot."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.intake.submission import hand_in
from pipelines.run import RunSummary, run
from pipelines.settings import Clinic, Settings
from schemas.dictionary import read_dictionary
from warehouse.connection import reader
from warehouse.errors import LockedError
from warehouse.layout import Home
from warehouse.lock import lock

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SETTINGS = Settings(clinics={"AMC": Clinic("AMC", date_order="dmy", decimal="point")})


def example(form: str, **changes: str) -> bytes:
    row = read_dictionary().forms[form].example_row(**changes)
    return f"{','.join(row)}\n{','.join(row.values())}\n".encode()


def do_run(home: Home, days: int = 1, messages: list[str] | None = None) -> RunSummary:
    heard = [] if messages is None else messages
    return run(
        home, SETTINGS, lambda: NOON + timedelta(days=days), lambda what, n, of: heard.append(f"{what} {n}/{of}")
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def test_a_file_handed_in_stands_in_the_snapshot_after_one_run(home: Home) -> None:
    hand_in(home, "AMC", "enrolment.csv", example("enrolment"), NOON)
    hand_in(home, "AMC", "visits.csv", example("follow_up"), NOON)
    hand_in(home, "AMC", "junk.csv", b"a,b\n1,2\n", NOON)
    messages: list[str] = []
    summary = do_run(home, messages=messages)
    assert (summary.rows["accepted"], summary.n_refused, summary.failures) == (2, 1, ())
    steps = [f"{what} {number}/3" for what in ("read", "answered") for number in (1, 2, 3)]
    assert messages == [*steps, "derive 0/1", "derive 1/1"]
    with reader(home.registry_path) as connection:
        rows = connection.execute("select patient_id, visit, phat_total from registry.follow_up").fetchall()
        known = connection.execute("select known_at, today from ops.known").fetchone()
    assert rows == [("AMC-0015W", "month_12", 80.5)]
    assert known is not None
    assert str(known[1]) == "2026-03-02"


def test_a_run_without_files_publishes_a_snapshot_too(home: Home) -> None:
    assert do_run(home).receipts == {}
    assert home.registry_path.exists()


def test_a_run_clears_what_a_killed_release_left_and_keeps_the_releases(home: Home) -> None:
    half, whole = home.releases / "20260301T120000000000Z.part", home.releases / "20260301T110000000000Z"
    for folder in (half, whole):
        (folder / "parquet").mkdir(parents=True)
        (folder / "registry.duckdb").touch()
    do_run(home)
    assert list(home.releases.iterdir()) == [whole]


def test_a_second_run_says_who_holds_the_lock(home: Home) -> None:
    with lock(home, "the first run"), pytest.raises(LockedError, match="the first run"):
        do_run(home)
