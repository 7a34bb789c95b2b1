"""The digest names an owner, an age and a next step for each kind of work, and never a patient."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.accountability.log import Actor, record
from pipelines.alerts.digest import COORDINATOR, Line, read_lines, render, render_lines
from pipelines.alerts.telling import note_mail
from pipelines.intake.inbox import hand_in
from pipelines.settings import Clinic, Settings
from warehouse.layout import Home

ME = Actor("me", "me")
NOW = datetime(2026, 3, 1, 6, tzinfo=UTC)
SETTINGS = Settings(
    name="Test", clinics={"AMC": Clinic("AMC", "Amsterdam UMC", "registry@amc.test"), "FYS": Clinic("FYS")}
)
TABLES = """
create schema ops; create schema mart;
create table ops.submission (clinic varchar, received_at timestamp, refused varchar);
create table ops.withdrawal (patient_id varchar, withdrawn_on date, is_decided boolean);
create table ops.query (patient_id varchar, clinic varchar, opened_at timestamp);
create table ops.row_version (patient_id varchar, clinic varchar, row_state varchar, received_at timestamp);
create table mart.overdue (patient_id varchar, clinic varchar, window_closes_on date);
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.create()
    return home


def snapshot(home: Home, statements: str) -> None:
    folder = home.snapshots / "20260301T000000000000Z"
    folder.mkdir()
    with duckdb.connect(str(folder / "registry.duckdb")) as connection:
        connection.execute(TABLES + statements)
    home.current.symlink_to(folder.name)


def told(home: Home) -> str:
    return render(read_lines(home, SETTINGS, NOW), SETTINGS, NOW)


def test_a_quiet_registry_needs_nobody(home: Home) -> None:
    assert told(home) == "Test: what needs whom on 1 March 2026\n\nNothing needs anybody.\n"


def test_work_is_grouped_by_owner_the_oldest_first(home: Home) -> None:
    snapshot(
        home,
        """
        insert into mart.overdue values ('AMC-0015X', 'AMC', '2026-01-20'), ('AMC-0023K', 'AMC', '2026-02-20');
        insert into ops.query values ('AMC-0015X', 'AMC', '2026-02-27 10:00');
        insert into ops.row_version values ('FYS-0015X', 'FYS', 'held', '2026-02-28 10:00'),
            ('FYS-0015X', 'FYS', 'new', '2025-02-28 10:00');
        """,
    )
    assert told(home) == (
        "Test: what needs whom on 1 March 2026\n"
        "\n"
        "AMC: Amsterdam UMC, registry@amc.test\n"
        "- 2 follow-ups are overdue, for 40 days. Next: hamreg overdue --clinic AMC\n"
        "- 1 question is open, for 2 days. Next: hamreg questions --clinic AMC\n"
        "\n"
        "FYS\n"
        "- 1 row is held, for 1 day. Next: send the enrolments they wait for\n"
    )


def test_a_clinic_that_fell_silent_is_asked(home: Home) -> None:
    snapshot(home, "insert into ops.submission values ('AMC', '2025-10-01', null), ('FYS', '2026-02-27', null)")
    (line,) = read_lines(home, SETTINGS, NOW)
    assert (line.owner, line.kind, line.next_step) == ("coordinator", "silent AMC", "ask registry@amc.test")


def test_a_refused_file_is_told_until_another_is_read(home: Home) -> None:
    rows = "('AMC', '2026-02-01', null), ('AMC', '2026-02-02', 'file_encoding'), ('FYS', '2026-02-02', 'file_empty')"
    snapshot(home, f"insert into ops.submission values {rows}, ('FYS', '2026-02-03', null)")
    (line,) = read_lines(home, SETTINGS, NOW)
    assert (line.owner, line.text) == ("AMC", "1 file was refused and nothing came since")


def test_who_asked_to_withdraw_waits_for_the_coordinator(home: Home) -> None:
    snapshot(
        home, "insert into ops.withdrawal values ('AMC-0015X', '2026-02-27', false), ('AMC-0023K', '2026-01-01', true)"
    )
    (line,) = read_lines(home, SETTINGS, NOW)
    assert (line.owner, line.text) == ("coordinator", "1 patient asked to withdraw and waits for a decision")
    assert "AMC-0015X" not in told(home)


def test_mails_that_do_not_go_out_a_changed_log_and_no_backup_are_the_coordinators(home: Home) -> None:
    ago = NOW - timedelta(days=9)
    record(home, ME, "run", ago)
    record(home, ME, "run", ago)
    assert [(line.kind, line.text) for line in read_lines(home, SETTINGS, NOW)] == [("backup", "there is no backup")]
    record(home, ME, "backup", NOW - timedelta(days=1))
    note_mail(home, NOW - timedelta(days=2), "refused")
    assert [(line.kind, line.since) for line in read_lines(home, SETTINGS, NOW)] == [("unsent", date(2026, 2, 27))]
    (path,) = home.log.glob("acts-*.jsonl")
    path.write_bytes(path.read_bytes().replace(b'"run"', b'"ran"', 1))
    assert [line.kind for line in read_lines(home, SETTINGS, NOW)] == ["unsent", "log"]


def test_files_that_wait_too_long_are_the_coordinators(home: Home) -> None:
    hand_in(home, "AMC", "x.csv", b"old", NOW - timedelta(days=3))
    hand_in(home, "AMC", "x.csv", b"new", NOW - timedelta(hours=3))
    (line,) = read_lines(home, SETTINGS, NOW)
    assert line == Line(
        "coordinator", "waiting", "1 file waits in the inboxes", date(2026, 2, 26), "hamreg run, and read what it says"
    )


def test_a_snapshot_that_lacks_facts_for_a_day_is_the_coordinators(home: Home) -> None:
    home.facts_path.touch()
    os.utime(home.facts_path, ((NOW - timedelta(days=2)).timestamp(),) * 2)
    assert [line.kind for line in read_lines(home, SETTINGS, NOW)] == ["behind"]


def test_faults_of_the_program_are_named_until_they_are_removed(home: Home) -> None:
    (home.log / "error-20260220T000000000000Z.txt").touch()
    (line,) = read_lines(home, SETTINGS, NOW)
    assert (line.kind, line.since) == ("faults", date(2026, 2, 20))
    assert "for 9 days" in told(home)


def test_what_has_the_same_next_step_says_it_once() -> None:
    days = ((20, "a"), (28, "b"))
    lines = tuple(Line(COORDINATOR, kind, kind, date(2026, 2, day), "hamreg run") for day, kind in days)
    assert render_lines(lines, date(2026, 3, 1)) == ["- a, for 9 days; b, for 1 day. Next: hamreg run"]


def test_a_file_that_brings_out_a_fault_is_named_at_once_and_counted_once(home: Home) -> None:
    for day in (20, 27):
        hand_in(home, "AMC", f"{day}.csv", b"a", datetime(2026, 2, day, 9, tzinfo=UTC))
    assert [line.kind for line in read_lines(home, SETTINGS, NOW)] == ["waiting"]
    record(home, ME, "run", datetime(2026, 2, 21, tzinfo=UTC), n_answered=3, n_refused=0, n_failed=1)
    lines = read_lines(home, SETTINGS, NOW)
    assert [(line.kind, line.text, line.since) for line in lines if line.kind in ("stuck", "waiting")] == [
        ("stuck", "1 file brought out a fault of the program and waits", date(2026, 2, 20)),
        ("waiting", "1 file waits in the inboxes", date(2026, 2, 27)),
    ]
    record(home, ME, "run", datetime(2026, 2, 28, tzinfo=UTC), n_answered=2, n_refused=0, n_failed=0)
    assert "stuck" not in [line.kind for line in read_lines(home, SETTINGS, NOW)]
