"""The talk before treatment: what a study, and the registry where it has enough, found for people who began there.

Both arms side by side, its limits first, and never a recommendation. Age and tendons decide who compares; no figure
moves with them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from pipelines.reports.palette import in_order
from pipelines.reports.study_rows import in_study_order, outcome_visits, study_rows

if TYPE_CHECKING:
    import polars as pl

    from pipelines.benchmark.expected import Course
    from pipelines.benchmark.reference import Study

TENDONS: Mapping[str, int | None] = {"one": 1, "two": 2, "three": 2, "unknown": None}
"""Avulsed free tendons by what may be said; who counts muscles says three and means both."""


@dataclass(frozen=True)
class Question:
    """Who asks: age in years, PHAT now (0 to 100), tendons as in TENDONS."""

    age: int
    phat: float
    tendons: str


@dataclass(frozen=True)
class Expected:
    """What one arm's regression expects of this PHAT, for one correlation; None where it expects nothing."""

    correlation: float
    expected: float | None
    lower: float | None
    upper: float | None
    is_cut: bool


@dataclass(frozen=True)
class ArmAnswer:
    """One arm of a study for this question."""

    arm: str
    reasons: tuple[str, ...]
    flags: tuple[str, ...]
    expected: tuple[Expected, ...]  # by the implied correlation first, then by those assumed
    r_low: float | None
    r_high: float | None
    is_beyond: bool
    before: Mapping[str, Any] | None = None  # the study's row of PHAT at baseline
    after: Mapping[str, Any] | None = None  # and at the visit


@dataclass(frozen=True)
class StudyAnswer:
    """A study's arms and its rows at one visit."""

    name: str
    visit: str
    n: int
    arms: tuple[ArmAnswer, ...]
    rows: Sequence[Mapping[str, Any]]


def answer(question: Question, outcome: "pl.DataFrame") -> list[StudyAnswer]:
    """Answer from every study in `outcome`, the rows of `reference.outcome`, at each visit whose outcomes it prints."""
    from pipelines.benchmark.reference import read_studies

    studies = {study.name: study for study in read_studies(outcome)}
    return [
        _study(question, studies[name], visit)
        for name in in_study_order(outcome.iter_rows(named=True))
        for visit in outcome_visits((figure.timepoint, figure.measure) for figure in studies[name].figures)
    ]


def beside_one_year(answers: Sequence[StudyAnswer]) -> StudyAnswer:
    """The answer whose rules of comparability hold for the registry's own one-year figures."""
    return next((answer for answer in answers if answer.visit == "month_12"), answers[0])


def _study(question: Question, study: "Study", visit: str) -> StudyAnswer:
    before, after = study_rows(study, "baseline"), study_rows(study, visit)
    arms = tuple(_arm(question, study, arm, visit) for arm in in_order(study.arms))
    arms = tuple(replace(arm, before=_phat(before, arm.arm), after=_phat(after, arm.arm)) for arm in arms)
    return StudyAnswer(study.name, visit, people_of(study), arms, after)


def people_of(study: "Study") -> int:
    """How many people a study had: the largest n of each arm."""
    return round(sum(max(f.n for f in study.figures if f.arm == arm and f.n == f.n) for arm in study.arms))


def _arm(question: Question, study: "Study", arm: str, visit: str) -> ArmAnswer:
    from pipelines.benchmark.expected import course_of

    reasons, flags = _standing(question, study, arm)
    columns = _expectation(question, course_of(study, arm, visit))
    return ArmAnswer(
        arm,
        reasons,
        flags,
        tuple(_expected(columns, ending) for ending in ("", "_r_20", "_r_50") if f"expected{ending}" in columns),
        _first(columns.get("implied_r_low")),
        _first(columns.get("implied_r_high")),
        bool(_first(columns.get("is_beyond_baselines"))),
    )


def _phat(rows: Sequence[Mapping[str, Any]], arm: str) -> Mapping[str, Any] | None:
    found = (r for r in rows if (r["measure"], r["reference_arm"], r["statistic"]) == ("phat_total", arm, "mean_sd"))
    return next(found, None)


def _expectation(question: Question, course: "Course | None") -> dict[str, Any]:
    import numpy as np

    from pipelines.benchmark.expected import expect

    return {} if course is None else expect(course, np.array([question.phat]), np.array([np.nan]))


def _expected(columns: Mapping[str, Any], ending: str) -> Expected:
    expected, lower, upper = (_first(columns[f"{name}{ending}"]) for name in ENDS)
    correlation = {"": _first(columns.get("implied_r")), "_r_20": 0.2, "_r_50": 0.5}[ending]
    is_cut = bool(_first(columns[f"is_expected_cut{ending}"]))
    return Expected(correlation, expected, lower, upper, is_cut)


ENDS = ("expected", "expected_lower", "expected_upper")


def _first(values: Any) -> Any:
    import numpy as np

    if values is None:
        return None
    value = np.asarray(values).reshape(-1)[0].item()
    return None if value != value else value


def _standing(question: Question, study: "Study", arm: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Why this person would not compare with an arm, and what to read it with: by the benchmark's own rules."""
    import polars as pl

    from pipelines.benchmark.comparability import code_lists, episode_masks

    codes, numbers = ("arm", "sport_level", "injured_on_precision"), ("max_retraction_mm", *_DELAYS, *_ASKED)
    types: dict[str, Any] = {**dict.fromkeys(codes, pl.String), **dict.fromkeys(numbers, pl.Int32)}
    known = {"age_at_injury_years": question.age, "n_tendons_avulsed": TENDONS[question.tendons]}
    row = {**dict.fromkeys(types), **known, "arm": arm, "injured_on_precision": "day", "is_mri_confirmed": True}
    masks = episode_masks(pl.DataFrame([row], schema={**types, "is_mri_confirmed": pl.Boolean}), study, arm, "baseline")
    reasons, flags = (code_lists(masks, excluding=excluding).to_list()[0] for excluding in (True, False))
    return tuple(reasons), tuple(flag for flag in flags if flag not in NOT_ASKED)


_DELAYS = ("days_injury_to_visit", "days_injury_to_surgery")
_ASKED = ("age_at_injury_years", "n_tendons_avulsed")
NOT_ASKED = ("sport_level_unknown",)
"""Flags about what nobody was asked for: the page says in its own words what it does not consider."""
