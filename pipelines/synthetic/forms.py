"""Writes a registry's truth into the forms: one typed frame a form, columns named as in the dictionary.

Two columns begin with an underscore: `_clinic` (who sends the row) and `_ready` (the day it could first be sent).
"""

import numpy as np
import polars as pl

from pipelines.synthetic import choices
from pipelines.synthetic.course import LATER_EVENTS, NEVER, pick_scope
from pipelines.synthetic.distributions import ScaledBeta, pick
from pipelines.synthetic.follow_ups import eq5d_columns, follow_up_form
from pipelines.synthetic.frames import codes, dates, known, rounded, whole
from pipelines.synthetic.outcomes import baseline_eq5d, baseline_phat, draw_continuity, mri_attendance
from pipelines.synthetic.people import Ints
from pipelines.synthetic.registry import Registry

FORMS = ("enrolment", "treatment", "follow_up", "imaging", "rehabilitation", "event", "screening")


def write_forms(registry: Registry) -> dict[str, pl.DataFrame]:
    """All forms, complete and without a mistake."""
    enrolment = enrolment_form(registry)
    forms = {
        "enrolment": enrolment,
        "treatment": _treatment(registry),
        "follow_up": follow_up_form(registry),
        "imaging": _imaging(registry),
        "rehabilitation": _rehabilitation(registry),
        "event": _event(registry),
        "screening": _screening(registry, enrolment),
    }
    return {name: frame.filter(pl.col("_ready") <= registry.until) for name, frame in forms.items()}


def enrolment_form(registry: Registry) -> pl.DataFrame:
    """The enrolment form of every episode, typed; the date of injury as the text it is sent as."""
    episodes, course, rng = registry.episodes, registry.course, registry.streams.stream("enrolment")
    everyone = np.arange(len(episodes))
    return pl.DataFrame(
        {
            **registry.key(everyone),
            "injured_on": _injured_on(registry, rng),
            "first_visit_on": dates(course.first_visit),
            "age_at_injury_years": whole(episodes.age),
            "sex": codes(episodes.sex, choices.SEXES),
            **_tendons(registry, rng),
            "mri_on": dates(course.mri),
            "is_mri_confirmed": pl.Series(rng.random(len(episodes)) < choices.MRI_CONFIRMED_SHARE),
            "other_leg_state": codes(episodes.other_leg, choices.OTHER_LEG_STATES),
            **_sport(registry),
            "is_shared_decision_documented": pl.Series(rng.random(len(episodes)) < choices.SHARED_DECISION_SHARE),
            "initial_treatment": codes(episodes.arm, ("surgical", "conservative")),
            "decision_on": dates(course.decision),
            "surgery_on": dates(np.where(course.is_surgical, course.surgery, 0), course.is_surgical),
            **_baseline(registry),
            **_consent(registry, rng),
            "_ready": whole(np.maximum(course.anchor, course.baseline)),
        }
    )


def _consent(registry: Registry, rng: np.random.Generator) -> dict[str, pl.Series]:
    size = len(registry.episodes)
    for_research = (rng.random(size) < choices.RESEARCH_CONSENT_SHARE).astype(np.int64)
    return {
        "consent_version": pl.Series(["1.0"] * size),
        "consented_on": dates(registry.course.first_visit),
        "consent_scope": codes(for_research, ("registry", "registry_and_research")),
    }


def _injured_on(registry: Registry, rng: np.random.Generator) -> pl.Series:
    """Text: a day, a month or a year, as precisely as the patient remembers."""
    full = dates(registry.episodes.injured).dt.strftime("%Y-%m-%d")
    precision = pick(rng.random(len(full)), np.asarray(choices.DATE_PRECISION_SHARES))
    length = pl.Series(np.asarray([10, 7, 4])[precision])
    return pl.select(full.str.slice(0, length)).to_series()


def _tendons(registry: Registry, rng: np.random.Generator) -> dict[str, pl.Series]:
    size, both = len(registry.episodes), registry.episodes.has_two_tendons
    conjoint_only = rng.random(size) < 0.7
    mean, sd, low, high = choices.RETRACTION_MM
    columns = {}
    for tendon, is_spared in (("conjoint", ~conjoint_only), ("semimembranosus", conjoint_only)):
        is_avulsed = both | ~is_spared
        state = np.where(is_avulsed, 0, 1 + (rng.random(size) < 0.4))
        columns[f"{tendon}_state"] = codes(state, ("avulsed", "intact", "partial"))
        mm = np.rint(ScaledBeta(mean, sd, low, high).values(rng.standard_normal(size)))
        columns[f"{tendon}_retraction_mm"] = whole(mm, is_avulsed)
    order = [f"{tendon}_{what}" for what in ("state", "retraction_mm") for tendon in ("conjoint", "semimembranosus")]
    return {name: columns[name] for name in order}


def _sport(registry: Registry) -> dict[str, pl.Series]:
    episodes = registry.episodes
    levels = (*choices.SPORT_LEVELS, "none")
    level = np.where(episodes.has_sport, episodes.level, len(choices.SPORT_LEVELS))
    return {
        "sport": codes(np.where(episodes.has_sport, episodes.sport, len(choices.SPORTS)), (*choices.SPORTS, "none")),
        "sport_level": codes(level, levels),
        "pre_injury_tegner": whole(np.asarray([choices.PRE_INJURY_TEGNER[name] for name in levels])[level]),
    }


def _baseline(registry: Registry) -> dict[str, pl.Series]:
    rng = registry.streams.stream("baseline")
    size = len(registry.episodes)
    vas = ScaledBeta(choices.EQ5D_VAS_BASELINE, choices.EQ5D_VAS_SD).values(rng.standard_normal(size))
    levels = baseline_eq5d(registry.streams, registry.episodes)
    return {
        "baseline_on": dates(registry.course.baseline),
        "baseline_phat_total": rounded(baseline_phat(registry.study, registry.episodes), 1),
        "baseline_phat_items_answered": whole(np.full(size, choices.PHAT_ITEMS)),
        **eq5d_columns(registry, rng, np.arange(size), levels, np.rint(vas), "baseline_"),
    }


def _treatment(registry: Registry) -> pl.DataFrame:
    course = registry.course
    rows = [(np.flatnonzero(days < NEVER), kind) for kind, days in enumerate((course.crossover, course.reoperation))]
    episode = np.concatenate([found for found, _ in rows])
    kind = np.concatenate([np.full(len(found), number) for found, number in rows])
    day = np.where(kind == 0, course.crossover[episode], course.reoperation[episode])
    reason = registry.streams.stream("treatment").integers(0, 3, len(episode))
    reasons = ("persistent_symptoms", "patient_wish", "recurrence", "complication")
    return pl.DataFrame(
        {
            **registry.key(episode),
            "treatment_no": whole(np.full(len(episode), 2)),
            "treatment_kind": codes(kind, ("surgery_after_conservative", "reoperation")),
            "treated_on": dates(day),
            "treatment_reason": codes(np.where(kind == 0, reason // 2, 1 + reason), reasons),
            "_ready": whole(day),
        }
    ).filter(pl.Series(day <= course.end[episode]))


def _imaging(registry: Registry) -> pl.DataFrame:
    """The MRI about one year after the anchor, for the share of an arm that had one."""
    rng, visits = registry.streams.stream("imaging"), registry.visits
    at_month_12 = visits.visit == choices.VISITS.index("month_12")
    episode = np.unique(visits.episode[at_month_12])
    episode = episode[rng.random(len(episode)) < mri_attendance(registry.study, registry.episodes.arm[episode])]
    arm = registry.episodes.arm[episode]
    is_continuous, is_shared = draw_continuity(registry.study, registry.streams, arm)
    spread = choices.MONTH_12_MRI_DAYS_SD * np.clip(rng.standard_normal(len(episode)), -2, 2)
    day = np.minimum(
        registry.course.anchor[episode] + 365 + np.rint(spread).astype(np.int64), registry.course.end[episode]
    )
    mean, sd, low, high = choices.RETRACTION_MM
    retraction = np.rint(ScaledBeta(mean, sd, low, high).values(rng.standard_normal(len(episode))))
    fat = pick(rng.random(len(episode)), np.asarray(choices.FATTY_INFILTRATION_SHARES))
    return pl.DataFrame(
        {
            **registry.key(episode),
            "mri_on": dates(day),
            "proximal_continuity": pl.Series(is_continuous),
            "has_shared_neotendon": known(pl.Series(is_shared), is_continuous),
            "retraction_mm": whole(np.where(is_continuous, 0, retraction)),
            "fatty_infiltration": whole(fat),
            "_ready": whole(day),
        }
    )


def _rehabilitation(registry: Registry) -> pl.DataFrame:
    """Phases one after the other; the first only where there is surgery."""
    rng, course = registry.streams.stream("rehabilitation"), registry.course
    size = len(registry.episodes)
    lasts = np.asarray(choices.PHASE_DAYS) * np.exp(0.25 * rng.standard_normal((size, len(choices.PHASES))))
    lasts[:, 0] *= course.is_surgical
    ends = course.anchor[:, None] + np.cumsum(np.rint(lasts).astype(np.int64), axis=1)
    starts = np.concatenate([course.anchor[:, None], ends[:, :-1]], axis=1)
    last_day = np.minimum(course.end, registry.until)[:, None]
    happens = (starts <= last_day) & (lasts > 0)
    episode, phase = np.nonzero(happens)
    start, end = starts[happens], ends[happens]
    is_done = end <= last_day[episode, 0]
    met = rng.random(len(episode)) < choices.PHASE_CRITERIA_SHARE
    return pl.DataFrame(
        {
            **registry.key(episode),
            "phase": codes(phase, choices.PHASES),
            "started_on": dates(start),
            "completed_on": dates(np.where(is_done, end, 0), is_done),
            "has_met_criteria": known(pl.Series(met), is_done),
            "_ready": whole(np.where(is_done, end, start)),
        }
    )


def _event(registry: Registry) -> pl.DataFrame:
    episode, kind, day = _event_rows(registry)
    kinds = (*LATER_EVENTS, "other_side_injury")
    number = _number_within(episode)
    scope = pick_scope(registry.streams, len(episode))
    return pl.DataFrame(
        {
            **registry.key(episode),
            "event_no": whole(number),
            "event_kind": codes(kind, kinds),
            "occurred_on": dates(day),
            "withdrawal_scope": codes(scope, choices.WITHDRAWAL_SCOPES, kind == kinds.index("withdrawal_request")),
            "_ready": whole(day),
        }
    )


def _event_rows(registry: Registry) -> tuple[Ints, Ints, Ints]:
    """Episode, kind and day of every event, in the order of days within an episode."""
    episodes, events = registry.episodes, registry.course.events
    found = [(np.flatnonzero(events[name] < NEVER), number, events[name]) for number, name in enumerate(LATER_EVENTS)]
    first = np.full(len(episodes), NEVER, dtype=np.int64)
    again = np.flatnonzero((np.arange(len(episodes)) != episodes.person) & (episodes.injury_no == 1))
    first[episodes.person[again]] = episodes.injured[again]
    first[first > registry.course.end] = NEVER
    found.append((np.flatnonzero(first < NEVER), len(LATER_EVENTS), first))
    episode = np.concatenate([rows for rows, _, _ in found])
    kind = np.concatenate([np.full(len(rows), number) for rows, number, _ in found])
    day = np.concatenate([days[rows] for rows, _, days in found])
    order = np.lexsort((kind, day, episode))
    return episode[order], kind[order], day[order]


def _number_within(groups: Ints) -> Ints:
    """1, 2, 3, ... within each run of equal values."""
    position = np.arange(len(groups))
    is_first = np.concatenate([[True], groups[1:] != groups[:-1]])[: len(groups)]
    return np.asarray(position - np.maximum.accumulate(np.where(is_first, position, 0)) + 1, dtype=np.int64)


def _screening(registry: Registry, enrolment: pl.DataFrame) -> pl.DataFrame:
    """A row a clinic and month, the month's enrolled patients counted from the enrolments."""
    rng = registry.streams.stream("screening")
    first, last = dates(np.asarray([registry.since, registry.until])).to_list()
    months = pl.date_range(first, last, "1mo", eager=True).dt.truncate("1mo").alias("month_on")
    clinics = pl.DataFrame({"_clinic": pl.Series(range(len(registry.profiles)), dtype=pl.Int32)})
    counted = enrolment.group_by("_clinic", pl.col("first_visit_on").dt.truncate("1mo").alias("month_on")).len(
        "n_enrolled"
    )
    frame = clinics.join(months.to_frame(), how="cross").join(counted, on=["_clinic", "month_on"], how="left")
    frame = frame.with_columns(pl.col("n_enrolled").fill_null(0).cast(pl.Int32)).sort("_clinic", "month_on")
    enrolled = frame["n_enrolled"].to_numpy()
    declined, missed = (
        rng.poisson(share * (enrolled + 0.2)) for share in (choices.DECLINED_PER_ENROLLED, choices.MISSED_PER_ENROLLED)
    )
    names = [profile.clinic.code for profile in registry.profiles]
    return frame.select(
        pl.col("_clinic"),
        codes(frame["_clinic"].to_numpy().astype(np.int64), names).alias("clinic"),
        pl.col("month_on"),
        whole(enrolled + declined + missed).alias("n_eligible"),
        pl.col("n_enrolled"),
        whole(declined).alias("n_declined"),
        whole(missed).alias("n_missed"),
        (pl.col("month_on").dt.offset_by("1mo").dt.epoch("d").cast(pl.Int32) + 3).alias("_ready"),
    )
