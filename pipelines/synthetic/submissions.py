"""A clinic's text rows to the files it hands in: one a form and period, or one workbook a period; some sent twice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.files import csv_bytes, workbook_bytes
from schemas.dictionary import Dictionary, Form

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IS_AS_MEANT = pl.col("_slip").is_in(["", "mended"])


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
    """Whoever sends a clinic's files: habits, the dictionary they fill in, and the day after which nothing comes."""

    profile: Profile
    dictionary: Dictionary
    rng: np.random.Generator
    until: int

    def write(self, rows: Mapping[str, pl.DataFrame]) -> Iterator[Submission]:
        """The clinic's files. `rows` are its text rows a form, with `_batch`, `_received` and `_slip`."""
        files = self._workbooks(rows) if self.profile.is_workbook else self._text_files(rows)
        for file in files:
            yield file
            again = file.received_at + timedelta(days=int(self.rng.integers(2, 20)))
            if self.rng.random() < choices.RESEND_SHARE and (again - EPOCH).days < self.until:
                yield replace(file, received_at=again)

    def _text_files(self, rows: Mapping[str, pl.DataFrame]) -> Iterator[Submission]:
        for form, frame in rows.items():
            for batch, part in self._parts(form, frame).items():
                content = csv_bytes(self._as_sent(form, part), self.profile)
                yield self._submission(f"{form}_{batch:02d}.csv", content, [part])

    def _workbooks(self, rows: Mapping[str, pl.DataFrame]) -> Iterator[Submission]:
        parts = {form: self._parts(form, frame) for form, frame in rows.items()}
        for batch in sorted({batch for by_batch in parts.values() for batch in by_batch}):
            found = {form: by_batch[batch] for form, by_batch in parts.items() if batch in by_batch}
            sheets = {form: self._as_sent(form, part) for form, part in found.items()}
            yield self._submission(f"{batch:02d}.xlsx", workbook_bytes(sheets, self._date_headers()), [*found.values()])

    def _submission(self, name: str, content: bytes, parts: list[pl.DataFrame]) -> Submission:
        code = self.profile.clinic.code
        day = int(parts[0].select("_received").row(0)[0])
        return Submission(code, f"{code}_{name}", self._instant(day), content, sum(part.height for part in parts))

    def _parts(self, form: str, frame: pl.DataFrame) -> dict[int, pl.DataFrame]:
        """The rows of each period's file; a clinic that overlaps repeats earlier periods as they then stand."""
        grouped = frame.sort("_batch", maintain_order=True).group_by("_batch", maintain_order=True)
        own = {int(batch): part for (batch,), part in grouped}
        key, overlap = list(self.dictionary.forms[form].key), self.profile.overlap_periods
        return {
            batch: _with_earlier(part, [own[i] for i in range(batch - overlap, batch) if i in own], key)
            for batch, part in own.items()
        }

    def _as_sent(self, form: str, part: pl.DataFrame) -> pl.DataFrame:
        rows = part.select(name for name in part.columns if not name.startswith("_"))
        return rows.rename(self._headers(self.dictionary.forms[form]))

    def _headers(self, form: Form) -> dict[str, str]:
        language = self.profile.clinic.language
        return {f.name: f.label[language] if self.profile.has_labels else f.name for f in form.template_fields}

    def _date_headers(self) -> frozenset[str]:
        """Headers of the columns that hold whole dates."""
        return frozenset(
            self._headers(form)[field.name]
            for form in self.dictionary.forms.values()
            for field in form.template_fields
            if field.kind in ("date", "partial_date")
        )

    def _instant(self, day: int) -> datetime:
        """An instant in the working hours of a day."""
        second, fraction = int(self.rng.integers(7 * 3600, 16 * 3600)), int(self.rng.integers(0, 1_000_000))
        return EPOCH + timedelta(days=day, seconds=second, microseconds=fraction)


def _with_earlier(part: pl.DataFrame, earlier: list[pl.DataFrame], key: list[str]) -> pl.DataFrame:
    """The part after what earlier parts say of other keys."""
    day = pl.lit(part.select("_received").row(0)[0], pl.Int32).alias("_received")
    kept = [frame.filter(IS_AS_MEANT).join(part, on=key, how="anti").with_columns(day) for frame in earlier]
    return pl.concat([*kept, part])
