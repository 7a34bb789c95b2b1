"""A clinic's text rows to the files it hands in: one a form and period, or one workbook a period; some sent twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.files import csv_bytes, workbook_bytes

KEYS = {"enrolment": 3, "screening": 2}  # leading columns that are the key; 4 in the other forms
DAY = 24 * 60 * 60
DATES = frozenset(
    {"first_visit_on", "mri_on", "decision_on", "surgery_on", "baseline_on", "consented_on", "treated_on"}
)
DATES |= {
    "assessed_on",
    "replaces_on",
    "returned_to_sport_on",
    "started_on",
    "completed_on",
    "occurred_on",
    "injured_on",
}


@dataclass(frozen=True)
class Submission:
    """One file as a clinic hands it in."""

    clinic: str
    name: str
    received_at: datetime  # UTC
    content: bytes
    rows: int


def key_of(form: str, columns: list[str]) -> list[str]:
    """The key columns of a form: they come first."""
    return [name for name in columns if not name.startswith("_")][: KEYS.get(form, 4)]


def write_submissions(
    rows: Mapping[str, pl.DataFrame], profile: Profile, rng: np.random.Generator, until: int
) -> Iterator[Submission]:
    """The files of one clinic. `rows` are its text rows a form, with `_batch`, `_received` and `_slip`."""
    files = _workbooks(rows, profile, rng) if profile.is_workbook else _text_files(rows, profile, rng)
    for file in files:
        yield file
        again = file.received_at + timedelta(days=int(rng.integers(2, 20)))
        if rng.random() < choices.RESEND_SHARE and again.timestamp() < until * DAY:
            yield replace(file, received_at=again)


def _text_files(rows: Mapping[str, pl.DataFrame], profile: Profile, rng: np.random.Generator) -> Iterator[Submission]:
    for form, frame in rows.items():
        for batch, part in _parts(form, frame, profile.overlap_periods).items():
            yield Submission(
                clinic=profile.clinic.code,
                name=f"{profile.clinic.code}_{form}_{batch:02d}.csv",
                received_at=_instant(part, rng),
                content=csv_bytes(_as_sent(part), profile),
                rows=part.height,
            )


def _workbooks(rows: Mapping[str, pl.DataFrame], profile: Profile, rng: np.random.Generator) -> Iterator[Submission]:
    parts = {form: _parts(form, frame, profile.overlap_periods) for form, frame in rows.items()}
    for batch in sorted({batch for by_batch in parts.values() for batch in by_batch}):
        sheets = {form: by_batch[batch] for form, by_batch in parts.items() if batch in by_batch}
        yield Submission(
            clinic=profile.clinic.code,
            name=f"{profile.clinic.code}_{batch:02d}.xlsx",
            received_at=_instant(next(iter(sheets.values())), rng),
            content=workbook_bytes({form: _as_sent(part) for form, part in sheets.items()}, DATES),
            rows=sum(part.height for part in sheets.values()),
        )


def _parts(form: str, frame: pl.DataFrame, overlap: int) -> dict[int, pl.DataFrame]:
    """The rows of each period's file; a clinic that overlaps repeats earlier periods as they then stand."""
    own = {
        int(batch): part
        for (batch,), part in frame.sort("_batch", maintain_order=True).group_by("_batch", maintain_order=True)
    }
    if not overlap:
        return own
    key = key_of(form, frame.columns)
    return {
        batch: _with_earlier(part, [own[i] for i in range(batch - overlap, batch) if i in own], key)
        for batch, part in own.items()
    }


def _with_earlier(part: pl.DataFrame, earlier: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    day = part.select("_received").row(0)[0]
    kept = [
        frame.filter(pl.col("_slip").is_in(["", "mended"]))
        .join(part, on=key, how="anti")
        .with_columns(pl.lit(day, pl.Int32).alias("_received"))
        for frame in earlier
    ]
    return pl.concat([*kept, part])


def _as_sent(part: pl.DataFrame) -> pl.DataFrame:
    return part.select(name for name in part.columns if not name.startswith("_"))


def _instant(part: pl.DataFrame, rng: np.random.Generator) -> datetime:
    """An instant in the working hours of the day the part is received."""
    second, fraction = int(rng.integers(7 * 3600, 16 * 3600)), int(rng.integers(0, 1_000_000))
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(part.select("_received").row(0)[0]))
    return start + timedelta(seconds=second, microseconds=fraction)
