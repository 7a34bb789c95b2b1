"""Writes a synthetic registry's submissions, settings and manifest into a folder, and nothing else.

`DIR/registry.toml`, `DIR/manifest.csv` (file, clinic, received_at), `DIR/truth.csv` (every mistake planted) and
`DIR/<CLINIC>/<file>`. The same arguments give the same bytes.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import polars as pl

from pipelines.synthetic.choices import SYNTHETIC_NOTE
from pipelines.synthetic.clinics import Profile, profiles, write_registry_toml
from pipelines.synthetic.forms import write_forms
from pipelines.synthetic.registry import EPOCH, draw_registry
from pipelines.synthetic.rendering import leave_gaps, render_rows, with_labels
from pipelines.synthetic.sending import send_rows
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import read_study
from pipelines.synthetic.submissions import Desk, Submission
from schemas.dictionary import read_dictionary

Progress = Callable[[int, int], None]  # files written, files in all
SINCE, UNTIL = date(2024, 1, 1), date(2025, 12, 31)
INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"


@dataclass(frozen=True)
class GenerationSummary:
    """What was written."""

    folder: Path
    clinics: int
    patients: int
    files: int
    rows: int
    mistakes: int
    first_received_at: datetime  # UTC
    last_received_at: datetime


def generate(
    folder: Path,
    clinics: int = 6,
    patients: int = 300,
    seed: int = 7,
    since: date = SINCE,
    until: date = UNTIL,
    progress: Progress | None = None,
) -> GenerationSummary:
    """Write the submissions of `clinics` invented clinics with `patients` invented patients into `folder`."""
    habits = profiles(clinics, patients)
    days = ((since - EPOCH).days, (until - EPOCH).days)
    files = _files(habits, patients, Streams(seed), days)
    folder.mkdir(parents=True, exist_ok=True)
    write_registry_toml(folder / "registry.toml", [profile.clinic for profile in habits])
    (folder / "README.txt").write_text(f"{SYNTHETIC_NOTE}\n", encoding="utf-8", newline="\n")
    _write_files(folder, files, progress)
    _write_manifest(folder / "manifest.csv", files)
    return GenerationSummary(
        folder=folder,
        clinics=clinics,
        patients=patients,
        files=len(files),
        rows=sum(file.rows for file in files),
        mistakes=0,
        first_received_at=files[0].received_at,
        last_received_at=files[-1].received_at,
    )


def _files(habits: tuple[Profile, ...], patients: int, streams: Streams, days: tuple[int, int]) -> list[Submission]:
    """All files, in the order they are received."""
    registry = draw_registry(read_study(), streams, habits, patients, days)
    sent = send_rows(write_forms(registry), habits, streams, days)
    dictionary = read_dictionary()
    files: list[Submission] = []
    for number, profile in enumerate(habits):
        desk = Desk(profile, dictionary, streams.stream(f"files of {profile.clinic.code}"), days[1])
        rows = {form: _texts(frame.filter(pl.col("_clinic") == number), form, desk) for form, frame in sent.items()}
        files += desk.write(rows)
    return sorted(files, key=lambda file: (file.received_at, file.clinic, file.name))


def _texts(rows: pl.DataFrame, form: str, desk: Desk) -> pl.DataFrame:
    """Rows as the clinic writes them."""
    texts = render_rows(rows, desk.profile)
    if desk.profile.has_labels:
        texts = with_labels(texts, desk.dictionary.forms[form], desk.dictionary, desk.profile.clinic.language)
    return leave_gaps(texts, form, desk.profile, desk.rng)


def _write_files(folder: Path, files: Sequence[Submission], progress: Progress | None) -> None:
    for clinic in {file.clinic for file in files}:
        (folder / clinic).mkdir(exist_ok=True)
    for done, file in enumerate(files, start=1):
        (folder / file.clinic / file.name).write_bytes(file.content)
        if progress:
            progress(done, len(files))


def _write_manifest(path: Path, files: Sequence[Submission]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "clinic", "received_at"))
        writer.writerows((f"{f.clinic}/{f.name}", f.clinic, f.received_at.strftime(INSTANT)) for f in files)
