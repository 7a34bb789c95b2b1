"""Who compares with which arm of a study, in which measure, and why not: the rules of `rules.py` as conditions.

Reasons and flags travel as bits of one number a row, so that lists are made once for each distinct set of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.benchmark.assessments import PENDING
from pipelines.benchmark.measures import BASELINE, PHAT_CHANGE, Measure, column_of
from pipelines.benchmark.reference import Study
from pipelines.benchmark.rules import (
    ADULT_YEARS,
    FIRST_VISIT_LIMIT_DAYS,
    PHAT_ITEMS_NEEDED,
    RETRACTION_MM,
    RULES,
    SURGERY_LIMIT_DAYS,
)

Masks: TypeAlias = npt.NDArray[np.uint64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Marks: TypeAlias = Mapping[str, pl.Expr]

BIT = {code: np.uint64(1 << place) for place, code in enumerate(RULES)}
EXCLUDING = np.uint64(sum(int(BIT[code]) for code, rule in RULES.items() if rule.excludes))

COMPARABILITY = ("comparable", "not_comparable", "no_reference", "not_yet")
COMPARABLE, NOT_COMPARABLE, NO_REFERENCE, NOT_YET = range(4)


def episode_masks(frame: pl.DataFrame, study: Study, arm: str, timepoint: str) -> Masks:
    """Give the reasons and flags that hold for an episode beside one arm of a study, whatever the measure."""
    marks = dict(_who()) | dict(_tendons(study, arm)) | dict(_quartiles(study, arm))
    marks["not_a_forecast"] = pl.col("arm") != arm
    if timepoint != BASELINE:
        marks |= _when()
    return mask_of(frame, marks)


def measure_masks(frame: pl.DataFrame, measure: Measure, timepoint: str) -> Masks:
    """Give the reasons and flags that hold for one measure, whatever the arm of the study."""
    marks: dict[str, pl.Expr] = {}
    uses_baseline = measure.name == PHAT_CHANGE or (timepoint == BASELINE and measure.is_outcome)
    if uses_baseline:
        marks["baseline_after_treatment"] = ~pl.col("is_baseline_before_treatment")
    if measure.instrument == "phat":
        few = pl.col("phat_items_answered") < PHAT_ITEMS_NEEDED
        few_before = (pl.col("baseline_phat_items_answered") < PHAT_ITEMS_NEEDED).fill_null(False)
        marks["few_phat_items"] = few.fill_null(False) | few_before if measure.name == PHAT_CHANGE else few
    if measure.instrument == "eq5d":
        marks["eq5d_5l"] = pl.col("eq5d_version") == "5L"
        has_answer = pl.col(column_of(measure, timepoint)).is_not_null()
        marks["eq5d_version_unknown"] = pl.col("eq5d_version").is_null() & has_answer
    if measure.instrument == "other_leg":
        marks["other_leg_injured"] = pl.col("other_leg_state") == "injured_too"
        marks["other_leg_injured_before"] = pl.col("other_leg_state") == "injured_before"
    return mask_of(frame, marks)


def ended(frame: pl.DataFrame) -> Bools:
    """Say whose visits have ended: they died or withdrew."""
    return _holds(frame, pl.col("visit_status") == "ended")


def pending(frame: pl.DataFrame) -> Bools:
    """Say whose visit's time has not come, or has not passed."""
    return _holds(frame, pl.col("visit_status").is_in(PENDING))


def absence_masks(
    frame: pl.DataFrame, measure: Measure, is_missing: Bools, is_pending: Bools, is_ended: Bools
) -> Masks:
    """Say why there is no value where none is expected any more."""
    no_return = np.zeros(frame.height, dtype=bool)
    if measure.name == "weeks_to_return_to_sport":
        no_return = _holds(frame, pl.col("return_to_sport").is_in(["no_return", "no_sport_before_injury"]))
    is_absent = is_missing & ~is_pending
    reasons = {
        "ended": is_absent & is_ended,
        "not_returned": is_absent & ~is_ended & no_return,
        "not_measured": is_absent & ~is_ended & ~no_return,
    }
    return combine(len(is_missing), reasons)


def lacks_only_a_value(masks: Masks) -> Bools:
    """Say who would be compared if there were a value; the dead and withdrawn owe none."""
    is_alone: Bools = (masks & EXCLUDING) == BIT["not_measured"]
    return is_alone


def standing(masks: Masks, is_pending: Bools, *, has_figure: bool) -> npt.NDArray[np.int64]:
    """Give each row's place in COMPARABILITY: no figure comes first, then a reason against it, then the time."""
    if not has_figure:
        return np.full(len(masks), NO_REFERENCE)
    is_excluded = (masks & EXCLUDING) != 0
    return np.select([is_excluded, is_pending], [NOT_COMPARABLE, NOT_YET], COMPARABLE)


def mask_of(frame: pl.DataFrame, marks: Marks) -> Masks:
    """Evaluate conditions over a frame; an unknown answer does not hold."""
    answers = frame.select(condition.fill_null(False).alias(code) for code, condition in marks.items())
    return combine(frame.height, {code: answers[code].to_numpy() for code in marks})


def combine(height: int, reasons: Mapping[str, Bools]) -> Masks:
    """Set each code's bit where its condition holds."""
    masks = np.zeros(height, dtype=np.uint64)
    for code, holds in reasons.items():
        masks[holds] |= BIT[code]
    return masks


def code_lists(masks: Masks, *, excluding: bool) -> pl.Series:
    """Turn bits into lists of codes: the reasons (excluding) or the flags."""
    codes = [code for code, rule in RULES.items() if rule.excludes == excluding]
    wanted = np.uint64(sum(int(BIT[code]) for code in codes))
    masks = masks & wanted
    distinct = pl.Series(masks).unique().sort().to_numpy()  # by hash: numpy's own sorts every row
    lists = pl.Series([_codes(int(mask), codes) for mask in distinct], dtype=pl.List(pl.String))
    return lists.gather(pl.Series(np.searchsorted(distinct, masks).astype(np.uint32)))


def _codes(mask: int, codes: Sequence[str]) -> list[str]:
    return [code for code in codes if mask & int(BIT[code])]


def _holds(frame: pl.DataFrame, condition: pl.Expr) -> Bools:
    answer: Bools = frame.select(condition.fill_null(False)).to_series().to_numpy()
    return answer


def _who() -> Iterable[tuple[str, pl.Expr]]:
    column = pl.col
    return (
        ("under_18", column("age_at_injury_years") < ADULT_YEARS),
        ("elite_athlete", column("sport_level") == "elite"),
        ("mri_not_confirmed", ~column("is_mri_confirmed").fill_null(False)),
        ("late_surgery", (column("arm") == "surgical") & (column("days_injury_to_surgery") > SURGERY_LIMIT_DAYS)),
        ("late_first_visit", column("days_injury_to_visit") > FIRST_VISIT_LIMIT_DAYS),
        ("arm_unknown", column("arm").is_null()),
        ("retracted_20_mm", column("max_retraction_mm") >= RETRACTION_MM),
        ("age_unknown", column("age_at_injury_years").is_null()),
        ("tendons_unknown", column("n_tendons_avulsed").is_null()),
        ("sport_level_unknown", column("sport_level").is_null()),
        ("injury_day_unknown", column("injured_on_precision") != "day"),
    )


def _when() -> Marks:
    by_now = pl.col("crossed_over_on").is_null() | pl.col("assessed_on").is_null()
    before = (pl.col("crossed_over_on") <= pl.col("assessed_on")).fill_null(by_now)
    return {
        "outside_window": pl.col("assessed_on").is_not_null() & ~pl.col("is_in_window"),
        "crossed_over": pl.col("is_crossed_over") & before,
        "crossed_over_later": pl.col("is_crossed_over") & ~before,
    }


def _tendons(study: Study, arm: str) -> Iterable[tuple[str, pl.Expr]]:
    """One tendon is outside what an arm supports if all of the arm, or all of the patient's own arm, had both."""
    both_only = [name for name in study.arms if study.had_only_two_tendons(name)]
    outside = pl.lit(arm in both_only) | pl.col("arm").is_in(both_only)
    is_one = pl.col("n_tendons_avulsed") == 1
    yield "no_tendon_avulsed", pl.col("n_tendons_avulsed") == 0
    yield "one_tendon", is_one & outside
    if study.find(arm, BASELINE, "two_tendon_avulsion"):
        yield "one_tendon_as_few", is_one & ~outside


def _quartiles(study: Study, arm: str) -> Iterable[tuple[str, pl.Expr]]:
    for code, measure, column in (
        ("age_outside_quartiles", "age_years", "age_at_injury_years"),
        ("delay_outside_quartiles", "days_injury_to_visit", "days_injury_to_visit"),
    ):
        if ends := study.quartiles(arm, measure):
            yield code, ~pl.col(column).is_between(*ends)
