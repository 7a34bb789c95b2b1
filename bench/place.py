"""The data that cases are measured on: files of the bulk generator and homes that hold them, made once and copied.

Made under `artefacts/bench`; a home is copied for each measurement that writes to it.
"""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.settings import Clinic, Limits, Settings
from pipelines.synthetic.bulk_clinic import CLINIC
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


def prepare(folder: Path, rows: int, homes: Sequence[str]) -> Place:
    """Write the files of a size and make those of its homes that are asked for, unless they are there."""
    place = Place(folder / f"{rows}", rows)
    place.folder.mkdir(parents=True, exist_ok=True)
    for path, write in _files(place).items():
        if not path.exists():
            write(path.with_suffix(".part"))
            path.with_suffix(".part").rename(path)
    for name in HOMES[: max((HOMES.index(home) + 1 for home in homes), default=0)]:
        if not (place.folder / name).exists():
            part = Home(place.folder / f"{name}.part")
            shutil.rmtree(part.path, ignore_errors=True)
            _make(place, name, part)
            part.path.rename(place.folder / name)
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


HOMES = ("alone", "enrolled", "loaded", "derived")
"""Each is made from the one before it."""


def _files(place: Place) -> Mapping[Path, Callable[[Path], object]]:
    from pipelines.synthetic.bulk import write_bulk_enrolments, write_bulk_follow_ups

    small = {"rows": SMALL_ROWS, "first_patient": 9_000_001}
    return {
        place.faulty: lambda path: write_bulk_follow_ups(path, place.rows, faulty_share=FAULTY),
        place.clean: lambda path: write_bulk_follow_ups(path, place.rows),
        place.enrolments: lambda path: write_bulk_enrolments(path, place.rows),
        place.small: lambda path: write_bulk_follow_ups(path, **small),
        place.folder / "small_enrolment.csv": lambda path: write_bulk_enrolments(path, **small),
    }


def _make(place: Place, name: str, home: Home) -> None:
    from pipelines.run import publish_snapshot

    before = HOMES.index(name) - 1
    if before < 0:
        make_home(home.path)
    else:
        shutil.copytree(place.folder / HOMES[before], home.path, symlinks=True)
    sent = {"alone": place.folder / "small_enrolment.csv", "enrolled": place.enrolments, "loaded": place.clean}
    if name in sent:
        now = NOW + timedelta(hours=before + 1)
        send(home, sent[name], now)
        load(home, now)
    else:
        publish_snapshot(home, SETTINGS, LATER)


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
