"""Files come into the inbox whole, under an id of their own, and files dropped by hand wait until they stand still."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.intake.inbox import adopt, arriving, clear, hand_in, sweep, waiting
from warehouse.layout import Home

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def drop(home: Home, name: str, content: bytes, clinic: str = "AMC") -> Path:
    folder = home.inbox(clinic)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def test_a_file_handed_in_waits_under_its_id_with_the_clinics_name_for_it(home: Home) -> None:
    submission = hand_in(home, "AMC", "march.CSV", b"a,b\n", NOON)
    (item,) = waiting(home)
    assert submission == item.submission == "20260301T120000000000Z~" + submission[23:35] + ".csv"
    assert (item.clinic, item.file, item.received_at) == ("AMC", "march.CSV", NOON)
    assert item.path.read_bytes() == b"a,b\n"
    assert item.path.stat().st_mode & 0o777 == 0o600


def test_nothing_but_the_entry_and_its_sidecar_is_left_behind(home: Home) -> None:
    submission = hand_in(home, "AMC", "march.csv", b"a,b\n", NOON)
    assert sorted(path.name for path in home.inbox("AMC").iterdir()) == [f".{submission}.json", submission]


def test_a_file_is_handed_in_from_a_path_as_well(home: Home, tmp_path: Path) -> None:
    source = tmp_path / "march.xlsx"
    source.write_bytes(b"PK" * 1_000_000)
    hand_in(home, "AMC", source.name, source, NOON)
    assert waiting(home)[0].path.read_bytes() == source.read_bytes()


def test_the_same_bytes_in_the_same_microsecond_get_the_next_one(home: Home) -> None:
    first = hand_in(home, "AMC", "march.csv", b"a,b\n", NOON)
    second = hand_in(home, "FYS", "march.csv", b"a,b\n", NOON)
    third = hand_in(home, "AMC", "march.csv", b"a,b\n", NOON)
    assert [item.submission for item in waiting(home)] == [first, second, third]
    assert third.startswith("20260301T120000000002Z~")


def test_a_path_in_the_name_is_dropped(home: Home) -> None:
    hand_in(home, "AMC", "../../C:/march.csv", b"a", NOON)
    assert waiting(home)[0].file == "march.csv"


def test_waiting_files_come_in_the_order_in_which_they_were_received(home: Home) -> None:
    late = hand_in(home, "AMC", "b.csv", b"b", NOON + timedelta(hours=1))
    early = hand_in(home, "ZZZ", "a.csv", b"a", NOON)
    assert [item.submission for item in waiting(home)] == [early, late]


def test_a_dropped_file_is_adopted_once_it_stood_still_for_a_minute(home: Home) -> None:
    drop(home, "march.csv", b"a,b\n")
    now = datetime.now(UTC)
    assert adopt(home, now) == ()
    assert (arriving(home), waiting(home)) == (1, ())
    (submission,) = adopt(home, now + timedelta(minutes=2))
    assert [(item.submission, item.file) for item in waiting(home)] == [(submission, "march.csv")]
    assert arriving(home) == 0


def test_a_copy_that_kept_its_old_date_is_not_adopted_early(home: Home) -> None:
    path = drop(home, "march.csv", b"a,b\n")
    os.utime(path, (0, 0))
    assert adopt(home, datetime.now(UTC)) == ()


def test_parts_of_uploads_and_hidden_files_are_nobodys_submission(home: Home) -> None:
    drop(home, "march.csv.part", b"a")
    drop(home, ".hidden", b"a")
    assert adopt(home, datetime.now(UTC) + timedelta(days=1)) == ()


def test_an_adoption_that_died_half_way_is_finished_and_not_doubled(home: Home) -> None:
    path = drop(home, "march.csv", b"a,b\n")
    later = datetime.now(UTC) + timedelta(minutes=2)
    (submission,) = adopt(home, later)
    os.link(home.inbox("AMC") / submission, path)  # the link was made, the old name not yet dropped
    assert adopt(home, later + timedelta(minutes=2)) == (submission,)
    assert [item.submission for item in waiting(home)] == [submission]
    assert not path.exists()


def test_clearing_takes_the_entry_and_its_sidecar(home: Home) -> None:
    hand_in(home, "AMC", "march.csv", b"a,b\n", NOON)
    clear(waiting(home)[:1])
    assert list(home.inbox("AMC").iterdir()) == []


def test_what_a_dead_hand_in_left_is_swept_and_what_waits_stays(home: Home) -> None:
    submission = hand_in(home, "AMC", "march.csv", b"a", NOON)
    dead = 2**22 + 1  # more than any process id
    drop(home, f".20260301T120000000009Z~0123456789ab.csv.{dead}.part", b"half")
    drop(home, ".20260301T120000000009Z~0123456789ab.csv.json", b'{"file": "x.csv", "pid": %d}' % dead)
    sweep(home)
    assert sorted(path.name for path in home.inbox("AMC").iterdir()) == [f".{submission}.json", submission]
