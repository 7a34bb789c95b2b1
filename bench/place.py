"""The data that cases are measured on: files of the bulk generator and homes that hold them, made once and copied.

Made under `artefacts/bench`; a home is copied for each measurement that writes to it.
"""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.settings import Clinic, Limits, Settings
from pipelines.synthetic.bulk import CLINIC, write_bulk_enrolments, write_bulk_follow_ups
from warehouse.layout import Home

FAULTY = 0.01
SMALL_ROWS = 50
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
SETTINGS = Settings(clinics={CLINIC.code: CLINIC}, limits=Limits(max_bytes=10**11, max_findings=10**8))


@dataclass(frozen=True)
class Place:
    """A folder for one size: `rows` follow-ups of `rows / 5` patients."""

    folder: Path
    rows: int

    @property
    def faulty(self) -> Path:
        """The follow-ups, one in a hundred filled cells a fault."""
        return self.folder / "follow_up.csv"

    @property
    def clean(self) -> Path:
        """The same rows without a fault."""
        return self.folder / "clean.csv"

    @property
    def enrolments(self) -> Path:
        """The patients of the follow-ups."""
        return self.folder / "enrolment.csv"

    @property
    def small(self) -> Path:
        """One more file of fifty rows, of patients beside all others."""
        return self.folder / "small.csv"

    def home(self, name: str) -> Home:
        """A home made by `prepare`: `alone` (the small file's patients), `enrolled`, `loaded`, `derived`."""
        return Home(self.folder / name)

    def copy(self, name: str) -> Home:
        """A copy of a home that the measurement may write to."""
        target = self.folder / "copy"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.folder / name, target, symlinks=True)
        return Home(target)

    def fresh(self, name: str) -> Path:
        """An empty folder for what a peer writes."""
        target = self.folder / name
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        return target


def prepare(folder: Path, rows: int) -> Place:
    """Write the files and homes of a size, unless they are there."""
    place = Place(folder / f"{rows}", rows)
    done = place.folder / "done"
    if done.exists():
        return place
    shutil.rmtree(place.folder, ignore_errors=True)
    place.folder.mkdir(parents=True)
    write_bulk_follow_ups(place.faulty, rows, faulty_share=FAULTY)
    write_bulk_follow_ups(place.clean, rows)
    write_bulk_enrolments(place.enrolments, rows)
    write_bulk_follow_ups(place.small, SMALL_ROWS, first_patient=9_000_001)
    write_bulk_enrolments(place.folder / "small_enrolment.csv", SMALL_ROWS, first_patient=9_000_001)
    _make_homes(place)
    done.touch()
    return place


def make_home(path: Path, clinics: tuple[Clinic, ...] = (CLINIC,)) -> Home:
    """An empty home whose `registry.toml` knows the clinics and lets long files in."""
    from pipelines.home import create_home, replace_text, write_clinic

    home = Home(path)
    create_home(home, name="Bench", timezone="UTC", is_synthetic=True)
    for clinic in clinics:
        values = {"name": clinic.name, "date_order": clinic.date_order, "decimal": clinic.decimal}
        write_clinic(home, clinic.code, values)
    text = home.settings_path.read_text(encoding="utf-8")
    replace_text(home.settings_path, text.replace("max_bytes = 200_000_000", "max_bytes = 100_000_000_000"))
    return home


def load(home: Home, now: datetime) -> None:
    """Load what waits in the home, on the core."""
    from pipelines.run import load_waiting
    from warehouse.lock import lock

    with lock(home, "bench"):
        load_waiting(home, SETTINGS, now)


def send(home: Home, path: Path, now: datetime) -> None:
    """Hand a file in."""
    from pipelines.intake.inbox import hand_in

    hand_in(home, CLINIC.code, path.name, path, now)


def _make_homes(place: Place) -> None:
    from pipelines.run import publish_snapshot

    alone = make_home(place.folder / "alone")
    send(alone, place.folder / "small_enrolment.csv", NOW)
    load(alone, NOW)
    enrolled = Home(shutil.copytree(alone.path, place.folder / "enrolled", symlinks=True))
    send(enrolled, place.enrolments, NOW)
    load(enrolled, NOW)
    loaded = Home(shutil.copytree(enrolled.path, place.folder / "loaded", symlinks=True))
    send(loaded, place.clean, NOW + timedelta(hours=1))
    load(loaded, NOW + timedelta(hours=1))
    derived = Home(shutil.copytree(loaded.path, place.folder / "derived", symlinks=True))
    publish_snapshot(derived, SETTINGS, LATER)


def prepare_national(folder: Path) -> Place:
    """A national registry's files in the inbox: 6,000 patients of 300 clinics and their follow-ups."""
    from pipelines.demo import hand_in_examples, prepare_home, read_examples
    from pipelines.synthetic.generation import generate

    place = Place(folder / "national", 20_000)
    if not (place.folder / "done").exists():
        shutil.rmtree(place.folder, ignore_errors=True)
        place.folder.mkdir(parents=True)
        files, home = place.folder / "files", Home(place.folder / "waiting")
        generate(files, clinics=300, patients=6000)
        prepare_home(home, files)
        for _ in hand_in_examples(home, read_examples(files)):
            pass
        (place.folder / "done").touch()
    return place
