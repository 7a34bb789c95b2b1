"""The whole truth of a synthetic registry before anybody writes it down: people, courses, visits and outcomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from pipelines.synthetic import frames
from pipelines.synthetic.clinics import Profile
from pipelines.synthetic.course import Course, Visits, draw_course, draw_visits
from pipelines.synthetic.outcomes import Outcomes, draw_outcomes
from pipelines.synthetic.patient_ids import own_ids, patient_ids
from pipelines.synthetic.people import Episodes, Ints, draw_episodes
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import Study

EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Registry:
    """What is true, entry by entry; the forms are written from it."""

    study: Study
    streams: Streams
    profiles: tuple[Profile, ...]
    since: int  # first and last day, as days since 1970-01-01
    until: int
    episodes: Episodes
    course: Course
    visits: Visits
    outcomes: Outcomes
    patient_id: pl.Series  # of each episode

    def key(self, episode: Ints) -> dict[str, pl.Series]:
        """The episode key of each row, and the clinic that writes it (`_clinic`)."""
        return {
            "_clinic": frames.whole(self.episodes.clinic[episode]),
            "patient_id": self.patient_id.gather(pl.Series(episode.astype(np.uint32))),
            "side": frames.codes(self.episodes.side[episode], ("left", "right")),
            "injury_no": frames.whole(self.episodes.injury_no[episode]),
        }

    def by_clinic(self, values: Sequence[str], clinic: Ints) -> pl.Series:
        """A text a clinic, for each row."""
        return frames.codes(clinic, values)


def draw_registry(
    study: Study, streams: Streams, profiles: tuple[Profile, ...], patients: int, days: tuple[int, int]
) -> Registry:
    """Draw a registry whose injuries begin on the first and whose knowledge ends on the last of `days`."""
    shares = np.asarray([profile.share for profile in profiles])
    episodes = draw_episodes(study, streams, patients, shares / shares.sum(), (days[0], days[1] - 30))
    course = draw_course(study, streams, episodes)
    visits = draw_visits(streams, course, days[1])
    outcomes = draw_outcomes(study, streams, episodes, visits)
    ids = _patient_ids(profiles, episodes, course, patients)
    return Registry(study, streams, profiles, *days, episodes, course, visits, outcomes, ids)


def _patient_ids(profiles: tuple[Profile, ...], episodes: Episodes, course: Course, patients: int) -> pl.Series:
    """Numbers run within a clinic, in the order of first visits."""
    clinic = episodes.clinic[:patients]
    order = np.lexsort((np.arange(patients), course.first_visit[:patients], clinic))
    starts = np.searchsorted(clinic[order], np.arange(len(profiles)))
    number = np.empty(patients, dtype=np.int64)
    number[order] = np.arange(patients) - starts[clinic[order]] + 1
    parts = []
    for i, profile in enumerate(profiles):
        members = np.flatnonzero(clinic == i)
        own = profile.own_numbers
        ids = own_ids(own, number[members]) if own else patient_ids(profile.clinic.code, number[members])
        parts.append(pl.DataFrame({"person": members, "patient_id": ids}))
    by_person = pl.concat(parts).sort("person")["patient_id"]
    return by_person.gather(pl.Series(episodes.person.astype(np.uint32)))
