"""What lies on the desk of a registry in which little has happened: every clinic counts, with zeros."""

from datetime import timedelta
from pathlib import Path

from pipelines.accountability.log import Actor
from pipelines.intake.inbox import hand_in
from pipelines.reports.desk import read_clinics, read_waiting
from pipelines.reports.source import Database
from pipelines.run import run
from pipelines.settings import read_settings
from tests.support.filled_home import START, make_home, send_enrolments


def test_a_clinic_whose_only_file_was_refused_counts_with_zeros_and_has_a_next_step(tmp_path: Path) -> None:
    home = make_home(tmp_path / "home")
    send_enrolments(home, 1)
    hand_in(home, "UMCU", "notes.csv", b"who,what\nnobody,nothing\n", START)
    run(home, read_settings(home.settings_path), lambda: START + timedelta(days=1), actor=Actor("me", "me"))
    with Database(home.registry_path) as database:
        rows = {row["clinic"]: row for row in read_clinics(home, database, ("AMC", "UMCU"))}
        waiting = read_waiting(home, database)
    assert rows["AMC"]["n_episodes"] == 1
    assert rows["UMCU"]["last_at"] == START.replace(tzinfo=None)
    assert {value for name, value in rows["UMCU"].items() if name.startswith("n_")} == {0}
    (refused,) = waiting.refused
    assert (refused.clinic, refused.file, refused.rule) == ("UMCU", "notes.csv", "form_unknown")
    assert refused.told
    assert refused.remedy
    assert waiting.files == ()
