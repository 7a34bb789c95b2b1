"""Draws what is measured: PHAT, EQ-5D, return to sport, leg differences, strength and the tendon on MRI.

Every published figure is held per arm and visit; what the study did not measure follows `choices`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from pipelines.synthetic import choices
from pipelines.synthetic.course import Visits
from pipelines.synthetic.distributions import Floats, Quartiles, ScaledBeta, correlated, pick
from pipelines.synthetic.frames import Mask
from pipelines.synthetic.people import Episodes, Ints, phat_normal_correlation
from pipelines.synthetic.streams import Streams
from pipelines.synthetic.study import ARMS, Study

POSITIONS = ("prone_0_90", "prone_0_15", "supine_90_90")
DOMAINS = ("mobility", "self_care", "usual_activities", "pain", "anxiety")
RETURNS = ("no_return", "different_sport", "different_level", "pre_injury_level", "no_sport_before_injury")
NO_RETURN, NO_SPORT = 0, 4
MEASURED_VISITS = ("month_2", "month_6", "month_12")  # the study's; later visits are like its last


@dataclass(frozen=True)
class Outcomes:
    """One entry a visit, complete: who skips what is decided when it is sent."""

    phat: Floats
    phat_items: Ints
    eq5d: Mapping[str, Ints]  # levels of the 3L
    eq5d_vas: Ints
    returned: Ints  # index into RETURNS
    returned_on: Ints  # day of the return as far as known at month 12; only where `has_returned`
    has_returned: Mask
    straight_leg_raise_difference: Floats
    knee_extension_difference: Floats
    strength: Mapping[str, Floats]  # percent of the other leg
    would_choose_same: Mask


@dataclass(frozen=True)
class _Setting:
    """What the draws of a visit share."""

    study: Study
    rng: np.random.Generator
    arm: Ints
    time: Ints  # index into choices.VISITS
    score: Floats  # normal score of the PHAT of that visit

    @property
    def size(self) -> int:
        return len(self.arm)

    def cells(self) -> list[tuple[str, str, Mask]]:
        """Arm, published timepoint and its visits."""
        last = len(MEASURED_VISITS) - 1
        time = np.minimum(self.time, last)
        return [
            (name, visit, (self.arm == a) & (time == t))
            for a, name in enumerate(ARMS)
            for t, visit in enumerate(MEASURED_VISITS)
        ]


def draw_outcomes(study: Study, streams: Streams, episodes: Episodes, visits: Visits) -> Outcomes:
    """Draw what each visit finds."""
    rng = streams.stream("outcomes")
    score = _phat_scores(study, rng, episodes, visits)
    setting = _Setting(study, rng, episodes.arm[visits.episode], visits.visit, score)
    returned = _returns(setting, episodes, visits)
    follower = correlated(score, rng.standard_normal(len(visits)), choices.STRENGTH_FOLLOWS_PHAT)
    return Outcomes(
        phat=np.round(_phat(setting), 1),
        phat_items=choices.PHAT_ITEMS - _skipped(rng, len(visits)),
        eq5d={domain: _eq5d(setting, domain) for domain in DOMAINS},
        eq5d_vas=_vas(setting),
        returned=returned,
        returned_on=draw_return_days(study, streams, episodes)[visits.episode],
        has_returned=(returned != NO_RETURN) & (returned != NO_SPORT),
        straight_leg_raise_difference=_difference(setting, "passive_straight_leg_raise_difference_deg"),
        knee_extension_difference=_difference(setting, "active_knee_extension_difference_deg"),
        strength={position: _strength(setting, position, follower) for position in POSITIONS},
        would_choose_same=_would_choose_same(setting),
    )


def baseline_phat(study: Study, episodes: Episodes) -> Floats:
    """Baseline PHAT of each episode, one decimal."""
    shapes = [ScaledBeta(*study.mean_sd(arm, "baseline", "phat_total")) for arm in ARMS]
    values = np.where(episodes.arm == 0, *(shape.values(episodes.phat_before) for shape in shapes))
    return np.asarray(np.round(values, 1), dtype=np.float64)


def baseline_eq5d(streams: Streams, episodes: Episodes) -> dict[str, Ints]:
    """EQ-5D levels at baseline; invented shares."""
    rng = streams.stream("baseline_eq5d")
    return {
        domain: _levels(
            rng, correlated(episodes.phat_before, rng.standard_normal(len(episodes)), 0.5), np.asarray(share)
        )
        for domain, share in choices.EQ5D_BASELINE_NO_PROBLEMS.items()
    }


def draw_return_days(study: Study, streams: Streams, episodes: Episodes) -> Ints:
    """Day of the return to sport of those who are back at month 12; for others the value means nothing.

    The study's weeks and its status at visits can't both be one first return (most are back before the median week),
    so the date is the return to what is reported at month 12, and earlier visits report a status without a date.
    """
    rng = streams.stream("return_days")
    stays_out = np.asarray([_return_shares(study, arm, "month_12")[NO_RETURN] for arm in ARMS])[episodes.arm]
    rank = np.clip((ndtr(episodes.recovery) - stays_out) / (1 - stays_out), 1e-9, 1 - 1e-9)
    z = correlated(ndtri(rank), rng.standard_normal(len(episodes)), choices.WEEKS_FOLLOW_RETURN)
    low, high = choices.WEEKS_ENDS
    shapes = [Quartiles(low, *study.quartiles(arm, "month_12", "weeks_to_return_to_sport"), high) for arm in ARMS]
    weeks = np.where(episodes.arm == 0, *(shape.values(z) for shape in shapes))
    return np.asarray(episodes.injured + np.rint(7 * weeks), dtype=np.int64)


def draw_continuity(study: Study, streams: Streams, arm: Ints) -> tuple[Mask, Mask]:
    """Whether a tendon is continuous at its origin at one year, and whether by a shared neotendon."""
    rng = streams.stream("continuity")
    share = np.asarray([study.share(name, "month_12", "mri_tendon_continuity") for name in ARMS])[arm]
    is_continuous = rng.random(len(arm)) < share
    shared = rng.random(len(arm)) < np.asarray(choices.SHARED_NEOTENDON_SHARES)[arm]
    return is_continuous, is_continuous & shared


def mri_attendance(study: Study, arm: Ints) -> Floats:
    """Share of an arm that had the one-year MRI."""
    sizes = [study.figure(name, "month_12", "mri_tendon_continuity").n or 0 for name in ARMS]
    return np.asarray([size / study.arm_size(name) for size, name in zip(sizes, ARMS, strict=True)])[arm]


def _phat_scores(study: Study, rng: np.random.Generator, episodes: Episodes, visits: Visits) -> Floats:
    """Normal scores at a visit: a mix of the patient's baseline and one-year scores, and of chance."""
    weights = np.asarray(choices.PHAT_WEIGHTS)[visits.visit]
    rho = np.asarray([phat_normal_correlation(study, arm) for arm in ARMS])[episodes.arm[visits.episode]]
    before, after = episodes.phat_before[visits.episode], episodes.phat_after[visits.episode]
    left = 1 - (weights**2).sum(axis=1) - 2 * rho * weights[:, 0] * weights[:, 1]
    noise = np.sqrt(np.maximum(left, 0)) * rng.standard_normal(len(visits))
    return np.asarray(weights[:, 0] * before + weights[:, 1] * after + noise, dtype=np.float64)


def _phat(setting: _Setting) -> Floats:
    result = np.empty(setting.size)
    for a, arm in enumerate(ARMS):
        before, after = (setting.study.mean_sd(arm, time, "phat_total") for time in ("baseline", "month_12"))
        for t, way in enumerate(choices.PHAT_WAY):
            mean = before[0] + way * (after[0] - before[0])
            where = (setting.arm == a) & (setting.time == t)
            result[where] = ScaledBeta(mean, after[1]).values(setting.score[where])
    return result


def _skipped(rng: np.random.Generator, size: int) -> Ints:
    return np.asarray(choices.PHAT_SKIPPED)[pick(rng.random(size), np.asarray(choices.PHAT_SKIP_SHARES))]


def _eq5d(setting: _Setting, domain: str) -> Ints:
    share = np.empty(setting.size)
    for arm, visit, where in setting.cells():
        share[where] = setting.study.share(arm, visit, f"eq5d_{domain}_no_problems")
    noise = setting.rng.standard_normal(setting.size)
    return _levels(setting.rng, correlated(setting.score, noise, choices.EQ5D_FOLLOWS_PHAT), share)


def _levels(rng: np.random.Generator, score: Floats, no_problems: Floats) -> Ints:
    worst = rng.random(len(score)) < choices.EQ5D_WORST_SHARE
    return np.where(ndtr(score) >= 1 - no_problems, 1, np.where(worst, 3, 2)).astype(np.int64)


def _vas(setting: _Setting) -> Ints:
    score = correlated(setting.score, setting.rng.standard_normal(setting.size), choices.EQ5D_FOLLOWS_PHAT)
    shapes = [ScaledBeta(mean, choices.EQ5D_VAS_SD).values(score) for mean in choices.EQ5D_VAS_WAY]
    return np.rint(np.choose(setting.time, shapes)).astype(np.int64)


def _return_shares(study: Study, arm: str, visit: str) -> Floats:
    """Shares of the four statuses, worst first, among those who did sport before."""
    counts = np.asarray([study.figure(arm, visit, "return_to_sport", status).value for status in RETURNS[:NO_SPORT]])
    return np.asarray(counts / counts.sum(), dtype=np.float64)


def _returns(setting: _Setting, episodes: Episodes, visits: Visits) -> Ints:
    """One hidden rank a patient read against each visit's shares, so that nobody falls back."""
    rank = ndtr(episodes.recovery[visits.episode])
    status = np.empty(setting.size, dtype=np.int64)
    for arm, visit, where in setting.cells():
        status[where] = pick(rank[where], _return_shares(setting.study, arm, visit))
    return np.where(episodes.has_sport[visits.episode], status, NO_SPORT)


def _difference(setting: _Setting, measure: str) -> Floats:
    """Injured minus other leg. The study's sign is not known: taken as printed."""
    result = setting.rng.standard_normal(setting.size)
    for arm, visit, where in setting.cells():
        mean, sd = setting.study.mean_sd(arm, _examined(visit), measure)
        result[where] = mean + sd * result[where]
    return result


def _strength(setting: _Setting, position: str, follower: Floats) -> Floats:
    score = correlated(follower, setting.rng.standard_normal(setting.size), 0.7)
    result = np.empty(setting.size)
    low, high = choices.STRENGTH_ENDS
    for arm, visit, where in setting.cells():
        quartiles = setting.study.quartiles(arm, _examined(visit), f"strength_{position}_percent")
        result[where] = Quartiles(low, *quartiles, high).values(score[where])
    return result


def _examined(visit: str) -> str:
    """Legs are examined from month 6 on; values drawn for month 2 are never sent."""
    return "month_12" if visit == "month_2" else visit


def _would_choose_same(setting: _Setting) -> Mask:
    share = np.empty(setting.size)
    for arm, _, where in setting.cells():
        figure = setting.study.figure(arm, "month_12", "would_choose_same_treatment")
        share[where] = figure.value + choices.WOULD_CHOOSE_SAME_ABOVE
    return np.asarray(setting.rng.random(setting.size) < share)
