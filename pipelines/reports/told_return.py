"""Return to sport over time by arm, as it may be told: shares of rounded counts at fixed weeks, beside the study's.

Which days a person's return lies between stands in `mart.return_to_sport`; the curve itself is `time_to_return.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from pipelines.release.disclosure import Part, tell_count, tell_share
from pipelines.reports.source import Row

if TYPE_CHECKING:
    from pipelines.benchmark.time_to_return import Course

VISIT_REASONS = ("not_measured", "outside_window", "crossed_over", "ended")
"""Reasons that speak of the one-year visit or the course, not of who the patient is: they take nobody out here."""

PEOPLE_SQL = f"""
select one_year.clinic, one_year.arm, back.return_state, back.lower_days, back.upper_days,
    date_diff('day', back.origin_on, episode.decision_on)::int as days_to_decision
from mart.one_year as one_year
inner join registry.episode as episode using (patient_id, side, injury_no)
inner join mart.return_to_sport as back using (patient_id, side, injury_no)
where back.return_kind = 'any' and back.origin_on is not null and one_year.arm is not null
    and exists (
        from mart.patient_benchmark as benchmark
        where benchmark.patient_id = one_year.patient_id and benchmark.side = one_year.side
            and benchmark.injury_no = one_year.injury_no and benchmark.is_own_arm
            and benchmark.timepoint = 'month_12' and benchmark.measure = 'return_to_sport'
            and len(list_filter(benchmark.reasons, lambda reason: reason not in {VISIT_REASONS})) = 0
    )
qualify row_number() over (
    partition by one_year.patient_id order by one_year.injured_on, one_year.injury_no, one_year.side
) = 1
"""  # noqa: S608 - the reasons are constants of this module


@dataclass(frozen=True)
class Step:
    """The share returned by one week, told or withheld (None), with its interval and the people it rests on."""

    week: int
    share: float | None
    lower: float | None
    upper: float | None
    n: int | None


def course_of(person: Row, *, since_decision: bool = False) -> "Course | None":
    """Give between which weeks a person returned to any sport; None for who is not at risk or was never seen.

    person: a row of PEOPLE_SQL, with days from the injury. since_decision: count from the decision, to see what that
    changes; None where its day is not known. Who was back before then was back from the start.
    """
    from pipelines.benchmark.time_to_return import Course

    shift = person["days_to_decision"] if since_decision else 0
    if shift is None or person["return_state"] in ("not_at_risk", "never_seen"):
        return None
    if person["return_state"] == "dead":
        return Course(inf, inf)
    lower = person["lower_days"] - shift
    if person["return_state"] == "not_returned":
        return Course(_weeks(lower), inf)
    upper = max(1, person["upper_days"] - shift)
    return Course(_weeks(upper if person["return_state"] == "exact" else min(lower, upper)), _weeks(upper))


def tell_return(people: Sequence[Row], *, since_decision: bool = False) -> dict[str, list[Step]]:
    """Give the told curve of each arm; people: rows of PEOPLE_SQL."""
    arms: dict[str, dict[str, list[Course]]] = {}
    for person in people:
        course = course_of(person, since_decision=since_decision)
        if course is not None and course.is_at_risk:
            arms.setdefault(person["arm"], {}).setdefault(person["clinic"], []).append(course)
    return {arm: _steps(clinics) for arm, clinics in arms.items()}


def _weeks(days: int) -> float:
    return round(max(0, days) / 7, 1)


def _steps(clinics: Mapping[str, Sequence["Course"]]) -> list[Step]:
    from pipelines.benchmark.time_to_return import WEEKS, known_by, returned_by

    shares = returned_by([course for own in clinics.values() for course in own])
    steps: list[Step] = []
    for week, share in zip(WEEKS, shares, strict=True):
        known = [known_by(own, week) for own in clinics.values()]
        returned = [sum(course.upper <= week for course in own) for own in clinics.values()]
        steps.append(_step(week, float(share), known, returned))
    return _told_so_far(steps)


def _step(week: int, share: float, known: Sequence[int], returned: Sequence[int]) -> Step:
    """One step: the curve's share of the people whose state is known, as a rounded count of a rounded count."""
    from pipelines.benchmark.intervals import wilson

    told = tell_share([Part(n, k) for n, k in zip(known, returned, strict=True)])
    if told.k is None or not told.n:
        return Step(week, None, None, None, tell_count(list(known)))
    whole = sum(known)
    rounded = tell_share([Part(whole, min(whole, round(share * whole)))])
    if rounded.k is None:
        return Step(week, None, None, None, told.n)
    lower, upper = wilson(rounded.k, told.n)
    return Step(week, rounded.k / told.n, float(lower), float(upper), told.n)


def _told_so_far(steps: list[Step]) -> list[Step]:
    """A share that fell would say that a count was rounded: each step is at least the one before."""
    highest = 0.0
    kept: list[Step] = []
    for step in steps:
        if step.share is not None and step.lower is not None and step.upper is not None:
            highest = max(highest, step.share)
            step = Step(step.week, highest, min(step.lower, highest), max(step.upper, highest), step.n)
        kept.append(step)
    return kept
