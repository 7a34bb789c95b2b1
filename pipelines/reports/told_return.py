"""Return to sport over time by arm, as it may be told: shares of rounded counts at fixed weeks, beside the study's.

Which days a person's return lies between is read from the follow-ups; the curve itself is `time_to_return.py`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import TYPE_CHECKING, Any

from pipelines.release.disclosure import Part, tell_count, tell_share
from pipelines.reports.source import Row, Rows
from pipelines.reports.study_rows import NO_SPORT, RETURNED

if TYPE_CHECKING:
    from pipelines.benchmark.time_to_return import Course

VISIT_REASONS = ("not_measured", "outside_window", "crossed_over", "ended")
"""Reasons that speak of the one-year visit or the course, not of who the patient is: they take nobody out here."""

PEOPLE_SQL = f"""
select one_year.patient_id, one_year.side, one_year.injury_no, one_year.clinic, one_year.arm, one_year.injured_on,
    episode.decision_on, died.died_on
from mart.one_year as one_year
inner join registry.episode as episode using (patient_id, side, injury_no)
left join (
    select patient_id, min(occurred_on) as died_on from registry.event where event_kind = 'death' group by patient_id
) as died using (patient_id)
where one_year.injured_on_precision = 'day' and one_year.arm is not null and one_year.sport_level <> 'none'
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

VISITS_SQL = """
select patient_id, side, injury_no, assessed_on, return_to_sport, returned_to_sport_on
from registry.follow_up where return_to_sport is not null order by assessed_on
"""


@dataclass(frozen=True)
class Step:
    """The share returned by one week, told or withheld (None), with its interval and the people it rests on."""

    week: int
    share: float | None
    lower: float | None
    upper: float | None
    n: int | None


def course_of(person: Row, visits: Sequence[Row], clock: str = "injured_on") -> "Course | None":
    """Give between which weeks a person returned to any sport; None where the clock's day is not known.

    `clock` names the day that weeks count from: injured_on, or decision_on to see what that changes.
    """
    from pipelines.benchmark.time_to_return import Course

    start = person[clock]
    if start is None or any(visit["return_to_sport"] == NO_SPORT for visit in visits):
        return None
    back = [visit for visit in visits if visit["return_to_sport"] in RETURNED]
    not_yet = [visit["assessed_on"] for visit in visits if not back or visit["assessed_on"] < back[0]["assessed_on"]]
    lower = max([0.0, *(_weeks(day, start) for day in not_yet)])
    if back:
        dated = [visit["returned_to_sport_on"] for visit in back if visit["returned_to_sport_on"] is not None]
        upper = _weeks(back[0]["assessed_on"], start)
        first = _weeks(min(dated), start) if dated else None
        return Course(first, first) if first is not None and 0 < first <= upper else Course(lower, max(upper, lower))
    return Course(inf, inf) if person["died_on"] is not None else Course(lower, inf)


def tell_return(people: Sequence[Row], visits: Sequence[Row], clock: str = "injured_on") -> dict[str, list[Step]]:
    """Give the told curve of each arm."""
    by_person: dict[Any, Rows] = {}
    for visit in visits:
        by_person.setdefault(_person(visit), []).append(dict(visit))
    arms: dict[str, dict[str, list[Course]]] = {}
    for person in people:
        course = course_of(person, by_person.get(_person(person), []), clock)
        if course is not None and course.is_at_risk:
            arms.setdefault(person["arm"], {}).setdefault(person["clinic"], []).append(course)
    return {arm: _steps(clinics) for arm, clinics in arms.items()}


def _person(row: Row) -> tuple[Any, ...]:
    return row["patient_id"], row["side"], row["injury_no"]


def _weeks(day: date, start: date) -> float:
    return round((day - start).days / 7, 1)


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
