"""Draws when things happen in an episode: decisions, operations, visits, later treatments and events."""

from dataclasses import dataclass

import numpy as np

from pipelines.synthetic import choices
from pipelines.synthetic.distributions import pick
from pipelines.synthetic.frames import Mask
from pipelines.synthetic.people import Episodes, Ints
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import Study

NEVER = np.iinfo(np.int32).max  # a day that does not come
ENDING_EVENTS = ("withdrawal_request", "lost_to_follow_up", "death")
LATER_EVENTS = ("recurrence", *choices.COMPLICATION_SHARES, "moved", *ENDING_EVENTS)


@dataclass(frozen=True)
class Course:
    """Days since 1970-01-01, one entry an episode; `NEVER` where it does not happen."""

    first_visit: Ints
    mri: Ints
    decision: Ints
    surgery: Ints
    baseline: Ints
    anchor: Ints  # surgery, or the decision for a conservative course
    crossover: Ints
    reoperation: Ints
    events: dict[str, Ints]
    end: Ints  # nothing is seen of the patient after this day

    @property
    def is_surgical(self) -> Mask:
        """Whether the initial treatment is surgery."""
        return np.asarray(self.surgery < NEVER)


@dataclass(frozen=True)
class Visits:
    """Assessments: the episode and the planned visit (index into `choices.VISITS`) each belongs to, and its day."""

    episode: Ints
    visit: Ints
    day: Ints

    def __len__(self) -> int:
        return len(self.episode)


def draw_course(study: Study, streams: Streams, episodes: Episodes) -> Course:
    """Draw the dates of every episode."""
    rng, size = streams.stream("course"), len(episodes)
    is_surgical = episodes.arm == 0
    first_visit = episodes.injured + episodes.delay
    decision = first_visit + rng.integers(*choices.DECISION_AFTER_VISIT, size)
    surgery = np.where(is_surgical, decision + rng.integers(*choices.SURGERY_AFTER_DECISION, size), NEVER)
    anchor = np.where(is_surgical, surgery, decision)
    is_late = rng.random(size) < choices.BASELINE_AFTER_TREATMENT_SHARE
    events = _events(study, streams.stream("events"), episodes, anchor)
    return Course(
        first_visit=first_visit,
        mri=first_visit + rng.integers(0, 3, size) * (decision > first_visit + 2),
        decision=decision,
        surgery=surgery,
        baseline=np.where(is_late, anchor + rng.integers(1, 15, size), first_visit),
        anchor=anchor,
        crossover=_sometimes(rng, ~is_surgical, choices.CROSSOVER_SHARE, anchor, choices.CROSSOVER_DAYS),
        reoperation=_sometimes(rng, is_surgical, choices.REOPERATION_SHARE, anchor, choices.CROSSOVER_DAYS),
        events=events,
        end=_shared_end(episodes, events),
    )


def draw_visits(streams: Streams, course: Course, until: int) -> Visits:
    """The assessments that take place by the day `until`: no-shows, odd days and second visits included."""
    rng, shape = streams.stream("visits"), (len(course.anchor), len(choices.VISITS))
    spread = np.asarray(choices.VISIT_SD_DAYS) * np.clip(rng.standard_normal(shape), -2.2, 2.2)
    off = np.where(rng.random(shape) < choices.OFF_WINDOW_SHARE, rng.integers(*choices.OFF_WINDOW_DAYS, shape), 0)
    day = course.anchor[:, None] + np.rint(np.asarray(choices.VISIT_DAYS) + spread + off).astype(np.int64)
    comes = rng.random(shape) >= np.asarray(choices.NO_SHOW_SHARES)
    episode, visit = np.nonzero(comes & (day <= np.minimum(course.end, until)[:, None]))
    again = (visit == choices.VISITS.index("month_12")) & (rng.random(len(visit)) < choices.SECOND_VISIT_SHARE)
    again &= day[episode, visit] + 12 <= np.minimum(course.end, until)[episode]
    days = np.concatenate([day[episode, visit], day[episode, visit][again] + rng.integers(3, 12, int(again.sum()))])
    order = np.lexsort((days, np.concatenate([episode, episode[again]])))
    return Visits(
        np.concatenate([episode, episode[again]])[order], np.concatenate([visit, visit[again]])[order], days[order]
    )


def _events(study: Study, rng: np.random.Generator, episodes: Episodes, anchor: Ints) -> dict[str, Ints]:
    everyone = np.ones(len(episodes), dtype=bool)
    shares = {
        "recurrence": tuple(study.share(arm, "month_12", "recurrence") for arm in ("surgical", "conservative")),
        **choices.COMPLICATION_SHARES,
        "moved": (choices.MOVED_SHARE,) * 2,
        "withdrawal_request": (choices.WITHDRAWAL_SHARE,) * 2,
        "lost_to_follow_up": (choices.LOST_SHARE,) * 2,
        "death": (choices.DEATH_SHARE,) * 2,
    }
    spans = {"recurrence": (60, 300), **dict.fromkeys(choices.COMPLICATION_SHARES, (3, 120))}
    days = {
        name: _sometimes(rng, everyone, episodes.by_arm(share), anchor, spans.get(name, choices.ENDING_DAYS))
        for name, share in shares.items()
    }
    _end_once(episodes, days)
    ends = _ends(days)
    return {name: np.where((day <= ends), day, NEVER) for name, day in days.items()}


def _ends(events: dict[str, Ints]) -> Ints:
    return np.asarray(np.minimum.reduce([events[name] for name in ENDING_EVENTS]), dtype=np.int64)


def _end_once(episodes: Episodes, events: dict[str, Ints]) -> None:
    """A person ends once: whoever has a second episode ends, if at all, in that one."""
    second = np.flatnonzero(np.arange(len(episodes)) != episodes.person)
    for name in ENDING_EVENTS:
        events[name][episodes.person[second]] = NEVER


def _shared_end(episodes: Episodes, events: dict[str, Ints]) -> Ints:
    """The day nothing more is seen of the person, in either episode."""
    ends = _ends(events)
    second = np.flatnonzero(np.arange(len(episodes)) != episodes.person)
    ends[episodes.person[second]] = ends[second]
    return ends


def _sometimes(
    rng: np.random.Generator,
    who: Mask,
    share: float | np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    anchor: Ints,
    after: tuple[int, int],
) -> Ints:
    """A day within `after` days of the anchor for a share of those it can happen to."""
    happens = who & (rng.random(len(anchor)) < share)
    return np.where(happens, anchor + rng.integers(*after, len(anchor)), NEVER)


def pick_scope(streams: Streams, size: int) -> Ints:
    """Index into `choices.WITHDRAWAL_SCOPES` for each withdrawal request."""
    return pick(streams.stream("scopes").random(size), np.asarray(choices.WITHDRAWAL_SCOPE_SHARES))
