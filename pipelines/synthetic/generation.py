"""Writes a synthetic registry's submissions, settings and manifest into a folder, and nothing else.

`DIR/registry.toml`, `DIR/manifest.csv` (file, clinic, received_at), `DIR/truth.csv` (every mistake planted) and
`DIR/<CLINIC>/<file>`. The same arguments give the same bytes.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from pipelines.synthetic.choices import SYNTHETIC_NOTE
from pipelines.synthetic.clinics import Profile, profiles, write_registry_toml
from pipelines.synthetic.forms import write_forms
from pipelines.synthetic.mistakes.planting import apply_edits, plant_mistakes
from pipelines.synthetic.registry import EPOCH, draw_registry
from pipelines.synthetic.rendering import leave_gaps, render_rows, with_labels
from pipelines.synthetic.sending import Days, plan_files, send_rows
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import read_study
from pipelines.synthetic.submissions import Desk, Draft, Submission
from pipelines.synthetic.writing import Press, Truth, planted_by_row
from schemas.dictionary import read_dictionary

Progress = Callable[[int, int], None]  # files written, files in all
SINCE, UNTIL = date(2024, 1, 1), date(2025, 12, 31)
MANIFEST = ("file", "clinic", "received_at")
TRUTH = ("file", "clinic", "sheet", "line", "form", "column", "rule", "is_mended")
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
    every: int | None = None,
    progress: Progress | None = None,
) -> GenerationSummary:
    """Write the submissions of `clinics` invented clinics with `patients` invented patients into `folder`.

    `every` is the number of days from one file of a clinic to the next; by default each clinic has its own habit.
    """
    habits = profiles(clinics, patients)
    if every:
        habits = tuple(replace(profile, period_days=every) for profile in habits)
    press, files = _print(habits, patients, Streams(seed), ((since - EPOCH).days, (until - EPOCH).days))
    _write_all(folder, habits, press, files, progress)
    return GenerationSummary(
        folder=folder,
        clinics=clinics,
        patients=patients,
        files=len(files),
        rows=sum(file.rows for file in files),
        mistakes=len(press.truth),
        first_received_at=files[0].received_at,
        last_received_at=files[-1].received_at,
    )


def _write_all(
    folder: Path, habits: Sequence[Profile], press: Press, files: Sequence[Submission], progress: Progress | None
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_registry_toml(folder / "registry.toml", [profile.clinic for profile in habits])
    (folder / "README.txt").write_text(f"{SYNTHETIC_NOTE}\n", encoding="utf-8", newline="\n")
    _write_files(folder, files, progress)
    _write_table(folder / "manifest.csv", MANIFEST, [_manifest_row(file) for file in files])
    _write_table(folder / "truth.csv", TRUTH, sorted(map(_truth_row, press.truth)))


def _print(habits: tuple[Profile, ...], patients: int, streams: Streams, days: Days) -> tuple[Press, list[Submission]]:
    """All files in the order they are received, and the press that knows their mistakes."""
    registry = draw_registry(read_study(), streams, habits, patients, days)
    plan = plan_files(habits, streams, days)
    received = {(clinic, form, batch): day for clinic, form, batch, day in plan.iter_rows()}
    sent = send_rows(write_forms(registry), habits, streams, plan, days)
    planted = plant_mistakes(sent, habits, received, streams.stream("mistakes"), EPOCH + timedelta(days=days[1]))
    dictionary = read_dictionary()
    drafts: list[Draft] = []
    for number, profile in enumerate(habits):
        desk = Desk(profile, dictionary, streams.stream(f"files of {profile.clinic.code}"))
        rows = {form: frame.filter(pl.col("_clinic") == number) for form, frame in planted.rows.items()}
        drafts += desk.drafts({form: _texts(frame, form, desk, planted.edits) for form, frame in rows.items()})
    press = Press(dictionary, planted_by_row(planted.truth), streams.stream("press"), days[1])
    return press, press.print_all(drafts)


def _texts(rows: pl.DataFrame, form: str, desk: Desk, edits: pl.DataFrame) -> pl.DataFrame:
    """Rows as the clinic writes them, gaps and mistakes included."""
    texts = render_rows(rows, desk.profile)
    if desk.profile.has_labels:
        texts = with_labels(texts, desk.dictionary.forms[form], desk.dictionary, desk.profile.clinic.language)
    gapped = leave_gaps(texts, form, desk.profile, desk.rng)
    return apply_edits(gapped, edits.filter(pl.col("_form") == form))


def _write_files(folder: Path, files: Sequence[Submission], progress: Progress | None) -> None:
    for clinic in {file.clinic for file in files}:
        (folder / clinic).mkdir(exist_ok=True)
    for done, file in enumerate(files, start=1):
        (folder / file.clinic / file.name).write_bytes(file.content)
        if progress:
            progress(done, len(files))


def _write_table(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _manifest_row(file: Submission) -> tuple[str, ...]:
    return f"{file.clinic}/{file.name}", file.clinic, file.received_at.strftime(INSTANT)


def _truth_row(truth: Truth) -> tuple[str | int, ...]:
    place = (truth.sheet, truth.line, truth.form, truth.column, truth.rule)
    return f"{truth.clinic}/{truth.file}", truth.clinic, *place, "yes" if truth.is_mended else "no"
