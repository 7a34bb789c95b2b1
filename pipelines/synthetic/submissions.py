"""A clinic's text rows to the drafts of the files it hands in: one a form and period, or one workbook a period."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.mistakes.context import AS_MEANT
from schemas.dictionary import Dictionary, Form

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Draft:
    """A file before it is written: its rows as text by form, with `_row` and `_is_planted`, and when it comes."""

    profile: Profile
    name: str
    received_at: datetime  # UTC
    parts: Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Submission:
    """One file as a clinic hands it in."""

    clinic: str
    name: str
    received_at: datetime  # UTC
    content: bytes
    rows: int


@dataclass(frozen=True)
class Desk:
    """Whoever sends a clinic's files: its habits and the dictionary they fill in."""

    profile: Profile
    dictionary: Dictionary
    rng: np.random.Generator

    def drafts(self, rows: Mapping[str, pl.DataFrame]) -> Iterator[Draft]:
        """The clinic's files. `rows` are its text rows a form, with `_batch`, `_received` and `_slip`."""
        parts = {form: self._parts(form, frame) for form, frame in rows.items()}
        if not self.profile.is_workbook:
            for form, by_batch in parts.items():
                for batch, part in by_batch.items():
                    yield self._draft(f"{form}_{batch:02d}.csv", {form: part})
            return
        for batch in sorted({batch for by_batch in parts.values() for batch in by_batch}):
            found = {form: by_batch[batch] for form, by_batch in parts.items() if batch in by_batch}
            yield self._draft(f"{batch:02d}.xlsx", found)

    def _draft(self, name: str, parts: Mapping[str, pl.DataFrame]) -> Draft:
        day = int(next(iter(parts.values())).select("_received").row(0)[0])
        return Draft(self.profile, f"{self.profile.clinic.code}_{name}", self._instant(day), parts)

    def _parts(self, form: str, frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
        """The rows of each period's file; a clinic that overlaps repeats earlier periods as they then stand."""
        grouped = frame.sort("_batch", maintain_order=True).group_by("_batch", maintain_order=True)
        own = {int(batch): part for (batch,), part in grouped}
        key, overlap = list(self.dictionary.forms[form].key), self.profile.overlap_periods
        return {
            batch: _with_earlier(part, [own[i] for i in range(batch - overlap, batch) if i in own], key)
            for batch, part in own.items()
        }

    def _instant(self, day: int) -> datetime:
        """An instant in the working hours of a day."""
        second, fraction = int(self.rng.integers(7 * 3600, 16 * 3600)), int(self.rng.integers(0, 1_000_000))
        return EPOCH + timedelta(days=day, seconds=second, microseconds=fraction)


def _with_earlier(part: pl.DataFrame, earlier: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    """The part after what earlier parts say of other keys, mistakes left out."""
    day = pl.lit(part.select("_received").row(0)[0], pl.Int32).alias("_received")
    right = AS_MEANT & ~pl.col("_is_planted")
    kept = [frame.filter(right).join(part, on=key, how="anti").with_columns(day) for frame in earlier]
    return pl.concat([*kept, part])


def headers(form: Form, profile: Profile) -> dict[str, str]:
    """The header of each field as the clinic writes it."""
    language = profile.clinic.language
    return {f.name: f.label[language] if profile.has_labels else f.name for f in form.template_fields}


def date_headers(dictionary: Dictionary, profile: Profile) -> frozenset[str]:
    """Headers of the columns that hold whole dates."""
    return frozenset(
        headers(form, profile)[field.name]
        for form in dictionary.forms.values()
        for field in form.template_fields
        if field.kind in ("date", "partial_date")
    )
