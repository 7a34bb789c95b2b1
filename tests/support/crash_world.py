"""A small registry home in which every kind of write has something to do. What is done to it stands in `crash_acts`."""

import csv
import gzip
import io
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.accountability.log import Actor, record
from pipelines.home import create_home, replace_text, write_clinic
from pipelines.intake.inbox import hand_in
from pipelines.release.publication import MANIFEST, Release, cut_release
from pipelines.run import run
from pipelines.settings import Settings, read_settings
from schemas.dictionary import read_dictionary
from schemas.patient_id import make_patient_id
from warehouse.backup import back_up
from warehouse.connection import open_facts
from warehouse.layout import Home

FIXTURES = Path(__file__).parents[1] / "fixtures" / "facts"
ANNA, BERT, CLEO, DIRK = (make_patient_id("AMC", number) for number in (4711, 15, 16, 17))
LOADED = datetime(2026, 3, 1, 12, tzinfo=UTC)
# Later than any file's dates, so that what was dropped by hand has stood still.
CLOCK = datetime(2100, 1, 1, tzinfo=UTC)
ME = Actor("me", "me")
YES = "Yes, that is so"
VISITS = f"patient_id,side,assessed_on,phat_total,tegner\n{ANNA},left,2024-10-15,80,4\n{BERT},left,2024-10-15,61,99\n"


def make_world(folder: Path) -> Home:
    """`home`: submissions loaded, a snapshot, a release, backups; others wait, one of them dropped by hand."""
    home = Home(folder / "home")
    create_home(home, name="Test", timezone="Europe/Amsterdam")
    write_clinic(home, "AMC", {"name": "AMC", "date_order": "ymd", "decimal": "point"})
    replace_text(home.settings_path, home.settings_path.read_text().replace("snapshots = 5", "snapshots = 1"))
    _send(home, "enrolment.csv", enrolments({"patient_id": ANNA}, {"patient_id": BERT}), LOADED)
    _send(home, "visits.csv", VISITS, LOADED + timedelta(hours=1))
    run(home, settings_of(home), lambda: LOADED + timedelta(hours=2), actor=ME)
    _read_by_an_older_program(home)
    record(home, ME, "look", LOADED + timedelta(hours=3), [ANNA, BERT], command="history")
    thin(cut_release(home, lambda: LOADED + timedelta(hours=4)))
    shutil.copyfile(home.facts_path, home.backups / "facts-schema-0001.duckdb")
    back_up(home, folder / "whole.tar", LOADED + timedelta(hours=5))
    _leave_waiting(home)
    lay_facts(Home(folder / "old"), 1)
    return home


def lay_facts(home: Home, version: int) -> None:
    """Make a home with the facts of an earlier schema, kept from when it was the newest."""
    home.create()
    home.facts_path.write_bytes(gzip.decompress((FIXTURES / f"{version:04d}.duckdb.gz").read_bytes()))


def settings_of(home: Home) -> Settings:
    """What the home's `registry.toml` says."""
    return read_settings(home.settings_path)


def enrolments(*rows: dict[str, str]) -> str:
    """An enrolment file of example rows with these values."""
    form = read_dictionary().forms["enrolment"]
    filled = [form.example_row() | row for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, list(dict.fromkeys(name for row in filled for name in row)), lineterminator="\n")
    writer.writeheader()
    writer.writerows(filled)
    return text.getvalue()


def _leave_waiting(home: Home) -> None:
    """A file with rows that are confirmed and rejected, a resend, a file to refuse, two alike, one dropped by hand."""
    early = {"patient_id": CLEO, "decision_on": "2024-03-14", "surgery_on": "2024-03-12", YES: "yes"}
    _send(home, "more.csv", enrolments(early, {"patient_id": "not a number"}), LOADED + timedelta(days=1))
    _send(home, "visits.csv", VISITS, LOADED + timedelta(days=2))
    _send(home, "note.csv", "who,what\nnobody,nothing\n", LOADED + timedelta(days=3))
    for number, day in enumerate(("2024-11-15", "2024-12-15")):  # of one layout: recorded together
        text = f"patient_id,side,assessed_on,tegner\n{ANNA},left,{day},5\n"
        _send(home, f"late{number}.csv", text, LOADED + timedelta(days=4, hours=number))
    visits = [f"{ANNA},left,2025-01-{day:02d},{day},71\n" for day in range(1, 11)]
    text = "".join(["patient_id,side,assessed_on,tegner,phat_total\n", *visits])
    _send(home, "long.csv", text, LOADED + timedelta(days=5))
    (home.inbox("AMC") / "dropped.csv").write_text(enrolments({"patient_id": DIRK}), encoding="utf-8")


def _read_by_an_older_program(home: Home) -> None:
    """Leave what a program would have found that did not ask for the range of a score: read again, it is otherwise."""
    with open_facts(home) as connection:
        connection.execute("delete from facts.finding where \"column\" = 'tegner'")


def thin(release: Release) -> None:
    """Leave two of the release's tables: encrypting one costs as much as encrypting another."""
    kept = {"registry.duckdb", "parquet/registry.episode.parquet", "parquet/registry.follow_up.parquet"}
    for name in release.digests.keys() - kept:
        (release.path / name).unlink()
    content = json.loads((release.path / MANIFEST).read_text(encoding="utf-8"))
    content["digests"] = {name: release.digests[name] for name in sorted(kept)}
    (release.path / MANIFEST).write_text(json.dumps(content), encoding="utf-8")


def _send(home: Home, name: str, text: str, received_at: datetime) -> None:
    hand_in(home, "AMC", name, text.encode(), received_at)
