"""Each folder keeps what registry.toml says, the log says what went, and facts, releases and waiting files never go."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.accountability.chain import read_entries, verify
from pipelines.accountability.log import record, this_account
from pipelines.daily import close_day
from pipelines.errors import SettingsError
from pipelines.retention import apply_retention
from pipelines.settings import Mail, Retention, Settings, parse_settings
from warehouse import faults
from warehouse.layout import Home, instant_id

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)
ME = this_account()
ALL = Retention(
    outbox_days=30, archive_days=30, audits_days=30, backups_days=30, digests_days=30, dagster_days=30, log_days=30
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    for folder in (home.inbox("AMC"), home.archive("AMC"), home.outbox("AMC")):
        folder.mkdir()
    return home


def put(path: Path, days: int) -> Path:
    """A file, or a folder with one, that is so many days old."""
    if path.parent.parent.name == "outbox":
        path.mkdir()
        (path / "receipt.json").touch()
    else:
        path.touch()
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def fill(home: Home, days: int) -> dict[str, Path]:
    instant = instant_id(NOW - timedelta(days=days))
    return {
        "inbox": put(home.inbox("AMC") / f"{instant}~0123456789ab.csv", days),
        "archive": put(home.archive("AMC") / f"{days:064x}", days),
        "outbox": put(home.outbox("AMC") / f"{instant}~0123456789ab.csv", 0),
        "audits": put(home.audits / f"{instant}.duckdb", days),
        "backups": put(home.backups / f"facts-schema-{days:04d}.duckdb", days),
        "digests": put(home.digests / f"digest-{instant}.txt", days),
        "releases": put(home.releases / instant, days),
        "facts": put(home.path / f"facts{days}.duckdb", days),
    }


def test_what_is_older_than_its_folder_keeps_goes_and_the_log_says_so(home: Home) -> None:
    old, new = fill(home, 31), fill(home, 29)
    apply_retention(home, ALL, ME, NOW)
    assert {name for name, path in old.items() if path.exists()} == {"inbox", "releases", "facts"}
    assert all(path.exists() for path in new.values())
    (entry,) = read_entries(home)
    assert {name: count for name, count in entry.said.items() if name.startswith("n_")} == {
        **{"n_archive": 1, "n_audits": 1, "n_backups": 1, "n_digests": 1, "n_outbox": 1}
    }


def test_cut_off_at_any_removal_nothing_is_gone_that_the_log_does_not_name(home: Home) -> None:
    fill(home, 31)

    def stop(name: str) -> None:
        if name == "retention.removed":
            raise InterruptedError

    faults.install(stop)
    for n_gone in range(1, 6):
        with pytest.raises(InterruptedError):
            apply_retention(home, ALL, ME, NOW)
        told = [sum(n for name, n in entry.said.items() if name.startswith("n_")) for entry in read_entries(home)]
        assert told == [5, 4, 3, 2, 1][:n_gone]
    faults.install(None)
    assert apply_retention(home, ALL, ME, NOW) == {}


def test_by_default_only_the_rows_of_failed_audits_go(home: Home) -> None:
    old = fill(home, 4000)
    apply_retention(home, Retention(), ME, NOW)
    assert [name for name, path in old.items() if not path.exists()] == ["audits"]


def test_the_log_loses_whole_months_and_still_holds_together(home: Home) -> None:
    for days in (70, 69, 29, 1):
        record(home, ME, "look", NOW - timedelta(days=days))
    apply_retention(home, ALL, ME, NOW)
    assert sorted(path.name for path in home.log.glob("acts*")) == [
        "acts-2026-01.jsonl",
        "acts-2026-02.jsonl",
        "acts-2026-03.jsonl",
    ]
    assert [entry.said["act"] for entry in read_entries(home)] == ["look", "look", "cut"]
    assert verify(home).fault == ""
    (home.log / "acts-2026-01.jsonl").unlink()
    assert verify(home).fault


@pytest.mark.parametrize("line", ["log_days = -1", "snapshots = 0"])
def test_a_retention_that_would_take_everything_is_refused(line: str) -> None:
    with pytest.raises(SettingsError, match=r"retention\."):
        parse_settings(f"[retention]\n{line}\n")


def test_the_day_is_closed_once_and_says_how_to_check_the_log(home: Home) -> None:
    record(home, ME, "look", NOW - timedelta(hours=1), ["AMC-0015X"])
    record(home, ME, "ids", NOW - timedelta(hours=1), clinic="AMC")
    assert close_day(home, Settings(name="Test"), ME, NOW)
    assert not close_day(home, Settings(name="Test"), ME, NOW + timedelta(hours=3))
    head = verify(home).head
    assert (home.digests / "log-2026-03-01.txt").read_text() == (
        "Test: the log on 1 March 2026\n\n"
        "2 lines, to 2026-03-01 01:00 UTC. They hold together.\n"
        "In the last 24 hours: 1 ids; 1 looks at patients.\n\n"
        f"Digest of the newest line: {head}\n\n"
        "Keep this mail. Whether anything up to here was rewritten later:\n"
        f"hamreg log --verify --mailed {head[:16]}\n"
    )


def test_a_mail_that_does_not_go_out_stops_nothing_and_is_remembered(home: Home) -> None:
    settings = Settings(mail=Mail("127.0.0.1", 1, sender="a@b.test", to="c@d.test"))
    assert close_day(home, settings, ME, NOW)
    assert "did not take the mail" in (home.digests / "unsent.txt").read_text()


def test_a_rewritten_log_is_told_at_once(home: Home) -> None:
    record(home, ME, "look", NOW)
    path = home.log / "acts-2026-03.jsonl"
    path.write_text(path.read_text().replace("0000", "1111", 1))
    assert close_day(home, Settings(), ME, NOW)
    assert "The log was rewritten or is damaged" in (home.digests / "log-2026-03-01.txt").read_text()
