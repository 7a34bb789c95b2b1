"""What the registry does, as steps to be timed: intake, derivation, benchmark, release.

Each prepares on a copy of a home and gives what is timed.
"""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bench.place import LATER, SETTINGS, Place, load, send
from warehouse.layout import Home

Timed = Callable[[], object]


def bulk(place: Place) -> Timed:
    """A faulty follow-up file from hand-in to facts, findings and receipt; its patients are enrolled."""
    home = place.copy("enrolled")
    _warm(place)

    def timed() -> None:
        send(home, place.faulty, LATER)
        load(home, LATER)

    return timed


def judge(place: Place) -> Timed:
    """The cells of the faulty file, read as text, to findings: types, ranges, codes and the rules of rows."""
    from pipelines.intake.reading import read_file
    from pipelines.intake.validation import validate
    from schemas.dictionary import read_dictionary

    clinic, dictionary = SETTINGS.clinics["BULK"], read_dictionary()
    _warm(place)
    reading = read_file("f.csv", place.faulty.read_bytes(), dictionary, clinic, SETTINGS.limits)
    return lambda: validate("f.csv", reading, dictionary, clinic, most_findings=SETTINGS.limits.max_findings)


def derive(place: Place) -> Timed:
    """The SQL models with their checks of grain and the audits, into a new file."""
    from dataclasses import replace

    from pipelines.plan import SQL_FOLDER, build_plan
    from warehouse.derive import derive
    from warehouse.model import read_models

    plan = replace(build_plan(), models=read_models(SQL_FOLDER))
    facts, target = place.home("loaded").facts_path, place.fresh("snapshot")
    return partial(derive, facts, target, plan, known_at=LATER, today=LATER.date())


def one_file(place: Place) -> Timed:
    """One file of fifty rows more, from hand-in to receipt."""
    return _small_into(place, "loaded")


def one_file_beside_none(place: Place) -> Timed:
    """The same file in a home that holds its patients and nothing else."""
    return _small_into(place, "alone")


def _small_into(place: Place, name: str) -> Timed:
    home = place.copy(name)
    _warm(place)

    def timed() -> None:
        send(home, place.small, LATER)
        load(home, LATER)

    return timed


def cold(folder: str) -> None:
    """The same in a process that has imported nothing: `fresh_home` lays the home before."""
    home = Home(Path(folder) / "copy")
    send(home, Path(folder) / "small.csv", LATER)
    load(home, LATER)


def fresh_home(place: Place) -> Timed:
    """Lay the home of the small file's patients."""
    place.copy("alone")
    return lambda: None


def small_waits(place: Place) -> Timed:
    """Lay one more file into a copy of the derived home, for a whole run."""
    send(place.copy("derived"), place.small, LATER)
    return lambda: None


def small_waits_alone(place: Place) -> Timed:
    """Lay the file into the home of its patients alone."""
    send(place.copy("alone"), place.small, LATER)
    return lambda: None


def backlog(place: Place) -> Timed:
    """A thousand files, of a thousandth of the rows each, in one run."""
    home = place.copy("enrolled")
    _warm(place)
    header, *lines = place.clean.read_text(encoding="utf-8").splitlines(keepends=True)
    size = -(-len(lines) // 1000)
    for number, start in enumerate(range(0, len(lines), size)):
        path = place.folder / f"part-{number:04d}.csv"
        path.write_text(header + "".join(lines[start : start + size]), encoding="utf-8")
        send(home, path, LATER)
        path.unlink()
    return lambda: load(home, LATER)


def backlog_as_one(place: Place) -> Timed:
    """The same rows as one file."""
    home = place.copy("enrolled")
    _warm(place)
    send(home, place.clean, LATER)
    return lambda: load(home, LATER)


def national_run(place: Place) -> Timed:
    """A national registry's files from the inbox to a snapshot, on the core."""
    from datetime import UTC, datetime

    from pipelines.run import run
    from pipelines.settings import read_settings

    home = place.copy("waiting")
    settings, now = read_settings(home.settings_path), datetime.now(UTC)
    return lambda: run(home, settings, lambda: now)


def national_waits(place: Place) -> Timed:
    """Lay the national registry's files into a copy of its home."""
    place.copy("waiting")
    return lambda: None


def patient_benchmark(place: Place) -> Timed:
    """Every patient's benchmark, from the tables it reads to the rows of the mart."""
    from pipelines.benchmark.catalogue import computed_models
    from warehouse.connection import reader

    (model,) = (model for model in computed_models() if model.name == "mart.patient_benchmark")
    with reader(place.home("derived").registry_path) as connection:
        tables = {name: connection.execute(f"from {name}").to_arrow_table() for name in model.upstream}
    model.compute({name: table.slice(0, 100) for name, table in tables.items()})
    return lambda: model.compute(tables)


def release(place: Place) -> Timed:
    """Cut a release from the current snapshot."""
    from pipelines.release.publication import cut_release

    home = place.home("derived")
    shutil.rmtree(home.releases, ignore_errors=True)
    home.releases.mkdir()
    return lambda: cut_release(home, lambda: LATER)


def _warm(place: Place) -> None:
    """Load the small file into a home that is thrown away, so that libraries are imported and caches filled."""
    home = Home(place.folder / "warm")
    shutil.rmtree(home.path, ignore_errors=True)
    shutil.copytree(place.folder / "alone", home.path, symlinks=True)
    send(home, place.small, LATER)
    load(home, LATER)
    shutil.rmtree(home.path)
