"""What a release is asked before it is cut: contracts that must hold, and drift against the release before it.

Each check gives a value per clinic (or column) with its numerator and denominator; `gate.py` holds it against the
bounds, which are the registry's own choice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from pipelines.release.verdict import CONTRACT, DRIFT, Subject
from pipelines.reports.source import Database

LEAST = 20
"""Rates and means of fewer people move by chance: they are not compared."""

Counts: TypeAlias = Mapping[str, tuple[float, float]]  # subject -> numerator, denominator

EPISODES = "select clinic as subject, count(*) as k, count(*) as n from registry.episode group by clinic"
INJURIES = "select 'registry' as subject, count(*) as k, count(*) as n from registry.episode"
FOLLOW_UPS = "select clinic as subject, count(*) as k, count(*) as n from registry.follow_up group by clinic"
COLUMNS = """
select replace(schema_name, 'main', 'registry') || '.' || table_name || '.' || column_name as subject, 1 as k, 1 as n
from duckdb_columns()
where schema_name in ('main', 'mart', 'reference', 'dictionary') and database_name = 'registry'
"""
NO_BASELINE = """
select clinic as subject, count(*) filter (where baseline_phat_total is null) as k, count(*) as n
from registry.episode group by clinic
"""
NO_SCORE = """
select clinic as subject, count(*) filter (where phat_total is null) as k, count(*) as n
from registry.follow_up where is_counted group by clinic
"""
SURGICAL = """
select clinic as subject, count(*) filter (where arm = 'surgical') as k, count(arm) as n
from registry.episode group by clinic
"""
SCORES = """
select clinic as subject, sum(phat_total) as k, count(phat_total) as n
from registry.follow_up where visit = 'month_12' and is_counted group by clinic
"""
OUT_OF_RANGE = """
select clinic as subject, count(*) filter (where not phat_total between 0 and 100) as k, count(phat_total) as n
from registry.follow_up group by clinic
"""
DAYS_SILENT = """
select clinic as subject, date_diff('day', max(changed_at), (select max(known_at) from ops.known)) as k, count(*) as n
from registry.follow_up group by clinic
"""


@dataclass(frozen=True)
class Check:
    """A question to a release. `low` and `high` bound the value; with `needs_before` the first release is not asked."""

    name: str
    severity: str
    says: str
    sql: str
    value: Callable[[Subject], float | None]
    low: float | None = None
    high: float | None = None
    needs_before: bool = True


def _kept(subject: Subject) -> float | None:
    return subject.numerator / subject.before_numerator if subject.before_numerator else None


def _rate_change(subject: Subject) -> float | None:
    if min(subject.denominator, subject.before_denominator or 0) < LEAST:
        return None
    return _share(subject.numerator, subject.denominator) - _share(subject.before_numerator, subject.before_denominator)


def _share(numerator: float | None, denominator: float | None) -> float:
    return (numerator or 0) / (denominator or 1)


def _broken(subject: Subject) -> float | None:
    return subject.numerator if subject.denominator else None


CHECKS = (
    Check("columns_kept", CONTRACT, "Every column of the release before is still there", COLUMNS, _kept, low=1),
    Check(
        "clinics_kept",
        CONTRACT,
        "Every clinic of the release before still has half its injuries or more",
        EPISODES,
        _kept,
        low=0.5,
    ),
    Check(
        "registry_filled",
        CONTRACT,
        "There are injuries in the registry",
        INJURIES,
        lambda subject: subject.numerator,
        low=1,
        needs_before=False,
    ),
    Check(
        "scores_in_range", CONTRACT, "No PHAT lies outside 0 to 100", OUT_OF_RANGE, _broken, high=0, needs_before=False
    ),
    Check("injuries_kept", DRIFT, "No clinic has lost more than 2 in 100 of its injuries", EPISODES, _kept, low=0.98),
    Check(
        "follow_ups_kept", DRIFT, "No clinic has lost more than 2 in 100 of its follow-ups", FOLLOW_UPS, _kept, low=0.98
    ),
    Check(
        "baseline_missing",
        DRIFT,
        "Where the PHAT at the start is missing has not become more common by 10 in 100",
        NO_BASELINE,
        _rate_change,
        high=0.10,
    ),
    Check(
        "score_missing",
        DRIFT,
        "Where a visit's PHAT is missing has not become more common by 10 in 100",
        NO_SCORE,
        _rate_change,
        high=0.10,
    ),
    Check(
        "arms_stable",
        DRIFT,
        "The share operated has not moved by more than 15 in 100",
        SURGICAL,
        _rate_change,
        low=-0.15,
        high=0.15,
    ),
    Check(
        "scores_stable",
        DRIFT,
        "The mean one-year PHAT has not moved by more than 10 points",
        SCORES,
        _rate_change,
        low=-10,
        high=10,
    ),
    Check(
        "clinics_send",
        DRIFT,
        "Every clinic sent a follow-up in the last 400 days",
        DAYS_SILENT,
        _broken,
        high=400,
        needs_before=False,
    ),
)


def ask(check: Check, now: Database, before: Database | None) -> list[Subject]:
    """The check's value for every clinic or column of either release; None where it is not applicable there."""
    if before is None and check.needs_before:
        return []
    current, former = _counts(now, check.sql), _counts(before, check.sql) if before and check.needs_before else {}
    subjects = []
    for name in sorted({*current, *former}):
        then, then_of = former.get(name, (None, None))
        subject = Subject(name, *current.get(name, (0.0, 0.0)), then, then_of)
        subjects.append(replace(subject, value=check.value(subject)))
    return subjects


def _counts(database: Database, sql: str) -> Counts:
    return {row["subject"]: (float(row["k"] or 0), float(row["n"])) for row in database.rows(sql)}
