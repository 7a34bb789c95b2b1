"""Plants mistakes into rows that would otherwise be right, and remembers where: the truth that tests compare with.

Each kind gets its share of rows and at least one, where a row fits; many are put right in a later file.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.mistakes.cells import cell_mistakes
from pipelines.synthetic.mistakes.context import EPISODE, with_context
from pipelines.synthetic.mistakes.queries import query_mistakes
from pipelines.synthetic.mistakes.record import Mistake, Pen, Row, Texts
from pipelines.synthetic.mistakes.rows import row_mistakes

MOST_TRIES = 3_000
EDIT_SCHEMA = {"_form": pl.String, "_row": pl.UInt32, "column": pl.String, "text": pl.String}
PLANTED_SCHEMA = {
    "_form": pl.String,
    "_row": pl.UInt32,
    "rule": pl.String,
    "column": pl.String,
    "is_mended": pl.Boolean,  # put right in a later file
}


@dataclass(frozen=True)
class Planted:
    """The rows with mistakes in them, the texts that differ, and which rule must find what in which row."""

    rows: Mapping[str, pl.DataFrame]
    edits: pl.DataFrame  # EDIT_SCHEMA
    truth: pl.DataFrame  # PLANTED_SCHEMA


def all_mistakes() -> tuple[Mistake, ...]:
    """Every mistake of a row."""
    return (*cell_mistakes(), *row_mistakes(), *query_mistakes())


def plant_mistakes(
    sent: Mapping[str, pl.DataFrame],
    profiles: Sequence[Profile],
    received: Mapping[tuple[int, str, int], int],
    rng: np.random.Generator,
    until: date,
) -> Planted:
    """The rows sent, with mistakes; `received` is the day of each file by (clinic, form, period)."""
    garden = _Garden(with_context(sent), [Pen(profile) for profile in profiles], received, rng, until)
    kinds, rows = all_mistakes(), sum(frame.height for frame in sent.values())
    times = max(1, round(choices.MISTAKE_SHARE * rows / len(kinds)))
    for kind in sorted(rng.permutation(len(kinds))[: int(choices.MOST_MISTAKES_SHARE * rows)]):
        garden.plant(kinds[int(kind)], times)
    return garden.harvest()


@dataclass
class _Garden:
    """Rows while mistakes are being planted: which rows and episodes are taken, what was added and changed."""

    rows: Mapping[str, pl.DataFrame]
    pens: Sequence[Pen]
    received: Mapping[tuple[int, str, int], int]
    rng: np.random.Generator
    until: date
    taken: set[tuple[str, int]] = field(default_factory=set)
    enrolments: set[tuple[Any, ...]] = field(default_factory=set)  # episodes whose enrolment holds a mistake
    episodes: set[tuple[Any, ...]] = field(default_factory=set)  # episodes with a mistake elsewhere
    added: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    edits: list[tuple[str, int, str, str]] = field(default_factory=list)
    truth: list[tuple[str, int, str, str, bool]] = field(default_factory=list)

    @property
    def _last(self) -> int:
        return (self.until - date(1970, 1, 1)).days

    def plant(self, mistake: Mistake, times: int) -> None:
        """Make the mistake in `times` rows, or as many as fit."""
        planted = 0
        for row in self._candidates(mistake):
            if planted == times:
                return
            pen = self.pens[row["_clinic"]]
            known = {**row, "_until": self.until, "_offset": len(self.truth)}
            texts = mistake.change(known, pen)
            if texts is not None:
                self._record(mistake, row, texts)
                planted += 1

    def _candidates(self, mistake: Mistake) -> Iterator[Row]:
        frame = self.rows[mistake.form]
        tries = min(frame.height, MOST_TRIES)
        for number in self.rng.choice(frame.height, tries, replace=False) if tries else ():
            row = frame.row(int(number), named=True)
            if self._is_free(mistake, row):
                yield row

    def _is_free(self, mistake: Mistake, row: Row) -> bool:
        is_slip_wanted = mistake.rule == "old_value_returned"
        if (mistake.form, row["_row"]) in self.taken or (row["_slip"] != "") != is_slip_wanted:
            return False
        if not self._comes(row["_clinic"], mistake.form, row["_batch"] + (mistake.copy or 0)):
            return False
        if not row.get("patient_id", code := self.pens[row["_clinic"]].profile.clinic.code).startswith(code):
            return False  # another clinic's patient: the row may wait for an agreement
        episode = _episode(row)
        return episode not in self.enrolments and (mistake.form != "enrolment" or episode not in self.episodes)

    def _record(self, mistake: Mistake, row: Row, texts: Texts) -> None:
        form, number = mistake.form, int(row["_row"])
        self.taken.add((form, number))
        if mistake.brings:
            self._bring(mistake.brings, row)
        if form != "screening":
            (self.enrolments if form == "enrolment" else self.episodes).add(_episode(row))
        if mistake.copy is not None:
            number = self._add(form, {**row, "_batch": row["_batch"] + mistake.copy, "_slip": "copy"})
            if mistake.copy == 0 and mistake.column:  # both rows of a contradiction are named
                self.truth.append((form, int(row["_row"]), mistake.rule, mistake.column, False))
        is_mended = mistake.copy is None and self.rng.random() < choices.MENDED_SHARE and self._mend(form, row)
        self.edits += [(form, number, column, text) for column, text in texts.items()]
        self.truth.append((form, number, mistake.rule, mistake.column, is_mended))

    def _mend(self, form: str, row: Row) -> bool:
        """Send the right row in one of the next files, if one comes in time."""
        batch = row["_batch"] + int(self.rng.integers(1, 3))
        if not self._comes(row["_clinic"], form, batch):
            return False
        self._add(form, {**row, "_batch": batch, "_slip": "mended"})
        return True

    def _comes(self, clinic: int, form: str, batch: int) -> bool:
        return self.received.get((clinic, form, batch), self._last + 1) <= self._last

    def _bring(self, form: str, row: Row) -> None:
        """The episode's row of another form once more, in the same file."""
        of_episode = pl.all_horizontal(pl.col(name) == row[name] for name in EPISODE)
        for other in self.rows[form].filter(of_episode & (pl.col("_slip") == "")).head(1).iter_rows(named=True):
            self._add(form, {**other, "_batch": row["_batch"], "_slip": "copy"})

    def _add(self, form: str, row: dict[str, Any]) -> int:
        number = self.rows[form].height + len(self.added.setdefault(form, []))
        self.added[form].append({**row, "_row": number})
        return number

    def harvest(self) -> Planted:
        """The rows with what was added."""
        truth = pl.DataFrame(self.truth, schema=PLANTED_SCHEMA, orient="row")
        rows = {}
        for form, frame in self.rows.items():
            added = pl.DataFrame(self.added.get(form, []), schema=frame.schema)
            days = [
                self.received[clinic, form, batch] for clinic, batch in added.select("_clinic", "_batch").iter_rows()
            ]
            added = added.with_columns(pl.Series("_received", days, dtype=pl.Int32))
            planted = truth.filter(pl.col("_form") == form)["_row"]
            whole = pl.concat([frame, added])
            rows[form] = whole.with_columns(pl.col("_row").is_in(planted.implode()).alias("_is_planted"))
        return Planted(rows, pl.DataFrame(self.edits, schema=EDIT_SCHEMA, orient="row"), truth)


def _episode(row: Row) -> tuple[Any, ...]:
    return tuple(row.get(name) for name in EPISODE)


def apply_edits(texts: pl.DataFrame, edits: pl.DataFrame) -> pl.DataFrame:
    """The text rows of one form with the edits of that form."""
    edits = edits.filter(pl.col("_row").is_in(texts["_row"].implode()))
    for (column,), group in edits.group_by("column", maintain_order=True):
        named = group.select("_row", pl.col("text").alias("_text"))
        texts = texts.join(named, on="_row", how="left", maintain_order="left")
        texts = texts.with_columns(pl.coalesce("_text", str(column)).alias(str(column))).drop("_text")
    return texts
