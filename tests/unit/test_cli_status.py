"""The screen of `hamreg status`: the last run and how it ended, in plain words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from pipelines.alerts.telling import tell_failure
from pipelines.cli import hamreg
from pipelines.cli.snapshot import status_lines
from pipelines.errors import AuditError, HomeError
from pipelines.reports.morning import Morning
from pipelines.settings import Settings
from tests.support.filled_home import make_home
from warehouse.errors import LockedError
from warehouse.layout import Home

KNOWN = datetime(2026, 3, 1, 6)
ROWS = dict.fromkeys(
    (
        "n_submissions",
        "n_refused",
        "n_resends",
        "n_accepted",
        "n_corrected",
        "n_already_known",
        "n_held",
        "n_rejected",
        "n_cells_set_aside",
    ),
    0,
)


def screen(home: Home) -> str:
    morning = Morning("s", KNOWN, ROWS, (), (), {"pass": 3}, (), 1, 1, {"AMC": 1})
    return "\n".join(status_lines(home, Settings(name="Test", timezone="UTC"), morning))


def test_a_run_that_failed_after_the_last_good_one_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    settings = Settings(name="Test")
    tell_failure(home, settings, datetime(2026, 2, 28, 5, tzinfo=UTC), "run", "an older one")
    assert "by the last run that ended well" in screen(home)
    assert "failed" not in screen(home)
    tell_failure(home, settings, datetime(2026, 3, 1, 7, tzinfo=UTC), "run", "the disk is full")
    assert "The last one failed on 2026-03-01 07:00: digests/failure-20260301T070000000000Z.txt says why" in screen(
        home
    )
    assert "1 file waits in the inbox" in screen(home)


def test_what_the_digest_asks_of_the_coordinator_stands_on_the_screen(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    told = CliRunner().invoke(hamreg, ["--home", str(home.path), "status"]).output
    assert told.endswith("Nothing needs you.\n")
    (home.digests / "unsent.txt").write_text("2026-03-01T05:00:00+00:00 no server\n", encoding="utf-8")
    told = CliRunner().invoke(hamreg, ["--home", str(home.path), "status"]).output
    assert "- mails do not go out, for " in told
    assert "Next: mend [mail] in registry.toml" in told
    assert "Nothing needs you" not in told


def test_a_snapshot_that_its_checks_discarded_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create()
    (home.audits / "20260301T080000000000Z.duckdb").touch()
    assert "failed on 2026-03-01 08:00: its checks discarded the snapshot: hamreg audit show." in screen(home)
    (home.log / "error-20260301T090000000000Z.txt").touch()
    assert "failed on 2026-03-01 09:00: log/error-20260301T090000000000Z.txt is for the developers." in screen(home)
    assert "Checks    3 passed" in screen(home)


def test_a_run_that_nobody_watches_tells_a_failed_audit_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def discard(*_: object, **__: object) -> None:
        raise AuditError("1 of 157 audits did not pass.", "The snapshot before stands.")

    home = make_home(tmp_path / "home")
    monkeypatch.setattr("pipelines.run.run", discard)
    for _ in range(2):
        result = CliRunner().invoke(hamreg, ["--home", str(home.path), "run", "--no-dagster"])
        assert isinstance(result.exception, AuditError)
    (told,) = home.digests.glob("failure-*.txt")
    assert "the run `hamreg run` failed.\n\n1 of 157 audits did not pass." in told.read_text()


@pytest.mark.parametrize(
    ("error", "n_told"), [(HomeError("The disk is full.", "Make room."), 1), (LockedError("", ""), 0)]
)
def test_a_run_that_fails_in_a_terminal_leaves_its_reason_and_another_at_work_is_no_failure(
    error: HomeError, n_told: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    home = make_home(tmp_path / "home")
    monkeypatch.setattr("pipelines.defs.command.run_in_process", fail)
    result = CliRunner().invoke(hamreg, ["--home", str(home.path), "run"])
    assert result.exception is error
    assert len(list(home.digests.glob("failure-*.txt"))) == n_told
    assert ("says why" in screen(home)) == bool(n_told)
