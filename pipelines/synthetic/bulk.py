"""One very long follow-up file and its enrolments, for measuring speed: fast, flat in memory, with counted faults.

Every patient has all five visits. The same seed with a share of 0 writes the clean twin: the same rows without a fault.
Dates are ISO, the decimal mark is a point, true and false are written so: a typed loader can read the twin.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.bulk_clinic import CLINIC
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.course import Visits, draw_course
from pipelines.synthetic.follow_ups import follow_up_form
from pipelines.synthetic.forms import enrolment_form
from pipelines.synthetic.outcomes import draw_outcomes
from pipelines.synthetic.patient_ids import patient_ids
from pipelines.synthetic.people import Ints, draw_episodes
from pipelines.synthetic.registry import Registry
from pipelines.synthetic.rendering import render_rows
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import read_study

PROFILE = Profile(CLINIC, newline="\n", strength_unit="N")
BLOCK = 40_000  # patients drawn at a time
VISITS = len(choices.VISITS)
INJURED = (14610, 18262)  # 2010 to 2019, so that five years have passed

# What a faulty cell holds, by what the column asks; each is a fault in any dialect.
FAULTS: Mapping[str, tuple[str, ...]] = {
    "patient_id": ("BULK-0000", "4E+05", "J. Doe"),
    "injury_no": ("first",),
    "code": ("sometimes", "xx"),
    "date": ("2024-02-31", "last week"),
    "number": ("good", "99999"),
    "boolean": ("perhaps",),
}
CODES = ("side", "visit", "eq5d_version", "return_to_sport", "strength_unit")
KEY = ("patient_id", "side", "injury_no", "assessed_on")


@dataclass(frozen=True)
class BulkSummary:
    """What was written: rows, filled cells with a fault, and rows with a fault in the key."""

    path: Path
    rows: int
    faulty_cells: int = 0
    faulty_keys: int = 0


def write_bulk_follow_ups(
    path: Path, rows: int, seed: int = 7, faulty_share: float = 0.0, first_patient: int = 1
) -> BulkSummary:
    """Write a follow-up CSV of `rows` rows, of whose filled cells about `faulty_share` hold a fault.

    Patients are numbered from `first_patient`, five rows each, the last perhaps fewer: files of a backlog share none.
    """
    cells = keys = 0
    with path.open("wb") as file:
        for block, size in _blocks(rows, seed, first_patient):
            texts = _plain(follow_up_form(block)).head(size)
            texts, in_cells, in_keys = _with_faults(texts, block.streams.stream("faults"), faulty_share)
            texts.write_csv(file, include_header=file.tell() == 0)
            cells, keys = cells + in_cells, keys + in_keys
    return BulkSummary(path, rows, cells, keys)


def write_bulk_enrolments(path: Path, rows: int, seed: int = 7, first_patient: int = 1) -> BulkSummary:
    """Write the enrolments of the patients in the follow-up file of the same arguments."""
    written = 0
    with path.open("wb") as file:
        for block, size in _blocks(rows, seed, first_patient):
            texts = _plain(enrolment_form(block)).head(-(-size // VISITS))
            texts.write_csv(file, include_header=file.tell() == 0)
            written += texts.height
    return BulkSummary(path, written)


def _blocks(rows: int, seed: int, first_patient: int) -> Iterator[tuple[Registry, int]]:
    """Registries of at most `BLOCK` patients, with the number of follow-ups to take from each."""
    for start in range(0, rows, BLOCK * VISITS):
        size = min(BLOCK * VISITS, rows - start)
        first = first_patient + start // VISITS
        yield _block(Streams(seed * 10**9 + first), -(-size // VISITS), first), size


def _block(streams: Streams, patients: int, first: int) -> Registry:
    study = read_study()
    episodes = draw_episodes(study, streams, patients, np.ones(1), INJURED)
    course = draw_course(study, streams, episodes)
    visits = _all_visits(streams, course.anchor[:patients])
    outcomes = draw_outcomes(study, streams, episodes, visits)
    ids = patient_ids(CLINIC.code, first + episodes.person)
    return Registry(study, streams, (PROFILE,), *INJURED, episodes, course, visits, outcomes, ids)


def _all_visits(streams: Streams, anchor: Ints) -> Visits:
    """All five visits of every first episode, within days of their target."""
    spread = streams.stream("visits").integers(-6, 7, (len(anchor), VISITS))
    day = anchor[:, None] + np.asarray(choices.VISIT_DAYS) + spread
    episode, visit = np.divmod(np.arange(day.size), VISITS)
    return Visits(episode, visit, day.ravel())


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Text cells, blanks as null, without the generator's own columns."""
    texts = render_rows(frame.select(name for name in frame.columns if not name.startswith("_")), PROFILE)
    return texts.with_columns(pl.when(pl.all() != "").then(pl.all()))


def _with_faults(texts: pl.DataFrame, rng: np.random.Generator, share: float) -> tuple[pl.DataFrame, int, int]:
    """The rows with faults in a share of their filled cells; how many cells, and rows with a fault in the key."""
    if not share:
        return texts, 0, 0
    faulty, cells, in_key = [], 0, np.zeros(texts.height, dtype=bool)
    for column in texts:
        hits = np.flatnonzero((rng.random(texts.height, dtype=np.float32) < share) & column.is_not_null().to_numpy())
        words = FAULTS[_kind(column.name)]
        faults = pl.Series(words).gather(pl.Series(rng.integers(0, len(words), len(hits)).astype(np.uint32)))
        faulty.append(column.clone().scatter(pl.Series(hits.astype(np.uint32)), faults))
        cells += len(hits)
        in_key[hits] |= column.name in KEY
    return pl.DataFrame(faulty), cells, int(in_key.sum())


def _kind(column: str) -> str:
    if column in FAULTS:
        return column
    if column in CODES:
        return "code"
    return "date" if column.endswith("_on") else "boolean" if column.startswith("would_") else "number"
