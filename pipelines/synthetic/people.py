"""Draws episodes as they are before any visit: person, clinic, arm, injury, sport and hidden recovery scores.

Ages, delays, arm shares and tendons follow the study; the rest is declared in `choices`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipelines.synthetic import choices
from pipelines.synthetic.distributions import Floats, Quartiles, ScaledBeta, correlated, normal_correlation, pick
from pipelines.synthetic.frames import Mask
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import ARMS, Study

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Episodes:
    """One entry an episode. `arm` and other indices point into `study.ARMS` and the tuples of `choices`."""

    person: Ints
    clinic: Ints
    arm: Ints
    side: Ints  # 0 left, 1 right
    injury_no: Ints
    injured: Ints  # days since 1970-01-01
    delay: Ints  # days from injury to first visit
    age: Ints
    sex: Ints
    has_sport: Mask
    sport: Ints
    level: Ints
    other_leg: Ints
    has_two_tendons: Mask
    phat_before: Floats  # normal scores
    phat_after: Floats
    recovery: Floats  # normal score of the return to sport

    def __len__(self) -> int:
        return len(self.person)

    def by_arm(self, values: tuple[float, ...]) -> Floats:
        """A value an arm, for each episode."""
        return np.asarray(values, dtype=np.float64)[self.arm]


def draw_episodes(
    study: Study, streams: Streams, patients: int, clinic_shares: Floats, days: tuple[int, int]
) -> Episodes:
    """Draw `patients` people and a few second episodes, every other one of the same side; injuries fall into `days`."""
    rng = streams.stream("people")
    size = patients + round(patients * choices.SECOND_EPISODE_SHARE)
    arm, is_second = _arms(study, rng, size), np.arange(size) >= patients
    person, injured = _persons(rng, rng.integers(*days, size), patients)
    is_same_side = is_second & (np.arange(size) % 2 == 0)
    is_other_side = is_second & ~is_same_side
    before, after = _phat_scores(study, streams.stream("phat"), arm)
    return Episodes(
        person=person,
        clinic=pick(rng.random(size), clinic_shares)[person],
        arm=arm,
        side=(person + is_other_side) % 2,
        injury_no=1 + is_same_side.astype(np.int64),
        injured=injured,
        delay=_quartile_draw(study, rng, arm, "days_injury_to_visit", choices.DELAY_ENDS),
        age=_quartile_draw(study, rng, arm, "age_years", choices.AGE_ENDS),
        sex=_pick(rng, size, choices.SEX_SHARES)[person],
        has_sport=_does_sport(study, rng, arm),
        sport=_pick(rng, size, choices.SPORT_SHARES)[person],
        level=_pick(rng, size, choices.SPORT_LEVEL_SHARES)[person],
        other_leg=np.where(is_other_side, 1, _pick(rng, size, choices.OTHER_LEG_SHARES)),
        has_two_tendons=rng.random(size) < _share_by_arm(study, arm, "baseline", "two_tendon_avulsion"),
        phat_before=before,
        phat_after=after,
        recovery=correlated(after, rng.standard_normal(size), choices.RETURN_FOLLOWS_PHAT),
    )


def _arms(study: Study, rng: np.random.Generator, size: int) -> Ints:
    surgical, conservative = (study.arm_size(arm) for arm in ARMS)
    return (rng.random(size) >= surgical / (surgical + conservative)).astype(np.int64)


def _persons(rng: np.random.Generator, injured: Ints, patients: int) -> tuple[Ints, Ints]:
    """The person of each episode and its day: first episodes are people of their own, second ones of people injured
    early, months after.
    """
    early = np.argsort(injured[:patients], kind="stable")[: max(1, patients // 2)]
    again = rng.choice(early, size=len(injured) - patients, replace=False)
    person = np.concatenate([np.arange(patients), again])
    later = injured[person] + rng.integers(100, 200, len(injured))
    return person, np.where(np.arange(len(injured)) < patients, injured, later)


def _phat_scores(study: Study, rng: np.random.Generator, arm: Ints) -> tuple[Floats, Floats]:
    before, noise = rng.standard_normal((2, len(arm)))
    rho = np.asarray([phat_normal_correlation(study, name) for name in ARMS])
    return before, correlated(before, noise, rho[arm])


def phat_normal_correlation(study: Study, arm: str) -> float:
    """Correlation of the normal scores that gives PHAT itself the study's correlation."""
    before, after = (ScaledBeta(*study.mean_sd(arm, time, "phat_total")) for time in ("baseline", "month_12"))
    return normal_correlation(before, after, study.correlation(arm))


def _quartile_draw(study: Study, rng: np.random.Generator, arm: Ints, measure: str, ends: tuple[float, float]) -> Ints:
    z = rng.standard_normal(len(arm))
    shapes = [Quartiles(ends[0], *study.quartiles(name, "baseline", measure), ends[1]) for name in ARMS]
    return np.rint(np.where(arm == 0, shapes[0].values(z), shapes[1].values(z))).astype(np.int64)


def _does_sport(study: Study, rng: np.random.Generator, arm: Ints) -> Mask:
    none = [study.share(name, "month_12", "return_to_sport", "no_sport_before_injury") for name in ARMS]
    return np.asarray(rng.random(len(arm)) >= np.asarray(none)[arm])


def _share_by_arm(study: Study, arm: Ints, timepoint: str, measure: str) -> Floats:
    return np.asarray([study.share(name, timepoint, measure) for name in ARMS])[arm]


def _pick(rng: np.random.Generator, size: int, shares: tuple[float, ...]) -> Ints:
    return pick(rng.random(size), np.asarray(shares))
