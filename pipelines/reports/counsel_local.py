"""What the registry itself found for people who began near a PHAT: counts fit to be told, or nothing.

A clinic reads this beside other clinics' patients, so every count passes `pipelines.release.disclosure`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.release.disclosure import Part, Share, tell_mean, tell_share
from pipelines.reports.palette import in_order
from pipelines.reports.source import Database, Row
from pipelines.reports.study_rows import RETURNED

REACH = 10
"""People whose baseline lies within this many points of the nearest ten began near there: the registry's choice."""

NEAR_SQL = """
select one_year.arm, one_year.clinic, one_year.phat_total, one_year.return_to_sport
from mart.one_year as one_year
where one_year.baseline_phat_total between {low} and {high}
    and one_year.is_baseline_before_treatment
    and coalesce(one_year.baseline_phat_items_answered >= 8, true)
    and exists (
        from mart.patient_benchmark as benchmark
        where benchmark.patient_id = one_year.patient_id
            and benchmark.side = one_year.side
            and benchmark.injury_no = one_year.injury_no
            and benchmark.study = '{study}'
            and benchmark.timepoint = 'month_12'
            and benchmark.measure = 'phat_total'
            and benchmark.is_own_arm
            and benchmark.comparability = 'comparable'
    )
"""


@dataclass(frozen=True)
class LocalArm:
    """One arm of the registry, told or suppressed (None)."""

    arm: str
    n: int | None
    mean: float | None
    sport: Share


@dataclass(frozen=True)
class Local:
    """The registry's arms among people who began between `low` and `high`."""

    low: float
    high: float
    arms: tuple[LocalArm, ...]


def read_local(database: Database, phat: float, study: str, arms: Sequence[str]) -> Local | None:
    """Read the registry's part; None where the snapshot has no benchmark."""
    if not database.has("mart.patient_benchmark"):
        return None
    low, high = near(phat)
    return tell_local(database.rows(NEAR_SQL.format(low=low, high=high, study=study)), low, high, arms)


def near(phat: float) -> tuple[float, float]:
    """Give the ends of the baselines that count as near: of few windows, never one about the score that was asked.

    Two windows a point apart would differ by the few people who begin at their ends.
    """
    middle = REACH * round(phat / REACH)
    return float(max(0, middle - REACH)), float(min(100, middle + REACH))


def tell_local(rows: Sequence[Row], low: float, high: float, arms: Sequence[str]) -> Local:
    """Tell what may be told of rows (arm, clinic, phat_total, return_to_sport)."""
    return Local(low, high, tuple(_arm([row for row in rows if row["arm"] == arm], arm) for arm in in_order(arms)))


def _arm(rows: Sequence[Row], arm: str) -> LocalArm:
    clinics = sorted({row["clinic"] for row in rows})
    scores = {clinic: [row["phat_total"] for row in rows if row["clinic"] == clinic] for clinic in clinics}
    mean, n = tell_mean(scores)
    return LocalArm(arm, n or None, mean, tell_share([_part(rows, clinic) for clinic in clinics]))


def _part(rows: Sequence[Row], clinic: str) -> Part:
    answers = [row["return_to_sport"] for row in rows if row["clinic"] == clinic and row["return_to_sport"]]
    return Part(len(answers), sum(answer in RETURNED for answer in answers))
